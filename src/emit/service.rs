//! What a service becomes: a trait with a server around it, a client, and a static that describes
//! the methods to both.

use crate::tokens::{Tokens, quote};

use super::docs::doc_line;
use super::paths::Scope;
use super::{client, server};
use crate::model::{Idempotency, Method, Service};

/// The trait, the server and the client.
pub(crate) fn face(service: &Service, scope: Scope<'_>) -> Tokens {
    let mut tokens = server::service_trait(service, scope);
    tokens.add(server::definition(service, scope));
    tokens.add(client::definition(service, scope));
    tokens
}

/// The static and the dispatch.
pub(crate) fn machinery(service: &Service, scope: Scope<'_>) -> Tokens {
    let mut tokens = descriptor(service, scope);
    tokens.add(server::dispatch(service, scope));
    tokens
}

/// `ORDER_SERVICE.methods[index]`
pub(crate) fn method_descriptor(service: &Service, index: usize) -> Tokens {
    let descriptor = &service.descriptor;
    quote!(&#descriptor.methods[#index])
}

fn descriptor(service: &Service, scope: Scope<'_>) -> Tokens {
    let doc = doc_line(&format!("Describes `{}`.", service.full_name));
    let (name, full_name) = (&service.descriptor, &service.full_name);
    let r#type = scope.runtime("ServiceDescriptor");
    let file = match &service.file {
        Some(file) => {
            let (some, file) = (scope.prelude("Some"), scope.item(file));
            quote!(#some(&#file))
        }
        None => scope.prelude("None"),
    };
    let methods: Tokens =
        service.methods.iter().map(|method| method_value(service, method, scope)).collect();
    quote! {
        #doc
        pub static #name: #r#type = #r#type {
            name: #full_name,
            file: #file,
            methods: &[#methods],
        };
    }
}

fn method_value(service: &Service, method: &Method, scope: Scope<'_>) -> Tokens {
    let r#type = scope.runtime("MethodDescriptor");
    let (service, name) = (&service.full_name, &method.proto_name);
    let path = format!("/{service}/{name}");
    let kind = scope.runtime(match (method.client_streaming, method.server_streaming) {
        (false, false) => "MethodKind::Unary",
        (false, true) => "MethodKind::ServerStreaming",
        (true, false) => "MethodKind::ClientStreaming",
        (true, true) => "MethodKind::BidiStreaming",
    });
    let idempotency = scope.runtime(match method.idempotency {
        Idempotency::Unknown => "Idempotency::Unknown",
        Idempotency::NoSideEffects => "Idempotency::NoSideEffects",
        Idempotency::Idempotent => "Idempotency::Idempotent",
    });
    quote! {
        #r#type {
            path: #path,
            service: #service,
            name: #name,
            kind: #kind,
            idempotency: #idempotency,
        },
    }
}
