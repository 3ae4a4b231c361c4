//! The second walk: names of types become places, and everything that depends on types is settled.

use super::declare::{Linker, PendingField, PendingMethod};
use crate::reflect::PoolError;
use crate::reflect::data::{Content, KindData, MethodData, Symbol};
use crate::reflect::default_value;
use crate::reflect::error::shown;
use crate::reflect::field::Cardinality;
use crate::types::feature_set::{
    FieldPresence, MessageEncoding, RepeatedFieldEncoding, Utf8Validation,
};
use crate::types::field_descriptor_proto::Type;

/// A type that a field or method refers to.
#[derive(Clone, Copy)]
enum Target {
    Message(u32),
    Enum(u32),
}

impl Linker {
    pub(super) fn resolve(mut self) -> Result<Content, PoolError> {
        for field in std::mem::take(&mut self.fields) {
            self.resolve_field(&field)?;
        }
        for method in std::mem::take(&mut self.methods) {
            self.resolve_method(method)?;
        }
        self.check_map_entries()?;
        let mut content = self.content;
        content.any_required =
            content.fields.iter().any(|field| field.cardinality == Cardinality::Required);
        Ok(content)
    }

    fn resolve_field(&mut self, pending: &PendingField) -> Result<(), PoolError> {
        let PendingField { index, features, descriptor } = pending;
        let kind = self.kind(pending)?;
        if self.content.field(*index).extension {
            self.resolve_extension(pending)?;
        }
        let default = match descriptor.default_value.as_deref() {
            None => None,
            Some(text) => match default_value::parse(text, kind, &self.content) {
                Some(value) => Some(value),
                None => {
                    let problem = format!("its default `{}` is not of its type", shown(text));
                    return Err(self.field_error(*index, problem));
                }
            },
        };
        let is_entry = |message| self.content.message(message).map_entry;
        let data = self.content.field(*index);
        let owner = !data.extension && is_entry(data.message);
        let map =
            matches!(kind, KindData::Message(message) if data.repeated() && is_entry(message));
        let is_message = matches!(kind, KindData::Message(_));
        let group = descriptor.r#type == Some(Type::Group);
        let delimited =
            group || (is_message && features.message_encoding == MessageEncoding::Delimited);
        let packed = match descriptor.options.as_ref().and_then(|options| options.packed) {
            Some(packed) => packed,
            None => features.repeated_encoding == RepeatedFieldEncoding::Packed,
        };

        let data = &mut self.content.fields[*index as usize];
        if features.presence == FieldPresence::LegacyRequired
            && data.cardinality == Cardinality::Optional
            && !data.extension
        {
            data.cardinality = Cardinality::Required;
        }
        data.kind = kind;
        data.default = default;
        data.map = map;
        data.utf8 = features.utf8 == Utf8Validation::Verify;
        // Maps have a length in front of their entries, and entries one in front of values.
        data.delimited = delimited && !map && !owner;
        data.packed = packed && data.repeated() && kind.packable();
        data.presence = !data.repeated()
            && (is_message
                || data.extension
                || data.oneof.is_some()
                || descriptor.proto3_optional.unwrap_or(false)
                || data.cardinality == Cardinality::Required
                || features.presence != FieldPresence::Implicit);
        Ok(())
    }

    fn kind(&mut self, pending: &PendingField) -> Result<KindData, PoolError> {
        let PendingField { index, descriptor, .. } = pending;
        Ok(match descriptor.r#type {
            Some(Type::Double) => KindData::Double,
            Some(Type::Float) => KindData::Float,
            Some(Type::Int64) => KindData::Int64,
            Some(Type::Uint64) => KindData::Uint64,
            Some(Type::Int32) => KindData::Int32,
            Some(Type::Fixed64) => KindData::Fixed64,
            Some(Type::Fixed32) => KindData::Fixed32,
            Some(Type::Bool) => KindData::Bool,
            Some(Type::String) => KindData::String,
            Some(Type::Bytes) => KindData::Bytes,
            Some(Type::Uint32) => KindData::Uint32,
            Some(Type::Sfixed32) => KindData::Sfixed32,
            Some(Type::Sfixed64) => KindData::Sfixed64,
            Some(Type::Sint32) => KindData::Sint32,
            Some(Type::Sint64) => KindData::Sint64,
            // Without a type it is whatever has the name.
            Some(Type::Group | Type::Message | Type::Enum) | None => {
                let name = descriptor.type_name.as_deref().unwrap_or_default();
                let field = self.content.field(*index);
                let (file, full_name) = (field.file, field.full_name.clone());
                match (self.target(name, &full_name, file)?, descriptor.r#type) {
                    (Target::Enum(target), Some(Type::Enum) | None) => KindData::Enum(target),
                    (Target::Message(target), Some(Type::Group | Type::Message) | None) => {
                        KindData::Message(target)
                    }
                    _ => {
                        let problem = format!("`{}` is not what it is said to be", shown(name));
                        return Err(self.field_error(*index, problem));
                    }
                }
            }
            Some(_) => return Err(self.field_error(*index, "its type is unknown here")),
        })
    }

    fn resolve_extension(&mut self, pending: &PendingField) -> Result<(), PoolError> {
        let PendingField { index, descriptor, .. } = pending;
        let name = descriptor.extendee.as_deref().unwrap_or_default();
        let field = self.content.field(*index);
        let (file, full_name, number) = (field.file, field.full_name.clone(), field.number);
        let Target::Message(message) = self.target(name, &full_name, file)? else {
            let problem = format!("it extends `{}`, which is no message", shown(name));
            return Err(self.field_error(*index, problem));
        };
        let extended = self.content.message(message);
        if !extended.extension_ranges.iter().any(|range| range.contains(&number)) {
            let problem = format!("{} leaves no number {number} to extensions", extended.full_name);
            return Err(self.field_error(*index, problem));
        }
        if let Some(other) = self.content.extensions.insert((message, number), *index) {
            let other = &self.content.field(other).full_name;
            let problem = format!("it has the number {number}, and so has {other}");
            return Err(self.field_error(*index, problem));
        }
        self.content.fields[*index as usize].message = message;
        self.content.messages[message as usize].extended_by.push(*index);
        Ok(())
    }

    fn resolve_method(&mut self, pending: PendingMethod) -> Result<(), PoolError> {
        let PendingMethod { service, descriptor } = pending;
        let data = self.content.service(service);
        let file = data.file;
        let name = descriptor.name.as_deref().unwrap_or_default();
        let full_name: std::sync::Arc<str> = format!("{}.{name}", data.full_name).into();
        let mut message = |name: Option<&str>| {
            let name = name.unwrap_or_default();
            match self.target(name, &full_name, file)? {
                Target::Message(message) => Ok(message),
                Target::Enum(_) => {
                    let problem = format!("`{}` is no message", shown(name));
                    Err(self.error(file, &full_name, problem))
                }
            }
        };
        let method = MethodData {
            input: message(descriptor.input_type.as_deref())?,
            output: message(descriptor.output_type.as_deref())?,
            client_streaming: descriptor.client_streaming.unwrap_or(false),
            server_streaming: descriptor.server_streaming.unwrap_or(false),
            options: descriptor.options.map(Box::new),
            full_name,
        };
        self.content.services[service as usize].methods.push(method);
        Ok(())
    }

    /// The type of that name: full with a leading dot, as protoc writes it, or relative to what is
    /// around `user`.
    fn target(&mut self, name: &str, user: &str, file: u32) -> Result<Target, PoolError> {
        let find = |content: &Content, name: &str| match content.symbols.get(name) {
            Some(Symbol::Message(index)) => Some(Target::Message(*index)),
            Some(Symbol::Enum(index)) => Some(Target::Enum(*index)),
            _ => None,
        };
        let found = match name.strip_prefix('.') {
            Some(full_name) => find(&self.content, full_name),
            None => {
                let mut scope = user;
                loop {
                    let Some((around, _)) = scope.rsplit_once('.') else {
                        break find(&self.content, name);
                    };
                    scope = around;
                    let candidate = format!("{scope}.{name}");
                    self.spend(file, &candidate)?;
                    if let Some(found) = find(&self.content, &candidate) {
                        break Some(found);
                    }
                }
            }
        };
        found.ok_or_else(|| {
            let problem = format!(
                "no file of the pool defines the type `{}`; add the one that does",
                shown(name)
            );
            self.error(file, user, problem)
        })
    }

    /// The entries of maps have a key and a value, so that nobody has to ask later.
    fn check_map_entries(&self) -> Result<(), PoolError> {
        for field in self.content.fields.iter().filter(|field| field.map) {
            let KindData::Message(entry) = field.kind else { continue };
            let is_sound = self.content.entry(entry).is_some_and(|(key, value)| {
                let is_key = !matches!(
                    key.kind,
                    KindData::Double
                        | KindData::Float
                        | KindData::Bytes
                        | KindData::Enum(_)
                        | KindData::Message(_)
                );
                let single = |cardinality| cardinality == Cardinality::Optional;
                is_key && single(key.cardinality) && single(value.cardinality)
            });
            if !is_sound {
                let problem = "it is a map whose entries do not have a key and a value";
                return Err(self.error(field.file, &field.full_name, problem));
            }
        }
        Ok(())
    }

    #[cold]
    fn field_error(&self, index: u32, problem: impl Into<String>) -> PoolError {
        let field = self.content.field(index);
        self.error(field.file, &field.full_name, problem)
    }
}
