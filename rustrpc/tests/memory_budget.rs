//! Many peers, each within its limits, that together want more than there is.

mod common;
#[path = "common/raw.rs"]
mod raw;

use std::future::pending;
use std::time::Duration;

use common::{Echo, EchoClient, EchoServer, live, run};
use raw::{RawPeer, Seen};
use rustrpc::types::StringValue;
use rustrpc::{Code, MemoryBudget, Request, Response, Server, Status, Streaming};

const BUDGET: usize = 4 << 20;
const CONNECTIONS: usize = 12;
const STREAMS: usize = 12;
/// What a connection may hold beyond the budget: what it always may read, and one read.
const SLACK: usize = 80 << 10;

/// Answers one message, and never reads a stream.
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
}

/// Sends the first part of many large messages, and keeps the connection open.
async fn attack(target: String, path: &'static str) {
    let mut peer = RawPeer::client(&target).await;
    let head = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "here"),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
    ];
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
