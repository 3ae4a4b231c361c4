//! Code that uses all of what was generated: every message is read and written, every service is
//! served and called. What generated code leaves generic is only compiled there.

use heck::{ToSnakeCase, ToUpperCamelCase};
use prost_types::{FileDescriptorProto, MethodDescriptorProto, ServiceDescriptorProto};

use super::contender::{Contender, Kind};
use super::set::{Descriptors, MessageName};

/// The crate's only file.
pub fn text(contender: &Contender, descriptors: &Descriptors) -> String {
    let mut text = "#![allow(warnings)]\n\nuse std::future::Future;\nuse std::pin::Pin;\n\n\
        type Call<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;\n\n"
        .to_owned();
    text += &functions(contender);
    let messages = descriptors.messages();
    let row = |message: &MessageName| {
        format!("    round_trip::<{}>,\n", path(contender.kind, &message.package, &message.names))
    };
    text += "pub static MESSAGES: &[fn(&[u8]) -> Vec<u8>] = &[\n";
    text.extend(messages.iter().map(row));
    text += "];\n";
    if contender.json {
        text += "\npub static JSON: &[fn(&str) -> String] = &[\n";
        text.extend(messages.iter().map(|message| row(message).replace("round_trip", "json")));
        text += "];\n";
    }
    for file in descriptors.generated() {
        for service in &file.service {
            text += &module(contender.kind, file, service);
        }
    }
    text
}

/// The functions that a message's type goes into.
fn functions(contender: &Contender) -> String {
    let (message, decode) = match contender.kind {
        Kind::Rustrpc(_) => ("rustrpc::Message", "decode"),
        Kind::Tonic => ("prost::Message + Default", "decode"),
        Kind::Connect => ("buffa::Message", "decode_from_slice"),
    };
    let mut text = format!(
        "fn round_trip<M: {message}>(bytes: &[u8]) -> Vec<u8> {{\n    \
         M::{decode}(bytes).unwrap().encode_to_vec()\n}}\n\n"
    );
    if contender.json {
        let (message, json) = match contender.kind {
            Kind::Rustrpc(_) => ("rustrpc::Message + rustrpc::json::Json", "rustrpc::json"),
            _ => ("serde::Serialize + serde::de::DeserializeOwned", "serde_json"),
        };
        text += &format!(
            "fn json<M: {message}>(text: &str) -> String {{\n    \
             {json}::to_string(&{json}::from_str::<M>(text).unwrap()).unwrap()\n}}\n\n"
        );
    }
    text
}

/// A service that fails all calls, and a call of each method.
fn module(kind: Kind, file: &FileDescriptorProto, service: &ServiceDescriptorProto) -> String {
    let package = module_path(file.package());
    let name = service.name();
    let module = format!("{} {name}", file.package()).to_snake_case();
    let snake = name.to_snake_case();
    let (uses, serve, client) = match kind {
        Kind::Rustrpc(_) => (
            format!("use {package}::{{{name}, {name}Client, {name}Server}};"),
            format!(
                "pub fn serve(server: rustrpc::server::ServerBuilder) -> rustrpc::server::ServerBuilder {{\n        \
                 server.add_service({name}Server::new(Nobody))\n    }}"
            ),
            format!("{name}Client"),
        ),
        Kind::Tonic => (
            format!(
                "use {package}::{snake}_client::{name}Client;\n    \
                 use {package}::{snake}_server::{{{name}, {name}Server}};"
            ),
            format!(
                "pub fn serve(routes: tonic::service::Routes) -> tonic::service::Routes {{\n        \
                 routes.add_service({name}Server::new(Nobody))\n    }}"
            ),
            format!("{name}Client<tonic::transport::Channel>"),
        ),
        Kind::Connect => (
            format!("use {package}::{{{name}, {name}Client}};"),
            "pub fn serve(router: connectrpc::Router) -> connectrpc::Router {\n        \
             router.add_service(std::sync::Arc::new(Nobody))\n    }"
                .to_owned(),
            format!("{name}Client<connectrpc::client::HttpClient>"),
        ),
    };
    let attribute = if kind == Kind::Tonic { "#[tonic::async_trait]\n    " } else { "" };
    let mut text = format!(
        "\npub mod {module} {{\n    use super::*;\n    {uses}\n\n    struct Nobody;\n\n    {attribute}impl {name} for Nobody {{\n"
    );
    text.extend(service.method.iter().map(|method| handler(kind, method)));
    text += &format!("    }}\n\n    {serve}\n");
    text.extend(service.method.iter().map(|method| call(kind, &client, method)));
    text + "}\n"
}

/// A method of the service, where it has to be there.
fn handler(kind: Kind, method: &MethodDescriptorProto) -> String {
    let name = method.name().to_snake_case();
    let (input, output) = types(kind, method);
    match kind {
        Kind::Rustrpc(_) => String::new(),
        Kind::Tonic => {
            let request = match method.client_streaming() {
                true => format!("tonic::Streaming<{input}>"),
                false => input,
            };
            let stream = format!("{}Stream", method.name().to_upper_camel_case());
            let (declared, answer) = match method.server_streaming() {
                true => (
                    format!(
                        "        type {stream} = tokio_stream::Empty<Result<{output}, tonic::Status>>;\n"
                    ),
                    format!("Self::{stream}"),
                ),
                false => (String::new(), output),
            };
            format!(
                "{declared}        async fn {name}(&self, _: tonic::Request<{request}>) -> Result<tonic::Response<{answer}>, tonic::Status> {{\n            \
                 Err(tonic::Status::unimplemented(\"\"))\n        }}\n"
            )
        }
        Kind::Connect => {
            let request = match method.client_streaming() {
                true => format!("connectrpc::InboundStream<{input}>"),
                false => format!("connectrpc::ServiceRequest<'_, {input}>"),
            };
            let answer = match method.server_streaming() {
                true => format!("connectrpc::ServiceStream<{output}>"),
                false => output,
            };
            format!(
                "        async fn {name}(&self, _: connectrpc::RequestContext, _: {request}) -> connectrpc::ServiceResult<{answer}> {{\n            \
                 Err(connectrpc::ConnectError::unimplemented(\"\"))\n        }}\n"
            )
        }
    }
}

/// A call of a method that takes the first answer.
fn call(kind: Kind, client: &str, method: &MethodDescriptorProto) -> String {
    let name = method.name().to_snake_case();
    let (input, output) = types(kind, method);
    let streams = (method.client_streaming(), method.server_streaming());
    let body = match (kind, streams) {
        (Kind::Rustrpc(_) | Kind::Connect, (false, false)) => {
            format!("drop(client.{name}(Default::default()).await);")
        }
        (Kind::Rustrpc(_), (false, true)) => {
            format!("drop(client.{name}(Default::default()).await.unwrap().message().await);")
        }
        (Kind::Rustrpc(_), (true, false)) => format!(
            "let (requests, answer) = client.{name}().start();\n            \
             drop(requests.send(Default::default()).await);\n            drop(answer.await);"
        ),
        (Kind::Rustrpc(_), (true, true)) => format!(
            "let (requests, mut answers) = client.{name}().start();\n            \
             drop(requests.send(Default::default()).await);\n            drop(answers.message().await);"
        ),
        (Kind::Tonic, (false, false)) => {
            format!("drop(client.{name}(<{input}>::default()).await);")
        }
        (Kind::Tonic, (false, true)) => format!(
            "drop(client.{name}(<{input}>::default()).await.unwrap().into_inner().message().await);"
        ),
        (Kind::Tonic, (true, false)) => {
            format!("drop(client.{name}(tokio_stream::once(<{input}>::default())).await);")
        }
        (Kind::Tonic, (true, true)) => format!(
            "let answers = client.{name}(tokio_stream::once(<{input}>::default())).await;\n            \
             drop(answers.unwrap().into_inner().message().await);"
        ),
        (Kind::Connect, (false, true)) => format!(
            "let mut answers = client.{name}(Default::default()).await.unwrap();\n            \
             drop(answers.message::<{output}>().await);"
        ),
        (Kind::Connect, (true, false)) => {
            format!("drop(client.{name}(connectrpc::stream_iter([<{input}>::default()])).await);")
        }
        (Kind::Connect, (true, true)) => format!(
            "let mut stream = client.{name}().await.unwrap();\n            \
             drop(stream.send(<{input}>::default()).await);\n            \
             drop(stream.message::<{output}>().await);"
        ),
    };
    format!(
        "\n    pub fn call_{name}(client: &mut {client}) -> Call<'_> {{\n        Box::pin(async move {{\n            {body}\n        }})\n    }}\n"
    )
}

/// The types that a method takes and gives.
fn types(kind: Kind, method: &MethodDescriptorProto) -> (String, String) {
    (rpc_type(kind, method.input_type()), rpc_type(kind, method.output_type()))
}

/// What is nested would need to be told from packages: no rpc of what is measured has such a type.
fn rpc_type(kind: Kind, name: &str) -> String {
    let name = name.trim_start_matches('.');
    let (package, name) = name.rsplit_once('.').unwrap_or(("", name));
    match (kind, package) {
        (Kind::Rustrpc(_), "google.protobuf") => format!("rustrpc::types::{name}"),
        (Kind::Tonic, "google.protobuf") if name == "Empty" => "()".to_owned(),
        (Kind::Tonic, "google.protobuf") => format!("prost_types::{name}"),
        (Kind::Connect, "google.protobuf") => format!("buffa_types::google::protobuf::{name}"),
        _ => path(kind, package, &[name.to_owned()]),
    }
}

/// Every generator puts what is nested into a module.
fn path(kind: Kind, package: &str, names: &[String]) -> String {
    let (last, outer) = names.split_last().expect("a message has a name");
    let modules: String = outer.iter().map(|name| name.to_snake_case() + "::").collect();
    // buffa takes names as they are, `JavaScriptUDF`.
    let last = if kind == Kind::Connect { last.clone() } else { last.to_upper_camel_case() };
    format!("{}::{modules}{last}", module_path(package))
}

fn module_path(package: &str) -> String {
    let segment = |name: &str| match name {
        "type" => "::r#type".to_owned(),
        name => format!("::{name}"),
    };
    format!("generated::proto{}", package.split('.').map(segment).collect::<String>())
}
