//! Every message and enum of the request by its protobuf name, with its Rust name settled.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::names::{self, Scope};
use super::required::incomplete_messages;
use super::views::viewed_messages;
use super::{Features, ItemPath, ModulePath, Name};
use crate::options::{Extern, Options, is_at_or_below};
use crate::request::{
    EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor, Type as FieldType,
};

/// The files whose types the runtime brings along as `rustrpc::types`.
const RUNTIME_FILES: &[&str] = &[
    "google/protobuf/any.proto",
    "google/protobuf/api.proto",
    "google/protobuf/compiler/plugin.proto",
    "google/protobuf/descriptor.proto",
    "google/protobuf/duration.proto",
    "google/protobuf/empty.proto",
    "google/protobuf/field_mask.proto",
    "google/protobuf/source_context.proto",
    "google/protobuf/struct.proto",
    "google/protobuf/timestamp.proto",
    "google/protobuf/type.proto",
    "google/protobuf/wrappers.proto",
];

/// Whether the runtime brings along the types of a file and its descriptor.
pub(super) fn comes_with_runtime(file: &str) -> bool {
    RUNTIME_FILES.contains(&file)
}

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

/// Whether an `extern` or the runtime provides a type of the file.
pub(super) fn is_elsewhere(full_name: &str, file: &str, options: &Options) -> bool {
    mapping_of(full_name, options).is_some() || options.runtime_types && comes_with_runtime(file)
}

/// The `extern` that holds for a type.
pub(super) fn mapping_of<'o>(full_name: &str, options: &'o Options) -> Option<&'o Extern> {
    let mappings = options.externs.iter();
    mappings
        .filter(|mapping| is_at_or_below(full_name, &mapping.proto))
        .max_by_key(|mapping| mapping.proto.len())
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

/// The modules of generated packages, each level of which is a scope.
#[derive(Default)]
struct PackageTree {
    /// By protobuf name: the module's own name and the names of the packages directly below.
    nodes: HashMap<String, (Option<Name>, Scope)>,
}

impl PackageTree {
    /// `packages` has to be sorted.
    fn new<'n>(packages: impl Iterator<Item = &'n str>) -> Self {
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

    fn modules(&self, package: &str) -> Vec<Name> {
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
    fn scope(&mut self, package: &str) -> Scope {
        self.nodes.get_mut(package).map(|(_, scope)| std::mem::take(scope)).unwrap_or_default()
    }
}

/// Walks one package.
struct Collector<'s, 'a> {
    symbols: &'s mut Symbols<'a>,
    options: &'s Options,
    package: &'s str,
    /// The module of the package, if this run writes it.
    home: ModulePath,
    /// The modules of the messages around the current one.
    modules: Vec<Name>,
    /// The file of the current type.
    source: Source<'a>,
}

impl<'a> Collector<'_, 'a> {
    fn package(
        &mut self,
        files: &[(usize, bool, &'a FileDescriptor<'a>)],
        mut scope: Scope,
    ) -> Names {
        let mut types = Vec::new();
        for &(index, generated, file) in files {
            let source = Source { index, name: file.name, generated };
            let features = Features::of_file(file);
            let messages = file.messages.iter().map(|message| Type::of_message(message, features));
            let enums = file.enums.iter().map(|descriptor| Type::of_enum(descriptor, features));
            types.extend(messages.chain(enums).map(|r#type| (source, r#type)));
        }
        let mut settled = Names::default();
        self.types(self.package, &types, &mut scope, &mut settled);
        for service in files.iter().flat_map(|(_, _, file)| &file.services) {
            let service_name = names::camel(service.name);
            let names = ServiceNames {
                service: scope.claim([service_name.as_str()]),
                server: scope.claim([format!("{service_name}Server").as_str()]),
                client: scope.claim([format!("{service_name}Client").as_str()]),
                descriptor: scope.claim([names::shouty(service.name).as_str()]),
            };
            settled.services.insert(service.name.to_owned(), names);
        }
        let extensions: Vec<_> = files.iter().flat_map(|(_, _, file)| &file.extensions).collect();
        claim_extensions(&extensions, &mut scope, &mut settled);
        if files.iter().any(|(_, _, file)| declares_extensions(file)) {
            settled.extension_list = Some(scope.claim(["EXTENSIONS"]));
        }
        self.views(self.package, &types, &mut scope);
        settled.all = scope.into_names();
        settled
    }

    /// Settles the types of one scope, then what is inside them.
    fn types(
        &mut self,
        scope_name: &str,
        types: &[(Source<'a>, Type<'a>)],
        scope: &mut Scope,
        settled: &mut Names,
    ) {
        let proto_names: Vec<_> = types.iter().map(|(_, r#type)| r#type.name()).collect();
        let type_names = scope.claim_all(&proto_names, names::camel);
        // A module is called like its message, down to the underscores that tell it from others.
        let (with_module, words): (Vec<&str>, Vec<String>) = types
            .iter()
            .zip(&type_names)
            .filter_map(|((_, r#type), name)| match r#type {
                Type::Message(message, _) if message.has_module() => {
                    Some((message.name, names::module_of_type(name)))
                }
                _ => None,
            })
            .unzip();
        let module_names = words.iter().map(|word| scope.claim([word.as_str()]));
        settled.modules =
            with_module.iter().map(|name| (*name).to_owned()).zip(module_names).collect();

        for (&(source, r#type), name) in types.iter().zip(type_names) {
            self.source = source;
            let full_name = qualified(scope_name, r#type.name());
            let definition = match r#type {
                Type::Message(message, _) => Definition::Message(message),
                Type::Enum(descriptor, closed) => Definition::Enum { descriptor, closed },
            };
            self.add(&full_name, name, definition);
            if let Type::Message(message, features) = r#type
                && let Some(module) = settled.modules.get(message.name)
            {
                self.modules.push(module.clone());
                self.message_scope(&full_name, message, features);
                self.modules.pop();
            }
        }
    }

    fn message_scope(
        &mut self,
        full_name: &str,
        message: &'a MessageDescriptor<'a>,
        features: Features,
    ) {
        let mut scope = Scope::default();
        let mut settled = Names::default();
        let source = self.source;
        let messages = message.nested_messages().map(|nested| Type::of_message(nested, features));
        let enums = message.enums.iter().map(|nested| Type::of_enum(nested, features));
        let types: Vec<_> = messages.chain(enums).map(|r#type| (source, r#type)).collect();
        self.types(full_name, &types, &mut scope, &mut settled);
        for oneof in message.real_oneofs().map(|(_, oneof)| oneof.name) {
            let short = names::camel(oneof);
            let long = format!("{short}Oneof");
            settled.oneofs.insert(oneof.to_owned(), scope.claim([short.as_str(), &long]));
        }
        claim_extensions(&message.extensions.iter().collect::<Vec<_>>(), &mut scope, &mut settled);
        self.views(full_name, &types, &mut scope);
        if self.symbols.viewed.contains(full_name) {
            for (index, oneof) in message.real_oneofs() {
                let cases = message.fields.iter().filter(|field| {
                    field.oneof_index.and_then(|index| usize::try_from(index).ok()) == Some(index)
                });
                if cases.into_iter().any(|field| self.symbols.borrows(field))
                    && let Some(name) = settled.oneofs.get(oneof.name)
                {
                    let name = scope.claim([format!("{}View", name.plain()).as_str()]);
                    settled.oneof_views.insert(oneof.name.to_owned(), name);
                }
            }
        }
        settled.all = scope.into_names();
        self.symbols.scopes.insert(full_name.to_owned(), settled);
    }

    /// Settles the names of the views of a scope's messages. They come after everything that is
    /// in the .proto, so that the option for views renames nothing.
    fn views(&mut self, scope_name: &str, types: &[(Source<'a>, Type<'a>)], scope: &mut Scope) {
        for (_, r#type) in types {
            let full_name = qualified(scope_name, r#type.name());
            if self.symbols.viewed.contains(&full_name)
                && let Some(symbol) = self.symbols.by_name.get_mut(&full_name)
            {
                let name = scope.claim([format!("{}View", symbol.path.name.plain()).as_str()]);
                symbol.view = Some(ItemPath { name, ..symbol.path.clone() });
            }
        }
    }

    fn add(&mut self, full_name: &str, name: Name, definition: Definition<'a>) {
        let own = ItemPath { package: self.home.clone(), modules: self.modules.clone(), name };
        let (origin, path) = match self.elsewhere(full_name, &own) {
            Some(path) => (Origin::Elsewhere, path),
            None if self.source.generated => (Origin::Generated, own),
            None => (Origin::Missing, own),
        };
        let symbol = Symbol { path, view: None, origin, definition, file: self.source.index };
        if self.symbols.by_name.insert(full_name.to_owned(), symbol).is_some() {
            self.symbols.duplicates.push((self.source.index, full_name.to_owned()));
        }
    }

    /// The path of a type that an `extern` or the runtime provides.
    fn elsewhere(&self, full_name: &str, own: &ItemPath) -> Option<ItemPath> {
        if let Some(mapping) = mapping_of(full_name, self.options) {
            return Some(self.mapped(mapping, own));
        }
        if !is_elsewhere(full_name, self.source.name, self.options) {
            return None;
        }
        let below = self.package.strip_prefix("google.protobuf").unwrap_or_default();
        let below: Vec<_> =
            below.split('.').filter(|word| !word.is_empty()).map(Name::new).collect();
        let package = ModulePath::new(["rustrpc", "types"]).join(&below);
        Some(ItemPath { package, ..own.clone() })
    }

    fn mapped(&self, mapping: &Extern, own: &ItemPath) -> ItemPath {
        if is_at_or_below(self.package, &mapping.proto) {
            let rest = &self.package[mapping.proto.len()..];
            let modules: Vec<_> = rest
                .split('.')
                .filter(|word| !word.is_empty())
                .map(|word| Name::new(&names::module(word)))
                .collect();
            return ItemPath { package: mapping.path.join(&modules), ..own.clone() };
        }
        // The mapping is of a message or an enum: its path is that of the type itself, and types
        // inside it stand in the module next to it.
        let words = |name: &str| name.split('.').filter(|word| !word.is_empty()).count();
        let depth = words(&mapping.proto) - words(self.package);
        let (last, parents) = mapping.path.segments().split_last().expect("paths are not empty");
        let package = ModulePath::new(parents.iter().cloned());
        let modules = own.modules.get(depth - 1..).unwrap_or_default().to_vec();
        let name = if modules.is_empty() && own.modules.len() + 1 == depth {
            Name::spelled(last)
        } else {
            own.name.clone()
        };
        ItemPath { package, modules, name }
    }
}

/// Names the constants of extensions.
fn claim_extensions(extensions: &[&FieldDescriptor<'_>], scope: &mut Scope, settled: &mut Names) {
    let words: Vec<_> = extensions.iter().map(|extension| extension.name).collect();
    let names = scope.claim_all(&words, names::shouty);
    settled.extensions = words.into_iter().map(str::to_owned).zip(names).collect();
}

/// Whether a file declares extensions, in messages or outside of them.
fn declares_extensions(file: &FileDescriptor<'_>) -> bool {
    fn inside(message: &MessageDescriptor<'_>) -> bool {
        !message.extensions.is_empty() || message.messages.iter().any(inside)
    }
    !file.extensions.is_empty() || file.messages.iter().any(inside)
}

#[derive(Clone, Copy)]
struct Source<'a> {
    index: usize,
    name: &'a str,
    generated: bool,
}

#[derive(Clone, Copy)]
enum Type<'a> {
    Message(&'a MessageDescriptor<'a>, Features),
    Enum(&'a EnumDescriptor<'a>, bool),
}

impl<'a> Type<'a> {
    fn of_message(message: &'a MessageDescriptor<'a>, around: Features) -> Self {
        Self::Message(message, around.overridden(&message.options, 12))
    }

    fn of_enum(descriptor: &'a EnumDescriptor<'a>, around: Features) -> Self {
        Self::Enum(descriptor, around.overridden(&descriptor.options, 7).closed_enum)
    }

    fn name(&self) -> &'a str {
        match self {
            Self::Message(message, _) => message.name,
            Self::Enum(descriptor, _) => descriptor.name,
        }
    }
}
