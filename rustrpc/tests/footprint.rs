//! What idle connections and open calls hold in memory, counted by the allocator.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::fmt::Write as _;
use std::future::pending;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use common::{Echo, EchoServer};
use rustrpc::rpc::PeerAddress;
use rustrpc::types::StringValue;
use rustrpc::{Request, Response, Server, Status, Stream, Streaming};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What an idle connection may take. tokio's part of it, a task, a timer and a socket's registration,
/// is included: about 700 bytes.
const CONNECTION: usize = 2700;
/// What an open call may take, the future of its handler included; those here do next to nothing.
const CALL: usize = 1150;

const CONNECTIONS: usize = 200;
const CALLS: usize = 1000;

/// Counts what is allocated, by size.
struct Counting;

/// Sizes in steps of this many bytes, as allocators have them.
const STEP: usize = 16;
const SIZES: usize = 512;
static HELD: AtomicUsize = AtomicUsize::new(0);
static BY_SIZE: [AtomicIsize; SIZES] = [const { AtomicIsize::new(0) }; SIZES];

fn count(size: usize, by: isize) {
    HELD.fetch_add((size as isize * by) as usize, Ordering::Relaxed);
    BY_SIZE[size.div_ceil(STEP).min(SIZES - 1)].fetch_add(by, Ordering::Relaxed);
}

// SAFETY: every call is the system's allocator's; only numbers are kept beside.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 1);
        // SAFETY: the caller's promise is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(layout.size(), -1);
        // SAFETY: the caller's promise is the same.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test at a time has the counters.
static TURN: Mutex<()> = Mutex::new(());

/// What is held at a moment.
struct Look {
    held: usize,
    by_size: Vec<isize>,
}

impl Look {
    fn now() -> Self {
        let by_size = BY_SIZE.iter().map(|count| count.load(Ordering::Relaxed)).collect();
        Self { held: HELD.load(Ordering::Relaxed), by_size }
    }

    /// What each of so many things has brought since, and of which allocations it consists.
    fn each(&self, of: usize) -> (usize, String) {
        let now = Look::now();
        let mut text = String::new();
        for (size, (now, before)) in now.by_size.iter().zip(&self.by_size).enumerate() {
            let each = (now - before) as f64 / of as f64;
            if each.abs() >= 0.02 {
                writeln!(text, "{each:.2} of up to {} bytes", size * STEP).expect("it is memory");
            }
        }
        (now.held.saturating_sub(self.held) / of, text)
    }
}

/// Handlers that wait for good, once they have begun.
#[derive(Debug, Default)]
struct Parked {
    begun: Arc<AtomicUsize>,
}

impl Echo for Parked {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        pending::<()>().await;
        Ok(Response::new(request.into_inner()))
    }

    async fn expand(
        &self,
        request: Request<StringValue>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        self.begun.fetch_add(1, Ordering::Relaxed);
        pending::<()>().await;
        Ok(Response::new(rustrpc::stream::iter([Ok(request.into_inner())])))
    }

    async fn collect(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<StringValue>, Status> {
        self.begun.fetch_add(1, Ordering::Relaxed);
        let mut messages = request.into_inner();
        let mut last = StringValue::default();
        while let Some(message) = messages.message().await? {
            last = message;
        }
        Ok(Response::new(last))
    }

    async fn chat(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        self.begun.fetch_add(1, Ordering::Relaxed);
        Ok(Response::new(request.into_inner()))
    }
}

/// A server on a thread of its own, so that all else that is counted is the peers'.
struct Running {
    address: String,
    begun: Arc<AtomicUsize>,
}

impl Running {
    fn start() -> Self {
        let begun = Arc::default();
        let service = Parked { begun: Arc::clone(&begun) };
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let server = Server::builder().add_service(EchoServer::new(service));
                let server = server.max_concurrent_streams(CALLS as u32 + 10);
                let bound = server.bind("127.0.0.1:0").await.expect("a free port");
                tell.send(bound.local_addr().to_string()).expect("it is waited for");
                bound.serve().await
            })
        });
        Self { address: told.recv().expect("it is bound"), begun }
    }

    fn connect(&self) -> Peer {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(common::LIVENESS)).expect("a timeout");
        stream.set_nodelay(true).expect("it is connected");
        stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").expect("it reads");
        let mut peer = Peer { stream, next: 1 };
        peer.settle();
        peer.stream.write_all(b"\0\0\0\x04\x01\0\0\0\0").expect("it reads");
        peer.settle();
        peer
    }

    /// Waits until so many handlers wait.
    fn wait_begun(&self, handlers: usize) {
        let until = std::time::Instant::now() + common::LIVENESS;
        while self.begun.load(Ordering::Relaxed) < handlers {
            assert!(std::time::Instant::now() < until, "the handlers begin");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

/// A client that holds no memory worth mentioning.
struct Peer {
    stream: TcpStream,
    next: u32,
}

impl Peer {
    /// Reads up to a frame of that type, acknowledging something or not.
    fn wait_for(&mut self, kind: u8, ack: u8) {
        loop {
            let mut head = [0; 9];
            self.stream.read_exact(&mut head).expect("a frame");
            let mut payload = [0; 128];
            let length = usize::from(head[1]) << 8 | usize::from(head[2]);
            self.stream.read_exact(&mut payload[..length]).expect("its payload");
            if head[3] == kind && head[4] & 1 == ack {
                return;
            }
        }
    }

    /// Waits until the server has handled everything so far.
    fn settle(&mut self) {
        for _ in 0..2 {
            self.stream.write_all(b"\0\0\0\x04\0\0\0\0\0").expect("it reads");
            self.wait_for(4, 1);
        }
    }

    /// Opens a call of that method, with a message if it is to have one.
    fn open(&mut self, method: &str, message: Option<&[u8]>) {
        let stream = self.next;
        self.next += 2;
        let mut bytes = head_of(method, stream);
        bytes.extend(message.into_iter().flat_map(|message| frame(0, 1, stream, message)));
        self.stream.write_all(&bytes).expect("it reads");
    }
}

/// The HEADERS of a call.
fn head_of(method: &str, stream: u32) -> Vec<u8> {
    let path = format!("/test.Echo/{method}");
    let mut block = Vec::new();
    for (name, value) in [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path.as_str()),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
    ] {
        // A literal field without indexing (RFC 7541 section 6.2.2); all of these are short.
        block.push(0);
        for text in [name, value] {
            block.push(text.len() as u8);
            block.extend_from_slice(text.as_bytes());
        }
    }
    frame(1, 4, stream, &block)
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

#[test]
fn an_idle_connection_is_small() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let server = Running::start();
    let mut peers = Vec::with_capacity(2 * CONNECTIONS);
    // What a server allocates once.
    peers.extend((0..CONNECTIONS).map(|_| server.connect()));
    let look = Look::now();
    peers.extend((0..CONNECTIONS).map(|_| server.connect()));
    let (each, allocations) = look.each(CONNECTIONS);
    println!("a connection: {each} bytes\n{allocations}");
    assert!(each <= CONNECTION, "{each} bytes:\n{allocations}");
}

#[test]
fn an_open_call_is_small() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    const MESSAGE: &[u8] = b"\0\0\0\0\x03\x0a\x01a";
    for (method, message) in
        [("Unary", Some(MESSAGE)), ("Expand", Some(MESSAGE)), ("Collect", None), ("Chat", None)]
    {
        let server = Running::start();
        let mut peer = server.connect();
        // What a connection allocates once, and what the first calls of a method do.
        for _ in 0..10 {
            peer.open(method, message);
            peer.settle();
        }
        server.wait_begun(10);
        let look = Look::now();
        for _ in 0..CALLS {
            peer.open(method, message);
        }
        server.wait_begun(CALLS + 10);
        peer.settle();
        let (each, allocations) = look.each(CALLS);
        println!("a call of {method}: {each} bytes\n{allocations}");
        assert!(each <= CALL, "{method}: {each} bytes:\n{allocations}");
    }
}

/// A connection that was busy and has been idle for a while holds as much as one that never was.
#[test]
fn memory_goes_back_after_a_burst() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build();
    runtime.expect("a runtime").block_on(burst());
}

async fn burst() {
    let server = Server::builder().add_service(EchoServer::new(Parked::default())).build();
    let (mut peer, stream) = tokio::io::duplex(256);
    tokio::spawn(async move { server.serve_connection(stream, PeerAddress::Unknown).await });
    peer.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("it reads");
    peer.write_all(&[frame(4, 0, 0, &[]), frame(4, 1, 0, &[])].concat()).await.expect("it reads");
    let (mut answers, mut peer) = tokio::io::split(peer);
    tokio::spawn(async move {
        let mut buffer = [0; 256];
        while answers.read(&mut buffer).await.is_ok_and(|length| length > 0) {}
    });
    let mut streams = (1..).step_by(2);
    let mut look = None;
    for calls in [1, 1, 900] {
        let of_round: Vec<u32> = streams.by_ref().take(calls).collect();
        for stream in &of_round {
            peer.write_all(&head_of("Collect", *stream)).await.expect("it reads");
        }
        for stream in &of_round {
            peer.write_all(&frame(0, 1, *stream, &[])).await.expect("it reads");
        }
        drop(of_round);
        // Time passes at once when there is nothing else to do.
        tokio::time::sleep(Duration::from_secs(10)).await;
        if calls == 1 {
            look = Some(Look::now());
        }
    }
    let (kept, allocations) = look.expect("there was a round").each(1);
    assert!(kept < 1024, "{kept} bytes are left of {allocations}");
}
