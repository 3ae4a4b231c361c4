//! The Rust enum of a oneof.

use crate::tokens::{Tokens, quote};

use super::docs::{attributes, deprecated, docs};
use super::paths::Scope;
use super::types::value_type;
use crate::model::Oneof;

/// The enum, in the module of its message.
pub(crate) fn definition(oneof: &Oneof, scope: Scope<'_>) -> Tokens {
    let docs = docs(&oneof.comments);
    let attributes = attributes(&oneof.attributes);
    let name = &oneof.path.name;
    let variants: Tokens = oneof
        .fields
        .iter()
        .map(|field| {
            let docs = self::docs(&field.comments);
            let deprecated = deprecated(field.deprecated);
            let attributes = self::attributes(&field.attributes);
            let name = &field.name;
            let r#type = value_type(field, scope);
            quote!(#docs #deprecated #attributes #name(#r#type),)
        })
        .collect();
    quote! {
        #docs
        #[derive(Clone, Debug, PartialEq)]
        #attributes
        pub enum #name {
            #variants
        }
    }
}
