//! Servers that answer wrongly: each fault has its status, says what is wrong, and costs its call
//! or its connection only.

mod common;

use common::script::{HEAD, OK, Peer, Script};
use common::{EchoClient, live};
use rustrpc::{Channel, Code, Status};
use tokio::io::AsyncWriteExt as _;

/// A part of an answer.
#[derive(Clone, Copy)]
enum Part {
    Fields(&'static [(&'static str, &'static str)]),
    /// Fields that end the stream.
    Last(&'static [(&'static str, &'static str)]),
    Data(&'static [u8]),
    /// Data that ends the stream.
    LastData(&'static [u8]),
}

use Part::{Data, Fields, Last, LastData};

const EMPTY: Part = Data(&[0; 5]);
const GRPC: &str = "application/grpc";

struct Case {
    what: &'static str,
    answer: &'static [Part],
    code: Code,
    says: &'static str,
    /// Whether a stream of responses fails as well; it may have several messages, or none.
    streams: bool,
}

const fn case(what: &'static str, answer: &'static [Part], code: Code, says: &'static str) -> Case {
    Case { what, answer, code, says, streams: true }
}

const CASES: &[Case] = &[
    case(
        "another content type",
        &[Fields(&[(":status", "200"), ("content-type", "text/html")]), LastData(b"<html>")],
        Code::Unknown,
        "text/html",
    ),
    case(
        "another message format",
        &[Fields(&[(":status", "200"), ("content-type", "application/grpc+json")]), Last(OK)],
        Code::Unknown,
        "application/grpc+json",
    ),
    case(
        "a page that is not there",
        &[Last(&[(":status", "404"), ("content-type", "text/plain")])],
        Code::Unimplemented,
        "404",
    ),
    case("a busy proxy", &[Last(&[(":status", "503")])], Code::Unavailable, "503"),
    case("no credentials", &[Last(&[(":status", "401")])], Code::Unauthenticated, "401"),
    case("forbidden", &[Last(&[(":status", "403")])], Code::PermissionDenied, "403"),
    case(
        "a failure at once",
        &[Last(&[
            (":status", "200"),
            ("content-type", GRPC),
            ("grpc-status", "5"),
            ("grpc-message", "no %E2%98%95 here"),
        ])],
        Code::NotFound,
        "no ☕ here",
    ),
    case(
        "trailers without a status",
        &[Fields(HEAD), EMPTY, Last(&[("x", "y")])],
        Code::Unknown,
        "grpc-status",
    ),
    case("no trailers", &[Fields(HEAD), LastData(&[0; 5])], Code::Internal, "trailers"),
    case(
        "a status that is no number",
        &[Fields(HEAD), EMPTY, Last(&[("grpc-status", "fine")])],
        Code::Unknown,
        "fine",
    ),
    case(
        "an encoding that nobody asked for",
        &[
            Fields(&[(":status", "200"), ("content-type", GRPC), ("grpc-encoding", "snappy")]),
            Data(b"\x01\0\0\0\x01x"),
            Last(OK),
        ],
        Code::Internal,
        "snappy",
    ),
    case(
        "compression without an encoding",
        &[Fields(HEAD), Data(b"\x01\0\0\0\x01x"), Last(OK)],
        Code::Internal,
        "grpc-encoding",
    ),
    case(
        "an undefined flag",
        &[Fields(HEAD), Data(b"\x02\0\0\0\0"), Last(OK)],
        Code::Internal,
        "flag",
    ),
    case(
        "a message cut off",
        &[Fields(HEAD), Data(b"\0\0\0\0\x05ab"), Last(OK)],
        Code::Internal,
        "inside a message",
    ),
    case(
        "a message that is too long",
        &[Fields(HEAD), Data(b"\0\x7f\0\0\0ab"), Last(OK)],
        Code::ResourceExhausted,
        "limit",
    ),
    case(
        "a message that is none",
        &[Fields(HEAD), Data(b"\0\0\0\0\x01\xff"), Last(OK)],
        Code::Internal,
        "decoded",
    ),
    case(
        "binary metadata that is not base64",
        &[
            Fields(&[(":status", "200"), ("content-type", GRPC), ("trace-bin", "*")]),
            EMPTY,
            Last(OK),
        ],
        Code::Internal,
        "trace-bin",
    ),
    Case {
        what: "success without a message",
        answer: &[Fields(HEAD), Last(OK)],
        code: Code::Unimplemented,
        says: "message",
        streams: false,
    },
    Case {
        what: "success at once",
        answer: &[Last(&[(":status", "200"), ("content-type", GRPC), ("grpc-status", "0")])],
        code: Code::Unimplemented,
        says: "message",
        streams: false,
    },
    Case {
        what: "two messages",
        answer: &[Fields(HEAD), EMPTY, EMPTY, Last(OK)],
        code: Code::Unimplemented,
        says: "message",
        streams: false,
    },
    Case {
        what: "messages without end",
        answer: &[Fields(HEAD), EMPTY, Data(&[0; 2_000]), Last(OK)],
        code: Code::Unimplemented,
        says: "message",
        streams: false,
    },
];

async fn play(peer: &mut Peer, stream: u32, answer: &[Part]) {
    for part in answer {
        match part {
            Fields(fields) => peer.fields(stream, fields, false).await,
            Last(fields) => peer.fields(stream, fields, true).await,
            Data(bytes) => peer.data(stream, bytes, false).await,
            LastData(bytes) => peer.data(stream, bytes, true).await,
        }
    }
}

fn script(case: &'static Case) -> Script {
    Script::new(async |_, mut peer| {
        peer.greet().await;
        for answer in [case.answer, case.answer, &[Fields(HEAD), EMPTY, Last(OK)]] {
            let stream = peer.request().await;
            play(&mut peer, stream, answer).await;
        }
        peer.closed().await;
    })
}

fn check(case: &Case, status: &Status) {
    assert_eq!(status.code(), case.code, "{}: {status}", case.what);
    assert!(status.message().contains(case.says), "{}: {status}", case.what);
}

#[tokio::test]
async fn wrong_answers_cost_their_call_only() {
    live(async {
        for case in CASES {
            let script = script(case);
            let channel = script.builder().max_received_message_size(1_000).connect();
            let client = EchoClient::new(channel.await.expect("it accepts"));
            check(case, &client.unary("x").await.expect_err(case.what));
            let streamed = match client.expand("x").await {
                Err(status) => Err(status),
                Ok(mut words) => loop {
                    match words.message().await {
                        Ok(Some(_)) => {}
                        Ok(None) => break Ok(()),
                        Err(status) => break Err(status),
                    }
                },
            };
            match streamed {
                Err(status) if case.streams => check(case, &status),
                Ok(()) if !case.streams => {}
                other => panic!("{}: {other:?}", case.what),
            }
            client.unary("x").await.expect("the connection is fine");
            assert_eq!(script.connections(), 1, "{}", case.what);
        }
    })
    .await;
}

#[tokio::test]
async fn a_broken_connection_is_replaced() {
    live(async {
        let script = Script::new(async |number, mut peer| {
            peer.greet().await;
            let stream = peer.request().await;
            if number == 0 {
                // A reference to a table entry that does not exist.
                peer.send(1, 5, stream, &[0xff, 0xff, 0x7f]).await;
            } else {
                peer.answer(stream).await;
            }
            peer.closed().await;
        });
        let client = EchoClient::new(script.channel());
        let status = client.unary("x").await.expect_err("nonsense");
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        client.unary("x").await.expect("answered over another connection");
        assert_eq!(script.connections(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_server_of_another_protocol_is_named() {
    live(async {
        let script = Script::new(async |_, mut peer| {
            let answer = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n";
            peer.stream.write_all(answer).await.expect("it is read");
            peer.closed().await;
        });
        let failed: Result<Channel, Status> = script.builder().connect().await;
        let status = failed.expect_err("no HTTP/2");
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert!(status.message().contains("handshake"), "{status}");
    })
    .await;
}

#[tokio::test]
async fn headers_before_a_failure_are_kept() {
    live(async {
        let script = Script::new(async |_, mut peer| {
            peer.greet().await;
            let stream = peer.request().await;
            let head = [HEAD, &[("x-early", "one")]].concat();
            peer.fields(stream, &head, false).await;
            peer.fields(stream, &[("grpc-status", "9"), ("x-late", "two")], true).await;
            peer.closed().await;
        });
        let status = EchoClient::new(script.channel()).unary("x").await.expect_err("it fails");
        assert_eq!(status.code(), Code::FailedPrecondition);
        assert_eq!(status.headers().get("x-early"), Some("one"));
        assert_eq!(status.metadata().get("x-late"), Some("two"));
    })
    .await;
}
