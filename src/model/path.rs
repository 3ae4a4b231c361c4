//! Where generated items stand. How a path is spelled at some place is decided in
//! `emit::paths`.

use std::sync::Arc;

use super::Name;

/// The absolute path of the module of a package, in this crate or in another.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModulePath {
    /// The segments as they are spelled: `crate`, `proto`, `acme`. A first segment that is empty
    /// stands for a leading `::`.
    segments: Arc<[String]>,
}

/// A struct, enum or oneof: its package, the message modules inside that, its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ItemPath {
    pub package: ModulePath,
    /// The modules of the messages around it, outermost first.
    pub modules: Vec<Name>,
    pub name: Name,
}

impl ModulePath {
    /// A path of segments that are spelled as given.
    pub fn new(segments: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { segments: segments.into_iter().map(Into::into).collect() }
    }

    /// The segments from the crate down.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// A module below this one.
    #[must_use]
    pub fn join<'a>(&self, modules: impl IntoIterator<Item = &'a Name>) -> Self {
        let below = modules.into_iter().map(ToString::to_string);
        Self { segments: self.segments.iter().cloned().chain(below).collect() }
    }
}

impl ItemPath {
    /// The segments from the crate down to the item.
    pub fn segments(&self) -> Vec<String> {
        let mut segments = self.package.segments().to_vec();
        segments.extend(self.modules.iter().map(ToString::to_string));
        segments.push(self.name.to_string());
        segments
    }
}
