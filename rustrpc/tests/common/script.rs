//! A server that does what no proper server does: frames written by hand, over a pipe.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustrpc::transport::{Accept, InProcess};
use rustrpc::{Channel, client::ChannelBuilder};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

pub(crate) const DATA: u8 = 0;
pub(crate) const HEADERS: u8 = 1;
pub(crate) const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// The fields in front of every proper answer.
pub(crate) const HEAD: &[(&str, &str)] =
    &[(":status", "200"), ("content-type", "application/grpc")];
/// The trailers of a success.
pub(crate) const OK: &[(&str, &str)] = &[("grpc-status", "0")];

type Play = dyn Fn(usize, Peer) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync;

/// Plays a script on each connection; the script is given the number of the connection, from 0.
#[derive(Clone)]
pub(crate) struct Script {
    play: Arc<Play>,
    connections: Arc<AtomicUsize>,
}

impl Script {
    pub(crate) fn new<F: Future<Output = ()> + Send + 'static>(
        play: impl Fn(usize, Peer) -> F + Send + Sync + 'static,
    ) -> Self {
        let play = Arc::new(move |number, peer| Box::pin(play(number, peer)) as Pin<Box<_>>);
        Self { play, connections: Arc::default() }
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn channel(&self) -> Channel {
        Channel::in_process(self.clone())
    }

    pub(crate) fn builder(&self) -> ChannelBuilder {
        Channel::in_process_builder(self.clone())
    }
}

impl Accept for Script {
    fn accept(&self, stream: DuplexStream) {
        let number = self.connections.fetch_add(1, Ordering::SeqCst);
        tokio::spawn((self.play)(number, Peer { stream }));
    }
}

impl InProcess for Script {
    type Acceptor = Self;

    fn into_acceptor(self) -> Self {
        self
    }
}

/// One connection, as the server has it.
pub(crate) struct Peer {
    pub(crate) stream: DuplexStream,
}

/// A frame that the client sent.
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) stream: u32,
    pub(crate) payload: Vec<u8>,
}

impl Peer {
    /// Takes the preface and answers it.
    pub(crate) async fn greet(&mut self) {
        self.greet_with(&[]).await;
    }

    /// Takes the preface and answers it with these settings.
    pub(crate) async fn greet_with(&mut self, settings: &[(u16, u32)]) {
        let mut preface = [0; 24];
        self.stream.read_exact(&mut preface).await.expect("a preface");
        assert_eq!(&preface, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        let mut payload = Vec::new();
        for (id, value) in settings {
            payload.extend_from_slice(&id.to_be_bytes());
            payload.extend_from_slice(&value.to_be_bytes());
        }
        self.send(SETTINGS, 0, 0, &payload).await;
        self.send(SETTINGS, 1, 0, &[]).await;
    }

    /// The next frame; `None` at the end of the connection.
    pub(crate) async fn frame(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).await.ok()?;
        let [a, b, c, kind, flags, id @ ..] = head;
        let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
        self.stream.read_exact(&mut payload).await.ok()?;
        Some(Frame { kind, flags, stream: u32::from_be_bytes(id), payload })
    }

    /// Waits for the head of a request, and gives its stream.
    pub(crate) async fn head(&mut self) -> u32 {
        loop {
            let frame = self.frame().await.expect("the client makes a call");
            if frame.kind == HEADERS {
                return frame.stream;
            }
        }
    }

    /// Waits for a whole request, and gives its stream.
    pub(crate) async fn request(&mut self) -> u32 {
        loop {
            let frame = self.frame().await.expect("the client makes a call");
            if matches!(frame.kind, HEADERS | DATA) && frame.flags & END_STREAM != 0 {
                return frame.stream;
            }
        }
    }

    /// Waits until the client resets a stream, and gives stream and error code.
    pub(crate) async fn reset_by_client(&mut self) -> (u32, u32) {
        loop {
            let frame = self.frame().await.expect("the client resets a stream");
            if frame.kind == RST_STREAM {
                let code = frame.payload.try_into().expect("four bytes");
                return (frame.stream, u32::from_be_bytes(code));
            }
        }
    }

    /// Reads until the client closes the connection.
    pub(crate) async fn closed(&mut self) {
        while self.frame().await.is_some() {}
    }

    pub(crate) async fn send(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let length = u32::try_from(payload.len()).expect("a short payload").to_be_bytes();
        let mut frame = vec![length[1], length[2], length[3], kind, flags];
        frame.extend_from_slice(&stream.to_be_bytes());
        frame.extend_from_slice(payload);
        // The client may have gone by now, which the test finds out elsewhere.
        self.stream.write_all(&frame).await.ok();
    }

    /// Sends fields that are neither indexed nor shortened (RFC 7541 section 6.2.2).
    pub(crate) async fn fields(&mut self, stream: u32, fields: &[(&str, &str)], end: bool) {
        let mut block = Vec::new();
        for (name, value) in fields {
            block.push(0);
            for text in [name, value] {
                block.push(u8::try_from(text.len()).ok().filter(|n| *n < 127).expect("short text"));
                block.extend_from_slice(text.as_bytes());
            }
        }
        let flags = END_HEADERS | if end { END_STREAM } else { 0 };
        self.send(HEADERS, flags, stream, &block).await;
    }

    pub(crate) async fn data(&mut self, stream: u32, bytes: &[u8], end: bool) {
        self.send(DATA, u8::from(end), stream, bytes).await;
    }

    /// Answers a call as a proper server does, with an empty message.
    pub(crate) async fn answer(&mut self, stream: u32) {
        self.fields(stream, HEAD, false).await;
        self.data(stream, &[0; 5], false).await;
        self.fields(stream, OK, true).await;
    }

    pub(crate) async fn reset(&mut self, stream: u32, code: u32) {
        self.send(RST_STREAM, 0, stream, &code.to_be_bytes()).await;
    }

    pub(crate) async fn goaway(&mut self, last: u32) {
        let mut payload = last.to_be_bytes().to_vec();
        payload.extend_from_slice(&0u32.to_be_bytes());
        self.send(GOAWAY, 0, 0, &payload).await;
    }
}
