//! The text format of messages and enums: a table of the fields' names, and one line for each field
//! to write and to read it. The runtime does the work.

use crate::tokens::{Tokens, quote};

use super::json::runtime_type;
use super::members::{Lines, fields};
use super::paths::Scope;
use crate::model::{Enum, Field, Kind, Message};

/// The type whose text form is not that of its fields. The runtime has it, written by hand.
const SPECIAL: &str = "google.protobuf.Any";

/// `impl rustrpc::text::Text` for the messages and enums of a module and those inside of them.
/// `own_forms` says that the special one has it by hand.
pub(crate) fn machinery(
    messages: &[Message],
    enums: &[Enum],
    own_forms: bool,
    scope: Scope<'_>,
) -> Tokens {
    let mut tokens = Tokens::new();
    for message in messages {
        if message.full_name != SPECIAL {
            tokens.add(self::message(message, scope));
        } else if !own_forms {
            tokens.add(special_message(message, scope));
        }
        tokens.add(machinery(message.messages(), message.enums(), own_forms, scope));
    }
    for enumeration in enums {
        tokens.add(self::enumeration(enumeration, scope));
    }
    tokens
}

/// An `Any` that is generated although the runtime has it: it goes by the runtime's.
fn special_message(message: &Message, scope: Scope<'_>) -> Tokens {
    let (name, own) = (scope.item(&message.path), runtime_type(&message.full_name, scope));
    let (r#trait, error) = (scope.runtime("text::Text"), scope.runtime("text::TextError"));
    let (writer, reader) = (scope.gencode("TextWriter"), scope.gencode("TextReader"));
    let (write, read) = (scope.gencode("write_text_as"), scope.gencode("read_text_as"));
    let result = scope.prelude("Result");
    quote! {
        impl #r#trait for #name {
            fn write_text(&self, w: &mut #writer) {
                #write::<#own>(self, w);
            }

            fn read_text(&mut self, r: &mut #reader<'_>) -> #result<(), #error> {
                #read::<#own>(self, r)
            }
        }
    }
}

fn message(message: &Message, scope: Scope<'_>) -> Tokens {
    let name = scope.item(&message.path);
    let (r#trait, error) = (scope.runtime("text::Text"), scope.runtime("text::TextError"));
    let (writer, reader) = (scope.gencode("TextWriter"), scope.gencode("TextReader"));
    let (result, ok) = (scope.prelude("Result"), scope.prelude("Ok"));
    let Lines { writes, arms, .. } = Lines::of(message, scope);
    let table = table(message, scope);
    let reserved = reserved(message);
    let unknown = message.unknown_fields.as_ref();
    let unknown_write = unknown.map(|unknown| quote!(w.unknown_fields::<Self>(&self.#unknown);));
    let (extendable, read) = match unknown {
        Some(unknown) if message.extendable => (
            Some(quote!(
                const EXTENDABLE: bool = true;
            )),
            quote!(|m, r, field| match field { #arms _ => r.extension(&mut m.#unknown) }),
        ),
        _ if arms.is_empty() => (None, quote!(|_, _, _| #ok(()))),
        _ => (None, quote!(|m, r, field| match field { #arms _ => #ok(()) })),
    };
    quote! {
        impl #r#trait for #name {
            #table
            #reserved
            #extendable

            fn write_text(&self, w: &mut #writer) {
                #writes
                #unknown_write
            }

            fn read_text(&mut self, r: &mut #reader<'_>) -> #result<(), #error> {
                r.message(self, #read)
            }
        }
    }
}

/// The table of names, none for a message without fields.
fn table(message: &Message, scope: Scope<'_>) -> Option<Tokens> {
    let names = Tokens::joined(fields(message).map(names), ",");
    let (field, macro_name) = (scope.gencode("TextField"), scope.gencode("text_fields"));
    let table = quote!(const FIELDS: &'static [#field] = #macro_name![#names];);
    (!names.is_empty()).then_some(table)
}

/// The field's name, or `"Data" = "data"` for a group, which goes by the name of its message.
fn names(field: &Field) -> Tokens {
    let (around, proto) = field.full_name.rsplit_once('.').unwrap_or_default();
    if let Kind::Message(reference) = &field.kind
        && reference.delimited
        && let Some((message_around, message)) = reference.full_name.rsplit_once('.')
        && message_around == around
        && message.to_ascii_lowercase() == proto
    {
        return quote!(#message = #proto);
    }
    quote!(#proto)
}

/// The names that the .proto reserves, which text may still have.
fn reserved(message: &Message) -> Option<Tokens> {
    let names = Tokens::joined(&message.reserved_names, ",");
    let table = quote!(const RESERVED: &'static [&'static str] = &[#names];);
    (!names.is_empty()).then_some(table)
}

fn enumeration(enumeration: &Enum, scope: Scope<'_>) -> Tokens {
    let name = scope.item(&enumeration.path);
    let macro_name = scope.gencode("text_enumeration");
    let closed = enumeration.closed.then(|| quote!(closed));
    quote!(#macro_name!(#closed #name);)
}
