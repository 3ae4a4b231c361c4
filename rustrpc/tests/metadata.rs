//! Metadata, statuses and limits, end to end.

mod common;

use common::{Echo, EchoClient, EchoServer, live, serve, text_of};
use rustrpc::rpc::PeerAddress;
use rustrpc::types::StringValue;
use rustrpc::{Channel, Code, Metadata, Request, Response, Server, Status, Stream, Streaming};

/// Sends back what it is sent: metadata beginning with `x-` as headers and as trailers.
struct Mirror;

fn mirrored(metadata: &Metadata) -> Metadata {
    let mut mirrored = Metadata::new();
    for name in ["x-text", "x-other"] {
        for value in metadata.get_all(name) {
            mirrored.append(name, value).expect("it was received");
        }
    }
    for value in metadata.get_all_bin("x-data-bin") {
        mirrored.append_bin("x-data-bin", value).expect("it was received");
    }
    mirrored
}

impl Echo for Mirror {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        let mirrored = mirrored(request.metadata());
        if request.message().value == "fail" {
            return Err(Status::out_of_range("beyond").with_metadata(mirrored));
        }
        assert!(matches!(request.peer(), Some(PeerAddress::Tcp(_))));
        assert_eq!(request.method().map(|method| method.name), Some("Unary"));
        let mut response = Response::new(request.into_inner());
        *response.metadata_mut() = mirrored.clone();
        *response.trailers_mut() = mirrored;
        Ok(response)
    }

    async fn chat(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        let mirrored = mirrored(request.metadata());
        let mut response = Response::new(request.into_inner());
        *response.metadata_mut() = mirrored.clone();
        *response.trailers_mut() = mirrored;
        Ok(response)
    }
}

fn check(metadata: &Metadata) {
    assert_eq!(metadata.get_all("x-text").collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(metadata.get_bin("x-data-bin").as_deref(), Some(&[0, 1, 254, 255][..]));
    assert_eq!(metadata.get("x-other"), None);
}

#[tokio::test]
async fn metadata_travels_both_ways() {
    live(async {
        let client = EchoClient::connect(serve(Mirror).await).await.expect("reachable");
        for _ in 0..3 {
            let call = client.unary("x").metadata("x-text", "one").metadata("X-Text", "two");
            let response = call
                .metadata_bin("x-data-bin", [0, 1, 254, 255])
                .response()
                .await
                .expect("answered");
            check(response.metadata());
            check(response.trailers());
        }
        let call = client.unary("fail").metadata("x-text", "one").metadata("x-text", "two");
        let status = call.metadata_bin("x-data-bin", [0, 1, 254, 255]).await.expect_err("it fails");
        assert_eq!(status.code(), Code::OutOfRange);
        check(status.metadata());

        let call = client.chat().metadata("x-text", "one").metadata("x-text", "two");
        let (lines, mut replies) = call.metadata_bin("x-data-bin", [0, 1, 254, 255]).start();
        check(replies.headers().await.expect("answered"));
        lines.finish();
        assert!(replies.message().await.expect("no failure").is_none());
        check(replies.trailers().expect("it ended well"));
    })
    .await;
}

#[tokio::test]
async fn metadata_that_cannot_be_sent_fails_the_call() {
    live(async {
        let client = EchoClient::connect(serve(Mirror).await).await.expect("reachable");
        let status = client.unary("x").metadata("grpc-status", "0").await.expect_err("reserved");
        assert!(status.message().contains("grpc-status"), "{status}");
        let status = client.unary("x").metadata_bin("x-text", [1]).await.expect_err("not binary");
        assert!(status.message().contains("x-text-bin"), "{status}");
        client.unary("x").await.expect("the next call works");
    })
    .await;
}

#[tokio::test]
async fn limits_hold_in_both_directions() {
    live(async {
        let server = Server::builder()
            .max_received_message_size(1000)
            .max_sent_message_size(500)
            .add_service(EchoServer::new(common::Plain))
            .build();
        let client = EchoClient::new(Channel::in_process(server));
        assert_eq!(client.unary("x".repeat(400)).await.expect("small enough").value.len(), 400);
        let too_much_received = client.unary("x".repeat(2000)).await.expect_err("over the limit");
        assert_eq!(too_much_received.code(), Code::ResourceExhausted);
        assert!(
            too_much_received.message().contains("max_received_message_size"),
            "{too_much_received}"
        );
        let too_much_sent = client.unary("x".repeat(900)).await.expect_err("over the limit");
        assert_eq!(too_much_sent.code(), Code::ResourceExhausted);
        assert!(too_much_sent.message().contains("max_sent_message_size"), "{too_much_sent}");

        let call = client.unary("x".repeat(400)).max_received_message_size(100);
        assert_eq!(call.await.expect_err("over the limit").code(), Code::ResourceExhausted);
        let call = client.unary("x".repeat(400)).max_sent_message_size(100);
        assert_eq!(call.await.expect_err("over the limit").code(), Code::ResourceExhausted);

        let (words, answer) = client.collect().start();
        words.send(text_of("x".repeat(2000))).await.expect("room");
        assert_eq!(answer.await.expect_err("over the limit").code(), Code::ResourceExhausted);
        let mut stream =
            client.expand("x".repeat(400)).max_received_message_size(100).await.expect("started");
        assert_eq!(
            stream.message().await.expect_err("over the limit").code(),
            Code::ResourceExhausted
        );
        client.unary("x").await.expect("the next call works");
    })
    .await;
}
