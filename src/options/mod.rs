//! The plugin parameter: what users pass with `--rustrpc_opt`, parsed and checked.

mod rules;
mod table;
mod value;

use crate::diagnostics::Diagnostics;
use crate::model::ModulePath;

pub use rules::PathRules;
pub(crate) use rules::is_at_or_below;
pub use table::{Entry, TABLE};

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

impl Options {
    /// Parses the parameter. Every mistake in it goes to the diagnostics.
    pub fn parse(parameter: &str, diagnostics: &mut Diagnostics) -> Self {
        let mut options = Self::default();
        for option in value::split(parameter) {
            if let Err((problem, cure)) = options.apply(option, diagnostics) {
                diagnostics.general(format!("option `{option}`: {problem}"), &cure);
            }
        }
        options
    }

    /// Refuses the paths of options that nothing in the files matched.
    pub(crate) fn refuse_unused(&self, diagnostics: &mut Diagnostics) {
        self.attributes.refuse_unused(diagnostics);
        self.bytes.refuse_unused(diagnostics);
        self.btree_map.refuse_unused(diagnostics);
        self.boxed.refuse_unused(diagnostics);
        self.unknown_fields.refuse_unused(diagnostics);
        self.views.refuse_unused(diagnostics);
        self.view_requests.refuse_unused(diagnostics);
    }

    /// Whether there may be messages with views.
    pub(crate) fn has_views(&self) -> bool {
        !self.views.is_empty() || !self.view_requests.is_empty()
    }

    /// Takes in one option.
    ///
    /// # Errors
    /// What is wrong with it, and the cure.
    fn apply(
        &mut self,
        option: &str,
        diagnostics: &mut Diagnostics,
    ) -> Result<(), (String, String)> {
        let (name, value) = match option.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value)),
            None => (option, None),
        };
        let Some(entry) = table::find(name) else {
            let cure = match table::closest(name) {
                Some(closest) => format!("Did you mean `{closest}`?"),
                None => {
                    diagnostics.footnote(table::listing());
                    String::new()
                }
            };
            return Err(("there is no such option".to_owned(), cure));
        };
        (entry.apply)(self, value)
            .map_err(|problem| (problem, format!("It is written {}.", entry.syntax)))
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
            views: PathRules::new("views", "message"),
            view_requests: PathRules::new("view_requests", "rpc"),
            attributes: PathRules::new("attribute", "message, enum, oneof, field, service or rpc"),
            bytes: PathRules::new("bytes", "bytes field"),
            btree_map: PathRules::new("btree_map", "map field"),
            boxed: PathRules::new("boxed", "message field"),
            unknown_fields: PathRules::new("unknown_fields", "message"),
        }
    }
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
