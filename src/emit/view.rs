//! The views of messages: structs and oneofs that borrow from the encoded bytes, and the way back.
//!
//! How a view is read stands in [`codec`](super::codec), next to how its message is.

use crate::tokens::{Tokens, quote};

use super::docs::{deprecated, doc_line};
use super::message::default_value;
use super::paths::Scope;
use super::types::{scalar_type, value_type};
use crate::model::{
    BytesType, Cardinality, DefaultValue, Field, Kind, Member, Message, Oneof, Scalar,
};

/// The struct, and the accessors of fields that declare a default; nothing for a message without a
/// view.
pub(crate) fn definition(message: &Message, scope: Scope<'_>) -> Tokens {
    let Some(view) = &message.view else { return Tokens::new() };
    let (name, view) = (&message.path.name, &view.name);
    let doc = doc_line(&format!("An encoded [`{name}`], seen without copying anything out of it."));
    let deprecated = deprecated(message.deprecated);
    let fields: Tokens = message.members.iter().map(|member| self::member(member, scope)).collect();
    let unknown_fields = message.unknown_fields.as_ref().map(|name| {
        let unknown_fields = scope.runtime("view::UnknownFields");
        quote!(pub #name: #unknown_fields<'a>,)
    });
    let accessors: Tokens = message.fields().filter_map(|field| accessor(field, scope)).collect();
    let accessors = (!accessors.is_empty()).then(|| quote!(impl<'a> #view<'a> { #accessors }));
    quote! {
        #doc
        #deprecated
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct #view<'a> {
            #fields
            #unknown_fields
        }

        #accessors
    }
}

/// The enum of a oneof; nothing when its message's own serves the view too.
pub(crate) fn oneof(oneof: &Oneof, scope: Scope<'_>) -> Tokens {
    let Some(view) = &oneof.view else { return Tokens::new() };
    let (name, view) = (&oneof.path.name, &view.name);
    let doc = doc_line(&format!("An encoded [`{name}`]."));
    let variants: Tokens = oneof
        .fields
        .iter()
        .map(|field| {
            let deprecated = deprecated(field.deprecated);
            let (name, r#type) = (&field.name, view_value_type(field, scope));
            quote!(#deprecated #name(#r#type),)
        })
        .collect();
    quote! {
        #doc
        #[derive(Clone, Debug, PartialEq)]
        pub enum #view<'a> {
            #variants
        }
    }
}

/// The expression that makes the message: one line for each field.
pub(crate) fn to_message(message: &Message, scope: Scope<'_>) -> Tokens {
    let name = scope.item(&message.path);
    let members = message.members.iter().map(|member| match member {
        Member::Field(field) => {
            let (name, value) = (&field.name, field_to_message(field, scope));
            quote!(#name: #value,)
        }
        Member::Oneof(oneof) => {
            let (name, value) = (&oneof.name, oneof_to_message(oneof, scope));
            quote!(#name: #value,)
        }
    });
    let members: Tokens = members.collect();
    let unknown_fields =
        message.unknown_fields.as_ref().map(|name| quote!(#name: self.#name.to_unknown_fields(),));
    quote!(#name { #members #unknown_fields })
}

/// The view as it is named in the module of `scope`, with its lifetime.
pub(crate) fn path(kind: &Kind, scope: Scope<'_>) -> Option<Tokens> {
    let Kind::Message(reference) = kind else { return None };
    let path = scope.item(reference.view.as_ref()?);
    Some(quote!(#path<'a>))
}

fn member(member: &Member, scope: Scope<'_>) -> Tokens {
    match member {
        Member::Field(field) => {
            let deprecated = deprecated(field.deprecated);
            let (name, r#type) = (&field.name, field_type(field, scope));
            quote!(#deprecated pub #name: #r#type,)
        }
        Member::Oneof(oneof) => {
            let (name, option) = (&oneof.name, scope.prelude("Option"));
            match &oneof.view {
                Some(view) => {
                    let view = scope.item(view);
                    quote!(pub #name: #option<#view<'a>>,)
                }
                None => {
                    let path = scope.item(&oneof.path);
                    quote!(pub #name: #option<#path>,)
                }
            }
        }
    }
}

fn field_type(field: &Field, scope: Scope<'_>) -> Tokens {
    match &field.cardinality {
        Cardinality::Implicit => view_value_type(field, scope),
        Cardinality::Explicit | Cardinality::Required => {
            let (option, value) = (scope.prelude("Option"), view_value_type(field, scope));
            quote!(#option<#value>)
        }
        Cardinality::Repeated { .. } => {
            let (repeated, element) = (scope.runtime("view::Repeated"), element(field, scope));
            quote!(#repeated<'a, #element>)
        }
        Cardinality::Map(map) => {
            let (view, value) = (scope.runtime("view::Map"), element(field, scope));
            let key = scalar_element(map.key, field.bytes, scope);
            quote!(#view<'a, #key, #value>)
        }
    }
}

/// The type of one value outside of repeated fields and maps.
fn view_value_type(field: &Field, scope: Scope<'_>) -> Tokens {
    match &field.kind {
        Kind::Scalar(Scalar::String) => quote!(&'a str),
        Kind::Scalar(Scalar::Bytes) => quote!(&'a [u8]),
        kind => match path(kind, scope) {
            Some(view) if field.boxed => {
                let r#box = scope.prelude("Box");
                quote!(#r#box<#view>)
            }
            Some(view) => view,
            None => value_type(field, scope),
        },
    }
}

/// The marker type that stands for one value of a repeated field or a map.
fn element(field: &Field, scope: Scope<'_>) -> Tokens {
    match &field.kind {
        Kind::Scalar(scalar) => scalar_element(*scalar, field.bytes, scope),
        Kind::Enum(reference) => {
            let marker = if reference.closed { "view::ClosedEnum" } else { "view::Enum" };
            let (marker, path) = (scope.runtime(marker), scope.item(&reference.path));
            quote!(#marker<#path>)
        }
        Kind::Message(reference) => {
            let nested = match path(&field.kind, scope) {
                Some(view) => {
                    let marker = scope.runtime("view::Nested");
                    quote!(#marker<#view>)
                }
                None => {
                    let marker = scope.runtime("view::Message");
                    let path = scope.item(&reference.path);
                    quote!(#marker<#path>)
                }
            };
            if reference.delimited {
                let marker = scope.runtime("view::Group");
                quote!(#marker<#nested>)
            } else {
                nested
            }
        }
    }
}

fn scalar_element(scalar: Scalar, bytes: BytesType, scope: Scope<'_>) -> Tokens {
    let name = scalar.proto_name();
    let (first, rest) = name.split_at(1);
    let marker = scope.runtime(&format!("view::{}{rest}", first.to_uppercase()));
    if scalar == Scalar::Bytes {
        let owned = scalar_type(scalar, bytes, scope);
        quote!(#marker<#owned>)
    } else {
        marker
    }
}

/// As an accessor of the message, though it may hand out what outlives the view.
fn accessor(field: &Field, scope: Scope<'_>) -> Option<Tokens> {
    let accessor = field.accessor.as_ref()?;
    let name = &field.name;
    let doc = doc_line(&format!("`{}`, or the default that the .proto declares.", name.plain()));
    let deprecated = deprecated(field.deprecated);
    let default = default_value(field.default.as_ref()?, field, scope);
    let default = match field.default.as_ref()? {
        DefaultValue::Bytes(_) => quote!(#default.as_slice()),
        _ => default,
    };
    let r#type = view_value_type(field, scope);
    Some(quote! {
        #doc
        #deprecated
        pub fn #accessor(&self) -> #r#type {
            self.#name.unwrap_or(#default)
        }
    })
}

fn field_to_message(field: &Field, scope: Scope<'_>) -> Tokens {
    let name = &field.name;
    let is_option = match &field.cardinality {
        Cardinality::Implicit => false,
        Cardinality::Explicit | Cardinality::Required => true,
        Cardinality::Repeated { .. } => return quote!(self.#name.to_vec()),
        Cardinality::Map(_) => return quote!(self.#name.to_map()),
    };
    match &field.kind {
        Kind::Scalar(Scalar::String | Scalar::Bytes) if is_option => {
            let owned = match field.bytes {
                BytesType::Bytes => {
                    let bytes = scope.runtime("Bytes");
                    quote!(#bytes::copy_from_slice)
                }
                BytesType::Vec => quote!(|v| v.into()),
            };
            quote!(self.#name.map(#owned))
        }
        Kind::Scalar(Scalar::String | Scalar::Bytes) => to_owned(field, &quote!(self.#name), scope),
        Kind::Scalar(_) | Kind::Enum(_) => quote!(self.#name),
        Kind::Message(reference) if reference.view.is_some() => {
            let to_message = scope.runtime("MessageView::to_message");
            quote!(self.#name.as_ref().map(#to_message))
        }
        Kind::Message(_) => {
            let clone = scope.prelude("Clone");
            quote!(#clone::clone(&self.#name))
        }
    }
}

/// A copy of a string or of bytes, as the message holds them.
fn to_owned(field: &Field, borrowed: &Tokens, scope: Scope<'_>) -> Tokens {
    match field.bytes {
        BytesType::Bytes => {
            let bytes = scope.runtime("Bytes");
            quote!(#bytes::copy_from_slice(#borrowed))
        }
        BytesType::Vec => quote!(#borrowed.into()),
    }
}

fn oneof_to_message(oneof: &Oneof, scope: Scope<'_>) -> Tokens {
    let (name, path) = (&oneof.name, scope.item(&oneof.path));
    let Some(view) = &oneof.view else {
        let clone = scope.prelude("Clone");
        return quote!(#clone::clone(&self.#name));
    };
    let view = scope.item(view);
    let case = |field: &Field| {
        let variant = &field.name;
        let value = match &field.kind {
            Kind::Scalar(Scalar::Bytes) if field.bytes == BytesType::Bytes => {
                to_owned(field, &quote!(v), scope)
            }
            Kind::Scalar(Scalar::String | Scalar::Bytes) => to_owned(field, &quote!((*v)), scope),
            Kind::Scalar(_) | Kind::Enum(_) => quote!(*v),
            Kind::Message(reference) if reference.view.is_some() => {
                let to_message = scope.runtime("MessageView::to_message");
                quote!(#to_message(v))
            }
            Kind::Message(_) => {
                let clone = scope.prelude("Clone");
                quote!(#clone::clone(v))
            }
        };
        quote!(#view::#variant(v) => #path::#variant(#value),)
    };
    let cases: Tokens = oneof.fields.iter().map(case).collect();
    quote! {
        self.#name.as_ref().map(|v| match v {
            #cases
        })
    }
}
