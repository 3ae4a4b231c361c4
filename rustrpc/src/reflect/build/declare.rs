//! The first walk over the files: every name gets its place.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::Source;
use crate::reflect::PoolError;
use crate::reflect::data::{
    Content, EnumData, EnumValueData, FieldData, FileData, KindData, MessageData, OneofData,
    ServiceData, Symbol, last_word,
};
use crate::reflect::enumeration::json_name_option;
use crate::reflect::features::Features;
use crate::reflect::field::Cardinality;
use crate::types::descriptor_proto::ExtensionRange;
use crate::types::feature_set::{EnumType, JsonFormat};
use crate::types::field_descriptor_proto::Label;
use crate::types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, MethodDescriptorProto,
    ServiceDescriptorProto,
};

/// The numbers that fields can have.
const NUMBERS: std::ops::RangeInclusive<u32> = 1..=(1 << 29) - 1;

/// The numbers that protobuf keeps for itself.
const RESERVED: std::ops::RangeInclusive<u32> = 19_000..=19_999;

/// How many times as long as the files the full names in them may be in sum. Real files stay far
/// below; it keeps a few nested names from filling the memory.
const NAMES_PER_BYTE: usize = 64;

/// A pool in the making.
pub(super) struct Linker {
    pub(super) content: Content,
    /// What is left to be resolved.
    pub(super) fields: Vec<PendingField>,
    pub(super) methods: Vec<PendingMethod>,
    /// How many bytes of names may still come.
    names_left: usize,
}

pub(super) struct PendingField {
    pub(super) index: u32,
    pub(super) features: Features,
    pub(super) descriptor: FieldDescriptorProto,
}

pub(super) struct PendingMethod {
    pub(super) service: u32,
    pub(super) descriptor: MethodDescriptorProto,
}

/// What is around an element.
#[derive(Clone)]
pub(super) struct Scope {
    /// The full name, empty for a file without a package.
    name: Arc<str>,
    file: u32,
    message: Option<u32>,
    features: Features,
}

/// To whom a field belongs.
enum Owner<'a> {
    Message(u32, &'a mut [OneofData], &'a [Features]),
    Extension,
}

impl Linker {
    pub(super) fn new(size: usize) -> Self {
        let names_left = size.saturating_mul(NAMES_PER_BYTE).saturating_add(1 << 16);
        Self { content: Content::default(), fields: Vec::new(), methods: Vec::new(), names_left }
    }

    pub(super) fn file(&mut self, source: Source, defaults: Features) -> Result<(), PoolError> {
        let Source { descriptor, encoded } = source;
        let name: Arc<str> = descriptor.name.unwrap_or_default().into();
        let package: Arc<str> = descriptor.package.unwrap_or_default().into();
        let index = index(self.content.files.len());
        let imports = descriptor.dependency.iter();
        let imports = imports
            .filter_map(|import| self.content.file_names.get(import.as_str()).copied())
            .collect();
        let options = descriptor.options.map(Box::new);
        let set = options.as_ref().and_then(|options| options.features.as_ref());
        let features = defaults.overridden(set);
        self.content.file_names.insert(Arc::clone(&name), index);
        self.content.files.push(FileData {
            name,
            package: Arc::clone(&package),
            encoded,
            imports,
            messages: Vec::new(),
            enums: Vec::new(),
            services: Vec::new(),
            extensions: Vec::new(),
            options,
        });
        self.package(&package, index)?;

        let scope = Scope { name: package, file: index, message: None, features };
        let mut messages = Vec::new();
        for message in descriptor.message_type {
            messages.push(self.message(message, &scope)?);
        }
        let mut enums = Vec::new();
        for enumeration in descriptor.enum_type {
            enums.push(self.enumeration(enumeration, &scope)?);
        }
        let mut services = Vec::new();
        for service in descriptor.service {
            services.push(self.service(service, &scope)?);
        }
        let extensions = self.extensions(descriptor.extension, &scope)?;
        let file = &mut self.content.files[index as usize];
        (file.messages, file.enums) = (messages, enums);
        (file.services, file.extensions) = (services, extensions);
        Ok(())
    }

    fn package(&mut self, package: &str, file: u32) -> Result<(), PoolError> {
        if package.is_empty() {
            return Ok(());
        }
        let ends = package.match_indices('.').map(|(at, _)| at).chain([package.len()]);
        for end in ends {
            let name = &package[..end];
            if !is_identifier(last_word(name)) {
                return Err(self.error(file, package, "the package's name is malformed"));
            }
            match self.content.symbols.get(name) {
                None => {
                    self.spend(file, name)?;
                    self.content.symbols.insert(name.into(), Symbol::Package(file));
                }
                Some(Symbol::Package(_)) => {}
                Some(_) => return Err(self.defined_twice(file, name)),
            }
        }
        Ok(())
    }

    fn message(&mut self, descriptor: DescriptorProto, scope: &Scope) -> Result<u32, PoolError> {
        let index = index(self.content.messages.len());
        let full_name = self.declare(descriptor.name.as_deref(), scope, Symbol::Message(index))?;
        let options = descriptor.options.map(Box::new);
        let set = options.as_ref().and_then(|options| options.features.as_ref());
        let features = scope.features.overridden(set);
        let flag = |of: fn(&crate::types::MessageOptions) -> Option<bool>| {
            options.as_deref().and_then(of).unwrap_or(false)
        };
        let (map_entry, message_set) =
            (flag(|options| options.map_entry), flag(|options| options.message_set_wire_format));
        let extension_ranges = descriptor.extension_range.iter();
        let extension_ranges = extension_ranges
            .map(|range| extension_range(range, message_set))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| {
                self.error(scope.file, &full_name, "a range of extension numbers is malformed")
            })?;
        let start = self::index(self.content.fields.len());
        self.content.messages.push(MessageData {
            full_name: Arc::clone(&full_name),
            file: scope.file,
            parent: scope.message,
            fields: start..start,
            by_number: Vec::new(),
            by_name: Vec::new(),
            by_json_name: Vec::new(),
            oneofs: Vec::new(),
            messages: Vec::new(),
            enums: Vec::new(),
            extensions: Vec::new(),
            extension_ranges,
            reserved_names: descriptor.reserved_name,
            extended_by: Vec::new(),
            map_entry,
            message_set,
            allows_json: features.json == JsonFormat::Allow,
            options,
        });

        let inside = Scope { name: full_name, file: scope.file, message: Some(index), features };
        let (mut oneofs, mut oneof_features) = (Vec::new(), Vec::new());
        for oneof in descriptor.oneof_decl {
            let symbol = Symbol::Oneof(index);
            let full_name = self.declare(oneof.name.as_deref(), &inside, symbol)?;
            let options = oneof.options.map(Box::new);
            let set = options.as_ref().and_then(|options| options.features.as_ref());
            oneof_features.push(features.overridden(set));
            oneofs.push(OneofData { full_name, fields: Vec::new(), synthetic: false, options });
        }
        for field in descriptor.field {
            let owner = Owner::Message(index, &mut oneofs, &oneof_features);
            self.field(field, &inside, owner)?;
        }
        let end = self::index(self.content.fields.len());
        let message = &mut self.content.messages[index as usize];
        message.fields = start..end;
        message.oneofs = oneofs;
        self.sort_fields(index)?;

        let mut messages = Vec::new();
        for nested in descriptor.nested_type {
            messages.push(self.message(nested, &inside)?);
        }
        let mut enums = Vec::new();
        for nested in descriptor.enum_type {
            enums.push(self.enumeration(nested, &inside)?);
        }
        let extensions = self.extensions(descriptor.extension, &inside)?;
        let message = &mut self.content.messages[index as usize];
        (message.messages, message.enums, message.extensions) = (messages, enums, extensions);
        Ok(index)
    }

    fn extensions(
        &mut self,
        extensions: Vec<FieldDescriptorProto>,
        scope: &Scope,
    ) -> Result<Vec<u32>, PoolError> {
        let declare = |extension| self.field(extension, scope, Owner::Extension);
        extensions.into_iter().map(declare).collect()
    }

    fn field(
        &mut self,
        descriptor: FieldDescriptorProto,
        scope: &Scope,
        owner: Owner<'_>,
    ) -> Result<u32, PoolError> {
        let index = index(self.content.fields.len());
        let symbol = Symbol::Field(index);
        let full_name = self.declare(descriptor.name.as_deref(), scope, symbol)?;
        let fail =
            |linker: &Self, problem: &str| Err(linker.error(scope.file, &full_name, problem));
        let number = descriptor.number.and_then(|number| u32::try_from(number).ok()).unwrap_or(0);
        // Extensions of a message set may have larger ones, which is checked with their range.
        let is_extension = matches!(owner, Owner::Extension);
        if number == 0 || RESERVED.contains(&number) || !(is_extension || NUMBERS.contains(&number))
        {
            let problem = "its number is out of range: fields have those from 1 to 536870911 \
                           except 19000 to 19999";
            return fail(self, problem);
        }
        let mut features = scope.features;
        let (mut oneof, mut message) = (None, 0);
        if let Owner::Message(owner, oneofs, oneof_features) = owner {
            message = owner;
            if let Some(place) = descriptor.oneof_index {
                let place = usize::try_from(place).unwrap_or(usize::MAX);
                let (Some(data), Some(of_oneof)) =
                    (oneofs.get_mut(place), oneof_features.get(place))
                else {
                    return fail(self, "it is in a oneof that the message does not have");
                };
                data.fields.push(index);
                data.synthetic |= descriptor.proto3_optional.unwrap_or(false);
                features = *of_oneof;
                oneof = Some(self::index(place));
            }
        }
        let options = descriptor.options.clone().map(Box::new);
        let set = options.as_ref().and_then(|options| options.features.as_ref());
        let features = features.overridden(set);
        let json_name = match &descriptor.json_name {
            Some(name) => name.as_str().into(),
            None => default_json_name(last_word(&full_name)),
        };
        let cardinality = match descriptor.label {
            Some(Label::Repeated) => Cardinality::Repeated,
            Some(Label::Required) => Cardinality::Required,
            _ => Cardinality::Optional,
        };
        self.content.fields.push(FieldData {
            full_name,
            json_name,
            number,
            // These wait for the types: see `resolve`.
            kind: KindData::Bool,
            presence: false,
            packed: false,
            delimited: false,
            map: false,
            utf8: false,
            default: None,
            cardinality,
            extension: is_extension,
            file: scope.file,
            message,
            scope: scope.message.filter(|_| is_extension),
            oneof,
            options,
        });
        self.fields.push(PendingField { index, features, descriptor });
        Ok(index)
    }

    /// Fills the tables by which fields are found.
    fn sort_fields(&mut self, message: u32) -> Result<(), PoolError> {
        let fields: Vec<u32> = self.content.message(message).fields.clone().collect();
        let sorted = |key: &dyn Fn(&FieldData, &FieldData) -> std::cmp::Ordering| {
            let mut sorted = fields.clone();
            sorted.sort_by(|a, b| key(self.content.field(*a), self.content.field(*b)));
            sorted
        };
        let by_number = sorted(&|a, b| a.number.cmp(&b.number));
        let by_name = sorted(&|a, b| a.name().cmp(b.name()));
        let by_json_name = sorted(&|a, b| a.json_name.cmp(&b.json_name));
        for pair in by_number.windows(2) {
            if let [first, second] =
                pair.iter().map(|&at| self.content.field(at)).collect::<Vec<_>>()[..]
                && first.number == second.number
            {
                let problem =
                    format!("it has the number {}, and so has {}", second.number, first.name());
                return Err(self.error(second.file, &second.full_name, problem));
            }
        }
        let message = &mut self.content.messages[message as usize];
        message.by_number = by_number;
        message.by_name = by_name;
        message.by_json_name = by_json_name;
        Ok(())
    }

    fn enumeration(
        &mut self,
        descriptor: EnumDescriptorProto,
        scope: &Scope,
    ) -> Result<u32, PoolError> {
        let index = index(self.content.enums.len());
        let full_name = self.declare(descriptor.name.as_deref(), scope, Symbol::Enum(index))?;
        if descriptor.value.is_empty() {
            return Err(self.error(scope.file, &full_name, "the enum has no value"));
        }
        let options = descriptor.options.map(Box::new);
        let set = options.as_ref().and_then(|options| options.features.as_ref());
        let closed = scope.features.overridden(set).enum_type == EnumType::Closed;
        let (mut values, mut renamed) = (Vec::new(), Vec::new());
        for value in descriptor.value {
            // Values are named next to their enum.
            let symbol = Symbol::EnumValue(index);
            let full_name = self.declare(value.name.as_deref(), scope, symbol)?;
            let number = value.number.unwrap_or(0);
            let options = value.options.map(Box::new);
            let json_name = options.as_ref().and_then(|options| json_name_option(options));
            renamed.extend(json_name.map(|name| (self::index(values.len()), name)));
            values.push(EnumValueData { full_name, number, options });
        }
        let mut by_number: Vec<u32> = (0..self::index(values.len())).collect();
        let mut by_name = by_number.clone();
        let of = |&at: &u32| &values[at as usize];
        // Stable: of the values with one number the first stays the first.
        by_number.sort_by_key(|at| of(at).number);
        by_name.sort_by(|a, b| of(a).full_name.cmp(&of(b).full_name));
        self.content.enums.push(EnumData {
            full_name,
            file: scope.file,
            parent: scope.message,
            values,
            by_number,
            by_name,
            renamed,
            closed,
            options,
        });
        Ok(index)
    }

    fn service(
        &mut self,
        descriptor: ServiceDescriptorProto,
        scope: &Scope,
    ) -> Result<u32, PoolError> {
        let index = index(self.content.services.len());
        let full_name = self.declare(descriptor.name.as_deref(), scope, Symbol::Service(index))?;
        let inside = Scope { name: Arc::clone(&full_name), ..scope.clone() };
        self.content.services.push(ServiceData {
            full_name,
            file: scope.file,
            methods: Vec::new(),
            options: descriptor.options.map(Box::new),
        });
        for method in descriptor.method {
            let symbol = Symbol::Method(index);
            self.declare(method.name.as_deref(), &inside, symbol)?;
            self.methods.push(PendingMethod { service: index, descriptor: method });
        }
        Ok(index)
    }

    /// The full name of a new symbol.
    fn declare(
        &mut self,
        name: Option<&str>,
        scope: &Scope,
        symbol: Symbol,
    ) -> Result<Arc<str>, PoolError> {
        let name = name.unwrap_or_default();
        if !is_identifier(name) {
            let problem = format!("`{}` is no name", crate::reflect::error::shown(name));
            return Err(self.error(scope.file, &scope.name, problem));
        }
        let full_name: Arc<str> = match &*scope.name {
            "" => name.into(),
            scope => format!("{scope}.{name}").into(),
        };
        self.spend(scope.file, &full_name)?;
        match self.content.symbols.entry(Arc::clone(&full_name)) {
            Entry::Vacant(place) => {
                place.insert(symbol);
                Ok(full_name)
            }
            Entry::Occupied(_) => Err(self.defined_twice(scope.file, &full_name)),
        }
    }

    /// Takes the length of a name off what is left.
    pub(super) fn spend(&mut self, file: u32, name: &str) -> Result<(), PoolError> {
        match self.names_left.checked_sub(name.len()) {
            Some(left) => {
                self.names_left = left;
                Ok(())
            }
            None => Err(self.error(file, name, "the names of these files are unreasonably long")),
        }
    }

    #[cold]
    pub(super) fn error(&self, file: u32, element: &str, problem: impl Into<String>) -> PoolError {
        PoolError::new(&self.content.file(file).name, element, problem)
    }

    #[cold]
    fn defined_twice(&self, file: u32, name: &str) -> PoolError {
        self.error(file, name, "the name is defined twice; rename one, or leave out a file")
    }
}

fn extension_range(range: &ExtensionRange, message_set: bool) -> Option<std::ops::Range<u32>> {
    let start = u32::try_from(range.start?).ok()?;
    let end = u32::try_from(range.end?).ok()?;
    let most = if message_set { i32::MAX as u32 } else { *NUMBERS.end() + 1 };
    (1 <= start && start < end && end <= most).then_some(start..end)
}

/// `unit_price` as `unitPrice`.
fn default_json_name(name: &str) -> Box<str> {
    let mut json_name = String::with_capacity(name.len());
    let mut raise = false;
    for character in name.chars() {
        match character {
            '_' => raise = true,
            _ if std::mem::take(&mut raise) => json_name.push(character.to_ascii_uppercase()),
            _ => json_name.push(character),
        }
    }
    json_name.into()
}

fn is_identifier(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && word.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
}

/// The place that the next element of a table gets. An element takes two bytes of a file at least,
/// and no file has more than 2 GiB.
pub(super) fn index(length: usize) -> u32 {
    u32::try_from(length).expect("descriptors in memory number less than 2^32")
}
