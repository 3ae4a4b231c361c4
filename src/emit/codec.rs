//! The trait implementation of a message: how it is written and read.
//!
//! The runtime's `Writer` and `Reader` do the work; what is written here is one line for each
//! field, in the order of the field numbers.

mod decode;
mod encode;
mod required;

use crate::tokens::{Tokens, quote};

use super::extension;
use super::paths::Scope;
use super::types::scalar_type;
use super::view;
use crate::model::{Field, Kind, Member, Message, Oneof, Scalar};

/// What is read: a message, or the view of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Message,
    View,
}

/// `impl rustrpc::Message for …`
pub(crate) fn machinery(message: &Message, scope: Scope<'_>) -> Tokens {
    let full_name = &message.full_name;
    let name = scope.item(&message.path);
    let r#trait = scope.runtime("Message");
    let (writer, reader) = (scope.gencode("Writer"), scope.gencode("Reader"));
    let (result, ok) = (scope.prelude("Result"), scope.prelude("Ok"));
    let error = scope.runtime("DecodeError");
    let members = by_number(message);
    let writes = encode::statements(message, &members, scope);
    let arms = decode::arms(message, &members, Form::Message, scope);
    let some = scope.prelude("Some");
    let missing_required = required::method(&members, Form::Message, scope);
    let extendable = extension::machinery(message, scope);
    quote! {
        impl #r#trait for #name {
            const NAME: &'static str = #full_name;

            fn write(&self, w: &mut #writer) {
                #writes
            }

            fn read(&mut self, r: &mut #reader<'_>) -> #result<(), #error> {
                while let #some(tag) = r.tag()? {
                    match tag {
                        #arms
                    }
                }
                #ok(())
            }

            #missing_required
        }

        #extendable
    }
}

/// `impl rustrpc::MessageView for …`, for a message that has a view.
pub(crate) fn view_machinery(message: &Message, scope: Scope<'_>) -> Tokens {
    let Some(view) = &message.view else { return Tokens::new() };
    let (name, view) = (scope.item(&message.path), scope.item(view));
    let (message_view, has_view) = (scope.runtime("MessageView"), scope.runtime("view::HasView"));
    let reader = scope.gencode("Reader");
    let (result, ok) = (scope.prelude("Result"), scope.prelude("Ok"));
    let (error, some) = (scope.runtime("DecodeError"), scope.prelude("Some"));
    let members = by_number(message);
    let arms = decode::arms(message, &members, Form::View, scope);
    let missing_required = required::method(&members, Form::View, scope);
    let to_message = view::to_message(message, scope);
    quote! {
        impl #has_view for #name {
            type View<'a> = #view<'a>;
        }

        impl<'a> #message_view<'a> for #view<'a> {
            type Message = #name;

            fn read(&mut self, r: &mut #reader<'a>) -> #result<(), #error> {
                while let #some(tag) = r.tag()? {
                    match tag {
                        #arms
                    }
                }
                #ok(())
            }

            #missing_required

            fn to_message(&self) -> #name {
                #to_message
            }
        }
    }
}

impl Form {
    /// The Rust enum of a oneof.
    fn oneof(self, oneof: &Oneof, scope: Scope<'_>) -> Tokens {
        match &oneof.view {
            Some(view) if self == Self::View => scope.item(view),
            _ => scope.item(&oneof.path),
        }
    }
}

/// The members in the order of their numbers; a oneof stands where its first case does.
fn by_number(message: &Message) -> Vec<&Member> {
    let mut members: Vec<_> = message.members.iter().collect();
    members.sort_by_key(|member| match member {
        Member::Field(field) => Some(field.number),
        Member::Oneof(oneof) => oneof.fields.iter().map(|field| field.number).min(),
    });
    members
}

/// The tag of a field with the given wire type, as it stands in the code.
fn tag(field: &Field, wire_type: u32) -> u32 {
    field.number << 3 | wire_type
}

/// The tag of a value of the field by itself.
fn plain_tag(field: &Field) -> u32 {
    field.tag()
}

/// The tag of what has its length in front: packed numbers and the entries of maps.
fn delimited_tag(field: &Field) -> u32 {
    tag(field, 2)
}

/// The name that the methods of `Writer` and `Reader` have for a kind of value, `prefix` in front.
fn method(prefix: &str, kind: &Kind) -> Tokens {
    let name = match kind {
        Kind::Scalar(scalar) => scalar.proto_name(),
        Kind::Enum(_) => "enumeration",
        Kind::Message(message) if message.delimited => "group",
        Kind::Message(_) => "message",
    };
    Tokens::word(&format!("{prefix}{name}"))
}

/// Whether values of this kind can be packed.
fn is_packable(kind: &Kind) -> bool {
    match kind {
        Kind::Scalar(scalar) => !matches!(scalar, Scalar::String | Scalar::Bytes),
        Kind::Enum(_) => true,
        Kind::Message(_) => false,
    }
}

/// Whether the Rust type of one value is `Copy`, so that it is given by value.
fn is_copy(kind: &Kind) -> bool {
    is_packable(kind)
}

fn is_closed(kind: &Kind) -> bool {
    matches!(kind, Kind::Enum(reference) if reference.closed)
}

/// The marker types that stand for a map's key and value.
fn map_kinds(key: Scalar, field: &Field, scope: Scope<'_>) -> (Tokens, Tokens) {
    let value = match &field.kind {
        Kind::Scalar(scalar @ Scalar::Bytes) => {
            let (kind, bytes) =
                (scope.gencode("kind::Bytes"), scalar_type(*scalar, field.bytes, scope));
            quote!(#kind<#bytes>)
        }
        Kind::Scalar(scalar) => scalar_kind(*scalar, scope),
        Kind::Enum(reference) => {
            let (kind, path) = (scope.gencode("kind::Enum"), scope.item(&reference.path));
            quote!(#kind<#path>)
        }
        Kind::Message(reference) => {
            let (kind, path) = (scope.gencode("kind::Message"), scope.item(&reference.path));
            quote!(#kind<#path>)
        }
    };
    (scalar_kind(key, scope), value)
}

fn scalar_kind(scalar: Scalar, scope: Scope<'_>) -> Tokens {
    let name = scalar.proto_name();
    let (first, rest) = name.split_at(1);
    scope.gencode(&format!("kind::{}{rest}", first.to_uppercase()))
}
