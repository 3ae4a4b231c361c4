//! The newtype of a protobuf enum.

use crate::tokens::{Tokens, quote};

use super::docs::{attributes, deprecated, docs};
use super::paths::Scope;
use crate::model::Enum;

/// The newtype, its constants, and the way between values and names.
pub(crate) fn definition(enumeration: &Enum, scope: Scope<'_>) -> Tokens {
    let docs = docs(&enumeration.comments);
    let deprecated = deprecated(enumeration.deprecated);
    let attributes = attributes(&enumeration.attributes);
    let name = &enumeration.path.name;
    let default = (enumeration.default_number() == 0).then(|| quote!(Default,));
    let constants: Tokens = enumeration
        .values
        .iter()
        .map(|value| {
            let docs = self::docs(&value.comments);
            let deprecated = self::deprecated(value.deprecated);
            let attributes = self::attributes(&value.attributes);
            let name = &value.name;
            let number = value.number;
            quote!(#docs #deprecated #attributes pub const #name: Self = Self(#number);)
        })
        .collect();
    let option = scope.prelude("Option");
    let r#trait = scope.runtime("Enumeration");
    quote! {
        #docs
        #deprecated
        #[derive(Clone, Copy, #default PartialEq, Eq, PartialOrd, Ord, Hash)]
        #attributes
        #[repr(transparent)]
        pub struct #name(pub i32);

        #[allow(non_upper_case_globals, reason = "the constants stand for variants")]
        impl #name {
            #constants

            /// The value's name in the .proto, if the .proto knows the value.
            pub fn name(self) -> #option<&'static str> {
                #r#trait::name(self)
            }

            /// The value of a name in the .proto.
            pub fn from_name(name: &str) -> #option<Self> {
                #r#trait::from_name(name)
            }
        }
    }
}

/// What makes the newtype an enum for the runtime.
pub(crate) fn machinery(enumeration: &Enum, scope: Scope<'_>) -> Tokens {
    let full_name = &enumeration.full_name;
    let name = scope.item(&enumeration.path);
    let r#trait = scope.runtime("Enumeration");
    let values: Tokens = enumeration
        .values
        .iter()
        .map(|value| {
            let (name, proto_name) = (&value.name, &value.proto_name);
            quote!((Self::#name, #proto_name),)
        })
        .collect();
    let (debug, from, default) =
        (scope.std("fmt::Debug"), scope.prelude("From"), scope.prelude("Default"));
    let (formatter, result) = (scope.std("fmt::Formatter"), scope.std("fmt::Result"));
    let default = enumeration.values.first().filter(|value| value.number != 0).map(|first| {
        let first = &first.name;
        quote! {
            impl #default for #name {
                fn default() -> Self {
                    Self::#first
                }
            }
        }
    });
    quote! {
        impl #r#trait for #name {
            const NAME: &'static str = #full_name;
            const VALUES: &'static [(Self, &'static str)] = &[#values];
        }

        impl #debug for #name {
            fn fmt(&self, f: &mut #formatter<'_>) -> #result {
                #r#trait::fmt_debug(*self, f)
            }
        }

        impl #from<i32> for #name {
            fn from(number: i32) -> Self {
                Self(number)
            }
        }

        impl #from<#name> for i32 {
            fn from(value: #name) -> Self {
                value.0
            }
        }

        #default
    }
}
