//! The arms of `read`: one for each tag that is known.

use crate::tokens::{Tokens, quote};

use super::{Form, delimited_tag, is_closed, is_packable, map_kinds, method, plain_tag};
use crate::emit::paths::Scope;
use crate::model::{Cardinality, Field, Kind, MapType, Member, Message, Oneof, Scalar};

pub(super) fn arms(message: &Message, members: &[&Member], form: Form, scope: Scope<'_>) -> Tokens {
    let unknown_fields = match &message.unknown_fields {
        Some(name) => quote!(&mut self.#name),
        None => {
            let unknown_fields = scope.runtime("UnknownFields");
            quote!(&mut #unknown_fields::new())
        }
    };
    let arms = Arms { form, scope, unknown_fields: &unknown_fields };
    let known: Tokens = members
        .iter()
        .map(|member| match member {
            Member::Field(field) => arms.field(field),
            Member::Oneof(oneof) => arms.oneof(oneof),
        })
        .collect();
    let rest = match &message.unknown_fields {
        Some(_) => quote!(r.unknown_field(tag, #unknown_fields)?),
        None => quote!(r.skip(tag)?),
    };
    // 11 begins an item: a group of number 1.
    let item = message
        .unknown_fields
        .as_ref()
        .filter(|_| message.message_set)
        .map(|_| quote!(11 => r.message_set_item(#unknown_fields)?,));
    quote!(#known #item _ => #rest,)
}

struct Arms<'a> {
    form: Form,
    scope: Scope<'a>,
    /// Where values go that a closed enum does not declare.
    unknown_fields: &'a Tokens,
}

impl Arms<'_> {
    fn field(&self, field: &Field) -> Tokens {
        let (name, tag) = (&field.name, plain_tag(field));
        match &field.cardinality {
            Cardinality::Implicit => self.singular(tag, field, |value| quote!(self.#name = #value)),
            Cardinality::Explicit | Cardinality::Required => {
                if let Kind::Message(_) = &field.kind {
                    let read = self.merge(field, &quote!(self.#name.get_or_insert_default()));
                    return quote!(#tag => #read,);
                }
                let some = self.scope.prelude("Some");
                self.singular(tag, field, |value| quote!(self.#name = #some(#value)))
            }
            Cardinality::Repeated { .. } if self.form == Form::View => self.repeated_view(field),
            Cardinality::Repeated { .. } if is_packable(&field.kind) => self.packable(field),
            Cardinality::Repeated { .. } => {
                let read = method("repeated_", &field.kind);
                quote!(#tag => r.#read(tag, &mut self.#name)?,)
            }
            Cardinality::Map(_) if self.form == Form::View => self.map_view(field),
            Cardinality::Map(map) => self.map(field, map),
        }
    }

    /// A value that is not a message, for `assign` to put in its place.
    fn singular(&self, tag: u32, field: &Field, assign: impl FnOnce(Tokens) -> Tokens) -> Tokens {
        let read = match (&field.kind, self.form) {
            (Kind::Scalar(Scalar::String), Form::View) => quote!(str),
            (Kind::Scalar(Scalar::Bytes), Form::View) => quote!(slice),
            (kind, _) => method("", kind),
        };
        if !is_closed(&field.kind) {
            let assign = assign(quote!(r.#read()?));
            return quote!(#tag => #assign,);
        }
        let (some, unknown_fields) = (self.scope.prelude("Some"), self.unknown_fields);
        let assign = assign(quote!(v));
        quote! {
            #tag => {
                if let #some(v) = r.closed_enumeration(#unknown_fields)? {
                    #assign;
                }
            }
        }
    }

    /// Merges a message into `place`, an expression of type `&mut M`.
    fn merge(&self, field: &Field, place: &Tokens) -> Tokens {
        match (self.is_viewed(field), is_delimited(field)) {
            (false, false) => quote!(r.message(#place)?),
            (false, true) => quote!(r.group(tag, #place)?),
            (true, false) => quote!(r.view(#place)?),
            (true, true) => quote!(r.group_view(tag, #place)?),
        }
    }

    /// Reads a message that is not merged with an earlier one.
    fn unmerged(&self, field: &Field) -> Tokens {
        match (self.is_viewed(field), is_delimited(field)) {
            (false, false) => quote!(r.new_message()?),
            (false, true) => quote!(r.new_group(tag)?),
            (true, false) => quote!(r.new_view()?),
            (true, true) => quote!(r.new_group_view(tag)?),
        }
    }

    /// Whether the field holds the view of a message.
    fn is_viewed(&self, field: &Field) -> bool {
        let has_view = matches!(&field.kind, Kind::Message(message) if message.view.is_some());
        self.form == Form::View && has_view
    }

    /// Elements with a tag of their own and packed ones are noted in the same way.
    fn repeated_view(&self, field: &Field) -> Tokens {
        let (name, tag) = (&field.name, plain_tag(field));
        let packed = is_packable(&field.kind).then(|| {
            let tag = delimited_tag(field);
            quote!(| #tag)
        });
        let unknown_fields = self.unknown_fields;
        let note = if is_closed(&field.kind) {
            quote!(r.closed_repeated_view(tag, &mut self.#name, #unknown_fields)?)
        } else {
            quote!(r.repeated_view(tag, &mut self.#name)?)
        };
        quote!(#tag #packed => #note,)
    }

    fn map_view(&self, field: &Field) -> Tokens {
        let (name, tag) = (&field.name, delimited_tag(field));
        let unknown_fields = self.unknown_fields;
        if is_closed(&field.kind) {
            quote!(#tag => r.closed_map_view(tag, &mut self.#name, #unknown_fields)?,)
        } else {
            quote!(#tag => r.map_view(tag, &mut self.#name)?,)
        }
    }

    /// Repeated numbers are taken packed and one by one, however they are written.
    fn packable(&self, field: &Field) -> Tokens {
        let name = &field.name;
        let packed_tag = delimited_tag(field);
        let one = self.singular(plain_tag(field), field, |value| quote!(self.#name.push(#value)));
        let packed = if is_closed(&field.kind) {
            let unknown_fields = self.unknown_fields;
            quote!(r.packed_closed_enumeration(&mut self.#name, #unknown_fields)?)
        } else {
            let read = method("packed_", &field.kind);
            quote!(r.#read(&mut self.#name)?)
        };
        quote!(#one #packed_tag => #packed,)
    }

    fn map(&self, field: &Field, map: &MapType) -> Tokens {
        let (name, tag) = (&field.name, delimited_tag(field));
        let (key, value) = map_kinds(map.key, field, self.scope);
        match &field.kind {
            Kind::Enum(reference) if reference.closed => {
                let (path, unknown_fields) =
                    (self.scope.item(&reference.path), self.unknown_fields);
                quote! {
                    #tag => r.closed_enumeration_map::<#key, #path>(
                        &mut self.#name,
                        #unknown_fields,
                    )?,
                }
            }
            _ => quote!(#tag => r.map::<#key, #value>(tag, &mut self.#name)?,),
        }
    }

    fn oneof(&self, oneof: &Oneof) -> Tokens {
        let (name, path) = (&oneof.name, self.form.oneof(oneof, self.scope));
        let some = self.scope.prelude("Some");
        let arms = oneof.fields.iter().map(|field| {
            let (variant, tag) = (&field.name, plain_tag(field));
            let Kind::Message(_) = &field.kind else {
                return self.singular(
                    tag,
                    field,
                    |value| quote!(self.#name = #some(#path::#variant(#value))),
                );
            };
            // A message that comes twice in a row is merged, as outside of a oneof.
            let merge = self.merge(field, &quote!(v));
            let new = self.unmerged(field);
            quote! {
                #tag => match &mut self.#name {
                    #some(#path::#variant(v)) => #merge,
                    other => *other = #some(#path::#variant(#new)),
                },
            }
        });
        arms.collect()
    }
}

fn is_delimited(field: &Field) -> bool {
    matches!(&field.kind, Kind::Message(message) if message.delimited)
}
