//! The server's side of a service: the trait people implement, and what serves it.

use crate::tokens::{Tokens, quote};

use super::docs::{attributes, deprecated, doc_line, docs};
use super::paths::Scope;
use super::service::method_descriptor;
use crate::model::{Method, Service};

/// The trait. Every method has a default, so that a new rpc in the .proto breaks nobody.
pub(crate) fn service_trait(service: &Service, scope: Scope<'_>) -> Tokens {
    let docs = docs(&service.comments);
    let deprecated = deprecated(service.deprecated);
    let attributes = attributes(&service.attributes);
    let name = &service.name;
    let (send, sync) = (scope.prelude("Send"), scope.prelude("Sync"));
    let methods: Tokens = service
        .methods
        .iter()
        .enumerate()
        .map(|(index, method)| trait_method(service, index, method, scope))
        .collect();
    quote! {
        #docs
        #deprecated
        #attributes
        pub trait #name: #send + #sync + 'static {
            #methods
        }
    }
}

/// The struct that makes a service out of an implementation of the trait.
pub(crate) fn definition(service: &Service, scope: Scope<'_>) -> Tokens {
    let (name, server) = (&service.name, &service.server);
    let struct_doc = doc_line(&format!("Serves a [`{name}`]."));
    let new_doc = doc_line("Serves this implementation.");
    let from_arc_doc = doc_line("Serves an implementation that others hold too.");
    let arc = scope.std("sync::Arc");
    let (clone, debug) = (scope.prelude("Clone"), scope.std("fmt::Debug"));
    let (formatter, result) = (scope.std("fmt::Formatter"), scope.std("fmt::Result"));
    let text = server.plain();
    quote! {
        #struct_doc
        pub struct #server<T>(#arc<T>);

        impl<T: #name> #server<T> {
            #new_doc
            pub fn new(service: T) -> Self {
                Self(#arc::new(service))
            }

            #from_arc_doc
            pub fn from_arc(service: #arc<T>) -> Self {
                Self(service)
            }
        }

        impl<T> #clone for #server<T> {
            fn clone(&self) -> Self {
                Self(#arc::clone(&self.0))
            }
        }

        impl<T> #debug for #server<T> {
            fn fmt(&self, f: &mut #formatter<'_>) -> #result {
                f.write_str(#text)
            }
        }
    }
}

/// How a call finds its method.
pub(crate) fn dispatch(service: &Service, scope: Scope<'_>) -> Tokens {
    let (name, server, descriptor) = (&service.name, &service.server, &service.descriptor);
    let arc = scope.std("sync::Arc");
    let service_trait = scope.runtime("server::Service");
    let service_descriptor = scope.runtime("ServiceDescriptor");
    let (server_call, reply) = (scope.gencode("ServerCall"), scope.gencode("Reply"));
    let arms: Tokens = service
        .methods
        .iter()
        .enumerate()
        .map(|(index, method)| {
            let kind = match (method.client_streaming, method.server_streaming) {
                (false, false) => quote!(unary),
                (false, true) => quote!(server_streaming),
                (true, false) => quote!(client_streaming),
                (true, true) => quote!(bidi_streaming),
            };
            // By the trait's path: a method such as `max` would be found elsewhere first.
            let function = &method.name;
            let answer = quote!(<T as #name>::#function(&service, request).await);
            if method.server_streaming {
                // The type of a stream of answers mentions the borrow of `service`, though it does
                // not hold it. So the stream can't leave the future; it is sent from inside.
                quote! {
                    #index => call.#kind(move |request, replies| async move {
                        replies.send(#answer).await
                    }),
                }
            } else {
                quote!(#index => call.#kind(move |request| async move { #answer }),)
            }
        })
        .collect();
    let body = if service.methods.is_empty() {
        quote!(call.unimplemented())
    } else {
        quote! {
            let service = #arc::clone(&self.0);
            match method {
                #arms
                _ => call.unimplemented(),
            }
        }
    };
    quote! {
        impl<T: #name> #service_trait for #server<T> {
            fn descriptor(&self) -> &'static #service_descriptor {
                &#descriptor
            }

            fn call(&self, method: usize, call: #server_call<'_>) -> #reply {
                #body
            }
        }
    }
}

fn trait_method(service: &Service, index: usize, method: &Method, scope: Scope<'_>) -> Tokens {
    let docs = docs(&method.comments);
    let deprecated = deprecated(method.deprecated);
    let attributes = attributes(&method.attributes);
    let name = &method.name;
    let (input, output) = (scope.item(&method.input), scope.item(&method.output));
    let (request, response) = (scope.runtime("Request"), scope.runtime("Response"));
    let (status, streaming) = (scope.runtime("Status"), scope.runtime("Streaming"));
    let (result, send, err) =
        (scope.prelude("Result"), scope.prelude("Send"), scope.prelude("Err"));
    let future = scope.std("future::Future");
    let input = if method.input_view {
        let view_of = scope.runtime("view::ViewOf");
        quote!(#view_of<#input>)
    } else {
        input
    };
    let input = if method.client_streaming { quote!(#streaming<#input>) } else { input };
    let content = if method.server_streaming {
        let stream = scope.runtime("Stream");
        quote!(impl #stream<Item = #result<#output, #status>> + #send + 'static)
    } else {
        output.clone()
    };
    let descriptor = method_descriptor(service, index);
    let unimplemented = scope.gencode("unimplemented");
    // The default has to name a stream type; it never makes one.
    let hint = method.server_streaming.then(|| quote!(::<#response<#streaming<#output>>, #status>));
    quote! {
        #docs
        #deprecated
        #attributes
        fn #name(
            &self,
            request: #request<#input>,
        ) -> impl #future<Output = #result<#response<#content>, #status>> + #send {
            async { #err #hint (#unimplemented(#descriptor)) }
        }
    }
}
