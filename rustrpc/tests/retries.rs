//! What becomes of a call whose stream or connection breaks: made again when the server has surely
//! not looked at it, and failed with the reason otherwise.

mod common;

use std::error::Error as _;

use common::script::{DATA, HEAD, OK, RST_STREAM, Script};
use common::{EchoClient, live, text_of};
use rustrpc::Code;

const REFUSED_STREAM: u32 = 7;

#[tokio::test]
async fn a_refused_call_is_made_again_once() {
    live(async {
        let script = Script::new(async |_, mut peer| {
            peer.greet().await;
            let first = peer.request().await;
            peer.reset(first, REFUSED_STREAM).await;
            let second = peer.request().await;
            peer.answer(second).await;
            // The next two calls are refused for good.
            for _ in 0..4 {
                let stream = peer.request().await;
                peer.reset(stream, REFUSED_STREAM).await;
            }
            peer.closed().await;
        });
        let client = EchoClient::new(script.channel());
        client.unary("x").await.expect("answered the second time");
        let status = client.unary("x").await.expect_err("refused twice");
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert!(status.message().contains("REFUSED_STREAM"), "{status}");
        let status = client.expand("x").await.expect_err("refused twice");
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert_eq!(script.connections(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_stream_of_requests_is_not_made_again() {
    live(async {
        let script = Script::new(async |_, mut peer| {
            peer.greet().await;
            let stream = peer.head().await;
            peer.reset(stream, REFUSED_STREAM).await;
            peer.closed().await;
        });
        let (words, mut replies) = EchoClient::new(script.channel()).chat().start();
        let status = replies.message().await.expect_err("refused");
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        let status = words.send(text_of("late")).await.expect_err("it is over");
        assert_eq!(status.code(), Code::Unavailable, "{status}");
    })
    .await;
}

#[tokio::test]
async fn calls_behind_a_goaway_move_to_another_connection() {
    live(async {
        let script = Script::new(async |number, mut peer| {
            peer.greet().await;
            if number == 0 {
                let first = peer.request().await;
                let second = peer.request().await;
                assert!(second > first);
                peer.goaway(first).await;
                peer.answer(first).await;
                peer.closed().await;
            } else {
                loop {
                    let stream = peer.request().await;
                    peer.answer(stream).await;
                }
            }
        });
        let client = EchoClient::new(script.builder().connect().await.expect("it accepts"));
        let one = client.unary("one").into_future();
        let two = client.unary("two").into_future();
        let (one, two) = tokio::join!(one, two);
        one.expect("answered by the old connection");
        two.expect("answered by the new one");
        client.unary("three").await.expect("answered by the new one");
        assert_eq!(script.connections(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_server_that_keeps_going_away_is_not_asked_for_ever() {
    live(async {
        let script = Script::new(async |_, mut peer| {
            peer.greet().await;
            peer.request().await;
            peer.goaway(0).await;
            peer.closed().await;
        });
        let client = EchoClient::new(script.channel());
        let status = client.unary("x").await.expect_err("nobody answers");
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert!(script.connections() <= 6, "{}", script.connections());
    })
    .await;
}

#[tokio::test]
async fn a_lost_connection_says_what_the_call_was_doing() {
    live(async {
        // By connection: lost before an answer, lost within one.
        let script = Script::new(async |number, mut peer| {
            peer.greet().await;
            let stream = peer.request().await;
            if number == 1 {
                peer.fields(stream, HEAD, false).await;
            }
        });
        let client = EchoClient::new(script.channel());
        for phase in ["waiting for the response", "reading the response"] {
            let status = client.unary("x").await.expect_err("lost");
            assert_eq!(status.code(), Code::Unavailable, "{status}");
            assert!(status.message().contains(phase), "{status}");
            assert!(status.message().contains("in-process"), "{status}");
            assert!(status.source().is_some(), "{status:?}");
        }
        assert_eq!(script.connections(), 2, "a call that may have been looked at is not repeated");
    })
    .await;
}

#[tokio::test]
async fn reset_codes_become_status_codes() {
    const CODES: [(u32, Code); 5] = [
        (0, Code::Internal),
        (2, Code::Internal),
        (8, Code::Cancelled),
        (11, Code::ResourceExhausted),
        (12, Code::PermissionDenied),
    ];
    live(async {
        let script = Script::new(async |_, mut peer| {
            peer.greet().await;
            for (reset, _) in CODES {
                let stream = peer.request().await;
                peer.reset(stream, reset).await;
            }
            peer.closed().await;
        });
        let client = EchoClient::new(script.channel());
        for (reset, code) in CODES {
            let status = client.unary("x").await.expect_err("reset");
            assert_eq!(status.code(), code, "{reset}: {status}");
        }
    })
    .await;
}

#[tokio::test]
async fn dropping_what_waits_for_an_answer_resets_the_stream() {
    const CANCEL: u32 = 8;
    live(async {
        let (done, mut is_done) = tokio::sync::mpsc::unbounded_channel();
        let script = Script::new(move |_, mut peer: common::script::Peer| {
            let done = done.clone();
            async move {
                peer.greet().await;
                for _ in 0..4 {
                    let stream = peer.head().await;
                    done.send(None).expect("the test waits");
                    let reset = peer.reset_by_client().await;
                    assert_eq!(reset.0, stream);
                    done.send(Some(reset.1)).expect("the test waits");
                }
                peer.closed().await;
            }
        });
        let client = EchoClient::new(script.channel());
        let mut received = async || is_done.recv().await.expect("the script goes on");
        let unary = client.unary("x").into_future();
        assert_eq!(received().await, None);
        drop(unary);
        assert_eq!(received().await, Some(CANCEL));
        let streaming = client.expand("x").start();
        assert_eq!(received().await, None);
        drop(streaming);
        assert_eq!(received().await, Some(CANCEL));
        let (words, answer) = client.collect().start();
        assert_eq!(received().await, None);
        drop(answer);
        assert_eq!(received().await, Some(CANCEL));
        words.send(text_of("late")).await.expect_err("the call is over");
        let (words, replies) = client.chat().start();
        assert_eq!(received().await, None);
        drop((replies, words));
        assert_eq!(received().await, Some(CANCEL));
    })
    .await;
}

#[tokio::test]
async fn a_stream_of_requests_that_is_given_up_does_not_look_complete() {
    const END_STREAM: u8 = 1;
    live(async {
        let (done, mut is_done) = tokio::sync::mpsc::unbounded_channel();
        let script = Script::new(move |_, mut peer: common::script::Peer| {
            let done = done.clone();
            async move {
                peer.greet().await;
                for _ in 0..5 {
                    peer.head().await;
                    done.send(()).expect("the test waits");
                    loop {
                        let frame = peer.frame().await.expect("the client goes on");
                        match frame.kind {
                            DATA => assert_eq!(frame.flags & END_STREAM, 0, "it looks complete"),
                            RST_STREAM => break,
                            _ => {}
                        }
                    }
                    done.send(()).expect("the test waits");
                }
                peer.closed().await;
            }
        });
        let mut next_step = async || is_done.recv().await.expect("the script goes on");
        let channel = script.builder().max_sent_message_size(1 << 10).connect_lazy();
        let client = EchoClient::new(channel.expect("a fine target"));
        let (words, replies) = client.chat().start();
        next_step().await;
        // This has not left yet when both halves are dropped.
        words.send(text_of("a")).await.expect("room");
        drop(replies);
        words.finish();
        next_step().await;

        let too_long = || text_of("b".repeat(2 << 10));
        let (words, stream) = rustrpc::stream::channel(2);
        let mut replies = client.chat().stream(stream);
        next_step().await;
        words.send(text_of("a")).await.expect("room");
        words.send(too_long()).await.expect("room");
        let status = replies.message().await.expect_err("too long");
        assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
        next_step().await;

        let (words, stream) = rustrpc::stream::channel(2);
        let call = tokio::spawn(client.collect().stream(stream).into_future());
        next_step().await;
        words.send(text_of("a")).await.expect("room");
        words.send(too_long()).await.expect("room");
        let status = call.await.expect("no panic").expect_err("too long");
        assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
        next_step().await;

        let (words, mut replies) = client.chat().start();
        next_step().await;
        let task = tokio::spawn(async move {
            words.send(text_of("a")).await.expect("room");
            panic!("on purpose, with half of it sent");
        });
        assert!(task.await.expect_err("it panicked").is_panic());
        let status = replies.message().await.expect_err("the requests are not complete");
        assert_eq!(status.code(), Code::Cancelled, "{status}");
        next_step().await;

        let words = ["a", "b"].into_iter().map(|word| {
            assert_eq!(word, "a", "panics on purpose at the second one");
            text_of(word)
        });
        let mut replies = client.chat().stream(rustrpc::stream::iter(words));
        next_step().await;
        let status = replies.message().await.expect_err("the requests are not complete");
        assert_eq!(status.code(), Code::Cancelled, "{status}");
        next_step().await;
    })
    .await;
}

#[tokio::test]
async fn dropping_the_sending_half_ends_the_stream_of_requests() {
    live(async {
        let script = Script::new(async |_, mut peer| {
            peer.greet().await;
            let stream = peer.head().await;
            let mut received = Vec::new();
            loop {
                let frame = peer.frame().await.expect("the client goes on");
                if frame.kind == DATA {
                    received.extend(frame.payload);
                    if frame.flags & 1 != 0 {
                        break;
                    }
                }
            }
            assert_eq!(received, b"\0\0\0\0\x03\x0a\x01a");
            peer.fields(stream, HEAD, false).await;
            peer.fields(stream, OK, true).await;
            peer.closed().await;
        });
        let (words, mut replies) = EchoClient::new(script.channel()).chat().start();
        words.send(text_of("a")).await.expect("room");
        drop(words);
        assert!(replies.message().await.expect("it succeeds").is_none());
    })
    .await;
}
