//! Every option there is, each in one place: how it is written, what it does, how it is taken in.
//!
//! The help, the answers to mistakes and README's table are made of it.

use super::value::{checked_attribute, proto_path, rust_path};
use super::{Descriptors, Extern, Options};

/// One option.
#[derive(Debug)]
pub struct Entry {
    /// How it is written, `root=PATH`.
    pub syntax: &'static str,
    /// What it does, one sentence.
    pub help: &'static str,
    /// Takes in what stands behind the first `=`, if there is one.
    pub(super) apply: fn(&mut Options, Option<&str>) -> Result<(), String>,
}

/// All of them, in the order of the help.
pub const TABLE: &[Entry] = &[
    Entry {
        syntax: "root=PATH",
        help: "the module that will hold mod.rs, `crate::proto` unless given",
        apply: |options, value| {
            options.root = rust_path(value.unwrap_or_default())?;
            Ok(())
        },
    },
    Entry {
        syntax: "extern=.PACKAGE=PATH",
        help: "a package (or a message, or an enum) that is generated elsewhere, \
               e.g. extern=.google.type=::google_types",
        apply: |options, value| {
            let (proto, path) = value
                .and_then(|value| value.split_once('='))
                .ok_or("needs a protobuf name and a Rust path with `=` between them")?;
            options.externs.push(Extern { proto: proto_path(proto)?, path: rust_path(path)? });
            Ok(())
        },
    },
    Entry {
        syntax: "attribute=.NAME=#[...]",
        help: "an attribute for a message, enum, oneof, field, value, service or method, \
               or for every type of a package",
        apply: |options, value| {
            let (proto, attribute) = value
                .and_then(|value| value.split_once('='))
                .ok_or("needs a protobuf name and an attribute with `=` between them")?;
            let attribute = checked_attribute(attribute)?;
            options.attributes.push(proto_path(proto)?, attribute);
            Ok(())
        },
    },
    Entry {
        syntax: "bytes=.NAME",
        help: "bytes fields at or below NAME as `rustrpc::Bytes` instead of `Vec<u8>`",
        apply: |options, value| options.bytes.push_at(value),
    },
    Entry {
        syntax: "btree_map=.NAME",
        help: "map fields at or below NAME as `BTreeMap` instead of `HashMap`",
        apply: |options, value| options.btree_map.push_at(value),
    },
    Entry {
        syntax: "boxed=.NAME",
        help: "message fields at or below NAME in a `Box`",
        apply: |options, value| options.boxed.push_at(value),
    },
    Entry {
        syntax: "unknown_fields=keep|drop or .NAME=keep|drop",
        help: "whether messages keep fields that the .proto does not know; they do unless told",
        apply: |options, value| {
            let value = value.unwrap_or_default();
            let (path, value) = value.split_once('=').unwrap_or((".", value));
            let keep = match value {
                "keep" => true,
                "drop" => false,
                _ => return Err("is either `keep` or `drop`".to_owned()),
            };
            match proto_path(path)? {
                whole if whole.is_empty() => options.unknown_fields.push_for_all(keep),
                path => options.unknown_fields.push(path, keep),
            }
            Ok(())
        },
    },
    Entry {
        syntax: "json",
        help: "ProtoJSON for every message: `rustrpc::json::to_string` and `from_str`",
        apply: |options, value| word(value, &mut options.json),
    },
    Entry {
        syntax: "text",
        help: "protobuf's text format for every message: `rustrpc::text::to_string` and `from_str`",
        apply: |options, value| word(value, &mut options.text),
    },
    Entry {
        syntax: "descriptors=services|all|none",
        help: "the .proto files whose descriptors the code carries along for reflection, \
               with all they import; those with services unless told",
        apply: |options, value| {
            options.descriptors = match value {
                Some("services") => Descriptors::Services,
                Some("all") => Descriptors::All,
                Some("none") => Descriptors::None,
                _ => return Err("is `services`, `all` or `none`".to_owned()),
            };
            Ok(())
        },
    },
    Entry {
        syntax: "views or views=.NAME",
        help: "views, which borrow from the encoded bytes, for all messages or those at or below \
               NAME, and for the messages in them",
        apply: |options, value| {
            match value {
                None => options.views.push_for_all(()),
                Some(path) => options.views.push(proto_path(path)?, ()),
            }
            Ok(())
        },
    },
    Entry {
        syntax: "view_requests=.NAME",
        help: "servers get the requests of the rpcs at or below NAME as `rustrpc::view::ViewOf`, \
               which brings the views along",
        apply: |options, value| options.view_requests.push_at(value),
    },
    Entry {
        syntax: "well_known_types=runtime|generate",
        help: "whether google.protobuf.Timestamp and its like come from `rustrpc::types`, \
               as they do unless told, or are generated like any other",
        apply: |options, value| {
            options.own_forms = value == Some("own");
            options.runtime_types = match value {
                Some("runtime") => true,
                Some("generate" | "own") => false,
                _ => return Err("is either `runtime` or `generate`".to_owned()),
            };
            Ok(())
        },
    },
];

impl Entry {
    /// The option's name, which its syntax begins with.
    pub(super) fn name(&self) -> &'static str {
        self.syntax.split(['=', ' ']).next().unwrap_or_default()
    }
}

/// The option of that name.
pub(super) fn find(name: &str) -> Option<&'static Entry> {
    TABLE.iter().find(|entry| entry.name() == name)
}

/// The option that was meant, if the name of one is nearly the same.
pub(super) fn closest(name: &str) -> Option<&'static str> {
    let names = TABLE.iter().map(Entry::name);
    let distances = names.map(|known| (distance(name, known), known));
    // Less than half of it is wrong, and no more than that.
    let near = |(distance, known): &(usize, &str)| *distance <= 3 && distance * 2 < known.len();
    distances.filter(near).min().map(|(_, known)| known)
}

/// How many characters have to be added, removed or replaced to make one word the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, a) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, b) in other.chars().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.chars().count()]
}

/// All options, for whoever asked for one that there is not.
pub(super) fn listing() -> String {
    let mut listing = "The options are:".to_owned();
    for Entry { syntax, help, .. } in TABLE {
        listing.push_str(&format!("\n  {syntax}\n      {help}"));
    }
    listing
}

/// An option that is there or not.
fn word(value: Option<&str>, set: &mut bool) -> Result<(), String> {
    *set = true;
    value.map_or(Ok(()), |_| Err("is a word by itself".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_this_table() {
        let row = |entry: &Entry| {
            // A bar would end the cell, even in code.
            let [syntax, help] = [entry.syntax, entry.help].map(|text| text.replace('|', "\\|"));
            format!("| `{syntax}` | {help} |\n")
        };
        let rows: String = TABLE.iter().map(row).collect();
        let table = format!("| option | |\n|---|---|\n{rows}\n");
        let readme = include_str!("../../README.md");
        assert!(readme.contains(&table), "README.md should have:\n\n{table}");
    }

    #[test]
    fn names_are_told_apart() {
        for entry in TABLE {
            let found = find(entry.name()).expect("it is in the table");
            assert_eq!(found.syntax, entry.syntax);
        }
    }
}
