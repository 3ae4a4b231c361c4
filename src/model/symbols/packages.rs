//! The modules of packages.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::qualified;
use crate::model::Name;
use crate::model::names::{self, Scope};

/// The modules of generated packages, each level of which is a scope.
#[derive(Default)]
pub(super) struct PackageTree {
    /// By protobuf name: the module's own name and the names of the packages directly below.
    nodes: HashMap<String, (Option<Name>, Scope)>,
}

impl PackageTree {
    /// `packages` has to be sorted.
    pub(super) fn new<'n>(packages: impl Iterator<Item = &'n str>) -> Self {
        let mut children: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for package in packages {
            let mut parent = String::new();
            for word in package.split('.').filter(|word| !word.is_empty()) {
                children.entry(parent.clone()).or_default().insert(word);
                parent = qualified(&parent, word);
            }
        }
        let mut tree = Self::default();
        for (parent, words) in children {
            let words: Vec<&str> = words.into_iter().collect();
            let scope = &mut tree.nodes.entry(parent.clone()).or_default().1;
            let settled = scope.claim_all(&words, names::module);
            for (word, name) in words.iter().zip(settled) {
                tree.nodes.entry(qualified(&parent, word)).or_default().0 = Some(name);
            }
        }
        tree
    }

    pub(super) fn modules(&self, package: &str) -> Vec<Name> {
        let mut parent = String::new();
        let mut modules = Vec::new();
        for word in package.split('.').filter(|word| !word.is_empty()) {
            parent = qualified(&parent, word);
            let settled = self.nodes.get(&parent).and_then(|(name, _)| name.clone());
            modules.push(settled.unwrap_or_else(|| Name::new(&names::module(word))));
        }
        modules
    }

    /// The scope of a package with the packages below it already in.
    pub(super) fn scope(&mut self, package: &str) -> Scope {
        self.nodes.get_mut(package).map(|(_, scope)| std::mem::take(scope)).unwrap_or_default()
    }
}
