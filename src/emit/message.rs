//! The struct of a message.

use crate::tokens::{Append, ByteString, Tokens, quote};

use super::docs::{attributes, deprecated, doc_line, docs};
use super::paths::Scope;
use super::types::field_type;
use crate::model::{DefaultValue, Field, Kind, Member, Message, Name};

/// The struct, and the accessors of fields that declare a default.
pub(crate) fn definition(message: &Message, scope: Scope<'_>) -> Tokens {
    let docs = docs(&message.comments);
    let deprecated = deprecated(message.deprecated);
    let attributes = attributes(&message.attributes);
    let name = &message.path.name;
    let fields: Tokens = message.members.iter().map(|member| self::member(member, scope)).collect();
    let unknown_fields = message.unknown_fields.as_ref().map(|name| {
        let unknown_fields = scope.runtime("UnknownFields");
        quote!(pub #name: #unknown_fields,)
    });
    let accessors = accessors(message, scope);
    quote! {
        #docs
        #deprecated
        #[derive(Clone, Debug, Default, PartialEq)]
        #attributes
        pub struct #name {
            #fields
            #unknown_fields
        }

        #accessors
    }
}

/// The module of what is defined inside a message.
pub(crate) fn module(
    message: &Message,
    name: &Name,
    oneofs: &Tokens,
    nested: &Tokens,
    extensions: &Tokens,
) -> Tokens {
    let mut parts = Vec::new();
    if !nested.is_empty() {
        parts.push("nested types");
    }
    match message.oneofs().count() {
        0 => {}
        1 if parts.is_empty() && extensions.is_empty() => parts.push("the oneof"),
        _ => parts.push("oneofs"),
    }
    if !extensions.is_empty() {
        parts.push("extensions");
    }
    let what = match parts.split_last() {
        None => return Tokens::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    };
    // A sentence begins with a capital.
    let (first, rest) = what.split_at(1);
    // What is declared inside a message may extend any other.
    let relation = if parts == ["extensions"] { "declared in" } else { "of" };
    let name_of_message = &message.path.name;
    let doc =
        doc_line(&format!("{}{rest} {relation} [`{name_of_message}`].", first.to_uppercase()));
    quote! {
        #doc
        pub mod #name {
            #oneofs
            #nested
            #extensions
        }
    }
}

fn member(member: &Member, scope: Scope<'_>) -> Tokens {
    match member {
        Member::Field(field) => {
            let docs = docs(&field.comments);
            let deprecated = deprecated(field.deprecated);
            let attributes = attributes(&field.attributes);
            let name = &field.name;
            let r#type = field_type(field, scope);
            quote!(#docs #deprecated #attributes pub #name: #r#type,)
        }
        Member::Oneof(oneof) => {
            let docs = docs(&oneof.comments);
            let name = &oneof.name;
            let option = scope.prelude("Option");
            let r#type = scope.item(&oneof.path);
            quote!(#docs pub #name: #option<#r#type>,)
        }
    }
}

fn accessors(message: &Message, scope: Scope<'_>) -> Tokens {
    let accessors: Tokens = message.fields().filter_map(|field| accessor(field, scope)).collect();
    if accessors.is_empty() {
        return accessors;
    }
    let name = &message.path.name;
    quote!(impl #name { #accessors })
}

fn accessor(field: &Field, scope: Scope<'_>) -> Option<Tokens> {
    let accessor = field.accessor.as_ref()?;
    let name = &field.name;
    let doc = doc_line(&format!("`{}`, or the default that the .proto declares.", name.plain()));
    let deprecated = deprecated(field.deprecated);
    let default = default_value(field.default.as_ref()?, field, scope);
    let (r#type, body) = match field.default.as_ref()? {
        DefaultValue::String(_) => {
            (quote!(&str), quote!(self.#name.as_deref().unwrap_or(#default)))
        }
        DefaultValue::Bytes(_) => {
            (quote!(&[u8]), quote!(self.#name.as_deref().unwrap_or(#default)))
        }
        _ => (super::types::value_type(field, scope), quote!(self.#name.unwrap_or(#default))),
    };
    Some(quote! {
        #doc
        #deprecated
        pub fn #accessor(&self) -> #r#type {
            #body
        }
    })
}

/// The default that a .proto declares for a field.
pub(crate) fn default_value(value: &DefaultValue, field: &Field, scope: Scope<'_>) -> Tokens {
    match value {
        DefaultValue::Bool(value) => quote!(#value),
        DefaultValue::Integer(value) => {
            quote!(#value)
        }
        DefaultValue::Float(value) => float(f64::from(*value), quote!(f32), value),
        DefaultValue::Double(value) => float(*value, quote!(f64), value),
        DefaultValue::String(value) => quote!(#value),
        DefaultValue::Bytes(value) => {
            let value = ByteString(value);
            quote!(#value)
        }
        DefaultValue::Enum(value) => {
            let r#enum = match &field.kind {
                Kind::Enum(reference) => scope.item(&reference.path),
                _ => Tokens::new(),
            };
            quote!(#r#enum::#value)
        }
    }
}

fn float(value: f64, r#type: Tokens, literal: &dyn Append) -> Tokens {
    if value.is_nan() {
        quote!(#r#type::NAN)
    } else if value == f64::INFINITY {
        quote!(#r#type::INFINITY)
    } else if value == f64::NEG_INFINITY {
        quote!(#r#type::NEG_INFINITY)
    } else {
        quote!(#literal)
    }
}
