//! The client of a service.

use crate::tokens::{Tokens, quote};

use super::docs::{attributes, deprecated, doc_line, docs};
use super::paths::Scope;
use super::service::method_descriptor;
use crate::model::{Method, Service};

/// The client's struct with a method for each rpc.
pub(crate) fn definition(service: &Service, scope: Scope<'_>) -> Tokens {
    let client = &service.client;
    let struct_doc = doc_line(&format!("Calls `{}`.", service.full_name));
    let connect_doc =
        doc_line("Connects to a server: `http://host:port`, `unix:/path` or `unix-abstract:name`.");
    let new_doc = doc_line("Calls over a channel, which any number of clients may share.");
    let channel = scope.runtime("Channel");
    let status = scope.runtime("Status");
    let (result, ok, as_ref) =
        (scope.prelude("Result"), scope.prelude("Ok"), scope.prelude("AsRef"));
    let methods: Tokens = service
        .methods
        .iter()
        .enumerate()
        .map(|(index, method)| client_method(service, index, method, scope))
        .collect();
    quote! {
        #struct_doc
        #[derive(Clone, Debug)]
        pub struct #client {
            channel: #channel,
        }

        impl #client {
            #connect_doc
            pub async fn connect(target: impl #as_ref<str>) -> #result<Self, #status> {
                #ok(Self::new(#channel::connect(target).await?))
            }

            #new_doc
            pub fn new(channel: #channel) -> Self {
                Self { channel }
            }

            #methods
        }
    }
}

fn client_method(service: &Service, index: usize, method: &Method, scope: Scope<'_>) -> Tokens {
    let docs = docs(&method.comments);
    let deprecated = deprecated(method.deprecated);
    let attributes = attributes(&method.attributes);
    let name = &method.name;
    let (input, output) = (scope.item(&method.input), scope.item(&method.output));
    let descriptor = method_descriptor(service, index);
    let call = |name: &str| scope.runtime(&format!("client::{name}"));
    let (parameter, call, body) = match (method.client_streaming, method.server_streaming) {
        (false, false) => {
            let call = call("UnaryCall");
            (quote!(request: #input), quote!(#call<#output>), quote!(unary(#descriptor, request)))
        }
        (false, true) => {
            let call = call("ServerStreamingCall");
            (
                quote!(request: #input),
                quote!(#call<#output>),
                quote!(server_streaming(#descriptor, request)),
            )
        }
        (true, false) => {
            let call = call("ClientStreamingCall");
            (quote!(), quote!(#call<#input, #output>), quote!(client_streaming(#descriptor)))
        }
        (true, true) => {
            let call = call("BidiStreamingCall");
            (quote!(), quote!(#call<#input, #output>), quote!(bidi_streaming(#descriptor)))
        }
    };
    quote! {
        #docs
        #deprecated
        #attributes
        pub fn #name(&self, #parameter) -> #call {
            self.channel.#body
        }
    }
}
