//! What JSON and text format have in common: a line for each field to write it and one to read it,
//! which name the field by its place in a table.

use crate::tokens::{Tokens, quote};

use super::paths::Scope;
use crate::model::{Field, Member, Message, Oneof};

/// The lines of a message.
#[derive(Default)]
pub(super) struct Lines {
    /// How many fields there are so far: the next one's place.
    count: usize,
    /// Statements, to write `self` to `w`.
    pub(super) writes: Tokens,
    /// Arms by the field's place, to read from `r` into `m`.
    pub(super) arms: Tokens,
}

impl Lines {
    pub(super) fn of(message: &Message, scope: Scope<'_>) -> Self {
        let mut lines = Self::default();
        for member in &message.members {
            match member {
                Member::Field(field) => lines.field(field),
                Member::Oneof(oneof) => lines.oneof(oneof, scope),
            }
        }
        lines
    }

    fn field(&mut self, field: &Field) {
        let (place, name) = (self.place(), &field.name);
        self.writes.add(quote!(w.field(&Self::FIELDS[#place], &self.#name);));
        self.arms.add(quote!(#place => r.field(&mut m.#name),));
    }

    fn oneof(&mut self, oneof: &Oneof, scope: Scope<'_>) {
        let (name, cases) = (&oneof.name, scope.item(&oneof.path));
        let (some, none) = (scope.prelude("Some"), scope.prelude("None"));
        let mut presents = Tokens::new();
        for field in &oneof.fields {
            let (place, case) = (self.place(), &field.name);
            presents.add(quote! {
                #some(#cases::#case(v)) => w.present(&Self::FIELDS[#place], v),
            });
            self.arms.add(quote!(#place => r.oneof(&mut m.#name, #cases::#case),));
        }
        self.writes.add(quote!(match &self.#name { #presents #none => {} }));
    }

    fn place(&mut self) -> usize {
        let place = self.count;
        self.count += 1;
        place
    }
}

/// The fields in the order of their places.
pub(super) fn fields(message: &Message) -> impl Iterator<Item = &Field> {
    message.members.iter().flat_map(|member| match member {
        Member::Field(field) => std::slice::from_ref(field),
        Member::Oneof(oneof) => &oneof.fields,
    })
}
