//! Fields and oneofs of a message.

use std::collections::HashSet;

use super::build::{Builder, Element, FAULTY_DESCRIPTOR};
use super::features::Presence;
use super::names::{self, Scope};
use super::symbols::{Definition, enum_value_names};
use super::{
    BytesType, Cardinality, DefaultValue, EnumReference, Features, Field, ItemPath, Kind, MapType,
    Member, MessageReference, Name, Oneof, Scalar,
};
use crate::request::{FieldDescriptor, Label, MessageDescriptor, Type};

/// Methods that every message has; accessors keep clear of them.
const MESSAGE_METHODS: &[&str] = &[
    "clone",
    "decode",
    "encode",
    "encode_to_vec",
    "encoded_len",
    "eq",
    "fmt",
    "into",
    "merge",
    "read",
    "try_into",
    "write",
];

/// Those that a message has besides when it can be extended.
const EXTENDABLE_METHODS: &[&str] = &[
    "clear_extension",
    "extension",
    "extension_or_default",
    "has_extension",
    "push_extension",
    "set_extension",
];

impl<'a> Builder<'_, 'a> {
    /// The members of a message's struct, and the name of the field for unknown fields.
    pub(super) fn members(
        &mut self,
        element: &Element,
        message: &MessageDescriptor<'a>,
        features: Features,
        path: &ItemPath,
    ) -> (Vec<Member>, Option<Name>) {
        let oneofs: Vec<_> = message.real_oneofs().collect();
        let fields: Vec<_> = message.fields.iter().enumerate().collect();
        let oneof_of = |field: &FieldDescriptor<'_>| {
            let index = field.oneof_index.filter(|_| !field.proto3_optional)?;
            let index = usize::try_from(index).ok()?;
            oneofs.iter().position(|(position, _)| *position == index)
        };

        // Names first, so that they do not depend on what is refused.
        let plain: Vec<_> = fields.iter().filter(|(_, field)| oneof_of(field).is_none()).collect();
        let mut words: Vec<_> = plain.iter().map(|(_, field)| field.name).collect();
        words.extend(oneofs.iter().map(|(_, oneof)| oneof.name));
        let mut scope = Scope::default();
        let mut settled = scope.claim_all(&words, names::snake);
        let oneof_names = settled.split_off(plain.len());
        let mut settled = settled.into_iter();
        let unknown_fields = self
            .options
            .unknown_fields
            .of(&element.full_name)
            .is_none_or(|keep| *keep)
            .then(|| scope.claim(["unknown_fields"]));

        self.check_numbers(element, message);
        let mut accessors = Scope::default();
        let extendable: &[_] = if message.extendable { EXTENDABLE_METHODS } else { &[] };
        for word in MESSAGE_METHODS.iter().chain(extendable) {
            accessors.reserve(word);
        }
        let mut cases: Vec<Vec<_>> = vec![Vec::new(); oneofs.len()];
        for &(index, field) in &fields {
            if let Some(oneof) = oneof_of(field) {
                cases[oneof].push((index, field));
            }
        }
        let mut members = Vec::new();
        let mut seen = HashSet::new();
        for &(index, field) in &fields {
            if let Some(oneof) = oneof_of(field) {
                if seen.insert(oneof) {
                    let (position, descriptor) = oneofs[oneof];
                    let element = element.child(descriptor.name, 8, position);
                    let features = features.overridden(&descriptor.options, 1);
                    let cases = std::mem::take(&mut cases[oneof]);
                    let name = oneof_names[oneof].clone();
                    members.extend(
                        self.oneof(&element, message, &cases, name, features, path)
                            .map(Member::Oneof),
                    );
                }
                continue;
            }
            let Some(name) = settled.next() else { continue };
            let element = element.child(field.name, 2, index);
            let Some(mut field) = self.field(&element, message, field, name, features) else {
                continue;
            };
            if field.default.is_some() {
                field.accessor = Some(accessors.claim([field.name.plain()]));
            }
            members.push(Member::Field(field));
        }
        for (position, oneof) in &oneofs {
            let index = i32::try_from(*position).ok();
            if !message.fields.iter().any(|field| field.oneof_index == index) {
                let element = element.child(oneof.name, 8, *position);
                self.refuse(&element, "the oneof has no fields", "Give it one, or remove it.");
            }
        }
        (members, unknown_fields)
    }

    fn oneof(
        &mut self,
        element: &Element,
        message: &MessageDescriptor<'a>,
        cases: &[(usize, &FieldDescriptor<'a>)],
        name: Name,
        features: Features,
        path: &ItemPath,
    ) -> Option<Oneof> {
        let short_name = element.full_name.rsplit('.').next().unwrap_or_default();
        self.check_identifier(element, short_name);
        let around = element.parent_name();
        let scope = self.symbols.names(around)?;
        let module = self.symbols.module_of(around)?;
        let type_name = scope.oneofs.get(short_name)?.clone();
        let mut modules = path.modules.clone();
        modules.push(module);
        let words: Vec<_> = cases.iter().map(|(_, field)| field.name).collect();
        let variants = Scope::default().claim_all(&words, names::camel);
        let view = scope.oneof_views.get(short_name).map(|name| ItemPath {
            package: path.package.clone(),
            modules: modules.clone(),
            name: name.clone(),
        });
        let mut fields = Vec::new();
        for (&(index, field), variant) in cases.iter().zip(variants) {
            let element = element.sibling(field.name, 2, index);
            fields.extend(self.field(&element, message, field, variant, features));
        }
        Some(Oneof {
            full_name: element.full_name.clone(),
            name,
            path: ItemPath { package: path.package.clone(), modules, name: type_name },
            view,
            comments: self.comments(element),
            attributes: self.attributes(element, true),
            fields,
        })
    }

    fn field(
        &mut self,
        element: &Element,
        message: &MessageDescriptor<'a>,
        field: &FieldDescriptor<'a>,
        name: Name,
        around: Features,
    ) -> Option<Field> {
        if !self.check_identifier(element, field.name) {
            return None;
        }
        let Some(r#type) = field.r#type else {
            self.refuse(element, "the field has an unknown type", FAULTY_DESCRIPTOR);
            return None;
        };
        let features = self.field_features(field, around);
        if let Some(entry) = map_entry(message, field) {
            return self.map(element, field, entry, name, features);
        }
        let kind = self.kind(element, field, r#type, features)?;
        let in_oneof = field.oneof_index.is_some() && !field.proto3_optional;
        let is_message = matches!(kind, Kind::Message(_));
        let cardinality = match (field.label, features.presence) {
            (Label::Repeated, _) => {
                let packable =
                    !is_message && !matches!(kind, Kind::Scalar(Scalar::String | Scalar::Bytes));
                Cardinality::Repeated { packed: packable && features.packed }
            }
            (_, Presence::Required) if !in_oneof => Cardinality::Required,
            (_, Presence::Implicit) if !in_oneof && !is_message => Cardinality::Implicit,
            _ => Cardinality::Explicit,
        };
        let default = self.default_value(element, field, &kind);
        let may_box = is_message && field.label != Label::Repeated;
        let boxed = may_box
            && (self.boxed.contains(&(format!(".{}", element.parent_name()), field.number))
                || self.options.boxed.of(&element.full_name).is_some());
        let bytes = self.bytes_type(element, &kind);
        Some(Field {
            full_name: element.full_name.clone(),
            name,
            json_name: json_name(field),
            number: u32::try_from(field.number).unwrap_or(0),
            cardinality,
            kind,
            boxed,
            bytes,
            utf8: features.utf8,
            default,
            accessor: None,
            comments: self.comments(element),
            deprecated: field.options.flag(3),
            attributes: self.attributes(element, false),
        })
    }

    fn map(
        &mut self,
        element: &Element,
        field: &FieldDescriptor<'a>,
        entry: &MessageDescriptor<'a>,
        name: Name,
        features: Features,
    ) -> Option<Field> {
        let part = |number| entry.fields.iter().find(|field| field.number == number);
        let key = part(1)
            .and_then(|key| key.r#type)
            .and_then(scalar)
            .filter(|key| !matches!(key, Scalar::Float | Scalar::Double | Scalar::Bytes));
        let value = part(2).and_then(|value| Some((value, value.r#type?)));
        let (Some(key), Some((value, value_type))) = (key, value) else {
            self.refuse(element, "the entry of the map is malformed", FAULTY_DESCRIPTOR);
            return None;
        };
        // Messages in maps always have their length in front.
        let inside = Features { delimited: false, ..features };
        let kind = self.kind(element, value, value_type, inside)?;
        let bytes = self.bytes_type(element, &kind);
        let ordered = self.options.btree_map.of(&element.full_name).is_some();
        Some(Field {
            full_name: element.full_name.clone(),
            name,
            json_name: json_name(field),
            number: u32::try_from(field.number).unwrap_or(0),
            cardinality: Cardinality::Map(MapType { key, ordered }),
            kind,
            boxed: false,
            bytes,
            utf8: features.utf8,
            default: None,
            accessor: None,
            comments: self.comments(element),
            deprecated: field.options.flag(3),
            attributes: self.attributes(element, false),
        })
    }

    /// The features of a field: by option in editions, by keyword before.
    pub(super) fn field_features(&self, field: &FieldDescriptor<'a>, around: Features) -> Features {
        let mut features = around.overridden(&field.options, 21);
        if self.edition.has_features() {
            return features;
        }
        if field.label == Label::Required {
            features.presence = Presence::Required;
        } else if field.proto3_optional {
            features.presence = Presence::Explicit;
        }
        if let Some(Ok(packed)) = field.options.last(2).map(|value| value.boolean()) {
            features.packed = packed;
        }
        features
    }

    pub(super) fn kind(
        &mut self,
        element: &Element,
        field: &FieldDescriptor<'a>,
        r#type: Type,
        features: Features,
    ) -> Option<Kind> {
        if let Some(scalar) = scalar(r#type) {
            return Some(Kind::Scalar(scalar));
        }
        let symbol = self.resolve(element, field.type_name)?;
        let full_name = field.type_name.trim_start_matches('.').to_owned();
        let path = symbol.path.clone();
        let view = symbol.view.clone();
        match (r#type, symbol.definition) {
            (Type::Enum, Definition::Enum { descriptor, closed }) => {
                let default_number = descriptor.values.first().map_or(0, |value| value.number);
                Some(Kind::Enum(EnumReference { full_name, path, closed, default_number }))
            }
            (Type::Message | Type::Group, Definition::Message(descriptor))
                if !descriptor.is_map_entry() =>
            {
                let delimited = r#type == Type::Group || features.delimited;
                let required = self.symbols.incomplete.contains(field.type_name);
                Some(Kind::Message(MessageReference { full_name, path, view, delimited, required }))
            }
            _ => {
                let problem = format!("`{}` is not of the field's type", field.type_name);
                self.refuse(element, &problem, FAULTY_DESCRIPTOR);
                None
            }
        }
    }

    pub(super) fn bytes_type(&self, element: &Element, kind: &Kind) -> BytesType {
        let is_bytes = matches!(kind, Kind::Scalar(Scalar::Bytes));
        if is_bytes && self.options.bytes.of(&element.full_name).is_some() {
            BytesType::Bytes
        } else {
            BytesType::Vec
        }
    }

    pub(super) fn default_value(
        &mut self,
        element: &Element,
        field: &FieldDescriptor<'a>,
        kind: &Kind,
    ) -> Option<DefaultValue> {
        let text = field.default_value?;
        let value = match kind {
            Kind::Scalar(scalar) => DefaultValue::parse(*scalar, text),
            Kind::Enum(_) => self.resolve(element, field.type_name).and_then(|symbol| {
                let Definition::Enum { descriptor, .. } = symbol.definition else { return None };
                let index = descriptor.values.iter().position(|value| value.name == text)?;
                enum_value_names(descriptor).into_iter().nth(index).map(DefaultValue::Enum)
            }),
            Kind::Message(_) => None,
        };
        if value.is_none() {
            let problem = format!("`{}` is no default for the field", text.escape_debug());
            self.refuse(element, &problem, FAULTY_DESCRIPTOR);
        }
        value
    }

    fn check_numbers(&mut self, element: &Element, message: &MessageDescriptor<'a>) {
        let mut seen = HashSet::new();
        for (index, field) in message.fields.iter().enumerate() {
            let number = field.number;
            let problem = if !(1..1 << 29).contains(&number) {
                format!("the field number {number} is out of range")
            } else if !seen.insert(number) {
                format!("the field number {number} is used twice")
            } else {
                continue;
            };
            let element = element.child(field.name, 2, index);
            self.refuse(&element, &problem, FAULTY_DESCRIPTOR);
        }
    }
}

/// The entry message of a map field.
fn map_entry<'m, 'a>(
    message: &'m MessageDescriptor<'a>,
    field: &FieldDescriptor<'a>,
) -> Option<&'m MessageDescriptor<'a>> {
    if field.label != Label::Repeated || field.r#type != Some(Type::Message) {
        return None;
    }
    let name = field.type_name.rsplit('.').next()?;
    message.messages.iter().find(|nested| nested.name == name && nested.is_map_entry())
}

fn scalar(r#type: Type) -> Option<Scalar> {
    Some(match r#type {
        Type::Double => Scalar::Double,
        Type::Float => Scalar::Float,
        Type::Int64 => Scalar::Int64,
        Type::Uint64 => Scalar::Uint64,
        Type::Int32 => Scalar::Int32,
        Type::Fixed64 => Scalar::Fixed64,
        Type::Fixed32 => Scalar::Fixed32,
        Type::Bool => Scalar::Bool,
        Type::String => Scalar::String,
        Type::Bytes => Scalar::Bytes,
        Type::Uint32 => Scalar::Uint32,
        Type::Sfixed32 => Scalar::Sfixed32,
        Type::Sfixed64 => Scalar::Sfixed64,
        Type::Sint32 => Scalar::Sint32,
        Type::Sint64 => Scalar::Sint64,
        Type::Group | Type::Message | Type::Enum => return None,
    })
}

/// The field's name in ProtoJSON: what the descriptor says, or the name in lowerCamelCase.
pub(super) fn json_name(field: &FieldDescriptor<'_>) -> String {
    if let Some(name) = field.json_name {
        return name.to_owned();
    }
    let mut name = String::with_capacity(field.name.len());
    let mut upper = false;
    for character in field.name.chars() {
        if character == '_' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            name.push(character.to_ascii_uppercase());
        } else {
            name.push(character);
        }
    }
    name
}
