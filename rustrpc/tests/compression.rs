//! Compressed messages, end to end.

mod common;

use common::{Echo, EchoClient, EchoServer, live, run, text_of};
use rustrpc::rpc::CompressionSwitch;
use rustrpc::types::StringValue;
use rustrpc::{Channel, Code, Compression, Request, Response, Server, Status, Stream, Streaming};

/// Answers compressed, and says whether the request was.
struct Packs;

impl Echo for Packs {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        let mut response = Response::new(text_of("y".repeat(1000)));
        response.metadata_mut().insert("x-text", request.is_compressed().to_string())?;
        Ok(response.compress(Compression::Gzip))
    }

    async fn expand(
        &self,
        _: Request<StringValue>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        let switch = CompressionSwitch::new(true);
        let turned = switch.clone();
        let messages = (0..4).map(move |number| {
            turned.set(number % 2 == 0);
            Ok(text_of("z".repeat(100)))
        });
        let response = Response::new(rustrpc::stream::iter(messages));
        Ok(response.compress(Compression::Gzip).compression_switch(switch))
    }

    async fn collect(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<StringValue>, Status> {
        let mut messages = request.into_inner();
        let mut seen = Vec::new();
        while messages.message().await?.is_some() {
            seen.push(messages.is_compressed().to_string());
        }
        Ok(Response::new(text_of(seen.join(","))))
    }
}

#[tokio::test]
async fn messages_are_compressed_one_by_one() {
    live(async {
        let bound = Server::builder().add_service(EchoServer::new(Packs)).bind("127.0.0.1:0").await;
        let client =
            EchoClient::connect(run(bound.expect("a free port"))).await.expect("reachable");
        let call = client.unary("x".repeat(100)).compress(Compression::Gzip);
        let response = call.response().await.expect("answered");
        assert_eq!(response.metadata().get("x-text"), Some("true"));
        assert!(response.is_compressed());
        assert_eq!(response.message().value.len(), 1000);
        let response = client.unary("x").response().await.expect("answered");
        assert_eq!(response.metadata().get("x-text"), Some("false"));

        let mut stream = client.expand("").await.expect("started");
        for number in 0..4 {
            let message = stream.message().await.expect("no failure").expect("four of them");
            assert_eq!(message.value.len(), 100);
            assert_eq!(stream.is_compressed(), number % 2 == 0);
        }

        let (words, answer) = client.collect().compress(Compression::Gzip).start();
        words.send(text_of("a")).await.expect("room");
        words.send_as(text_of("b"), Compression::Identity).await.expect("room");
        words.finish();
        assert_eq!(answer.await.expect("answered").value, "true,false");
    })
    .await;
}

#[tokio::test]
async fn limits_hold_for_what_is_inflated() {
    live(async {
        let server = Server::builder()
            .max_received_message_size(1000)
            .add_service(EchoServer::new(common::Plain))
            .build();
        let client = EchoClient::new(Channel::in_process(server));
        let bomb = client.unary("x".repeat(5000)).compress(Compression::Gzip);
        assert_eq!(bomb.await.expect_err("too large").code(), Code::ResourceExhausted);
    })
    .await;
}
