//! The body of `write`: the last field first.

use crate::tokens::{Tokens, quote};

use super::{delimited_tag, is_copy, is_packable, map_kinds, method, plain_tag};
use crate::emit::paths::Scope;
use crate::model::{Cardinality, Field, Kind, Member, Message, Oneof, Scalar};

pub(super) fn statements(message: &Message, members: &[&Member], scope: Scope<'_>) -> Tokens {
    let unknown_fields =
        message.unknown_fields.iter().map(|name| quote!(w.unknown_fields(&self.#name);));
    let members = members.iter().rev().map(|member| match member {
        Member::Field(field) => self::field(field, scope),
        Member::Oneof(oneof) => self::oneof(oneof, scope),
    });
    unknown_fields.chain(members).collect()
}

fn field(field: &Field, scope: Scope<'_>) -> Tokens {
    let name = &field.name;
    let tag = plain_tag(field);
    let write = method("", &field.kind);
    match &field.cardinality {
        Cardinality::Implicit => {
            let is_set = is_set(field);
            let value = if is_copy(&field.kind) { quote!(self.#name) } else { quote!(&self.#name) };
            quote! {
                if #is_set {
                    w.#write(#tag, #value);
                }
            }
        }
        Cardinality::Explicit | Cardinality::Required => {
            let some = scope.prelude("Some");
            let value = if is_copy(&field.kind) { quote!(self.#name) } else { quote!(&self.#name) };
            quote! {
                if let #some(v) = #value {
                    w.#write(#tag, v);
                }
            }
        }
        Cardinality::Repeated { packed: true } => {
            let (tag, write) = (delimited_tag(field), method("packed_", &field.kind));
            quote!(w.#write(#tag, &self.#name);)
        }
        Cardinality::Repeated { packed: false } if is_packable(&field.kind) => quote! {
            for v in self.#name.iter().rev() {
                w.#write(#tag, *v);
            }
        },
        Cardinality::Repeated { packed: false } => {
            let write = method("repeated_", &field.kind);
            quote!(w.#write(#tag, &self.#name);)
        }
        Cardinality::Map(map) => {
            let tag = delimited_tag(field);
            let (key, value) = map_kinds(map.key, field, scope);
            quote!(w.map::<#key, #value>(#tag, &self.#name);)
        }
    }
}

/// Whether a field without presence is to be written.
fn is_set(field: &Field) -> Tokens {
    let name = &field.name;
    match &field.kind {
        Kind::Scalar(Scalar::String | Scalar::Bytes) => quote!(!self.#name.is_empty()),
        Kind::Scalar(Scalar::Bool) => quote!(self.#name),
        // -0.0 equals 0.0 and is not the default.
        Kind::Scalar(Scalar::Float | Scalar::Double) => quote!(self.#name.to_bits() != 0),
        Kind::Scalar(_) => quote!(self.#name != 0),
        Kind::Enum(_) => quote!(self.#name.0 != 0),
        Kind::Message(_) => unreachable!("a message always has presence"),
    }
}

fn oneof(oneof: &Oneof, scope: Scope<'_>) -> Tokens {
    let (name, path) = (&oneof.name, scope.item(&oneof.path));
    let (some, none) = (scope.prelude("Some"), scope.prelude("None"));
    let case = |field: &Field| {
        let (variant, tag) = (&field.name, plain_tag(field));
        let write = method("", &field.kind);
        let value = if is_copy(&field.kind) { quote!(*v) } else { quote!(v) };
        quote!(#some(#path::#variant(v)) => w.#write(#tag, #value),)
    };
    let cases: Tokens = oneof.fields.iter().map(case).collect();
    quote! {
        match &self.#name {
            #cases
            #none => {}
        }
    }
}
