//! From descriptors to the model: resolves, decides, and refuses what can't be generated.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::names;
use super::recursion::boxed_fields;
use super::symbols::{Definition, Names, Origin, Symbol, Symbols, enum_value_names, qualified};
use super::{
    Comments, Edition, Embedded, Enum, EnumValue, Features, Idempotency, ItemPath, Message,
    MessageModule, Method, Model, Name, Package, Service,
};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::options::Options;
use crate::request::{
    Cursor, EnumDescriptor, FileDescriptor, MessageDescriptor, MethodDescriptor, Request,
    ServiceDescriptor, SourceInfo,
};

impl Model {
    /// Makes the model of a request. When something can't be generated, the diagnostics say so,
    /// and the model is not to be used.
    pub fn build(request: &Request<'_>, options: &Options, diagnostics: &mut Diagnostics) -> Self {
        let generated = files_to_generate(request, diagnostics);
        let symbols = Symbols::collect(&request.files, &generated, options);
        for (file, name) in &symbols.duplicates {
            diagnostics.push(Diagnostic {
                file: request.files[*file].name.to_owned(),
                position: None,
                element: name.clone(),
                problem: "the name is defined twice".to_owned(),
                cure: "Give protoc only one of the files that define it.".to_owned(),
            });
        }

        let mut by_package: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, file) in request.files.iter().enumerate().filter(|(index, _)| generated[*index])
        {
            by_package.entry(file.package).or_default().push(index);
        }
        let mut packages = Vec::new();
        // The packages' services, each with the file it comes from.
        let mut service_files: Vec<Vec<&str>> = Vec::new();
        for (name, mut files) in by_package {
            files.sort_by_key(|&index| request.files[index].name);
            let modules = symbols.package_modules(name);
            let mut package = Package {
                name: name.to_owned(),
                path: options.root.join(&modules),
                modules,
                sources: Vec::new(),
                comments: Comments::default(),
                messages: Vec::new(),
                enums: Vec::new(),
                services: Vec::new(),
                extensions: Vec::new(),
                extension_list: symbols.names(name).and_then(|names| names.extension_list.clone()),
                json: options.json,
                text: options.text,
                own_forms: options.own_forms,
                names: symbols.names(name).map(|names| names.all.clone()).unwrap_or_default(),
            };
            let mut files_of_services = Vec::new();
            for index in files {
                let file = &request.files[index];
                match Builder::new(file, &symbols, &request.files, options, diagnostics) {
                    Ok(mut builder) => builder.file(&mut package),
                    Err(diagnostic) => diagnostics.push(diagnostic),
                }
                files_of_services.resize(package.services.len(), file.name);
            }
            let empty = package.messages.is_empty()
                && package.enums.is_empty()
                && package.services.is_empty()
                && package.extensions.is_empty();
            if !empty {
                packages.push(package);
                service_files.push(files_of_services);
            }
        }
        let embedded = Embedded::plan(request, &generated, &packages, options, diagnostics);
        if let Some(embedded) = &embedded {
            for (package, files) in packages.iter_mut().zip(service_files) {
                for (service, file) in package.services.iter_mut().zip(files) {
                    service.file = embedded.path(file).cloned();
                }
            }
        }
        options.refuse_unused(diagnostics);
        Self { packages, root: options.root.clone(), embedded }
    }
}

/// Which of the request's files to generate.
fn files_to_generate(request: &Request<'_>, diagnostics: &mut Diagnostics) -> Vec<bool> {
    let wanted: HashSet<&str> = request.files_to_generate.iter().copied().collect();
    let known: HashSet<&str> = request.files.iter().map(|file| file.name).collect();
    for missing in wanted.difference(&known) {
        diagnostics.general(
            format!("the request asks for `{missing}` but does not hold its descriptor"),
            "This is a fault of the program that called the plugin.",
        );
    }
    request.files.iter().map(|file| wanted.contains(file.name)).collect()
}

/// Builds what one file defines.
pub(super) struct Builder<'b, 'a> {
    file: &'b FileDescriptor<'a>,
    files: &'b [FileDescriptor<'a>],
    source: SourceInfo<'a>,
    pub(super) edition: Edition,
    pub(super) symbols: &'b Symbols<'a>,
    pub(super) options: &'b Options,
    pub(super) boxed: HashSet<(String, i32)>,
    diagnostics: &'b mut Diagnostics,
}

/// An element on its way into the model: its name and where it stands in the descriptor.
#[derive(Clone)]
pub(super) struct Element {
    pub(super) full_name: String,
    path: Vec<i32>,
}

impl Element {
    pub(super) fn child(&self, name: &str, field: i32, index: usize) -> Self {
        let mut path = self.path.clone();
        path.extend([field, i32::try_from(index).unwrap_or(i32::MAX)]);
        Self { full_name: qualified(&self.full_name, name), path }
    }

    /// Another element of the message that this one, a oneof, belongs to.
    pub(super) fn sibling(&self, name: &str, field: i32, index: usize) -> Self {
        let path = self.path[..self.path.len().saturating_sub(2)].to_vec();
        Self { full_name: self.parent_name().to_owned(), path }.child(name, field, index)
    }

    /// The full name of what is around the element.
    pub(super) fn parent_name(&self) -> &str {
        self.full_name.rsplit_once('.').map_or("", |(parent, _)| parent)
    }
}

impl<'b, 'a> Builder<'b, 'a> {
    fn new(
        file: &'b FileDescriptor<'a>,
        symbols: &'b Symbols<'a>,
        files: &'b [FileDescriptor<'a>],
        options: &'b Options,
        diagnostics: &'b mut Diagnostics,
    ) -> Result<Self, Diagnostic> {
        let refusal = |problem: String, cure: &str| Diagnostic {
            file: file.name.to_owned(),
            position: None,
            element: String::new(),
            problem,
            cure: cure.to_owned(),
        };
        let edition = Edition::of_file(file.syntax, file.edition).ok_or_else(|| {
            refusal(
                format!("syntax `{}`, edition number {}, is unknown", file.syntax, file.edition),
                "Use proto2, proto3, or edition 2023, 2024 or 2026.",
            )
        })?;
        let source = file.source_info().map_err(|error| {
            refusal(
                format!("its source code info is malformed: {error}"),
                "This is a fault of the program that called the plugin.",
            )
        })?;
        let boxed = boxed_fields(file);
        Ok(Self { file, files, source, edition, symbols, options, boxed, diagnostics })
    }

    fn file(&mut self, package: &mut Package) {
        package.sources.push(self.file.name.to_owned());
        let root = Element { full_name: self.file.package.to_owned(), path: Vec::new() };
        if !self.file.package.is_empty() && !self.file.package.split('.').all(names::is_identifier)
        {
            self.refuse(&root, "the package name is malformed", "Use letters, digits and `_`.");
        }
        // Field 2 of the file descriptor is the package statement.
        if let Some(place) = self.source.place(&[2]) {
            package.comments.append(Comments::new(place));
        }
        let features = Features::of_file(self.file);
        let Some(names) = self.symbols.names(self.file.package) else { return };
        for (index, message) in self.file.messages.iter().enumerate() {
            let element = root.child(message.name, 4, index);
            package.messages.extend(self.message(&element, message, features, names));
        }
        for (index, descriptor) in self.file.enums.iter().enumerate() {
            let element = root.child(descriptor.name, 5, index);
            package.enums.extend(self.enumeration(&element, descriptor));
        }
        for (index, service) in self.file.services.iter().enumerate() {
            let element = root.child(service.name, 6, index);
            package.services.extend(self.service(&element, service, names));
        }
        for (index, extension) in self.file.extensions.iter().enumerate() {
            let element = root.child(extension.name, 7, index);
            package.extensions.extend(self.extension(&element, extension, features, names));
        }
    }

    fn message(
        &mut self,
        element: &Element,
        message: &MessageDescriptor<'a>,
        around: Features,
        scope: &Names,
    ) -> Option<Message> {
        let path = self.own_path(element, message.name)?;
        let features = around.overridden(&message.options, 12);
        let (members, unknown_fields) = self.members(element, message, features, &path);
        let module = scope.modules.get(message.name).and_then(|name| {
            let names = self.symbols.names(&element.full_name)?;
            let mut module = MessageModule {
                name: name.clone(),
                messages: Vec::new(),
                enums: Vec::new(),
                extensions: Vec::new(),
                names: names.all.clone(),
            };
            for (index, nested) in message.messages.iter().enumerate() {
                if !nested.is_map_entry() {
                    let element = element.child(nested.name, 3, index);
                    module.messages.extend(self.message(&element, nested, features, names));
                }
            }
            for (index, nested) in message.enums.iter().enumerate() {
                let element = element.child(nested.name, 4, index);
                module.enums.extend(self.enumeration(&element, nested));
            }
            for (index, extension) in message.extensions.iter().enumerate() {
                let element = element.child(extension.name, 6, index);
                module.extensions.extend(self.extension(&element, extension, features, names));
            }
            Some(module)
        });
        let view = self.symbols.get(&element.full_name).and_then(|symbol| symbol.view.clone());
        Some(Message {
            full_name: element.full_name.clone(),
            path,
            view,
            comments: self.comments(element),
            deprecated: message.options.flag(3),
            attributes: self.attributes(element, true),
            members,
            unknown_fields,
            message_set: message.options.flag(1),
            extendable: message.extendable,
            reserved_names: message.reserved_names.iter().map(ToString::to_string).collect(),
            module,
        })
    }

    fn enumeration(&mut self, element: &Element, descriptor: &EnumDescriptor<'a>) -> Option<Enum> {
        let path = self.own_path(element, descriptor.name)?;
        let closed = match self.symbols.get(&element.full_name)?.definition {
            Definition::Enum { closed, .. } => closed,
            Definition::Message(_) => return None,
        };
        if descriptor.values.is_empty() {
            self.refuse(element, "the enum has no value", "Give it one whose number is 0.");
        }
        let names = enum_value_names(descriptor);
        let mut values = Vec::new();
        for (index, (value, name)) in descriptor.values.iter().zip(names).enumerate() {
            // Values are named next to their enum in protobuf; here they go by the enum.
            let element = element.child(value.name, 2, index);
            self.check_identifier(&element, value.name);
            values.push(EnumValue {
                proto_name: value.name.to_owned(),
                name,
                number: value.number,
                comments: self.comments(&element),
                json_name: json_name(&value.options).filter(|name| *name != value.name),
                deprecated: value.options.flag(1),
                attributes: self.attributes(&element, false),
            });
        }
        Some(Enum {
            full_name: element.full_name.clone(),
            path,
            comments: self.comments(element),
            deprecated: descriptor.options.flag(3),
            attributes: self.attributes(element, true),
            values,
            closed,
        })
    }

    fn service(
        &mut self,
        element: &Element,
        service: &ServiceDescriptor<'a>,
        scope: &Names,
    ) -> Option<Service> {
        if !self.check_identifier(element, service.name) {
            return None;
        }
        let names = scope.services.get(service.name)?;
        let method_names = method_names(service);
        let mut seen = HashMap::new();
        let mut methods = Vec::new();
        for (index, (method, name)) in service.methods.iter().zip(method_names).enumerate() {
            let element = element.child(method.name, 2, index);
            if seen.insert(method.name, ()).is_some() {
                self.refuse(&element, "the rpc is defined twice", "Rename one of the two.");
            }
            methods.extend(self.method(&element, method, name));
        }
        Some(Service {
            full_name: element.full_name.clone(),
            name: names.service.clone(),
            server: names.server.clone(),
            client: names.client.clone(),
            descriptor: names.descriptor.clone(),
            file: None,
            comments: self.comments(element),
            deprecated: service.options.flag(33),
            attributes: self.attributes(element, false),
            methods,
        })
    }

    fn method(
        &mut self,
        element: &Element,
        method: &MethodDescriptor<'a>,
        name: Name,
    ) -> Option<Method> {
        self.check_identifier(element, method.name);
        let input = self.message_path(element, method.input_type);
        let output = self.message_path(element, method.output_type);
        let input_view = self.options.view_requests.of(&element.full_name).is_some();
        let request = self.symbols.get(method.input_type.trim_start_matches('.'));
        if input_view && request.is_some_and(|symbol| symbol.view.is_none()) {
            self.refuse(
                element,
                &format!("the request `{}` can't have a view", method.input_type),
                "It is generated elsewhere, or there is nothing in it to borrow; \
                 leave the rpc out of the option view_requests.",
            );
        }
        Some(Method {
            proto_name: method.name.to_owned(),
            name,
            input: input?,
            input_view,
            output: output?,
            client_streaming: method.client_streaming,
            server_streaming: method.server_streaming,
            idempotency: match method.options.last(34).map(|level| level.int32()) {
                Some(Ok(1)) => Idempotency::NoSideEffects,
                Some(Ok(2)) => Idempotency::Idempotent,
                _ => Idempotency::Unknown,
            },
            comments: self.comments(element),
            deprecated: method.options.flag(33),
            attributes: self.attributes(element, false),
        })
    }

    fn message_path(&mut self, element: &Element, type_name: &str) -> Option<ItemPath> {
        let symbol = self.resolve(element, type_name)?;
        match symbol.definition {
            Definition::Message(_) => Some(symbol.path.clone()),
            Definition::Enum { .. } => {
                self.refuse(element, &format!("`{type_name}` is not a message"), FAULTY_DESCRIPTOR);
                None
            }
        }
    }

    /// The symbol of a type name, if generated code can refer to it.
    pub(super) fn resolve(&mut self, element: &Element, type_name: &str) -> Option<&'b Symbol<'a>> {
        let found = type_name.strip_prefix('.').and_then(|name| self.symbols.get(name));
        let Some(symbol) = found else {
            self.refuse(element, &format!("the type `{type_name}` is unknown"), FAULTY_DESCRIPTOR);
            return None;
        };
        if symbol.origin == Origin::Missing {
            let file = &self.files[symbol.file];
            let (problem, cure) = missing(type_name, file);
            self.refuse(element, &problem, &cure);
            return None;
        }
        Some(symbol)
    }

    /// The path of a type of this file; `None` when it is not to be generated here.
    fn own_path(&mut self, element: &Element, name: &str) -> Option<ItemPath> {
        if !self.check_identifier(element, name) {
            return None;
        }
        let symbol = self.symbols.get(&element.full_name)?;
        (symbol.origin == Origin::Generated).then(|| symbol.path.clone())
    }

    pub(super) fn check_identifier(&mut self, element: &Element, name: &str) -> bool {
        let good = names::is_identifier(name);
        if !good {
            self.refuse(
                element,
                &format!("`{}` is no name", name.escape_debug()),
                FAULTY_DESCRIPTOR,
            );
        }
        good
    }

    pub(super) fn comments(&self, element: &Element) -> Comments {
        self.source.place(&element.path).map(Comments::new).unwrap_or_default()
    }

    /// The attributes that options give an element; types also get those of their package.
    pub(super) fn attributes(&self, element: &Element, is_type: bool) -> Vec<String> {
        let package = is_type.then_some(self.file.package);
        self.options.attributes.exactly(&element.full_name, package).into_iter().cloned().collect()
    }

    pub(super) fn refuse(&mut self, element: &Element, problem: &str, cure: &str) {
        let place = self.source.place(&element.path);
        self.diagnostics.push(Diagnostic {
            file: self.file.name.to_owned(),
            position: place.map(|place| (place.line, place.column)),
            element: element.full_name.clone(),
            problem: problem.to_owned(),
            cure: cure.to_owned(),
        });
    }
}

/// The cure when no compiler would have produced the descriptor.
pub(super) const FAULTY_DESCRIPTOR: &str =
    "The descriptor does not come from a working protoc; compile the file with one.";

/// Why a type can't be referred to, and both things that help.
fn missing(type_name: &str, file: &FileDescriptor<'_>) -> (String, String) {
    let problem =
        format!("`{type_name}` is in {}, which is neither generated nor mapped", file.name);
    let map = if file.package.is_empty() {
        format!("extern={type_name}=RUST_PATH")
    } else {
        format!("extern=.{}=RUST_PATH", file.package)
    };
    let cure = format!(
        "Add {} to the files to generate, or, if another crate has the generated code, \
         say where with the option {map}.",
        file.name
    );
    (problem, cure)
}

/// The Rust names of a service's methods, settled together with what every client has.
fn method_names(service: &ServiceDescriptor<'_>) -> Vec<Name> {
    let mut scope = names::Scope::default();
    // `into` and `try_into` would be found before a method of the client that borrows it.
    for word in ["new", "connect", "clone", "into", "try_into"] {
        scope.reserve(word);
    }
    let proto_names: Vec<_> = service.methods.iter().map(|method| method.name).collect();
    scope.claim_all(&proto_names, names::snake)
}

/// The name that the option `(pb.enumvalue.json).string` gives an enum value: field 1 of a message
/// in field 998.
fn json_name(options: &crate::request::Options<'_>) -> Option<String> {
    // Values that follow one another are one message.
    let parts = options.all(998).filter_map(|value| value.bytes().ok());
    let fields = parts.flat_map(Cursor::new).flatten();
    let names = fields.filter(|(number, _)| *number == 1);
    names.filter_map(|(_, value)| value.string().ok()).last().map(ToOwned::to_owned)
}
