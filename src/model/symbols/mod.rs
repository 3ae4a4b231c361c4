//! Every message and enum of the request by its protobuf name, with its Rust name settled.

mod collector;
mod elsewhere;
mod packages;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::names::{self, Scope};
use super::required::incomplete_messages;
use super::views::viewed_messages;
use super::{ItemPath, Name};
use crate::options::Options;
use crate::request::{
    EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor, Type as FieldType,
};
use collector::{Collector, Source};
use packages::PackageTree;

pub(super) use elsewhere::{comes_with_runtime, is_elsewhere, mapping_of};

/// The types of the request.
#[derive(Debug)]
pub(super) struct Symbols<'a> {
    by_name: HashMap<String, Symbol<'a>>,
    /// What is named inside each generated package, and inside each message that has a module, by
    /// protobuf name.
    scopes: HashMap<String, Names>,
    /// The module names of each generated package.
    modules: HashMap<String, Vec<Name>>,
    /// Names that two files define.
    pub(super) duplicates: Vec<(usize, String)>,
    /// Messages with required fields in them or below, with a leading dot.
    pub(super) incomplete: HashSet<String>,
    /// Messages with a view.
    viewed: HashSet<String>,
}

/// A message or an enum.
#[derive(Debug)]
pub(super) struct Symbol<'a> {
    pub(super) path: ItemPath,
    /// The message's view, if it has one.
    pub(super) view: Option<ItemPath>,
    pub(super) origin: Origin,
    pub(super) definition: Definition<'a>,
    /// The index of the file it is defined in.
    pub(super) file: usize,
}

/// Where the Rust type comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// This run writes it.
    Generated,
    /// The runtime or an `extern` provides it.
    Elsewhere,
    /// Neither: its file is only imported.
    Missing,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Definition<'a> {
    Message(&'a MessageDescriptor<'a>),
    Enum { descriptor: &'a EnumDescriptor<'a>, closed: bool },
}

/// The settled names of a scope.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) all: BTreeSet<Name>,
    /// The module of each message with one, by protobuf name.
    pub(super) modules: HashMap<String, Name>,
    /// The Rust enum of each oneof, by its name.
    pub(super) oneofs: HashMap<String, Name>,
    /// The Rust enum that views have for a oneof, by its name, where that is another one.
    pub(super) oneof_views: HashMap<String, Name>,
    /// The four names of each service, by its name.
    pub(super) services: HashMap<String, ServiceNames>,
    /// The constant of each extension, by its name.
    pub(super) extensions: HashMap<String, Name>,
    /// The list of a package's extensions, in the scope of a package that has any.
    pub(super) extension_list: Option<Name>,
}

#[derive(Debug)]
pub(super) struct ServiceNames {
    pub(super) service: Name,
    pub(super) server: Name,
    pub(super) client: Name,
    pub(super) descriptor: Name,
}

impl<'a> Symbols<'a> {
    /// Settles the names of all files. `generated` says of each file whether it is generated.
    pub(super) fn collect(
        files: &'a [FileDescriptor<'a>],
        generated: &[bool],
        options: &Options,
    ) -> Self {
        let mut symbols = Self {
            by_name: HashMap::new(),
            scopes: HashMap::new(),
            modules: HashMap::new(),
            duplicates: Vec::new(),
            incomplete: incomplete_messages(files),
            viewed: viewed_messages(files, generated, options),
        };
        let mut packages: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            packages.entry(file.package).or_default().push(index);
        }
        for indices in packages.values_mut() {
            indices.sort_by_key(|&index| files[index].name);
        }
        let is_generated = |indices: &Vec<usize>| indices.iter().any(|&index| generated[index]);
        let generated_packages =
            packages.iter().filter(|(_, indices)| is_generated(indices)).map(|(name, _)| *name);
        let mut tree = PackageTree::new(generated_packages);

        for (package, indices) in &packages {
            let modules = tree.modules(package);
            let mut collector = Collector {
                symbols: &mut symbols,
                options,
                package,
                home: options.root.join(&modules),
                modules: Vec::new(),
                source: Source { index: 0, name: "", generated: false },
            };
            let files: Vec<_> =
                indices.iter().map(|&index| (index, generated[index], &files[index])).collect();
            let names = collector.package(&files, tree.scope(package));
            symbols.scopes.insert((*package).to_owned(), names);
            symbols.modules.insert((*package).to_owned(), modules);
        }
        symbols
    }

    /// The type of a full name without a leading dot.
    pub(super) fn get(&self, full_name: &str) -> Option<&Symbol<'a>> {
        self.by_name.get(full_name)
    }

    /// Whether a view holds the field by a borrow.
    fn borrows(&self, field: &FieldDescriptor<'_>) -> bool {
        let viewed =
            field.type_name.strip_prefix('.').is_some_and(|name| self.viewed.contains(name));
        viewed || matches!(field.r#type, Some(FieldType::String | FieldType::Bytes))
    }

    /// What is named inside a package or a message.
    pub(super) fn names(&self, full_name: &str) -> Option<&Names> {
        self.scopes.get(full_name)
    }

    /// The module next to a message.
    pub(super) fn module_of(&self, message: &str) -> Option<Name> {
        let (scope, name) = message.rsplit_once('.').unwrap_or(("", message));
        self.scopes.get(scope)?.modules.get(name).cloned()
    }

    /// The modules of a package below the root.
    pub(super) fn package_modules(&self, package: &str) -> Vec<Name> {
        self.modules.get(package).cloned().unwrap_or_default()
    }
}

/// `scope.name`, or only the name at the top.
pub(super) fn qualified(scope: &str, name: &str) -> String {
    if scope.is_empty() { name.to_owned() } else { format!("{scope}.{name}") }
}

/// The constants of an enum, in the order of its values.
pub(super) fn enum_value_names(descriptor: &EnumDescriptor<'_>) -> Vec<Name> {
    let words: Vec<_> = descriptor
        .values
        .iter()
        .map(|value| names::enum_value(descriptor.name, value.name))
        .collect();
    let mut scope = Scope::default();
    let mut settled = vec![None; words.len()];
    // Values whose name needs no stripping come first: they have nothing to fall back on.
    for alternatives in [1, 2] {
        for (name, words) in settled.iter_mut().zip(&words) {
            if words.len() == alternatives {
                *name = Some(scope.claim(words.iter().map(String::as_str)));
            }
        }
    }
    settled.into_iter().flatten().collect()
}
