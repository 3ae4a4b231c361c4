//! Peers that speak HTTP/2 by hand.

mod common;

use common::{EchoServer, Plain, live};
use rustrpc::Server;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];
const ACK: &[u8] = &[0, 0, 0, 4, 1, 0, 0, 0, 0];
const PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0still OK";

/// The server stops reading while many of its answers wait; once they are written it goes on, even
/// if nothing else happens.
#[tokio::test]
async fn reading_goes_on_after_a_pause() {
    live(async {
        let bound = Server::builder().add_service(EchoServer::new(Plain)).bind("127.0.0.1:0").await;
        let bound = bound.expect("a free port");
        let target = bound.local_addr().to_string();
        let server = tokio::spawn(bound.serve());
        let mut peer = TcpStream::connect(&target).await.expect("reachable");
        peer.write_all(PREFACE).await.expect("connected");
        // More than once, because a timer may happen to wake the connection.
        for _ in 0..3 {
            // More SETTINGS than answers may wait (100), in one read.
            let flood = [SETTINGS.repeat(300), ACK.to_vec()].concat();
            peer.write_all(&flood).await.expect("connected");
            let mut received = vec![0; 300 * SETTINGS.len()];
            peer.read_exact(&mut received).await.expect("answers");
            peer.write_all(PING).await.expect("connected");
            while !received.windows(8).any(|window| window == b"still OK") {
                let n = peer.read_buf(&mut received).await.expect("connected");
                assert_ne!(n, 0, "the server closed the connection");
            }
        }
        server.abort();
    })
    .await;
}
