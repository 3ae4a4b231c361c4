//! The JSON form of messages and enums: a table of the fields' names, and one line for each field
//! to write and to read it. The runtime does the work.

use crate::tokens::{Tokens, quote};

use super::members::{Lines, fields};
use super::paths::Scope;
use crate::model::{Enum, Field, Message};

/// Types whose JSON form is no object of their fields. The runtime has it, written by hand.
const SPECIAL: &[&str] = &[
    "google.protobuf.Any",
    "google.protobuf.BoolValue",
    "google.protobuf.BytesValue",
    "google.protobuf.DoubleValue",
    "google.protobuf.Duration",
    "google.protobuf.FieldMask",
    "google.protobuf.FloatValue",
    "google.protobuf.Int32Value",
    "google.protobuf.Int64Value",
    "google.protobuf.ListValue",
    "google.protobuf.NullValue",
    "google.protobuf.StringValue",
    "google.protobuf.Struct",
    "google.protobuf.Timestamp",
    "google.protobuf.UInt32Value",
    "google.protobuf.UInt64Value",
    "google.protobuf.Value",
];

/// `impl rustrpc::json::Json` for the messages and enums of a module and those inside of them.
/// `own_forms` says that the special ones have it by hand.
pub(crate) fn machinery(
    messages: &[Message],
    enums: &[Enum],
    own_forms: bool,
    scope: Scope<'_>,
) -> Tokens {
    let mut tokens = Tokens::new();
    for message in messages {
        if !SPECIAL.contains(&message.full_name.as_str()) {
            tokens.add(self::message(message, scope));
        } else if !own_forms {
            tokens.add(special_message(message, scope));
        }
        tokens.add(machinery(message.messages(), message.enums(), own_forms, scope));
    }
    for enumeration in enums {
        if !SPECIAL.contains(&enumeration.full_name.as_str()) {
            tokens.add(self::enumeration(enumeration, scope));
        } else if !own_forms {
            tokens.add(special_enumeration(enumeration, scope));
        }
    }
    tokens
}

fn message(message: &Message, scope: Scope<'_>) -> Tokens {
    let name = scope.item(&message.path);
    let (r#trait, error) = (scope.runtime("json::Json"), scope.runtime("json::JsonError"));
    let (writer, reader) = (scope.gencode("JsonWriter"), scope.gencode("JsonReader"));
    let (result, ok) = (scope.prelude("Result"), scope.prelude("Ok"));
    let Lines { writes, arms, .. } = Lines::of(message, scope);
    let table = table(message, scope);
    let (writes, arms) =
        if let (true, Some(unknown)) = (message.extendable, &message.unknown_fields) {
            (
                quote!(w.message(|w| { #writes w.extensions::<Self>(&self.#unknown); });),
                quote!(|m, r, field| match field { #arms _ => r.extension(&mut m.#unknown) }),
            )
        } else if table.is_empty() {
            (quote!(w.message(|_| {});), quote!(|_, _, _| #ok(())))
        } else {
            (
                quote!(w.message(|w| { #writes });),
                quote!(|m, r, field| match field { #arms _ => #ok(()) }),
            )
        };
    let extendable = (message.extendable && message.unknown_fields.is_some()).then(|| {
        quote!(
            const EXTENDABLE: bool = true;
        )
    });
    quote! {
        impl #r#trait for #name {
            #table
            #extendable

            fn write_json(&self, w: &mut #writer) {
                #writes
            }

            fn read_json(&mut self, r: &mut #reader<'_>) -> #result<(), #error> {
                r.message(self, #arms)
            }
        }
    }
}

/// A well-known type that is generated although the runtime has it: it goes by the runtime's.
fn special_message(message: &Message, scope: Scope<'_>) -> Tokens {
    let (name, own) = (scope.item(&message.path), runtime_type(&message.full_name, scope));
    let (r#trait, error) = (scope.runtime("json::Json"), scope.runtime("json::JsonError"));
    let (writer, reader) = (scope.gencode("JsonWriter"), scope.gencode("JsonReader"));
    let (write, read) = (scope.gencode("write_json_as"), scope.gencode("read_json_as"));
    let result = scope.prelude("Result");
    quote! {
        impl #r#trait for #name {
            const NULLABLE: bool = <#own as #r#trait>::NULLABLE;
            const SPECIAL: bool = true;

            fn write_json(&self, w: &mut #writer) {
                #write::<#own>(self, w);
            }

            fn read_json(&mut self, r: &mut #reader<'_>) -> #result<(), #error> {
                #read::<#own>(self, r)
            }
        }
    }
}

/// As [`special_message`], for `NullValue`.
fn special_enumeration(enumeration: &Enum, scope: Scope<'_>) -> Tokens {
    let (name, own) = (scope.item(&enumeration.path), runtime_type(&enumeration.full_name, scope));
    let (r#trait, error) = (scope.runtime("json::Json"), scope.runtime("json::JsonError"));
    let (writer, reader) = (scope.gencode("JsonWriter"), scope.gencode("JsonReader"));
    let (result, ok) = (scope.prelude("Result"), scope.prelude("Ok"));
    quote! {
        impl #r#trait for #name {
            const NULLABLE: bool = <#own as #r#trait>::NULLABLE;
            const INFALLIBLE: bool = <#own as #r#trait>::INFALLIBLE;

            fn is_absent(&self) -> bool {
                self.0 == 0
            }

            fn write_json(&self, w: &mut #writer) {
                #r#trait::write_json(&#own(self.0), w);
            }

            fn read_json(&mut self, r: &mut #reader<'_>) -> #result<(), #error> {
                let mut own = #own(self.0);
                #r#trait::read_json(&mut own, r)?;
                self.0 = own.0;
                #ok(())
            }
        }
    }
}

/// The runtime's type for one of `google.protobuf`.
pub(super) fn runtime_type(full_name: &str, scope: Scope<'_>) -> Tokens {
    let name = full_name.rsplit('.').next().unwrap_or_default();
    scope.runtime(&format!("types::{name}"))
}

/// The table of names, empty for a message without fields.
fn table(message: &Message, scope: Scope<'_>) -> Tokens {
    let fields = Tokens::joined(fields(message).map(names), ",");
    if fields.is_empty() {
        return Tokens::new();
    }
    let (field, macro_name) = (scope.gencode("JsonField"), scope.gencode("json_fields"));
    quote!(const FIELDS: &'static [#field] = #macro_name![#fields];)
}

/// `"pageSize" = "page_size"`, or one name when they are the same.
fn names(field: &Field) -> Tokens {
    let json = field.json_name.as_str();
    let proto = field.full_name.rsplit('.').next().unwrap_or_default();
    let is_plain = !json.contains(|c: char| matches!(c, '"' | '\\') || c.is_ascii_control());
    match is_plain {
        true if json == proto => quote!(#json),
        true => quote!(#json = #proto),
        false => {
            let written = format!(",{}:", quoted(json));
            quote!(#json = #proto => #written)
        }
    }
}

/// A name as a JSON string.
fn quoted(name: &str) -> String {
    let mut quoted = String::from("\"");
    for character in name.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            control if control.is_ascii_control() && control != '\u{7f}' => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(control)));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

fn enumeration(enumeration: &Enum, scope: Scope<'_>) -> Tokens {
    let name = scope.item(&enumeration.path);
    let macro_name = scope.gencode("json_enumeration");
    let closed = enumeration.closed.then(|| quote!(closed));
    let renamed = enumeration.values.iter().filter_map(|value| {
        let (name, json) = (&value.proto_name, value.json_name.as_ref()?);
        Some(quote!(, #name = #json))
    });
    let renamed: Tokens = renamed.collect();
    quote!(#macro_name!(#closed #name #renamed);)
}
