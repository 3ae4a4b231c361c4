//! Editions and their features: what proto2, proto3 and later files mean by the same words.

use crate::request::{Cursor, FileDescriptor, Options, Value};

/// The edition a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    Proto2,
    Proto3,
    Edition2023,
    Edition2024,
    Edition2026,
}

/// The features of `google.protobuf.FeatureSet` that bear on generated code, as they hold at one
/// element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    pub presence: Presence,
    pub closed_enum: bool,
    pub packed: bool,
    pub utf8: bool,
    pub delimited: bool,
}

/// `FeatureSet.FieldPresence`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Explicit,
    Implicit,
    Required,
}

impl Edition {
    /// The edition that a file declares; `None` when we don't know it.
    pub fn of_file(syntax: &str, edition: i32) -> Option<Self> {
        match (syntax, edition) {
            ("" | "proto2", _) => Some(Self::Proto2),
            ("proto3", _) => Some(Self::Proto3),
            ("editions", 998) => Some(Self::Proto2),
            ("editions", 999) => Some(Self::Proto3),
            ("editions", 1000) => Some(Self::Edition2023),
            ("editions", 1001) => Some(Self::Edition2024),
            ("editions", 1002) => Some(Self::Edition2026),
            _ => None,
        }
    }

    /// Whether features are given by `features` options instead of keywords.
    pub fn has_features(self) -> bool {
        self >= Self::Edition2023
    }

    /// The features of a file that does not say more.
    pub fn defaults(self) -> Features {
        let proto3 = Features {
            presence: Presence::Implicit,
            closed_enum: false,
            packed: true,
            utf8: true,
            delimited: false,
        };
        match self {
            Self::Proto2 => Features {
                presence: Presence::Explicit,
                closed_enum: true,
                packed: false,
                utf8: false,
                ..proto3
            },
            Self::Proto3 => proto3,
            Self::Edition2023 | Self::Edition2024 | Self::Edition2026 => {
                Features { presence: Presence::Explicit, ..proto3 }
            }
        }
    }
}

impl Features {
    /// The features of a file. One in an edition that we don't know is refused elsewhere.
    pub(super) fn of_file(file: &FileDescriptor<'_>) -> Self {
        let edition = Edition::of_file(file.syntax, file.edition).unwrap_or(Edition::Edition2023);
        edition.defaults().overridden(&file.options, 50)
    }

    /// The features at an element whose options hold a `FeatureSet` in field `number`.
    #[must_use]
    pub fn overridden(mut self, options: &Options<'_>, number: u32) -> Self {
        for set in options.all(number) {
            let Value::Bytes(set) = set else { continue };
            for (feature, value) in Cursor::new(set).flatten() {
                let Value::Varint(value) = value else { continue };
                match (feature, value) {
                    (1, 1) => self.presence = Presence::Explicit,
                    (1, 2) => self.presence = Presence::Implicit,
                    (1, 3) => self.presence = Presence::Required,
                    (2, 1 | 2) => self.closed_enum = value == 2,
                    (3, 1 | 2) => self.packed = value == 1,
                    (4, 2 | 3) => self.utf8 = value == 2,
                    (5, 1 | 2) => self.delimited = value == 2,
                    _ => {}
                }
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_by_syntax_and_number() {
        assert_eq!(Edition::of_file("", 0), Some(Edition::Proto2));
        assert_eq!(Edition::of_file("proto3", 0), Some(Edition::Proto3));
        assert_eq!(Edition::of_file("editions", 1000), Some(Edition::Edition2023));
        assert_eq!(Edition::of_file("editions", 1002), Some(Edition::Edition2026));
        assert_eq!(Edition::of_file("editions", 9999), None);
        assert_eq!(Edition::of_file("proto4", 0), None);
    }

    #[test]
    fn proto2_and_2023_differ_where_the_language_says() {
        let (old, new) = (Edition::Proto2.defaults(), Edition::Edition2023.defaults());
        assert_eq!(old.presence, new.presence);
        assert!(old.closed_enum && !new.closed_enum);
        assert!(!old.packed && new.packed);
    }
}
