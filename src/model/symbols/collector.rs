//! A walk over a package that settles its names.

use super::{Definition, Names, Origin, ServiceNames, Symbol, Symbols, qualified};
use crate::model::names::{self, Scope};
use crate::model::{Features, ItemPath, ModulePath, Name};
use crate::options::Options;
use crate::request::{EnumDescriptor, FieldDescriptor, FileDescriptor, MessageDescriptor};

/// Walks one package.
pub(super) struct Collector<'s, 'a> {
    pub(super) symbols: &'s mut Symbols<'a>,
    pub(super) options: &'s Options,
    pub(super) package: &'s str,
    /// The module of the package, if this run writes it.
    pub(super) home: ModulePath,
    /// The modules of the messages around the current one.
    pub(super) modules: Vec<Name>,
    /// The file of the current type.
    pub(super) source: Source<'a>,
}

impl<'a> Collector<'_, 'a> {
    pub(super) fn package(
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
pub(super) struct Source<'a> {
    pub(super) index: usize,
    pub(super) name: &'a str,
    pub(super) generated: bool,
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
