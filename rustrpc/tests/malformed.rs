//! Peers that speak HTTP/2, but gRPC badly or not at all: each gets a clear status, and the next
//! call works.

mod common;
#[path = "common/raw.rs"]
mod raw;

use common::{EchoClient, EchoServer, Plain, live, run, serve};
use raw::{RawPeer, Seen, value};
use rustrpc::http2::{Field, Payload, Reason, StreamKey};
use rustrpc::server::FallbackResponse;
use rustrpc::{Code, Server, Status};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The head of a good request, with some fields replaced (`None` removes).
fn head<'a>(changes: &[(&'a str, Option<&'a str>)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = vec![
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/test.Echo/Unary"),
        (":authority", "localhost"),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
    ];
    for (name, change) in changes {
        fields.retain(|(known, _)| known != name);
        if let Some(value) = change {
            let at = if name.starts_with(':') { 0 } else { fields.len() };
            fields.insert(at, (*name, *value));
        }
    }
    fields
}

/// `x` as a message of one string field, with its prefix.
const MESSAGE: &[u8] = b"\0\0\0\0\x03\x0a\x01x";

#[tokio::test]
async fn bad_requests_get_clear_answers() {
    live(async {
        let mut peer = RawPeer::client(&serve(Plain).await).await;
        let good = head(&[]);
        let cases = [
            (
                head(&[(":path", Some("/test.Echo/Nothing"))]),
                MESSAGE,
                "12",
                "no%20method|no method",
            ),
            (head(&[(":path", Some("/test.None/Unary"))]), MESSAGE, "12", "no service"),
            (head(&[(":path", Some("/justone"))]), MESSAGE, "12", "malformed path"),
            (head(&[("te", None)]), MESSAGE, "13", "trailers"),
            (head(&[("grpc-timeout", Some("soon"))]), MESSAGE, "13", "grpc-timeout"),
            (head(&[("grpc-encoding", Some("br"))]), MESSAGE, "12", "br"),
            (head(&[("x-bin", Some("***"))]), MESSAGE, "13", "x-bin"),
            (good.clone(), &b""[..], "12", "without a message"),
            (good.clone(), b"\0\0\0\0\x09\x0a\x01x", "13", "inside a message"),
            (good.clone(), b"\0\0\0\0\x03\x0a\x01x\0\0\0\0\0", "12", "more than the one"),
            (good.clone(), b"\x07\0\0\0\x03\x0a\x01x", "13", "flag"),
            (good.clone(), b"\x01\0\0\0\x03\x0a\x01x", "13", "compressed"),
            (good.clone(), b"\0\0\0\0\x03\x0a\x09x", "13", "decoded"),
            (good.clone(), b"\0\x7f\xff\xff\xff\x0a\x01x", "8", "limit"),
        ];
        for (fields, body, status, words) in cases {
            peer.request(&fields, body, true);
            let (answer, _) = peer.answer().await;
            assert_eq!(value(&answer, ":status"), Some("200"), "{answer:?}");
            assert_eq!(value(&answer, "grpc-status"), Some(status), "{answer:?}");
            let message = value(&answer, "grpc-message").expect("it says why");
            assert!(
                words.split('|').any(|words| message.contains(words)),
                "{message} says {words}"
            );
            // The next call on the same connection works.
            peer.request(&good, MESSAGE, true);
            let (answer, body) = peer.answer().await;
            assert_eq!(value(&answer, "grpc-status"), Some("0"), "{answer:?}");
            assert_eq!(body, MESSAGE);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_not_grpc_gets_an_http_status() {
    live(async {
        let mut peer = RawPeer::client(&serve(Plain).await).await;
        peer.request(&head(&[("content-type", Some("application/json"))]), b"{}", true);
        let (answer, _) = peer.answer().await;
        assert_eq!(value(&answer, ":status"), Some("415"), "{answer:?}");
        peer.request(&head(&[(":method", Some("GET"))]), b"", true);
        let (answer, _) = peer.answer().await;
        assert_eq!(value(&answer, ":status"), Some("405"), "{answer:?}");

        let server = Server::builder().add_service(EchoServer::new(Plain)).fallback(|request| {
            FallbackResponse::text(200, format!("{} {}", request.method, request.path))
        });
        let mut peer =
            RawPeer::client(&run(server.bind("127.0.0.1:0").await.expect("a free port"))).await;
        for (method, body) in [("GET", &b""[..]), ("POST", b"some=form")] {
            let fields = head(&[
                (":method", Some(method)),
                (":path", Some("/")),
                ("content-type", None),
                ("te", None),
            ]);
            peer.request(&fields, body, true);
            let (answer, text) = peer.answer().await;
            assert_eq!(value(&answer, ":status"), Some("200"), "{answer:?}");
            assert_eq!(text, format!("{method} /").into_bytes());
        }
    })
    .await;
}

#[tokio::test]
async fn a_message_in_pieces_is_put_together() {
    live(async {
        let mut peer = RawPeer::client(&serve(Plain).await).await;
        let stream = peer.request(&head(&[]), b"", false);
        for byte in &MESSAGE[..MESSAGE.len() - 1] {
            peer.core.send_data(stream, Payload::Copy(&[*byte]), false).expect("it is open");
            peer.flush().await;
        }
        peer.core.send_data(stream, Payload::Copy(b"x"), true).expect("it is open");
        let (answer, body) = peer.answer().await;
        assert_eq!(value(&answer, "grpc-status"), Some("0"), "{answer:?}");
        assert_eq!(body, MESSAGE);
    })
    .await;
}

#[tokio::test]
async fn bytes_that_are_not_http2_end_only_their_connection() {
    live(async {
        let target = serve(Plain).await;
        let client = EchoClient::connect(&target).await.expect("reachable");
        for junk in [
            &b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n"[..],
            &[0xff; 4096],
            b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxxxxxxxxx",
        ] {
            let mut stream = TcpStream::connect(&target).await.expect("it listens");
            stream.write_all(junk).await.expect("it is taken");
            let mut answer = Vec::new();
            // A reset is as good an end as any.
            stream.read_to_end(&mut answer).await.ok();
            client.unary("x").await.expect("others are served");
        }
        drop(TcpStream::connect(&target).await.expect("it listens"));
        EchoClient::connect(&target).await.expect("reachable").unary("x").await.expect("answered");
    })
    .await;
}

/// A server that answers the first call in this way, and the second one well.
async fn answered_by(answer: impl FnOnce(&mut RawPeer, StreamKey) + Send + 'static) -> Status {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let target = listener.local_addr().expect("bound").to_string();
    let serving = tokio::spawn(async move {
        let mut answer = Some(answer);
        loop {
            let (stream, _) = listener.accept().await.expect("a client");
            let mut peer = RawPeer::server(stream);
            loop {
                match peer.next().await {
                    Seen::Data { stream, end_stream: true, .. } => match answer.take() {
                        Some(answer) => answer(&mut peer, stream),
                        None => {
                            respond(&mut peer, stream, &[(":status", "200"), GRPC]);
                            peer.core
                                .send_data(stream, Payload::Copy(MESSAGE), false)
                                .expect("open");
                            trail(&mut peer, stream, &[("grpc-status", "0")]);
                        }
                    },
                    Seen::Closed => break,
                    _ => {}
                }
            }
        }
    });
    let client = EchoClient::connect(&target).await.expect("reachable");
    let status = client.unary("x").await.expect_err("a bad answer");
    assert_eq!(client.unary("x").await.expect("a good answer").value, "x", "after {status}");
    serving.abort();
    status
}

const GRPC: (&str, &str) = ("content-type", "application/grpc");

fn respond(peer: &mut RawPeer, stream: StreamKey, fields: &[(&str, &str)]) {
    let fields: Vec<_> = fields.iter().map(|(name, value)| Field::new(*name, *value)).collect();
    peer.core.send_headers(stream, &fields, false).expect("it is open");
}

fn trail(peer: &mut RawPeer, stream: StreamKey, fields: &[(&str, &str)]) {
    let fields: Vec<_> = fields.iter().map(|(name, value)| Field::new(*name, *value)).collect();
    peer.core.send_trailers(stream, &fields).expect("it is open");
}

fn data(peer: &mut RawPeer, stream: StreamKey, bytes: &[u8], end: bool) {
    peer.core.send_data(stream, Payload::Copy(bytes), end).expect("it is open");
}

#[tokio::test]
async fn bad_answers_get_clear_statuses() {
    live(async {
        let ok = [(":status", "200"), GRPC];
        let status = answered_by(move |peer, stream| {
            respond(peer, stream, &ok);
            data(peer, stream, MESSAGE, false);
            trail(peer, stream, &[("grpc-status", "nought"), ("grpc-message", "what%21")]);
        })
        .await;
        assert_eq!(status.code(), Code::Unknown);
        assert!(
            status.message().contains("nought") && status.message().contains("what!"),
            "{status}"
        );

        let status = answered_by(move |peer, stream| {
            respond(peer, stream, &ok);
            data(peer, stream, MESSAGE, true);
        })
        .await;
        assert_eq!(status.code(), Code::Internal);
        assert!(status.message().contains("without trailers"), "{status}");

        let status = answered_by(move |peer, stream| {
            respond(peer, stream, &ok);
            trail(peer, stream, &[("x-other", "y")]);
        })
        .await;
        assert_eq!(status.code(), Code::Unknown);
        assert!(status.message().contains("grpc-status"), "{status}");

        for (http, code) in [
            ("503", Code::Unavailable),
            ("404", Code::Unimplemented),
            ("401", Code::Unauthenticated),
        ] {
            let status = answered_by(move |peer, stream| {
                respond(peer, stream, &[(":status", http), ("content-type", "text/html")]);
                data(peer, stream, b"<html>", true);
            })
            .await;
            assert_eq!(status.code(), code);
            assert!(status.message().contains(http), "{status}");
        }

        let status = answered_by(move |peer, stream| {
            respond(peer, stream, &[(":status", "200"), ("content-type", "text/html")]);
            data(peer, stream, b"<html>", true);
        })
        .await;
        assert_eq!(status.code(), Code::Unknown);
        assert!(status.message().contains("text/html"), "{status}");

        for (bytes, code, words) in [
            (&b"\x01\0\0\0\x03\x0a\x01x"[..], Code::Internal, "compressed flag"),
            (b"\0\0\0\0\x09\x0a\x01x", Code::Internal, "inside a message"),
            (b"\0\0\0\0\x03\x0a\x09x", Code::Internal, "decoded"),
            (b"\0\0\0\0\x03\x0a\x01x\0\0\0\0\0", Code::Unimplemented, "more than the one"),
            (b"", Code::Unimplemented, "without a message"),
            (b"\0\x7f\xff\xff\xff\x0a\x01x", Code::ResourceExhausted, "limit"),
        ] {
            let status = answered_by(move |peer, stream| {
                respond(peer, stream, &ok);
                data(peer, stream, bytes, false);
                trail(peer, stream, &[("grpc-status", "0")]);
            })
            .await;
            assert_eq!(status.code(), code, "{status}");
            assert!(status.message().contains(words), "{status} says {words}");
        }

        let status = answered_by(move |peer, stream| {
            respond(peer, stream, &[(":status", "200"), GRPC, ("grpc-encoding", "br")]);
            data(peer, stream, MESSAGE, false);
            trail(peer, stream, &[("grpc-status", "0")]);
        })
        .await;
        assert_eq!(status.code(), Code::Internal);

        let status = answered_by(move |peer, stream| {
            peer.core.reset(stream, Reason::ENHANCE_YOUR_CALM);
            peer.core.finish(stream);
        })
        .await;
        assert_eq!(status.code(), Code::ResourceExhausted);
    })
    .await;
}

#[tokio::test]
async fn a_refused_call_is_made_again() {
    live(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let target = listener.local_addr().expect("bound").to_string();
        tokio::spawn(async move {
            let mut refusals = 0;
            let (stream, _) = listener.accept().await.expect("a client");
            let mut peer = RawPeer::server(stream);
            loop {
                match peer.next().await {
                    Seen::Data { stream, end_stream: true, .. } if refusals < 1 => {
                        refusals += 1;
                        peer.core.reset(stream, Reason::REFUSED_STREAM);
                        peer.core.finish(stream);
                    }
                    Seen::Data { stream, end_stream: true, .. } => {
                        respond(&mut peer, stream, &[(":status", "200"), GRPC]);
                        data(&mut peer, stream, MESSAGE, false);
                        trail(&mut peer, stream, &[("grpc-status", "0")]);
                    }
                    Seen::Closed => return,
                    _ => {}
                }
            }
        });
        let client = EchoClient::connect(&target).await.expect("reachable");
        assert_eq!(client.unary("x").await.expect("made again").value, "x");
    })
    .await;
}
