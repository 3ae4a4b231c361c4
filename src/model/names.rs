//! Rust names for protobuf names, settled over a whole scope so that nothing collides.

use std::borrow::Borrow;
use std::collections::BTreeSet;
use std::fmt;

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// A Rust identifier as it is spelled, `r#` included where it takes that.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// The identifier as it is spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The identifier without `r#`, as it shows in file names.
    pub fn plain(&self) -> &str {
        self.0.strip_prefix("r#").unwrap_or(&self.0)
    }

    /// A name that is spelled in Rust already.
    pub(super) fn spelled(word: &str) -> Self {
        Self(word.to_owned())
    }

    /// Makes an identifier out of a word that is one but for keywords.
    pub(super) fn new(word: &str) -> Self {
        Self(match word {
            // The four keywords that can't be raw.
            "self" | "Self" | "super" | "crate" | "_" => format!("{word}_"),
            _ if is_keyword(word) => format!("r#{word}"),
            _ => word.to_owned(),
        })
    }
}

/// Names compare as the words they are spelled with, so a set of them can be asked for a word.
impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One namespace: hands out each name once.
///
/// Names have to be asked for in a fixed order, most important ones first: the first to ask gets
/// the name it would like best.
#[derive(Debug, Default)]
pub(super) struct Scope {
    taken: BTreeSet<Name>,
}

impl Scope {
    /// Keeps a name from being handed out.
    pub(super) fn reserve(&mut self, word: &str) {
        self.taken.insert(Name::new(word));
    }

    /// The first of the words that is free; when none is, the last one with underscores behind it.
    pub(super) fn claim<'a>(&mut self, words: impl IntoIterator<Item = &'a str>) -> Name {
        let mut last = "";
        for word in words {
            let name = Name::new(word);
            if self.taken.insert(name.clone()) {
                return name;
            }
            last = word;
        }
        let mut word = format!("{last}_");
        loop {
            let name = Name::new(&word);
            if self.taken.insert(name.clone()) {
                return name;
            }
            word.push('_');
        }
    }

    /// Claims a name for each of the words, in an order that spares a word which is spelled in Rust
    /// as it is in the .proto: next to `Abba`, `ABBA` has to give way, whichever comes first.
    pub(super) fn claim_all(
        &mut self,
        proto_names: &[&str],
        case: fn(&str) -> String,
    ) -> Vec<Name> {
        let converted: Vec<String> = proto_names.iter().map(|name| case(name)).collect();
        let mut names = vec![None; proto_names.len()];
        for exact in [true, false] {
            for ((name, proto_name), word) in names.iter_mut().zip(proto_names).zip(&converted) {
                if (word == proto_name) == exact {
                    *name = Some(self.claim([word.as_str()]));
                }
            }
        }
        names.into_iter().flatten().collect()
    }

    pub(super) fn into_names(self) -> BTreeSet<Name> {
        self.taken
    }
}

/// The name of a field, method or module: `snake_case`.
pub(super) fn snake(word: &str) -> String {
    identifier(word.to_snake_case(), word)
}

/// The name of a type, variant or enum value: `UpperCamelCase`.
pub(super) fn camel(word: &str) -> String {
    identifier(word.to_upper_camel_case(), word)
}

/// The name of a static: `SHOUTY_SNAKE_CASE`.
pub(super) fn shouty(word: &str) -> String {
    identifier(word.to_shouty_snake_case(), word)
}

/// The name of a module. Words that would hide something generated code relies on are evaded:
/// a module is found before the primitive type of the same name, and a file `mod.rs` would be
/// taken for its folder's.
pub(super) fn module(word: &str) -> String {
    let word = snake(word);
    let hides = matches!(
        word.as_str(),
        "bool"
            | "char"
            | "f32"
            | "f64"
            | "i8"
            | "i16"
            | "i32"
            | "i64"
            | "i128"
            | "isize"
            | "mod"
            | "str"
            | "u8"
            | "u16"
            | "u32"
            | "u64"
            | "u128"
            | "usize"
    );
    if hides { word + "_" } else { word }
}

/// The name of the module next to a type.
pub(super) fn module_of_type(name: &Name) -> String {
    let word = name.as_str().trim_end_matches('_');
    let underscores = &name.as_str()[word.len()..];
    let module = module(word);
    // `Self_` is so called because of the keyword, and so is `self_` already.
    if module.ends_with('_') { module } else { module + underscores }
}

/// The words for an enum value, best first: without the enum's name in front, then with it.
pub(super) fn enum_value(enum_name: &str, value_name: &str) -> Vec<String> {
    let whole = camel(value_name);
    let prefix = enum_name.to_shouty_snake_case() + "_";
    let stripped = value_name.to_shouty_snake_case();
    match stripped.strip_prefix(&prefix) {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_alphabetic()) => {
            vec![camel(rest), whole]
        }
        _ => vec![whole],
    }
}

/// Whether a protobuf name is one: a letter or underscore, then letters, digits, underscores.
pub(crate) fn is_identifier(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

/// Case conversion drops outer underscores, which may leave a digit in front or nothing at all.
fn identifier(converted: String, original: &str) -> String {
    match converted.chars().next() {
        None => "_".repeat(original.len().max(2)),
        Some(first) if first.is_ascii_digit() => format!("_{converted}"),
        Some(_) => converted,
    }
}

fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "abstract"
            | "as"
            | "async"
            | "await"
            | "become"
            | "box"
            | "break"
            | "const"
            | "continue"
            | "do"
            | "dyn"
            | "else"
            | "enum"
            | "extern"
            | "false"
            | "final"
            | "fn"
            | "for"
            | "gen"
            | "if"
            | "impl"
            | "in"
            | "let"
            | "loop"
            | "macro"
            | "match"
            | "mod"
            | "move"
            | "mut"
            | "override"
            | "priv"
            | "pub"
            | "ref"
            | "return"
            | "static"
            | "struct"
            | "trait"
            | "true"
            | "try"
            | "type"
            | "typeof"
            | "unsafe"
            | "unsized"
            | "use"
            | "virtual"
            | "where"
            | "while"
            | "yield"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_raw_where_they_can_be() {
        for (word, name) in [("type", "r#type"), ("self", "self_"), ("Self", "Self_"), ("id", "id")]
        {
            assert_eq!(Name::new(word).as_str(), name);
        }
        assert_eq!(Name::new("type").plain(), "type");
    }

    #[test]
    fn names_that_become_equal_give_way_to_the_one_spelled_alike() {
        let names = Scope::default().claim_all(&["ABBA", "Abba", "abba"], camel);
        let words: Vec<_> = names.iter().map(Name::as_str).collect();
        assert_eq!(words, ["Abba_", "Abba", "Abba__"]);
    }

    #[test]
    fn odd_words_become_identifiers() {
        assert_eq!(snake("_"), "__");
        assert_eq!(snake("_1"), "_1");
        assert_eq!(camel("__2nd_try"), "_2ndTry");
        assert_eq!(snake("HTTPServer"), "http_server");
        assert_eq!(module("Bool"), "bool_");
        assert_eq!(shouty("OrderService"), "ORDER_SERVICE");
    }

    #[test]
    fn enum_prefixes_are_stripped_unless_a_digit_follows() {
        assert_eq!(enum_value("Status", "STATUS_SHIPPED"), ["Shipped", "StatusShipped"]);
        assert_eq!(enum_value("Version", "VERSION_2"), ["Version2"]);
        assert_eq!(enum_value("Foo", "FOOBAR"), ["Foobar"]);
        assert_eq!(enum_value("Foo", "FOO"), ["Foo"]);
    }
}
