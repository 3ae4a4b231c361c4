//! Rust types of fields.

use crate::tokens::{Tokens, quote};

use super::paths::Scope;
use crate::model::{BytesType, Cardinality, Field, Kind, Scalar};

/// The type of a struct field.
pub(crate) fn field_type(field: &Field, scope: Scope<'_>) -> Tokens {
    let value = value_type(field, scope);
    match &field.cardinality {
        Cardinality::Implicit => value,
        Cardinality::Explicit | Cardinality::Required => {
            let option = scope.prelude("Option");
            quote!(#option<#value>)
        }
        Cardinality::Repeated { .. } => {
            let vec = scope.prelude("Vec");
            quote!(#vec<#value>)
        }
        Cardinality::Map(map) => {
            let collection = if map.ordered { "BTreeMap" } else { "HashMap" };
            let collection = scope.std(&format!("collections::{collection}"));
            let key = scalar_type(map.key, BytesType::Vec, scope);
            quote!(#collection<#key, #value>)
        }
    }
}

/// The type of one value, which is also the type of a oneof's variant.
pub(crate) fn value_type(field: &Field, scope: Scope<'_>) -> Tokens {
    match &field.kind {
        Kind::Scalar(scalar) => scalar_type(*scalar, field.bytes, scope),
        Kind::Enum(reference) => scope.item(&reference.path),
        Kind::Message(reference) => {
            let message = scope.item(&reference.path);
            if field.boxed {
                let r#box = scope.prelude("Box");
                quote!(#r#box<#message>)
            } else {
                message
            }
        }
    }
}

/// The type of a scalar.
pub(crate) fn scalar_type(scalar: Scalar, bytes: BytesType, scope: Scope<'_>) -> Tokens {
    match scalar {
        Scalar::Double => quote!(f64),
        Scalar::Float => quote!(f32),
        Scalar::Int32 | Scalar::Sint32 | Scalar::Sfixed32 => quote!(i32),
        Scalar::Int64 | Scalar::Sint64 | Scalar::Sfixed64 => quote!(i64),
        Scalar::Uint32 | Scalar::Fixed32 => quote!(u32),
        Scalar::Uint64 | Scalar::Fixed64 => quote!(u64),
        Scalar::Bool => quote!(bool),
        Scalar::String => scope.prelude("String"),
        Scalar::Bytes => match bytes {
            BytesType::Vec => {
                let vec = scope.prelude("Vec");
                quote!(#vec<u8>)
            }
            BytesType::Bytes => scope.runtime("Bytes"),
        },
    }
}
