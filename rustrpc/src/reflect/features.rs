//! Editions and their features: what proto2, proto3 and later files mean by the same words.

use crate::types::feature_set::{
    EnumType, FieldPresence, JsonFormat, MessageEncoding, RepeatedFieldEncoding, Utf8Validation,
};
use crate::types::{Edition, FeatureSet, FileDescriptorProto};

/// The features that hold at one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Features {
    pub(super) presence: FieldPresence,
    pub(super) enum_type: EnumType,
    pub(super) repeated_encoding: RepeatedFieldEncoding,
    pub(super) utf8: Utf8Validation,
    pub(super) message_encoding: MessageEncoding,
    pub(super) json: JsonFormat,
}

impl Features {
    /// What a file's syntax and edition mean, without its options; `None` for one we don't know.
    pub(super) fn defaults(file: &FileDescriptorProto) -> Option<Self> {
        let proto3 = Self {
            presence: FieldPresence::Implicit,
            enum_type: EnumType::Open,
            repeated_encoding: RepeatedFieldEncoding::Packed,
            utf8: Utf8Validation::Verify,
            message_encoding: MessageEncoding::LengthPrefixed,
            json: JsonFormat::Allow,
        };
        let proto2 = Self {
            presence: FieldPresence::Explicit,
            enum_type: EnumType::Closed,
            repeated_encoding: RepeatedFieldEncoding::Expanded,
            utf8: Utf8Validation::None,
            json: JsonFormat::LegacyBestEffort,
            ..proto3
        };
        Some(match (file.syntax.as_deref().unwrap_or_default(), file.edition) {
            ("" | "proto2", _) | ("editions", Some(Edition::Proto2)) => proto2,
            ("proto3", _) | ("editions", Some(Edition::Proto3)) => proto3,
            (
                "editions",
                Some(Edition::Edition2023 | Edition::Edition2024 | Edition::Edition2026),
            ) => Self { presence: FieldPresence::Explicit, ..proto3 },
            _ => return None,
        })
    }

    /// The features at an element whose options hold a `FeatureSet`.
    #[must_use]
    pub(super) fn overridden(self, set: Option<&FeatureSet>) -> Self {
        let Some(set) = set else { return self };
        Self {
            presence: set.field_presence.unwrap_or(self.presence),
            enum_type: set.enum_type.unwrap_or(self.enum_type),
            repeated_encoding: set.repeated_field_encoding.unwrap_or(self.repeated_encoding),
            utf8: set.utf8_validation.unwrap_or(self.utf8),
            message_encoding: set.message_encoding.unwrap_or(self.message_encoding),
            json: set.json_format.unwrap_or(self.json),
        }
    }
}
