//! Servers that let go of old and of idle connections.

mod common;

use std::time::Duration;

use common::{EchoServer, Plain};
use rustrpc::Server;
use rustrpc::rpc::PeerAddress;
use rustrpc::server::ServerBuilder;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::Instant;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

const HOUR: Duration = Duration::from_secs(3600);

/// A client that speaks frames.
struct Peer {
    stream: DuplexStream,
    begun: Instant,
}

impl Peer {
    async fn connect(server: ServerBuilder) -> Self {
        let (stream, theirs) = tokio::io::duplex(1 << 16);
        let server = server.keepalive(100 * HOUR, HOUR).add_service(EchoServer::new(Plain)).build();
        tokio::spawn(async move { server.serve_connection(theirs, PeerAddress::Unknown).await });
        let mut peer = Self { stream, begun: Instant::now() };
        peer.stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("it reads");
        peer.write(SETTINGS, 0, 0, &[]).await;
        peer.write(SETTINGS, ACK, 0, &[]).await;
        peer
    }

    async fn write(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = (payload.len() as u32).to_be_bytes();
        let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
        self.stream.write_all(&[&head, payload].concat()).await.expect("it reads");
    }

    /// Begins a call that ends once its stream of requests does.
    async fn begin_call(&mut self, stream: u32) {
        let mut block = Vec::new();
        for (name, value) in [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", "/test.Echo/Collect"),
            ("te", "trailers"),
            ("content-type", "application/grpc"),
        ] {
            block.push(0);
            for text in [name, value] {
                block.push(text.len() as u8);
                block.extend_from_slice(text.as_bytes());
            }
        }
        self.write(HEADERS, END_HEADERS, stream, &block).await;
    }

    async fn end_call(&mut self, stream: u32) {
        self.write(DATA, END_STREAM, stream, &[]).await;
    }

    /// Reads up to the next frame of this type, answers PINGs meanwhile; `None` at the end of the
    /// connection.
    async fn next(&mut self, wanted: u8) -> Option<Vec<u8>> {
        loop {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).await.ok()?;
            let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
            self.stream.read_exact(&mut payload).await.ok()?;
            if head[3] == PING && head[4] & ACK == 0 {
                self.write(PING, ACK, 0, &payload).await;
            }
            if head[3] == wanted {
                return Some(payload);
            }
        }
    }

    fn minutes(&self) -> u64 {
        self.begun.elapsed().as_secs() / 60
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_connection_is_closed() {
    let mut peer = Peer::connect(Server::builder().max_connection_idle(HOUR)).await;
    tokio::time::sleep(HOUR / 2).await;
    // A call begins the time anew, and while it lasts there is none.
    peer.begin_call(1).await;
    tokio::time::sleep(2 * HOUR).await;
    peer.end_call(1).await;
    assert!(peer.next(GOAWAY).await.is_some(), "it is told");
    assert_eq!(peer.minutes(), 30 + 120 + 60);
    while peer.next(GOAWAY).await.is_some() {}
    assert_eq!(peer.minutes(), 30 + 120 + 60, "nothing is waited for");
}

#[tokio::test(start_paused = true)]
async fn an_old_connection_ends_with_its_calls() {
    let mut peer = Peer::connect(Server::builder().max_connection_age(HOUR)).await;
    peer.begin_call(1).await;
    assert!(peer.next(GOAWAY).await.is_some(), "it is told");
    assert!((54..=66).contains(&peer.minutes()), "{}", peer.minutes());
    assert!(peer.next(GOAWAY).await.is_some(), "and which call was the last");
    tokio::time::sleep(5 * HOUR).await;
    peer.end_call(1).await;
    assert!(peer.next(HEADERS).await.is_some(), "the call has all the time it needs");
    while peer.next(HEADERS).await.is_some() {}
    assert!(peer.minutes() < 7 * 60);
}

#[tokio::test(start_paused = true)]
async fn the_grace_of_an_old_connection_ends() {
    let server = Server::builder().max_connection_age(HOUR).max_connection_age_grace(HOUR);
    let mut peer = Peer::connect(server).await;
    peer.begin_call(1).await;
    assert!(peer.next(GOAWAY).await.is_some(), "it is told");
    let told = peer.minutes();
    while peer.next(GOAWAY).await.is_some() {}
    assert_eq!(peer.minutes() - told, 60);
}
