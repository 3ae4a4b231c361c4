//! Settings that name what they are for.

use std::cell::Cell;

use super::value::proto_path;
use crate::diagnostics::Diagnostics;

/// Settings for whatever stands at or below a protobuf path.
#[derive(Debug)]
pub struct PathRules<T> {
    option: &'static str,
    /// What a path may name.
    what: &'static str,
    rules: Vec<PathRule<T>>,
}

#[derive(Debug)]
struct PathRule<T> {
    /// The protobuf name without a leading dot; empty for everything.
    path: String,
    value: T,
    used: Cell<bool>,
}

impl<T> PathRules<T> {
    pub(super) fn new(option: &'static str, what: &'static str) -> Self {
        Self { option, what, rules: Vec::new() }
    }

    pub(super) fn push(&mut self, path: String, value: T) {
        self.rules.push(PathRule { path, value, used: Cell::new(false) });
    }

    /// A rule that is fine even where there is nothing to be found.
    pub(super) fn push_for_all(&mut self, value: T) {
        self.rules.push(PathRule { path: String::new(), value, used: Cell::new(true) });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty()
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

    /// Refuses the paths that nothing in the files matched.
    pub(super) fn refuse_unused(&self, diagnostics: &mut Diagnostics) {
        let Self { option, what, .. } = self;
        for rule in self.rules.iter().filter(|rule| !rule.used.get()) {
            diagnostics.general(
                format!("option `{option}=.{}`: there is no {what} of that name", rule.path),
                "Correct the name; it is the full protobuf name with a dot in front, \
                 and must be in a file that code is generated for.",
            );
        }
    }
}

impl PathRules<()> {
    /// For what is at or below the path that an option gives.
    pub(super) fn push_at(&mut self, path: Option<&str>) -> Result<(), String> {
        self.push(proto_path(path.unwrap_or_default())?, ());
        Ok(())
    }
}

/// Whether `element` is `path` or has it in front, by whole words.
pub(crate) fn is_at_or_below(element: &str, path: &str) -> bool {
    path.is_empty()
        || element.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
