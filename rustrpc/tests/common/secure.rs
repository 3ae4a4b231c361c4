//! What tests of TLS need around them.
#![allow(dead_code, reason = "each test program uses its part")]

use std::error::Error as _;

use rustrpc::rpc::PeerAddress;
use rustrpc::tls::{ClientTls, ServerTls};
use rustrpc::{Channel, Code, Server, Status};
use tokio::sync::mpsc;

use super::common::{Echo, EchoClient, EchoServer};

/// Serves for as long as the runtime lives; the port.
pub(crate) async fn serve(service: impl Echo, tls: ServerTls) -> u16 {
    let server = Server::builder().tls(tls).add_service(EchoServer::new(service));
    let bound = server.bind("127.0.0.1:0").await.expect("a free port");
    let port = bound.local_addr().port().expect("TCP");
    tokio::spawn(bound.serve());
    port
}

pub(crate) async fn connect(port: u16, tls: ClientTls) -> Result<EchoClient, Status> {
    let channel = Channel::builder(format!("https://127.0.0.1:{port}")).tls(tls);
    Ok(EchoClient::new(channel.connect().await?))
}

/// The failure to connect, with all its causes in words.
pub(crate) async fn refusal(port: u16, tls: ClientTls) -> String {
    let status = match connect(port, tls).await {
        Err(status) => status,
        // With TLS 1.3 a client has connected before the server has looked at its certificate.
        Ok(client) => client.unary("x").await.expect_err("it is refused"),
    };
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    assert!(status.source().is_some(), "{status:?}");
    status.message().to_owned()
}

/// Handshakes that failed, in the words of whoever observes them.
pub(crate) fn observed(tls: ServerTls) -> (ServerTls, mpsc::UnboundedReceiver<String>) {
    let (tell, told) = mpsc::unbounded_channel();
    let tls = tls.on_handshake_failure(move |failure| {
        assert!(matches!(failure.peer(), PeerAddress::Tcp(_)));
        tell.send(failure.error().to_string()).ok();
    });
    (tls, told)
}
