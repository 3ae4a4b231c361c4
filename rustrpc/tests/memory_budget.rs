//! Many peers, each within its limits, that together want more than there is.

mod common;
#[path = "common/raw.rs"]
mod raw;

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use common::{Echo, EchoClient, EchoServer, live, run, text_of};
use raw::{RawPeer, Seen};
use rustrpc::server::Dispatch;
use rustrpc::types::StringValue;
use rustrpc::{Code, MemoryBudget, Request, Response, Server, Status, Stream, Streaming};

const BUDGET: usize = 4 << 20;
const CONNECTIONS: usize = 12;
const STREAMS: usize = 12;
/// What a connection may hold beyond the budget: what it always may read, and one read.
const SLACK: usize = 80 << 10;

/// Answers one message, never reads a stream, and sends streams without an end.
#[derive(Debug)]
struct Idle;

impl Echo for Idle {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn collect(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<StringValue>, Status> {
        let _unread = request;
        pending().await
    }

    async fn expand(
        &self,
        _: Request<StringValue>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        let text = || Ok(text_of("x".repeat(1 << 10)));
        Ok(Response::new(rustrpc::stream::iter(std::iter::repeat_with(text))))
    }
}

/// Gives a large answer to everybody.
#[derive(Debug, Default)]
struct Lavish {
    answers: Arc<AtomicUsize>,
}

/// A third of the budget, and a bit more.
const LAVISH: usize = 3 << 19;

impl Echo for Lavish {
    async fn unary(&self, _: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        self.answers.fetch_add(1, Ordering::SeqCst);
        Ok(Response::new(text_of("x".repeat(LAVISH))))
    }
}

const HEAD: [(&str, &str); 5] = [
    (":method", "POST"),
    (":scheme", "http"),
    (":authority", "here"),
    ("te", "trailers"),
    ("content-type", "application/grpc"),
];

fn head(path: &'static str) -> Vec<(&'static str, &'static str)> {
    let (pseudo, fields) = HEAD.split_at(3);
    [pseudo, &[(":path", path)], fields].concat()
}

/// Sends the first part of many large messages, and keeps the connection open.
async fn attack(target: String, path: &'static str) {
    let mut peer = RawPeer::client(&target).await;
    let head = head(path);
    // A message of 2 MiB, of which half a MiB arrives.
    let mut body = vec![0; 1 << 19];
    body[..5].copy_from_slice(&[0, 0, 0x20, 0, 0]);
    for _ in 0..STREAMS {
        peer.request(&head, &body, false);
    }
    while !matches!(peer.next().await, Seen::Closed) {}
    pending().await
}

async fn besieged(path: &'static str) {
    let budget = MemoryBudget::new(BUDGET);
    let server = Server::builder()
        .memory_budget(budget.clone())
        .add_service(EchoServer::new(Idle))
        .bind("127.0.0.1:0");
    let target = run(server.await.expect("a free port"));
    let honest = EchoClient::connect(&target).await.expect("reachable");
    honest.unary("before").await.expect("there is room");
    let attackers: Vec<_> =
        (0..CONNECTIONS).map(|_| tokio::spawn(attack(target.clone(), path))).collect();
    let mut refused = 0;
    while refused < 20 {
        assert!(budget.used() <= BUDGET + CONNECTIONS * SLACK, "{budget:?}");
        if let Err(status) = honest.unary("during").await {
            assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
            assert!(status.message().contains("memory_budget"), "{status}");
            refused += 1;
        }
    }
    for attacker in attackers {
        attacker.abort();
    }
    while budget.used() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    honest.unary("after").await.expect("there is room again");
}

#[tokio::test]
async fn messages_that_are_never_completed() {
    live(besieged("/test.Echo/Unary")).await;
}

#[tokio::test]
async fn streams_that_are_never_read() {
    live(besieged("/test.Echo/Collect")).await;
}

/// The same load from peers that complete their calls is within the budget.
#[tokio::test]
async fn large_messages_one_after_the_other_survive() {
    live(async {
        let budget = MemoryBudget::new(BUDGET);
        let server = Server::builder()
            .memory_budget(budget.clone())
            .add_service(EchoServer::new(Idle))
            .bind("127.0.0.1:0");
        let target = run(server.await.expect("a free port"));
        let client = EchoClient::connect(&target).await.expect("reachable");
        let large = "x".repeat(1 << 19);
        for _ in 0..CONNECTIONS * STREAMS {
            let reply = client.unary(large.as_str()).await.expect("there is room");
            assert_eq!(reply.value.len(), large.len());
        }
        while budget.used() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Answers that there is no room for are refused, and not kept until somebody reads them.
async fn unread(dispatch: Dispatch) {
    const CALLS: usize = 20;
    let budget = MemoryBudget::new(BUDGET);
    let service = Lavish::default();
    let answers = Arc::clone(&service.answers);
    let server = Server::builder()
        .memory_budget(budget.clone())
        .dispatch_all(dispatch)
        .add_service(EchoServer::new(service))
        .bind("127.0.0.1:0");
    let target = run(server.await.expect("a free port"));
    let mut peer = RawPeer::client(&target).await;
    for _ in 0..CALLS {
        peer.request(&head("/test.Echo/Unary"), &[0; 5], true);
    }
    peer.flush().await;
    while answers.load(Ordering::SeqCst) < CALLS {
        assert!(budget.used() <= BUDGET + SLACK, "{budget:?}");
        tokio::task::yield_now().await;
    }
    let (mut answered, mut refused) = (0, 0);
    while answered + refused < CALLS {
        assert!(budget.used() <= BUDGET + SLACK, "{budget:?}");
        let fields = match peer.next().await {
            Seen::Trailers { fields } | Seen::Headers { fields, end_stream: true, .. } => fields,
            Seen::Headers { .. } | Seen::Data { .. } => continue,
            other => panic!("{other:?}"),
        };
        let has = |name: &str, value: &str| {
            fields.iter().any(|field| field.0 == name && field.1.contains(value))
        };
        if has("grpc-status", "8") {
            assert!(has("grpc-message", "memory_budget"), "{fields:?}");
            refused += 1;
        } else {
            assert!(has("grpc-status", "0"), "{fields:?}");
            answered += 1;
        }
    }
    assert!(answered >= BUDGET / LAVISH && refused > 0, "{answered} answered, {refused} refused");
    while budget.used() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let honest = EchoClient::connect(&target).await.expect("reachable");
    honest.unary("after").await.expect("there is room again");
}

/// Slow readers that are many: together their streams would queue more than there is, and they keep
/// their calls nevertheless.
#[tokio::test]
async fn streams_of_slow_readers_queue_less_when_memory_is_short() {
    const READERS: usize = 40;
    live(async {
        let budget = MemoryBudget::new(2 * BUDGET);
        let server = Server::builder()
            .memory_budget(budget.clone())
            .add_service(EchoServer::new(Idle))
            .bind("127.0.0.1:0");
        let target = run(server.await.expect("a free port"));
        let mut peer = RawPeer::client(&target).await;
        for _ in 0..READERS {
            peer.request(&head("/test.Echo/Expand"), &[0; 5], true);
        }
        peer.flush().await;
        // Until nobody sends any more.
        let (mut used, mut unchanged) = (0, 0);
        while used < BUDGET || unchanged < 20 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            unchanged = if budget.used() == used { unchanged + 1 } else { 0 };
            used = budget.used();
        }
        assert!(used < BUDGET / 2 * 3, "{used} bytes are as much as calls are refused for");
        let honest = EchoClient::connect(&target).await.expect("reachable");
        honest.unary("meanwhile").await.expect("there is room");
        // Nobody's stream has ended, and whoever reads gets more.
        let (mut begun, mut received) = (0, 0);
        while received < 4 * BUDGET {
            match peer.next().await {
                Seen::Headers { end_stream: false, .. } => begun += 1,
                Seen::Data { data, .. } => received += data.len(),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(begun, READERS);
        drop(peer);
        while budget.used() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn answers_that_are_never_read() {
    live(unread(Dispatch::Inline)).await;
}

#[tokio::test]
async fn answers_of_spawned_handlers_that_are_never_read() {
    live(unread(Dispatch::Spawn)).await;
}

/// What is small on the wire and large in memory.
#[cfg(feature = "gzip")]
#[tokio::test]
async fn messages_that_inflate_beyond_the_budget() {
    use rustrpc::{Channel, Compression};

    const SMALL: usize = 1 << 20;
    live(async {
        for dispatch in [Dispatch::Inline, Dispatch::Spawn] {
            let (budget, clients) = (MemoryBudget::new(SMALL), MemoryBudget::new(SMALL));
            let server = Server::builder()
                .memory_budget(budget.clone())
                .dispatch_all(dispatch)
                .compress(Compression::Gzip)
                .add_service(EchoServer::new(Lavish::default()))
                .bind("127.0.0.1:0");
            let target = run(server.await.expect("a free port"));
            let channel = Channel::builder(format!("http://{target}"))
                .compress(Compression::Gzip)
                .memory_budget(clients.clone())
                .connect_lazy();
            let client = EchoClient::new(channel.expect("a valid target"));
            // Said by the server.
            let status = client.unary("x".repeat(2 * SMALL)).await.expect_err("it has no room");
            assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
            assert!(status.message().contains("memory_budget"), "{status}");
            // Said by the client.
            let status = client.unary("x".repeat(SMALL / 4)).await.expect_err("it has no room");
            assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
            assert!(status.message().contains("memory_budget"), "{status}");
            while budget.used() + clients.used() > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    })
    .await;
}
