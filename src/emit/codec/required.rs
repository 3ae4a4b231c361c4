//! `missing_required`, for messages that have required fields in them or below.

use proc_macro2::TokenStream;
use quote::quote;

use crate::emit::paths::Scope;
use crate::model::{Cardinality, Field, Kind, Member, Oneof};

/// The method, or nothing when no field can be missing: the trait's own answer is right then.
pub(super) fn method(members: &[&Member], scope: Scope<'_>) -> TokenStream {
    let checks: Vec<_> = members
        .iter()
        .flat_map(|member| match member {
            Member::Field(field) => self::field(field, scope),
            Member::Oneof(oneof) => self::oneof(oneof, scope).into_iter().collect(),
        })
        .collect();
    let Some((first, others)) = checks.split_first() else { return TokenStream::new() };
    let option = scope.prelude("Option");
    quote! {
        fn missing_required(&self) -> #option<&'static str> {
            #first #(.or_else(|| #others))*
        }
    }
}

/// That the field is there, and that the messages in it are complete.
fn field(field: &Field, scope: Scope<'_>) -> Vec<TokenStream> {
    let (name, full_name) = (&field.name, &field.full_name);
    let mut checks = Vec::new();
    if field.cardinality == Cardinality::Required {
        checks.push(quote!(self.#name.is_none().then_some(#full_name)));
    }
    if may_be_incomplete(field) {
        let check = scope.runtime("Message::missing_required");
        let values = match field.cardinality {
            Cardinality::Map(_) => quote!(values()),
            _ => quote!(iter()),
        };
        checks.push(quote!(self.#name.#values.find_map(#check)));
    }
    checks
}

fn oneof(oneof: &Oneof, scope: Scope<'_>) -> Option<TokenStream> {
    let (name, path) = (&oneof.name, scope.item(&oneof.path));
    let (some, none) = (scope.prelude("Some"), scope.prelude("None"));
    let check = scope.runtime("Message::missing_required");
    let cases: Vec<_> = oneof
        .fields
        .iter()
        .filter(|field| may_be_incomplete(field))
        .map(|field| {
            let variant = &field.name;
            quote!(#some(#path::#variant(v)) => #check(v),)
        })
        .collect();
    (!cases.is_empty()).then(|| {
        quote! {
            match &self.#name {
                #(#cases)*
                _ => #none,
            }
        }
    })
}

fn may_be_incomplete(field: &Field) -> bool {
    matches!(&field.kind, Kind::Message(message) if message.required)
}
