//! Clients that leave unread what a server writes for them.

mod common;

use std::time::Duration;

use common::{EchoServer, Plain};
use rustrpc::Server;
use rustrpc::rpc::PeerAddress;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::task::JoinHandle;

/// A connection whose pipe is too small for the server's first SETTINGS.
async fn connect() -> (DuplexStream, JoinHandle<()>) {
    let (mut client, stream) = tokio::io::duplex(16);
    let server = Server::builder().add_service(EchoServer::new(Plain)).build();
    let connection = tokio::spawn(async move {
        server.serve_connection(stream, PeerAddress::InProcess).await;
    });
    client.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("it reads");
    let (settings, ack) = ([0, 0, 0, 4, 0, 0, 0, 0, 0], [0, 0, 0, 4, 1, 0, 0, 0, 0]);
    client.write_all(&[settings, ack].concat()).await.expect("it reads");
    (client, connection)
}

#[tokio::test(start_paused = true)]
async fn a_client_that_never_reads_loses_its_connection() {
    let (_client, connection) = connect().await;
    let ended = tokio::time::timeout(Duration::from_secs(70), connection).await;
    ended.expect("after the 60 seconds of progress_timeout").expect("no panic");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_slowly_keeps_it() {
    let (mut client, connection) = connect().await;
    for _ in 0..20 {
        tokio::time::sleep(Duration::from_secs(40)).await;
        client.read_u8().await.expect("there is more");
        assert!(!connection.is_finished());
    }
}
