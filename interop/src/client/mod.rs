//! The interop cases, each a conversation with a test server that must go as described in gRPC's
//! `interop-test-descriptions.md`.

mod cancellation;
mod compression;
mod expect;
mod http2;
mod metadata;
mod payload;
mod soak;
mod status;
mod streaming;
mod unary;

use rustrpc::Channel;
use rustrpc::tls::ClientTls;

use crate::proto::grpc::testing::TestServiceClient;

pub use soak::Soak;

/// Where the server is, and how hard to press it.
#[derive(Clone, Debug)]
pub struct Target {
    /// As a channel takes it: `http://127.0.0.1:8080`.
    pub address: String,
    /// How to encrypt, where the address asks for it.
    pub tls: Option<ClientTls>,
    /// The name to call the server by, when that is not its address.
    pub authority: Option<String>,
    /// What the two soak cases do.
    pub soak: Soak,
}

/// All cases by name. The last seven are for a server that does with HTTP/2 what their names say; those with `_noprobe` leave out the question whether the server checks compression.
pub const CASES: &[&str] = &[
    "empty_unary",
    "cacheable_unary",
    "large_unary",
    "client_compressed_unary",
    "client_compressed_unary_noprobe",
    "server_compressed_unary",
    "client_streaming",
    "client_compressed_streaming",
    "client_compressed_streaming_noprobe",
    "server_streaming",
    "server_compressed_streaming",
    "ping_pong",
    "empty_stream",
    "custom_metadata",
    "status_code_and_message",
    "special_status_message",
    "unimplemented_method",
    "unimplemented_service",
    "cancel_after_begin",
    "cancel_after_first_response",
    "timeout_on_sleeping_server",
    "rpc_soak",
    "channel_soak",
    "goaway",
    "max_streams",
    "ping",
    "rst_after_header",
    "rst_during_data",
    "rst_after_data",
    "data_frame_padding",
];

/// Runs one case.
///
/// # Errors
/// What went otherwise than the case wants, or that there is no such case.
pub async fn run(case: &str, target: &Target) -> Result<(), String> {
    let channel = target.connect().await?;
    let client = TestServiceClient::new(channel.clone());
    match case {
        "empty_unary" => unary::empty(&client).await,
        "cacheable_unary" => unary::cacheable(&client).await,
        "large_unary" => unary::large(&client).await,
        "client_compressed_unary" => compression::client_unary(&client, true).await,
        "client_compressed_unary_noprobe" => compression::client_unary(&client, false).await,
        "server_compressed_unary" => compression::server_unary(&client).await,
        "client_streaming" => streaming::client(&client).await,
        "client_compressed_streaming" => compression::client_streaming(&client, true).await,
        "client_compressed_streaming_noprobe" => {
            compression::client_streaming(&client, false).await
        }
        "server_streaming" => streaming::server(&client).await,
        "server_compressed_streaming" => compression::server_streaming(&client).await,
        "ping_pong" => streaming::ping_pong(&client).await,
        "empty_stream" => streaming::empty(&client).await,
        "custom_metadata" => metadata::custom(&client).await,
        "status_code_and_message" => status::code_and_message(&client).await,
        "special_status_message" => status::special_message(&client).await,
        "unimplemented_method" => status::unimplemented_method(&client).await,
        "unimplemented_service" => status::unimplemented_service(channel).await,
        "cancel_after_begin" => cancellation::after_begin(&client).await,
        "cancel_after_first_response" => cancellation::after_first_response(&client).await,
        "timeout_on_sleeping_server" => cancellation::timeout(&client).await,
        "rpc_soak" => soak::calls(&client, &target.soak).await,
        "channel_soak" => soak::channels(target).await,
        "goaway" => http2::goaway(&client).await,
        "max_streams" => http2::max_streams(&client).await,
        "ping" | "data_frame_padding" => unary::large(&client).await,
        "rst_after_header" | "rst_during_data" | "rst_after_data" => http2::reset(&client).await,
        other => Err(format!("no case is called {other}; there are: {}", CASES.join(", "))),
    }
}

impl Target {
    async fn connect(&self) -> Result<Channel, String> {
        let mut channel = Channel::builder(&self.address);
        if let Some(tls) = &self.tls {
            channel = channel.tls(tls.clone());
        }
        if let Some(authority) = &self.authority {
            channel = channel.authority(authority);
        }
        channel.connect().await.map_err(|status| format!("{}: {status}", self.address))
    }
}
