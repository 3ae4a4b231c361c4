//! The plugin parameter: what users pass with `--rustrpc_opt`, parsed and checked.

use std::cell::Cell;

use crate::diagnostics::Diagnostics;
use crate::model::ModulePath;

/// How code is generated.
#[derive(Debug)]
pub struct Options {
    /// The module under which everything stands.
    pub root: ModulePath,
    /// Packages and types that are generated elsewhere.
    pub externs: Vec<Extern>,
    /// Whether `google.protobuf`'s well-known types come from the runtime.
    pub runtime_types: bool,
    /// Whether this is the runtime itself, where the JSON and text of `google.protobuf`'s special types
    /// are written by hand. Not for users, so not described.
    pub own_forms: bool,
    /// Whether messages and enums get their JSON form.
    pub json: bool,
    /// Whether messages and enums get their text format.
    pub text: bool,
    /// The files whose descriptors are embedded.
    pub descriptors: Descriptors,
    /// Messages that get a view.
    pub views: PathRules<()>,
    /// Methods whose handlers get their requests as views.
    pub view_requests: PathRules<()>,
    pub attributes: PathRules<String>,
    pub bytes: PathRules<()>,
    pub btree_map: PathRules<()>,
    pub boxed: PathRules<()>,
    pub unknown_fields: PathRules<bool>,
}

/// The files whose descriptors are embedded; what they import is as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Descriptors {
    /// Those with services.
    Services,
    All,
    None,
}

/// A package or type that another crate or module provides.
#[derive(Clone, Debug)]
pub struct Extern {
    /// The protobuf name without a leading dot.
    pub proto: String,
    /// The module for a package; for a type the path of the type.
    pub path: ModulePath,
}

/// Settings for whatever stands at or below a protobuf path.
#[derive(Debug)]
pub struct PathRules<T> {
    option: &'static str,
    rules: Vec<PathRule<T>>,
}

#[derive(Debug)]
struct PathRule<T> {
    /// The protobuf name without a leading dot; empty for everything.
    path: String,
    value: T,
    used: Cell<bool>,
}

/// One option, as the help shows it.
#[derive(Debug)]
pub struct Description {
    /// How it is written, `root=PATH`.
    pub syntax: &'static str,
    /// What it does, one sentence.
    pub help: &'static str,
}

impl Description {
    /// The option's name, which its syntax begins with.
    fn name(&self) -> &'static str {
        self.syntax.split(['=', ' ']).next().unwrap_or_default()
    }
}

/// Every option there is.
pub const DESCRIPTIONS: &[Description] = &[
    Description {
        syntax: "root=PATH",
        help: "the module that will hold mod.rs, `crate::proto` unless given",
    },
    Description {
        syntax: "extern=.PACKAGE=PATH",
        help: "a package (or a message, or an enum) that is generated elsewhere, \
               e.g. extern=.google.type=::google_types",
    },
    Description {
        syntax: "attribute=.NAME=#[...]",
        help: "an attribute for a message, enum, oneof, field, value, service or method, \
               or for every type of a package",
    },
    Description {
        syntax: "bytes=.NAME",
        help: "bytes fields at or below NAME as `rustrpc::Bytes` instead of `Vec<u8>`",
    },
    Description {
        syntax: "btree_map=.NAME",
        help: "map fields at or below NAME as `BTreeMap` instead of `HashMap`",
    },
    Description { syntax: "boxed=.NAME", help: "message fields at or below NAME in a `Box`" },
    Description {
        syntax: "unknown_fields=keep|drop or .NAME=keep|drop",
        help: "whether messages keep fields that the .proto does not know; they do unless told",
    },
    Description {
        syntax: "json",
        help: "ProtoJSON for every message: `rustrpc::json::to_string` and `from_str`",
    },
    Description {
        syntax: "text",
        help: "protobuf's text format for every message: `rustrpc::text::to_string` and `from_str`",
    },
    Description {
        syntax: "descriptors=services|all|none",
        help: "the .proto files whose descriptors the code carries along for reflection, \
               with all they import; those with services unless told",
    },
    Description {
        syntax: "views or views=.NAME",
        help: "views, which borrow from the encoded bytes, for all messages or those at or below \
               NAME, and for the messages in them",
    },
    Description {
        syntax: "view_requests=.NAME",
        help: "servers get the requests of the rpcs at or below NAME as `rustrpc::view::ViewOf`, \
               which brings the views along",
    },
    Description {
        syntax: "well_known_types=runtime|generate",
        help: "whether google.protobuf.Timestamp and its like come from `rustrpc::types`, \
               as they do unless told, or are generated like any other",
    },
];

impl Options {
    /// Parses the parameter. Every mistake in it goes to the diagnostics.
    pub fn parse(parameter: &str, diagnostics: &mut Diagnostics) -> Self {
        let mut options = Self::default();
        for option in split(parameter) {
            if let Err(problem) = options.apply(option) {
                let key = option.split('=').next().unwrap_or_default().trim();
                let known = DESCRIPTIONS.iter().find(|description| description.name() == key);
                let cure = match (known, closest(key)) {
                    (Some(known), _) => format!("It is written {}.", known.syntax),
                    (None, Some(closest)) => format!("Did you mean `{closest}`?"),
                    (None, None) => {
                        diagnostics.footnote(listing());
                        String::new()
                    }
                };
                diagnostics.general(format!("option `{option}`: {problem}"), &cure);
            }
        }
        options
    }

    /// Refuses the paths of options that nothing in the files matched.
    pub(crate) fn refuse_unused(&self, diagnostics: &mut Diagnostics) {
        self.attributes.refuse_unused("message, enum, oneof, field, service or rpc", diagnostics);
        self.bytes.refuse_unused("bytes field", diagnostics);
        self.btree_map.refuse_unused("map field", diagnostics);
        self.boxed.refuse_unused("message field", diagnostics);
        self.unknown_fields.refuse_unused("message", diagnostics);
        self.views.refuse_unused("message", diagnostics);
        self.view_requests.refuse_unused("rpc", diagnostics);
    }

    /// Whether there may be messages with views.
    pub(crate) fn has_views(&self) -> bool {
        !self.views.rules.is_empty() || !self.view_requests.rules.is_empty()
    }

    fn apply(&mut self, option: &str) -> Result<(), String> {
        let (key, value) = option.split_once('=').unwrap_or((option, ""));
        match key.trim() {
            "root" => self.root = rust_path(value)?,
            "extern" => {
                let (proto, path) = value
                    .split_once('=')
                    .ok_or("needs a protobuf name and a Rust path with `=` between them")?;
                self.externs.push(Extern { proto: proto_path(proto)?, path: rust_path(path)? });
            }
            "attribute" => {
                let (proto, attribute) = value
                    .split_once('=')
                    .ok_or("needs a protobuf name and an attribute with `=` between them")?;
                let attribute = checked_attribute(attribute)?;
                self.attributes.push(proto_path(proto)?, attribute);
            }
            "bytes" => self.bytes.push(proto_path(value)?, ()),
            "btree_map" => self.btree_map.push(proto_path(value)?, ()),
            "boxed" => self.boxed.push(proto_path(value)?, ()),
            "unknown_fields" => {
                let (path, value) = value.split_once('=').unwrap_or((".", value));
                let keep = match value {
                    "keep" => true,
                    "drop" => false,
                    _ => return Err("is either `keep` or `drop`".to_owned()),
                };
                let whole = path == ".";
                self.unknown_fields.push(proto_path(path)?, keep);
                if whole {
                    self.unknown_fields.mark_last_used();
                }
            }
            "json" if option == "json" => self.json = true,
            "text" if option == "text" => self.text = true,
            "json" | "text" => return Err("is a word by itself".to_owned()),
            "descriptors" => {
                self.descriptors = match value {
                    "services" => Descriptors::Services,
                    "all" => Descriptors::All,
                    "none" => Descriptors::None,
                    _ => return Err("is `services`, `all` or `none`".to_owned()),
                };
            }
            "views" if option == "views" => {
                self.views.push(String::new(), ());
                self.views.mark_last_used();
            }
            "views" => self.views.push(proto_path(value)?, ()),
            "view_requests" => self.view_requests.push(proto_path(value)?, ()),
            "well_known_types" => {
                self.own_forms = value == "own";
                self.runtime_types = match value {
                    "runtime" => true,
                    "generate" | "own" => false,
                    _ => return Err("is either `runtime` or `generate`".to_owned()),
                };
            }
            _ => return Err("there is no such option".to_owned()),
        }
        Ok(())
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            root: ModulePath::new(["crate", "proto"]),
            externs: Vec::new(),
            runtime_types: true,
            own_forms: false,
            json: false,
            text: false,
            descriptors: Descriptors::Services,
            views: PathRules::new("views"),
            view_requests: PathRules::new("view_requests"),
            attributes: PathRules::new("attribute"),
            bytes: PathRules::new("bytes"),
            btree_map: PathRules::new("btree_map"),
            boxed: PathRules::new("boxed"),
            unknown_fields: PathRules::new("unknown_fields"),
        }
    }
}

impl<T> PathRules<T> {
    fn new(option: &'static str) -> Self {
        Self { option, rules: Vec::new() }
    }

    fn push(&mut self, path: String, value: T) {
        self.rules.push(PathRule { path, value, used: Cell::new(false) });
    }

    fn mark_last_used(&self) {
        if let Some(rule) = self.rules.last() {
            rule.used.set(true);
        }
    }

    /// The value of the last rule whose path is the element or something around it.
    pub(crate) fn of(&self, element: &str) -> Option<&T> {
        let mut found = None;
        for rule in &self.rules {
            if is_at_or_below(element, &rule.path) {
                rule.used.set(true);
                found = Some(&rule.value);
            }
        }
        found
    }

    /// The values of all rules whose path is the element, and, when `package` is given, of those
    /// whose path is that package or one around it.
    pub(crate) fn exactly(&self, element: &str, package: Option<&str>) -> Vec<&T> {
        let mut found = Vec::new();
        for rule in &self.rules {
            let by_package = package.is_some_and(|package| is_at_or_below(package, &rule.path));
            if rule.path == element || by_package {
                rule.used.set(true);
                found.push(&rule.value);
            }
        }
        found
    }

    fn refuse_unused(&self, what: &str, diagnostics: &mut Diagnostics) {
        for rule in self.rules.iter().filter(|rule| !rule.used.get()) {
            diagnostics.general(
                format!("option `{}=.{}`: there is no {what} of that name", self.option, rule.path),
                "Correct the name; it is the full protobuf name with a dot in front, \
                 and must be in a file that code is generated for.",
            );
        }
    }
}

/// Whether `element` is `path` or has it in front, by whole words.
pub(crate) fn is_at_or_below(element: &str, path: &str) -> bool {
    path.is_empty()
        || element.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The option that was meant, if the name of one is nearly the same.
fn closest(name: &str) -> Option<&'static str> {
    let names = DESCRIPTIONS.iter().map(Description::name);
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

/// Splits at commas outside of brackets and strings.
fn split(parameter: &str) -> impl Iterator<Item = &str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quoted, mut escaped) = (0, 0usize, false, false);
    for (index, character) in parameter.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            _ if quoted => {}
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&parameter[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&parameter[start..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty())
}

fn proto_path(path: &str) -> Result<String, String> {
    let path = path.trim();
    let Some(name) = path.strip_prefix('.') else {
        return Err(format!("the protobuf name `{path}` needs a dot in front: `.{path}`"));
    };
    if name.is_empty() || name.split('.').all(crate::model::is_identifier) {
        Ok(name.to_owned())
    } else {
        Err(format!("`{path}` is no protobuf name"))
    }
}

fn rust_path(path: &str) -> Result<ModulePath, String> {
    let path = path.trim();
    let parsed: syn::Path = syn::parse_str(path)
        .map_err(|_| format!("`{path}` is no Rust path such as `crate::proto` or `::types`"))?;
    if parsed.segments.iter().any(|segment| !segment.arguments.is_none()) {
        return Err(format!("`{path}` has generic arguments, which a module can't have"));
    }
    let first = parsed.segments.first().map(|segment| segment.ident.to_string());
    if parsed.leading_colon.is_none() && matches!(first.as_deref(), Some("self" | "super")) {
        return Err(format!(
            "`{path}` means another module in each file; start with `crate::` or `::`"
        ));
    }
    let leading = parsed.leading_colon.map(|_| String::new());
    let segments = parsed.segments.iter().map(|segment| segment.ident.to_string());
    Ok(ModulePath::new(leading.into_iter().chain(segments)))
}

fn checked_attribute(attribute: &str) -> Result<String, String> {
    let attribute = attribute.trim();
    let parser = syn::Attribute::parse_outer;
    match syn::parse::Parser::parse_str(parser, attribute) {
        Ok(parsed) if !parsed.is_empty() => Ok(attribute.to_owned()),
        _ => Err(format!("`{attribute}` is no Rust attribute such as `#[derive(Hash)]`")),
    }
}

fn listing() -> String {
    let mut listing = "The options are:".to_owned();
    for Description { syntax, help } in DESCRIPTIONS {
        listing.push_str(&format!("\n  {syntax}\n      {help}"));
    }
    listing
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(parameter: &str) -> Result<Options, Vec<String>> {
        let mut diagnostics = Diagnostics::default();
        let options = Options::parse(parameter, &mut diagnostics);
        let problems: Vec<_> =
            diagnostics.sorted().into_iter().map(|entry| entry.problem.clone()).collect();
        if problems.is_empty() { Ok(options) } else { Err(problems) }
    }

    #[test]
    fn commas_inside_attributes_do_not_split() {
        let options = parse(
            r##"attribute=.a.B=#[derive(Eq, Hash)],root=crate::x,attribute=.a.C=#[doc = "1, [2"]"##,
        )
        .expect("valid");
        assert_eq!(options.attributes.exactly("a.B", None), ["#[derive(Eq, Hash)]"]);
        assert_eq!(options.attributes.exactly("a.C", None), [r#"#[doc = "1, [2"]"#]);
        assert_eq!(options.root, ModulePath::new(["crate", "x"]));
    }

    #[test]
    fn externs_keep_their_leading_colons() {
        let options = parse("extern=.google.type=::google_types::r#type").expect("valid");
        assert_eq!(options.externs[0].path, ModulePath::new(["", "google_types", "r#type"]));
        assert_eq!(options.externs[0].proto, "google.type");
    }

    #[test]
    fn every_mistake_is_reported() {
        let problems =
            parse("rot=x,bytes=a.b,root=a b,unknown_fields=maybe,extern=.a,attribute=.a=derive")
                .expect_err("six mistakes");
        assert_eq!(problems.len(), 6, "{problems:#?}");
    }

    #[test]
    fn rules_reach_what_is_below_by_whole_words() {
        let options = parse("bytes=.acme.Blob,unknown_fields=drop").expect("valid");
        assert!(options.bytes.of("acme.Blob.data").is_some());
        assert!(options.bytes.of("acme.Blobby.data").is_none());
        assert_eq!(options.unknown_fields.of("acme.Blob"), Some(&false));
    }
}
