//! From the model to tokens, one room per kind of thing.

pub(crate) mod paths;

mod client;
mod codec;
mod docs;
mod enumeration;
mod json;
mod message;
mod oneof;
mod server;
mod service;
mod types;

use proc_macro2::TokenStream;

use crate::model::{Enum, Message, Name, Package};
use paths::Scope;

/// The items of a package, in the order a reader wants them.
#[derive(Debug, Default)]
pub(crate) struct Items {
    /// What people use: messages and enums, traits, clients and servers.
    pub(crate) face: TokenStream,
    /// What makes those work, for the bottom of the file.
    pub(crate) machinery: TokenStream,
}

/// Everything of a package.
pub(crate) fn package(package: &Package) -> Items {
    let scope = Scope::of_package(package);
    let mut items = Items::default();
    for service in &package.services {
        items.face.extend(service::face(service, scope));
    }
    items.face.extend(types(&package.messages, &package.enums, scope, &mut Vec::new()));
    machinery(&package.messages, &package.enums, scope, &mut items.machinery);
    if package.json {
        items.machinery.extend(json::machinery(&package.messages, &package.enums, scope));
    }
    for service in &package.services {
        items.machinery.extend(service::machinery(service, scope));
    }
    items
}

/// The messages and enums of a module, each followed by the module of what is inside it.
fn types(
    messages: &[Message],
    enums: &[Enum],
    scope: Scope<'_>,
    modules: &mut Vec<Name>,
) -> TokenStream {
    let mut tokens = TokenStream::new();
    for message in messages {
        tokens.extend(message::definition(message, scope));
        let Some(module) = &message.module else { continue };
        modules.push(module.name.clone());
        if let Some(inside) = Scope::inside(message, modules) {
            let oneofs: TokenStream =
                message.oneofs().map(|oneof| oneof::definition(oneof, inside)).collect();
            let nested = types(&module.messages, &module.enums, inside, &mut modules.clone());
            tokens.extend(message::module(message, &module.name, &oneofs, &nested));
        }
        modules.pop();
    }
    for enumeration in enums {
        tokens.extend(enumeration::definition(enumeration, scope));
    }
    tokens
}

/// The trait implementations of messages and enums, those inside messages too. All of them stand
/// in the module of the package, so `scope` spells a nested type as `order::Item`.
fn machinery(messages: &[Message], enums: &[Enum], scope: Scope<'_>, tokens: &mut TokenStream) {
    for message in messages {
        tokens.extend(codec::machinery(message, scope));
        machinery(message.messages(), message.enums(), scope, tokens);
    }
    for enumeration in enums {
        tokens.extend(enumeration::machinery(enumeration, scope));
    }
}
