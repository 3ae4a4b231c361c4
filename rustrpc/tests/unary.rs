//! Unary calls, end to end.

mod common;

use common::{Echo, EchoClient, EchoServer, Plain, live, serve, text_of};
use rustrpc::types::StringValue;
use rustrpc::{Channel, Code, Request, Response, Server, Status};

#[tokio::test]
async fn a_call_over_tcp_is_answered() {
    live(async {
        let client =
            EchoClient::connect(format!("http://{}", serve(Plain).await)).await.expect("reachable");
        let answer = client.unary("hello").await.expect("answered");
        assert_eq!(answer.value, "hello");
    })
    .await;
}

#[tokio::test]
async fn many_calls_share_a_connection() {
    live(async {
        let client = EchoClient::connect(serve(Plain).await).await.expect("reachable");
        let calls: Vec<_> = (0..300)
            .map(|number: u32| {
                let client = client.clone();
                tokio::spawn(async move { client.unary(number.to_string()).await })
            })
            .collect();
        for (number, call) in calls.into_iter().enumerate() {
            let answer = call.await.expect("no panic").expect("answered");
            assert_eq!(answer.value, number.to_string());
        }
    })
    .await;
}

#[tokio::test]
async fn large_messages_pass_both_ways() {
    live(async {
        let client = EchoClient::connect(serve(Plain).await).await.expect("reachable");
        let text = "0123456789abcdef".repeat(200_000);
        assert_eq!(client.unary(text.as_str()).await.expect("answered").value, text);
        assert_eq!(client.unary("").await.expect("answered").value, "");
    })
    .await;
}

struct Waits;

impl Echo for Waits {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        tokio::task::yield_now().await;
        match request.message().value.as_str() {
            "panic" => panic!("as the test wants it"),
            "fail" => Err(Status::not_found("no ☕ here").with_details([8, 5])),
            _ => Ok(Response::new(request.into_inner())),
        }
    }
}

#[tokio::test]
async fn handlers_may_wait() {
    live(async {
        let client = EchoClient::connect(serve(Waits).await).await.expect("reachable");
        assert_eq!(client.unary("later").await.expect("answered").value, "later");
        let status = client.unary("fail").await.expect_err("it fails");
        assert_eq!(status.code(), Code::NotFound);
        assert_eq!(status.message(), "no ☕ here");
        assert_eq!(status.details(), [8, 5]);
    })
    .await;
}

struct Panics;

impl Echo for Panics {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        assert_ne!(request.message().value, "panic", "as the test wants it");
        Ok(Response::new(request.into_inner()))
    }
}

#[tokio::test]
async fn a_panic_costs_only_its_call() {
    live(async {
        for target in [serve(Panics).await, serve(Waits).await] {
            let client = EchoClient::connect(target).await.expect("reachable");
            let status = client.unary("panic").await.expect_err("it panics");
            assert_eq!(status.code(), Code::Internal);
            assert_eq!(client.unary("fine").await.expect("answered").value, "fine");
        }
    })
    .await;
}

struct Nothing;

impl Echo for Nothing {}

#[tokio::test]
async fn what_is_not_there_is_unimplemented() {
    live(async {
        let client = EchoClient::connect(serve(Nothing).await).await.expect("reachable");
        for status in [
            client.unary("x").await.expect_err("no such method"),
            client.expand("x").await.expect_err("no such method"),
            client.collect().start().1.await.expect_err("no such method"),
            client.chat().start().1.message().await.expect_err("no such method"),
        ] {
            assert_eq!(status.code(), Code::Unimplemented, "{status}");
            assert!(status.message().contains("test.Echo"), "{status}");
        }
        let channel = Channel::in_process(Server::builder().build());
        let status = EchoClient::new(channel).unary("x").await.expect_err("no such service");
        assert_eq!(status.code(), Code::Unimplemented);
    })
    .await;
}

#[tokio::test]
async fn in_process_needs_no_socket() {
    live(async {
        let server = Server::builder().add_service(EchoServer::new(Plain)).build();
        let client = EchoClient::new(Channel::in_process(server));
        assert_eq!(client.unary("inside").await.expect("answered"), text_of("inside"));
    })
    .await;
}
