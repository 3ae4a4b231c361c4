//! The constants of extensions, and what makes a message one that has them.

use crate::tokens::{Tokens, quote};

use super::docs::{attributes, deprecated, doc_line, docs};
use super::message::default_value;
use super::paths::{Scope, below};
use super::types::value_type;
use crate::model::{
    BytesType, Cardinality, DefaultValue, Extension, Field, Kind, Message, Name, Package,
};

/// A constant for each extension.
pub(crate) fn definitions(extensions: &[Extension], scope: Scope<'_>) -> Tokens {
    extensions.iter().map(|extension| definition(extension, scope)).collect()
}

/// The list of all extensions of a package, for formats that call them by name.
pub(crate) fn list(package: &Package, scope: Scope<'_>) -> Tokens {
    let formats = match (package.json, package.text) {
        (true, true) => quote!(.with_json().with_text()),
        (true, false) => quote!(.with_json()),
        (false, true) => quote!(.with_text()),
        (false, false) => return Tokens::new(),
    };
    let Some(name) = &package.extension_list else { return Tokens::new() };
    let mut entries = Vec::new();
    entries_of(&package.extensions, &[], &mut entries);
    for message in &package.messages {
        nested_entries(message, &mut Vec::new(), &mut entries);
    }
    if entries.is_empty() {
        return Tokens::new();
    }
    let doc = doc_line("The extensions that are declared here, to be known by their names.");
    let entry = scope.runtime("ExtensionEntry");
    let entries = entries.iter().map(|entry| quote!(#entry #formats .entry()));
    let entries = Tokens::joined(entries, ",");
    quote! {
        #doc
        pub const #name: &[#entry] = &[#entries];
    }
}

/// `impl rustrpc::Extendable for …`, for messages with room for extensions.
pub(crate) fn machinery(message: &Message, scope: Scope<'_>) -> Tokens {
    let (true, Some(fields)) = (message.extendable, &message.unknown_fields) else {
        return Tokens::new();
    };
    let name = scope.item(&message.path);
    let (r#trait, unknown_fields) = (scope.runtime("Extendable"), scope.runtime("UnknownFields"));
    let message_set = message.message_set.then(|| {
        quote!(
            const MESSAGE_SET: bool = true;
        )
    });
    quote! {
        impl #r#trait for #name {
            #message_set

            fn extension_fields(&self) -> &#unknown_fields {
                &self.#fields
            }

            fn extension_fields_mut(&mut self) -> &mut #unknown_fields {
                &mut self.#fields
            }
        }
    }
}

fn definition(extension: &Extension, scope: Scope<'_>) -> Tokens {
    let field = &extension.field;
    let docs = docs(&field.comments);
    let deprecated = deprecated(field.deprecated);
    let attributes = attributes(&field.attributes);
    let (name, full_name) = (&field.name, &field.full_name);
    let extendee = scope.item(&extension.extendee);
    let value = value_type(field, scope);
    let r#type = scope.runtime(match field.cardinality {
        Cardinality::Repeated { .. } => "RepeatedExtension",
        _ => "Extension",
    });
    let constructor = constructor(&field.kind);
    let number = field.number;
    let packed = matches!(field.cardinality, Cardinality::Repeated { packed: true })
        .then(|| quote!(.packed()));
    let default = default(field, scope).map(|default| quote!(.with_default(|| #default)));
    quote! {
        #docs
        #deprecated
        #attributes
        pub const #name: #r#type<#extendee, #value> =
            #r#type::#constructor(#full_name, #number) #packed #default;
    }
}

/// The constructor is called like the type in the .proto.
fn constructor(kind: &Kind) -> Tokens {
    match kind {
        Kind::Scalar(scalar) => Tokens::word(scalar.proto_name()),
        Kind::Enum(reference) if reference.closed => quote!(closed_enumeration),
        Kind::Enum(_) => quote!(enumeration),
        Kind::Message(message) if message.delimited => quote!(group),
        Kind::Message(_) => quote!(message),
    }
}

/// The declared default as an owned value.
fn default(field: &Field, scope: Scope<'_>) -> Option<Tokens> {
    let declared = field.default.as_ref()?;
    let value = default_value(declared, field, scope);
    Some(match (declared, field.bytes) {
        (DefaultValue::String(_), _) => {
            let from = scope.prelude("From");
            quote!(#from::from(#value))
        }
        (DefaultValue::Bytes(_), BytesType::Vec) => quote!(#value.to_vec()),
        (DefaultValue::Bytes(_), BytesType::Bytes) => {
            let bytes = scope.runtime("Bytes");
            quote!(#bytes::from_static(#value))
        }
        _ => value,
    })
}

fn nested_entries(message: &Message, modules: &mut Vec<Name>, entries: &mut Vec<Tokens>) {
    let Some(module) = &message.module else { return };
    modules.push(module.name.clone());
    entries_of(&module.extensions, modules, entries);
    for nested in &module.messages {
        nested_entries(nested, modules, entries);
    }
    modules.pop();
}

fn entries_of(extensions: &[Extension], modules: &[Name], entries: &mut Vec<Tokens>) {
    entries.extend(extensions.iter().map(|extension| {
        let (modules, name) = (below(modules), &extension.field.name);
        quote!(#modules #name)
    }));
}
