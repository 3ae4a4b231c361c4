//! Deadlines and cancellation.

mod common;
#[path = "common/raw.rs"]
mod raw;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::{Echo, EchoClient, EchoServer, Plain, live, text_of};
use raw::{RawPeer, Seen, value};
use rustrpc::http2::Field;
use rustrpc::types::StringValue;
use rustrpc::{Channel, Code, Request, Response, Server, Status, Stream, Streaming};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// What a handler that never ends tells about its end.
#[derive(Clone, Default)]
struct Watched {
    started: Arc<Notify>,
    dropped: Arc<Notify>,
    cancelled: Arc<Notify>,
}

struct TellsOfItsEnd(Arc<Notify>);

impl Drop for TellsOfItsEnd {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Watched {
    async fn never(&self, request: Request<impl Sized>) -> ! {
        let end = TellsOfItsEnd(Arc::clone(&self.dropped));
        let (token, cancelled) = (request.cancellation(), Arc::clone(&self.cancelled));
        tokio::spawn(async move {
            token.cancelled().await;
            cancelled.notify_one();
        });
        self.started.notify_one();
        std::future::pending::<()>().await;
        drop(end);
        unreachable!("it waits for ever");
    }
}

impl Echo for Watched {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        self.never(request).await
    }

    async fn expand(
        &self,
        _: Request<StringValue>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        let (sender, stream) = rustrpc::stream::channel(1);
        let (started, dropped) = (Arc::clone(&self.started), Arc::clone(&self.dropped));
        tokio::spawn(async move {
            sender.send(Ok(text_of("first"))).await.ok();
            started.notify_one();
            sender.closed().await;
            dropped.notify_one();
        });
        Ok(Response::new(stream))
    }

    async fn collect(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<StringValue>, Status> {
        self.never(request).await
    }

    async fn chat(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        self.never(request).await;
        #[allow(unreachable_code, reason = "it names the type of the stream")]
        Ok(Response::new(rustrpc::stream::iter([])))
    }
}

fn in_process(service: impl Echo) -> EchoClient {
    EchoClient::new(Channel::in_process(
        Server::builder().add_service(EchoServer::new(service)).build(),
    ))
}

const SHORT: Duration = Duration::from_millis(100);

#[tokio::test(start_paused = true)]
async fn a_passed_deadline_ends_calls_of_each_kind_on_both_sides() {
    live(async {
        let watched = Watched::default();
        let client = in_process(watched.clone());
        let began = tokio::time::Instant::now();
        let status = client.unary("").timeout(SHORT).await.expect_err("too slow");
        assert_eq!(status.code(), Code::DeadlineExceeded);
        assert!(began.elapsed() >= SHORT);
        watched.dropped.notified().await;
        watched.cancelled.notified().await;

        let mut stream = client.expand("").timeout(SHORT).await.expect("started");
        stream.message().await.expect("no failure").expect("the first");
        assert_eq!(stream.message().await.expect_err("too slow").code(), Code::DeadlineExceeded);
        watched.dropped.notified().await;

        let (_words, answer) = client.collect().timeout(SHORT).start();
        assert_eq!(answer.await.expect_err("too slow").code(), Code::DeadlineExceeded);
        watched.dropped.notified().await;

        let (_lines, mut replies) = client.chat().timeout(SHORT).start();
        assert_eq!(replies.message().await.expect_err("too slow").code(), Code::DeadlineExceeded);
        watched.dropped.notified().await;
    })
    .await;
}

#[tokio::test]
async fn dropping_a_call_drops_its_handler() {
    live(async {
        let watched = Watched::default();
        let client = in_process(watched.clone());
        let call = tokio::spawn(client.unary("").into_future());
        watched.started.notified().await;
        call.abort();
        watched.dropped.notified().await;
        watched.cancelled.notified().await;

        let stream = client.expand("").await.expect("started");
        watched.started.notified().await;
        drop(stream);
        watched.dropped.notified().await;

        let (_words, answer) = client.collect().start();
        watched.started.notified().await;
        drop(answer);
        watched.dropped.notified().await;

        let (_lines, replies) = client.chat().start();
        watched.started.notified().await;
        drop(replies);
        watched.dropped.notified().await;
    })
    .await;
}

#[tokio::test]
async fn a_deadline_that_has_passed_makes_no_call() {
    live(async {
        let client = in_process(Plain);
        let status = client.unary("").deadline(Instant::now()).await.expect_err("too late");
        assert_eq!(status.code(), Code::DeadlineExceeded);
        let status =
            client.chat().timeout(Duration::ZERO).start().1.message().await.expect_err("too late");
        assert_eq!(status.code(), Code::DeadlineExceeded);
    })
    .await;
}

/// Calls another server while it serves.
struct Nested {
    inner: EchoClient,
    outer_deadline: Arc<AtomicBool>,
}

impl Echo for Nested {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        self.outer_deadline.store(request.deadline().is_some(), Ordering::Relaxed);
        // The first poll is where the request was received, the next on a task.
        if request.message().value == "later" {
            tokio::task::yield_now().await;
        }
        self.inner.unary("").await.map(Response::new)
    }
}

#[tokio::test(start_paused = true)]
async fn nested_calls_inherit_the_deadline() {
    live(async {
        for text in ["now", "later"] {
            let watched = Watched::default();
            let outer_deadline = Arc::new(AtomicBool::new(false));
            let nested = Nested {
                inner: in_process(watched.clone()),
                outer_deadline: Arc::clone(&outer_deadline),
            };
            let outer = in_process(nested);
            let status = outer.unary(text).timeout(SHORT).await.expect_err("too slow");
            assert_eq!(status.code(), Code::DeadlineExceeded);
            assert!(outer_deadline.load(Ordering::Relaxed));
            watched.dropped.notified().await;
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_server_may_have_a_time_limit_of_its_own() {
    live(async {
        let watched = Watched::default();
        let server =
            Server::builder().timeout(SHORT).add_service(EchoServer::new(watched.clone())).build();
        let client = EchoClient::new(Channel::in_process(server));
        assert_eq!(client.unary("").await.expect_err("too slow").code(), Code::DeadlineExceeded);
        watched.dropped.notified().await;
    })
    .await;
}

/// What differs from call to call makes each request a new one to both sides.
#[tokio::test]
async fn servers_are_told_what_the_caller_said() {
    live(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let target = listener.local_addr().expect("bound").to_string();
        let serving = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let mut peer = RawPeer::server(stream);
            let mut told = Vec::new();
            loop {
                match peer.next().await {
                    Seen::Headers { fields, .. } => {
                        told.push(value(&fields, "grpc-timeout").unwrap_or("none").to_owned());
                    }
                    Seen::Data { stream, .. } => {
                        let answer = [
                            Field::new(":status", "200"),
                            Field::new("content-type", "application/grpc"),
                            Field::new("grpc-status", "5"),
                        ];
                        peer.core.send_headers(stream, &answer, true).expect("open");
                        peer.core.finish(stream);
                    }
                    Seen::Closed => return told,
                    _ => {}
                }
            }
        });
        let client = EchoClient::connect(&target).await.expect("reachable");
        let minute = Duration::from_secs(60);
        for _ in 0..3 {
            client.unary("").timeout(minute).await.expect_err("not found");
        }
        client.unary("").deadline(Instant::now() + minute).await.expect_err("not found");
        client.unary("").await.expect_err("not found");
        drop(client);
        let told = serving.await.expect("the connection is closed");
        assert_eq!(told[..3], ["60000000u"; 3]);
        assert!(told[3].starts_with("5999"), "{told:?}");
        assert_eq!(told[4..], ["none"]);
    })
    .await;
}
