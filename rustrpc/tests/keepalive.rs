//! Whether a silent peer is still there (gRFC A8, A9), asked from both sides. Time is virtual here.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::script::{Peer, Script};
use common::{EchoClient, EchoServer, Plain};
use rustrpc::rpc::PeerAddress;
use rustrpc::{Code, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::Instant;

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const ACK: u8 = 1;

const INTERVAL: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(3);

async fn client(script: &Script) -> EchoClient {
    let channel = script.builder().keepalive(INTERVAL, TIMEOUT).connect().await;
    EchoClient::new(channel.expect("it greets"))
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_gone_is_given_up() {
    let script = Script::new(async |_, mut peer: Peer| {
        peer.greet().await;
        peer.closed().await;
    });
    let client = client(&script).await;
    let begun = Instant::now();
    let status = client.unary("x").await.expect_err("nobody answers");
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    assert!(status.message().contains("keepalive"), "{status}");
    assert_eq!(begun.elapsed().as_secs(), (INTERVAL + TIMEOUT).as_secs());
}

/// Answers calls after so many pings, each of which it acknowledges and counts.
fn slow(pings_before_answer: usize, pings: Arc<AtomicUsize>) -> Script {
    Script::new(move |_, mut peer: Peer| {
        let pings = Arc::clone(&pings);
        async move {
            peer.greet().await;
            let mut waiting = None;
            while let Some(frame) = peer.frame().await {
                match frame.kind {
                    HEADERS => waiting = Some(frame.stream),
                    PING if frame.flags & ACK == 0 => {
                        pings.fetch_add(1, Ordering::SeqCst);
                        peer.send(PING, ACK, 0, &frame.payload).await;
                    }
                    _ => {}
                }
                if pings.load(Ordering::SeqCst) >= pings_before_answer
                    && let Some(stream) = waiting.take()
                {
                    peer.answer(stream).await;
                }
            }
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_slow_server_that_is_there_may_take_its_time() {
    let pings = Arc::new(AtomicUsize::new(0));
    let script = slow(100, Arc::clone(&pings));
    let client = client(&script).await;
    let begun = Instant::now();
    client.unary("x").await.expect("answered in the end");
    assert_eq!(begun.elapsed().as_secs(), 100 * INTERVAL.as_secs());
    assert_eq!(pings.load(Ordering::SeqCst), 100);
    assert_eq!(script.connections(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_without_calls_does_not_ask() {
    let pings = Arc::new(AtomicUsize::new(0));
    let script = slow(0, Arc::clone(&pings));
    let client = client(&script).await;
    client.unary("x").await.expect("answered");
    tokio::time::sleep(100 * INTERVAL).await;
    assert_eq!(pings.load(Ordering::SeqCst), 0);
    client.unary("x").await.expect("answered");
    assert_eq!(script.connections(), 1);
}

/// A connection to a server that asks, as far as SETTINGS.
async fn raw_client() -> DuplexStream {
    let (mut ours, theirs) = tokio::io::duplex(1 << 16);
    let server = Server::builder().keepalive(INTERVAL, TIMEOUT);
    let server = server.add_service(EchoServer::new(Plain)).build();
    tokio::spawn(async move { server.serve_connection(theirs, PeerAddress::Unknown).await });
    ours.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("it reads");
    for flags in [0, ACK] {
        ours.write_all(&[0, 0, 0, SETTINGS, flags, 0, 0, 0, 0]).await.expect("it reads");
    }
    ours
}

/// The next PING that is a question; `None` at the end of the connection.
async fn next_ping(stream: &mut DuplexStream) -> Option<Vec<u8>> {
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.ok()?;
        let [a, b, c, kind, flags, ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        stream.read_exact(&mut payload).await.ok()?;
        if kind == PING && flags & ACK == 0 {
            return Some(payload);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_gone_is_given_up() {
    let mut client = raw_client().await;
    let begun = Instant::now();
    next_ping(&mut client).await.expect("it asks");
    assert_eq!(begun.elapsed().as_secs(), INTERVAL.as_secs());
    assert_eq!(next_ping(&mut client).await, None, "it asks once");
    assert_eq!(begun.elapsed().as_secs(), (INTERVAL + TIMEOUT).as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_silent_client_that_is_there_is_kept() {
    let mut client = raw_client().await;
    for _ in 0..100 {
        let payload = next_ping(&mut client).await.expect("it asks");
        client.write_all(&[0, 0, 8, PING, ACK, 0, 0, 0, 0]).await.expect("it reads");
        client.write_all(&payload).await.expect("it reads");
    }
}
