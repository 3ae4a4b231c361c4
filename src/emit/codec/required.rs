//! `missing_required`, for messages that have required fields in them or below.

use crate::tokens::{Tokens, quote};

use super::Form;
use crate::emit::paths::Scope;
use crate::model::{Cardinality, Field, Kind, Member, Oneof};

/// The method, or nothing when no field can be missing: the trait's own answer is right then.
pub(super) fn method(members: &[&Member], form: Form, scope: Scope<'_>) -> Tokens {
    let checks: Vec<_> = members
        .iter()
        .flat_map(|member| match member {
            Member::Field(field) => self::field(field, form, scope),
            Member::Oneof(oneof) => self::oneof(oneof, form, scope).into_iter().collect(),
        })
        .collect();
    let Some((first, others)) = checks.split_first() else { return Tokens::new() };
    let others: Tokens = others.iter().map(|other| quote!(.or_else(|| #other))).collect();
    let option = scope.prelude("Option");
    quote! {
        fn missing_required(&self) -> #option<&'static str> {
            #first #others
        }
    }
}

/// That the field is there, and that the messages in it are complete.
fn field(field: &Field, form: Form, scope: Scope<'_>) -> Vec<Tokens> {
    let (name, full_name) = (&field.name, &field.full_name);
    let mut checks = Vec::new();
    if field.cardinality == Cardinality::Required {
        checks.push(quote!(self.#name.is_none().then_some(#full_name)));
    }
    if may_be_incomplete(field) {
        let check = check(field, form, scope);
        let values = match field.cardinality {
            Cardinality::Repeated { .. } | Cardinality::Map(_) if form == Form::View => {
                checks.push(quote!(self.#name.missing_required()));
                return checks;
            }
            Cardinality::Map(_) => quote!(values()),
            _ => quote!(iter()),
        };
        checks.push(quote!(self.#name.#values.find_map(#check)));
    }
    checks
}

fn oneof(oneof: &Oneof, form: Form, scope: Scope<'_>) -> Option<Tokens> {
    let (name, path) = (&oneof.name, form.oneof(oneof, scope));
    let (some, none) = (scope.prelude("Some"), scope.prelude("None"));
    let cases: Tokens = oneof
        .fields
        .iter()
        .filter(|field| may_be_incomplete(field))
        .map(|field| {
            let (variant, check) = (&field.name, check(field, form, scope));
            quote!(#some(#path::#variant(v)) => #check(v),)
        })
        .collect();
    (!cases.is_empty()).then(|| {
        quote! {
            match &self.#name {
                #cases
                _ => #none,
            }
        }
    })
}

/// The function that asks a message, or its view, in the field.
fn check(field: &Field, form: Form, scope: Scope<'_>) -> Tokens {
    let is_viewed = matches!(&field.kind, Kind::Message(message) if message.view.is_some());
    match form {
        Form::View if is_viewed => scope.runtime("MessageView::missing_required"),
        _ => scope.runtime("Message::missing_required"),
    }
}

fn may_be_incomplete(field: &Field) -> bool {
    matches!(&field.kind, Kind::Message(message) if message.required)
}
