//! Calls that take long, and their neighbours on the same connection.

mod common;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use common::{Echo, EchoClient, EchoServer, live, run, text_of};
use rustrpc::server::Dispatch;
use rustrpc::types::StringValue;
use rustrpc::{Channel, Code, Request, Response, Server, Status, Stream, Streaming};

/// Blocks threads until it is opened.
#[derive(Debug, Default)]
struct Gate {
    open: Mutex<bool>,
    changed: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.open.lock().expect("no panic") = true;
        self.changed.notify_all();
    }

    fn wait(&self) {
        let open = self.open.lock().expect("no panic");
        drop(self.changed.wait_while(open, |open| !*open).expect("no panic"));
    }
}

/// Answers "block" when the gate is open and holds its thread up until then, and "slow" for a while;
/// "panic" panics, and "yield" waits once before any of that.
#[derive(Debug, Default)]
struct Gated {
    gate: Gate,
    blocked: AtomicUsize,
}

impl Gated {
    fn act(&self, what: &str) -> Response<StringValue> {
        if what.contains("block") {
            self.blocked.fetch_add(1, Ordering::SeqCst);
            self.gate.wait();
        }
        if what.contains("slow") {
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(!what.contains("panic"), "as asked");
        Response::new(text_of(what))
    }

    async fn blocked(&self, calls: usize) {
        while self.blocked.load(Ordering::SeqCst) < calls {
            tokio::task::yield_now().await;
        }
    }
}

impl Echo for Arc<Gated> {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        let what = request.into_inner().value;
        if what.contains("yield") {
            tokio::task::yield_now().await;
        }
        Ok(self.act(&what))
    }

    async fn chat(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        let mut messages = request.into_inner();
        let first = messages.message().await?.unwrap_or_default().value;
        Ok(Response::new(rustrpc::stream::iter([Ok(self.act(&first).into_inner())])))
    }
}

async fn connect(dispatch: Option<Dispatch>) -> (Arc<Gated>, EchoClient) {
    let gated = Arc::new(Gated::default());
    let mut server = Server::builder().add_service(EchoServer::new(Arc::clone(&gated)));
    if let Some(dispatch) = dispatch {
        server = server.dispatch("test.Echo", dispatch);
    }
    let target = run(server.bind("127.0.0.1:0").await.expect("a free port"));
    let channel = Channel::builder(target).max_connections(1).connect().await.expect("reachable");
    (gated, EchoClient::new(channel))
}

/// The worst handlers there are, which block their threads: with workers to spare, their
/// neighbours on the one connection are answered all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn blocked_handlers_hold_up_nobody() {
    live(async {
        // Nothing is known of the method in the first case.
        for dispatch in [None, Some(Dispatch::Spawn)] {
            let (gated, client) = connect(dispatch).await;
            let slow: Vec<_> =
                (0..2).map(|_| tokio::spawn(client.unary("block").into_future())).collect();
            gated.blocked(2).await;
            for _ in 0..50 {
                client.unary("quick").await.expect("answered");
            }
            assert!(slow.iter().all(|call| !call.is_finished()));
            gated.gate.open();
            for call in slow {
                call.await.expect("no panic").expect("answered");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn blocked_streams_hold_up_nobody() {
    live(async {
        let (gated, client) = connect(Some(Dispatch::Spawn)).await;
        let (lines, mut replies) = client.chat().start();
        lines.send(text_of("block")).await.expect("room");
        gated.blocked(1).await;
        for _ in 0..50 {
            client.unary("quick").await.expect("answered");
        }
        gated.gate.open();
        lines.finish();
        assert!(replies.message().await.expect("answered").is_some());
    })
    .await;
}

/// On one thread, too, calls get in between the parts of a message that goes both ways.
#[tokio::test]
async fn large_messages_hold_up_nobody() {
    const LARGE: usize = 96 << 20;
    live(async {
        let server = Server::builder()
            .max_received_message_size(2 * LARGE)
            .add_service(EchoServer::new(common::Plain));
        let target = run(server.bind("127.0.0.1:0").await.expect("a free port"));
        let channel = Channel::builder(target)
            .max_connections(1)
            .max_received_message_size(2 * LARGE)
            .connect()
            .await
            .expect("reachable");
        let client = EchoClient::new(channel);
        let large = tokio::spawn(client.unary("x".repeat(LARGE)).into_future());
        let mut answered = 0;
        while !large.is_finished() {
            client.unary("quick").await.expect("answered");
            answered += 1;
        }
        let reply = large.await.expect("no panic").expect("answered");
        assert_eq!(reply.value.len(), LARGE);
        // Sockets take megabytes at once, so that each way takes some fifty turns of either side or more.
        assert!(answered >= 30, "{answered} calls were answered meanwhile");
    })
    .await;
}

/// A method that was quick until now is found out: one poll in sixteen is measured.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_method_that_becomes_slow_gets_tasks() {
    live(async {
        let (gated, client) = connect(None).await;
        for text in ["quick"; 3].into_iter().chain(["slow"; 16]) {
            client.unary(text).await.expect("answered");
        }
        let slow: Vec<_> =
            (0..2).map(|_| tokio::spawn(client.unary("block").into_future())).collect();
        gated.blocked(2).await;
        for _ in 0..50 {
            client.unary("quick").await.expect("answered");
        }
        gated.gate.open();
        for call in slow {
            call.await.expect("no panic").expect("answered");
        }
    })
    .await;
}

/// Wherever a handler runs, a panic costs its own call only.
#[tokio::test]
async fn dispatch_can_be_overridden() {
    live(async {
        for dispatch in [Dispatch::Auto, Dispatch::Inline, Dispatch::Spawn] {
            let (_, client) = connect(Some(dispatch)).await;
            for text in ["quick", "yield"] {
                client.unary(text).await.expect("answered");
            }
            for text in ["panic", "panic, yield"] {
                let status = client.unary(text).await.expect_err("it panicked");
                assert_eq!(status.code(), Code::Internal);
            }
            client.unary("quick").await.expect("the connection goes on");
        }
    })
    .await;
}

#[test]
#[should_panic(expected = "there is no service or method \"test.Ecco\" on this server")]
fn names_to_dispatch_must_be_known() {
    let server = Server::builder().add_service(EchoServer::new(Arc::new(Gated::default())));
    let server = server.dispatch("test.Echo/Unary", Dispatch::Spawn);
    drop(server.dispatch("test.Ecco", Dispatch::Spawn));
}
