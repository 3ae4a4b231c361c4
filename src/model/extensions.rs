//! Extensions: fields that a message is given from outside.

use super::build::{Builder, Element, FAULTY_DESCRIPTOR};
use super::members::json_name;
use super::symbols::{Definition, Names, Origin, Symbol};
use super::{Cardinality, Extension, Features, Field, Kind, Scalar};
use crate::request::{FieldDescriptor, Label, MessageDescriptor};

impl<'a> Builder<'_, 'a> {
    /// An extension that is declared in this file, in a scope with the given names.
    pub(super) fn extension(
        &mut self,
        element: &Element,
        field: &FieldDescriptor<'a>,
        around: Features,
        scope: &Names,
    ) -> Option<Extension> {
        if !self.check_identifier(element, field.name) {
            return None;
        }
        let name = scope.extensions.get(field.name)?.clone();
        let symbol = self.resolve(element, field.extendee)?;
        let Definition::Message(extendee) = symbol.definition else {
            let problem = format!("`{}` is not a message", field.extendee);
            self.refuse(element, &problem, FAULTY_DESCRIPTOR);
            return None;
        };
        self.check_extendee(element, field, symbol, extendee)?;
        let Some(r#type) = field.r#type else {
            self.refuse(element, "the extension has an unknown type", FAULTY_DESCRIPTOR);
            return None;
        };
        let extendee = symbol.path.clone();
        let features = self.field_features(field, around);
        let kind = self.kind(element, field, r#type, features)?;
        let is_packable =
            !matches!(kind, Kind::Message(_) | Kind::Scalar(Scalar::String | Scalar::Bytes));
        let cardinality = match field.label {
            Label::Repeated => Cardinality::Repeated { packed: is_packable && features.packed },
            Label::Optional | Label::Required => Cardinality::Explicit,
        };
        let default = self.default_value(element, field, &kind);
        let bytes = self.bytes_type(element, &kind);
        let field = Field {
            full_name: element.full_name.clone(),
            name,
            json_name: json_name(field),
            number: u32::try_from(field.number).unwrap_or(0),
            cardinality,
            kind,
            boxed: false,
            bytes,
            utf8: features.utf8,
            default,
            accessor: None,
            comments: self.comments(element),
            deprecated: field.options.flag(3),
            attributes: self.attributes(element, false),
        };
        Some(Extension { extendee, field })
    }

    /// Refuses what the message has no room for.
    fn check_extendee(
        &mut self,
        element: &Element,
        field: &FieldDescriptor<'a>,
        symbol: &Symbol<'a>,
        extendee: &MessageDescriptor<'a>,
    ) -> Option<()> {
        let is_set = extendee.options.flag(1);
        // The fields of a message set are items, whose numbers are not those of tags.
        let numbers = if is_set { 1..=i32::MAX - 1 } else { 1..=(1 << 29) - 1 };
        if !extendee.extendable || !numbers.contains(&field.number) {
            let problem = format!(
                "`{}` has no room for an extension with the number {}",
                field.extendee, field.number
            );
            self.refuse(element, &problem, FAULTY_DESCRIPTOR);
            return None;
        }
        let full_name = field.extendee.trim_start_matches('.');
        let keeps = self.options.unknown_fields.of(full_name).is_none_or(|keep| *keep);
        if symbol.origin == Origin::Generated && !keeps {
            let problem = format!(
                "`{}` drops its unknown fields, among which the values of extensions are kept",
                field.extendee
            );
            let cure = format!(
                "Have it keep them: add the option unknown_fields={}=keep, behind the one that \
                 drops them.",
                field.extendee
            );
            self.refuse(element, &problem, &cure);
            return None;
        }
        Some(())
    }
}
