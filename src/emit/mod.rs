//! From the model to tokens, one room per kind of thing.

pub(crate) mod paths;

mod client;
mod codec;
pub(crate) mod descriptors;
mod docs;
mod enumeration;
mod extension;
mod json;
mod members;
mod message;
mod oneof;
mod server;
mod service;
mod text;
mod types;
mod view;

use crate::tokens::{Tokens, quote};

use crate::format::Text;
use crate::model::{Enum, Message, Name, Package};
use paths::Scope;

/// What people use: traits, clients and servers, messages and enums.
///
/// # Errors
/// When tokens are not Rust, which is a fault of the generator.
pub(crate) fn face(package: &Package) -> syn::Result<String> {
    let scope = Scope::of_package(package);
    let mut text = Text::default();
    for service in &package.services {
        text.add(service::face(service, scope))?;
    }
    for message in &package.messages {
        text.add(message_with_module(message, scope, &mut Vec::new()))?;
    }
    for enumeration in &package.enums {
        text.add(enumeration::definition(enumeration, scope))?;
    }
    text.add(extension::definitions(&package.extensions, scope))?;
    text.add(extension::list(package, scope))?;
    Ok(text.finish())
}

/// What makes those work, for the bottom of the file.
///
/// # Errors
/// When tokens are not Rust, which is a fault of the generator.
pub(crate) fn machinery(package: &Package) -> syn::Result<String> {
    let scope = Scope::of_package(package);
    let mut text = Text::default();
    let version = scope.gencode("GENERATED_CODE_V1");
    text.add(quote!(const _: () = #version;))?;
    implementations(&package.messages, &package.enums, scope, &mut text)?;
    if package.json {
        text.add(json::machinery(&package.messages, &package.enums, package.own_forms, scope))?;
    }
    if package.text {
        text.add(text::machinery(&package.messages, &package.enums, package.own_forms, scope))?;
    }
    for service in &package.services {
        text.add(service::machinery(service, scope))?;
    }
    Ok(text.finish())
}

/// A message, followed by the module of what is inside it.
fn message_with_module(message: &Message, scope: Scope<'_>, modules: &mut Vec<Name>) -> Tokens {
    let mut tokens = message::definition(message, scope);
    tokens.add(view::definition(message, scope));
    let Some(module) = &message.module else { return tokens };
    modules.push(module.name.clone());
    if let Some(inside) = Scope::inside(message, modules) {
        let oneofs: Tokens = message
            .oneofs()
            .flat_map(|oneof| [oneof::definition(oneof, inside), view::oneof(oneof, inside)])
            .collect();
        let mut nested = Tokens::new();
        for message in &module.messages {
            nested.add(message_with_module(message, inside, &mut modules.clone()));
        }
        for enumeration in &module.enums {
            nested.add(enumeration::definition(enumeration, inside));
        }
        let extensions = extension::definitions(&module.extensions, inside);
        tokens.add(message::module(message, &module.name, &oneofs, &nested, &extensions));
    }
    modules.pop();
    tokens
}

/// The trait implementations of messages and enums, those inside messages too. All of them stand
/// in the module of the package, so `scope` spells a nested type as `order::Item`.
fn implementations(
    messages: &[Message],
    enums: &[Enum],
    scope: Scope<'_>,
    text: &mut Text,
) -> syn::Result<()> {
    for message in messages {
        text.add(codec::machinery(message, scope))?;
        text.add(codec::view_machinery(message, scope))?;
        implementations(message.messages(), message.enums(), scope, text)?;
    }
    for enumeration in enums {
        text.add(enumeration::machinery(enumeration, scope))?;
    }
    Ok(())
}
