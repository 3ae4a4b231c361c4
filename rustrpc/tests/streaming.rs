//! Streams in each direction, end to end.

mod common;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use common::{Echo, EchoClient, EchoServer, Plain, live, run, serve, text_of};
use rustrpc::types::StringValue;
use rustrpc::{Channel, Code, Request, Response, Server, Status, Stream, Streaming};

#[tokio::test]
async fn a_stream_of_responses() {
    live(async {
        let client = EchoClient::connect(serve(Plain).await).await.expect("reachable");
        let mut words = client.expand("a,b,c").await.expect("started");
        let mut seen = Vec::new();
        while let Some(word) = words.message().await.expect("no failure") {
            seen.push(word.value);
        }
        assert_eq!(seen, ["a", "b", "c"]);
        assert!(words.trailers().is_some());
        assert!(words.message().await.expect("still the end").is_none());
    })
    .await;
}

#[tokio::test]
async fn a_stream_of_requests() {
    live(async {
        let client = EchoClient::connect(serve(Plain).await).await.expect("reachable");
        let (words, joined) = client.collect().start();
        for word in ["a", "b", "c"] {
            words.send(text_of(word)).await.expect("room");
        }
        drop(words);
        assert_eq!(joined.await.expect("answered").value, "a,b,c");
        let given = rustrpc::stream::iter(["x", "y"].map(text_of));
        assert_eq!(client.collect().stream(given).await.expect("answered").value, "x,y");
        let none = rustrpc::stream::iter(std::iter::empty());
        assert_eq!(client.collect().stream(none).await.expect("answered").value, "");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_is_made_does_not_wait_for_those_that_take_long() {
    live(async {
        let client = EchoClient::connect(serve(Plain).await).await.expect("reachable");
        let (answered, is_answered) = std::sync::mpsc::channel();
        let words = ["first", "second", "third"].into_iter().map(move |word| {
            if word == "second" {
                tokio::task::block_in_place(|| is_answered.recv()).expect("the first is answered");
            }
            text_of(word)
        });
        let mut replies = client.chat().stream(rustrpc::stream::iter(words));
        for word in ["first", "second", "third"] {
            let reply = replies.message().await.expect("no failure").expect("not the end");
            assert_eq!(reply.value, word);
            answered.send(()).ok();
        }
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_has_nothing_is_left_alone() {
    /// Counts how often a stream is asked.
    struct Asked<S>(S, Arc<AtomicUsize>);

    impl<S: Stream + Unpin> Stream for Asked<S> {
        type Item = S::Item;

        fn poll_next(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Self::Item>> {
            self.1.fetch_add(1, Ordering::Relaxed);
            Pin::new(&mut self.0).poll_next(context)
        }
    }

    live(async {
        let client = EchoClient::connect(serve(Plain).await).await.expect("reachable");
        let (words, stream) = rustrpc::stream::channel(1);
        let asked = Arc::new(AtomicUsize::new(0));
        let mut replies = client.chat().stream(Asked(stream, Arc::clone(&asked)));
        for round in 0..20 {
            words.send(text_of("again")).await.expect("the call goes on");
            replies.message().await.expect("no failure").expect("not the end");
            // Once for a word, and once to find that there is none yet.
            assert!(asked.load(Ordering::Relaxed) <= 2 * (round + 1) + 1);
        }
    })
    .await;
}

#[tokio::test]
async fn a_conversation_begins_without_waiting() {
    live(async {
        // The channel has no connection yet, and the server sends no headers before it is spoken to.
        let channel = Channel::builder(serve(Plain).await).connect_lazy().expect("a fine target");
        let (lines, mut replies) = EchoClient::new(channel).chat().start();
        for line in ["one", "two", "three"] {
            lines.send(text_of(line)).await.expect("room");
            let reply = replies.message().await.expect("no failure").expect("not the end");
            assert_eq!(reply.value, line);
        }
        lines.finish();
        assert!(replies.message().await.expect("no failure").is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_small_messages_arrives_in_order() {
    live(async {
        let client = EchoClient::connect(serve(Plain).await).await.expect("reachable");
        let numbers = (0..50_000).map(|number: u32| text_of(number.to_string()));
        let mut replies = client.chat().stream(rustrpc::stream::iter(numbers));
        for number in 0..50_000u32 {
            let reply = replies.message().await.expect("no failure").expect("not the end");
            assert_eq!(reply.value, number.to_string());
        }
        assert!(replies.message().await.expect("no failure").is_none());
    })
    .await;
}

#[tokio::test]
async fn messages_larger_than_every_window_pass() {
    live(async {
        let client = EchoClient::connect(serve(Plain).await).await.expect("reachable");
        let text = "x".repeat(3_000_000);
        let lines = [text_of(text.as_str()), text_of(text.as_str()), text_of(text.as_str())];
        let mut replies = client.chat().stream(rustrpc::stream::iter(lines));
        for _ in 0..3 {
            let reply = replies.message().await.expect("no failure").expect("not the end");
            assert_eq!(reply.value.len(), text.len());
        }
        assert!(replies.message().await.expect("no failure").is_none());
    })
    .await;
}

/// Sends for ever, and counts what was taken from it.
struct Endless(Arc<AtomicUsize>);

struct Counted(Arc<AtomicUsize>);

impl Iterator for Counted {
    type Item = Result<StringValue, Status>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Some(Ok(text_of("x".repeat(1000))))
    }
}

impl Echo for Endless {
    async fn expand(
        &self,
        _: Request<StringValue>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        Ok(Response::new(rustrpc::stream::iter(Counted(Arc::clone(&self.0)))))
    }

    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

#[tokio::test]
async fn a_slow_reader_stops_the_stream_and_not_its_neighbours() {
    live(async {
        let taken = Arc::new(AtomicUsize::new(0));
        let client =
            EchoClient::connect(serve(Endless(Arc::clone(&taken))).await).await.expect("reachable");
        let mut stream = client.expand("").await.expect("started");
        for _ in 0..10 {
            stream.message().await.expect("no failure").expect("no end");
        }
        // Other calls on the same connection are answered while nobody reads the stream.
        let mut before = usize::MAX;
        loop {
            client.unary("x").await.expect("answered");
            let now = taken.load(Ordering::Relaxed);
            if now == before {
                break;
            }
            before = now;
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        // The windows and buffers of both sides hold a few megabytes; an unbounded stream more.
        assert!(before < 10_000, "{before} messages of 1000 bytes were taken");
        for _ in 0..before {
            stream.message().await.expect("no failure").expect("no end");
        }
    })
    .await;
}

/// Never reads its requests.
struct Deaf;

impl Echo for Deaf {
    async fn collect(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<StringValue>, Status> {
        std::future::pending::<()>().await;
        drop(request);
        Ok(Response::new(text_of("never")))
    }

    async fn chat(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        drop(request);
        Ok(Response::new(rustrpc::stream::iter([Ok(text_of("enough"))])))
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_read_stops_its_client() {
    live(async {
        let server = Server::builder().add_service(EchoServer::new(Deaf)).build();
        let client = EchoClient::new(Channel::in_process(server));
        let (words, _answer) = client.collect().start();
        let mut sent = 0;
        let word = "x".repeat(10_000);
        loop {
            let send = words.send(text_of(word.as_str()));
            let in_time = tokio::time::timeout(std::time::Duration::from_secs(1), send).await;
            let Ok(result) = in_time else { break };
            result.expect("the call goes on");
            sent += 1;
            assert!(sent < 1000, "nothing stops the client");
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_may_answer_before_it_has_read_everything() {
    live(async {
        let client = EchoClient::connect(serve(Deaf).await).await.expect("reachable");
        let (lines, mut replies) = client.chat().start();
        let reply = replies.message().await.expect("no failure").expect("not the end");
        assert_eq!(reply.value, "enough");
        assert!(replies.message().await.expect("no failure").is_none());
        let mut last = Ok(());
        while last.is_ok() {
            last = lines.send(text_of("too late")).await;
        }
        assert_eq!(last.expect_err("the call is over").code(), Code::Cancelled);
    })
    .await;
}

/// Fails in the middle of its answer.
struct Fails;

impl Echo for Fails {
    async fn expand(
        &self,
        _: Request<StringValue>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        let items = [Ok(text_of("a")), Err(Status::data_loss("half of it")), Ok(text_of("never"))];
        let mut response = Response::new(rustrpc::stream::iter(items));
        response.metadata_mut().insert("x-part", "first")?;
        Ok(response)
    }

    async fn chat(
        &self,
        _: Request<Streaming<StringValue>>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        Err::<Response<Streaming<StringValue>>, _>(Status::aborted("not today"))
    }

    async fn collect(
        &self,
        _: Request<Streaming<StringValue>>,
    ) -> Result<Response<StringValue>, Status> {
        panic!("as the test wants it");
    }
}

#[tokio::test]
async fn failures_come_after_what_was_sent_before_them() {
    live(async {
        let bound = Server::builder().add_service(EchoServer::new(Fails)).bind("127.0.0.1:0").await;
        let client =
            EchoClient::connect(run(bound.expect("a free port"))).await.expect("reachable");
        let mut stream = client.expand("").await.expect("started");
        assert_eq!(stream.metadata().get("x-part"), Some("first"));
        assert_eq!(stream.message().await.expect("no failure").expect("one").value, "a");
        let status = stream.message().await.expect_err("it fails");
        assert_eq!((status.code(), status.message()), (Code::DataLoss, "half of it"));
        assert!(stream.message().await.expect("nothing follows a failure").is_none());

        let (_lines, mut replies) = client.chat().start();
        assert_eq!(replies.message().await.expect_err("refused").code(), Code::Aborted);
        let (_words, answer) = client.collect().start();
        assert_eq!(answer.await.expect_err("it panics").code(), Code::Internal);
    })
    .await;
}
