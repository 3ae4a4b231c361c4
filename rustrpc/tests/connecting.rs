//! How channels connect: when, how often, how many times over, and what calls do meanwhile. Time is
//! virtual here.

mod common;

use std::error::Error as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::script::{DATA, Peer, Script};
use common::{EchoClient, EchoServer, Plain, text_of};
use rustrpc::{Channel, Code};
use tokio::sync::Semaphore;
use tokio::time::Instant;

/// The setting that limits concurrent streams (RFC 9113 section 6.5.2).
const MAX_CONCURRENT_STREAMS: u16 = 3;

/// Drops the first connections, and answers on those that follow.
fn refuses_first(refused: usize, attempts: Arc<Mutex<Vec<Instant>>>) -> Script {
    Script::new(move |number, mut peer: Peer| {
        attempts.lock().expect("no panic").push(Instant::now());
        async move {
            if number >= refused {
                peer.greet().await;
                loop {
                    let stream = peer.request().await;
                    peer.answer(stream).await;
                }
            }
        }
    })
}

fn waits(attempts: &Mutex<Vec<Instant>>) -> Vec<f64> {
    let attempts = attempts.lock().expect("no panic");
    attempts.windows(2).map(|pair| (pair[1] - pair[0]).as_secs_f64()).collect()
}

#[tokio::test(start_paused = true)]
async fn attempts_back_off() {
    let attempts = Arc::default();
    let script = refuses_first(14, Arc::clone(&attempts));
    let client = EchoClient::new(script.channel());
    client.unary("x").wait_for_ready(true).await.expect("it waits until it is answered");
    let mut expected = 1.0f64;
    let waits = waits(&attempts);
    assert_eq!(waits.len(), 14);
    for wait in waits {
        assert!((expected * 0.79..=expected * 1.21).contains(&wait), "{wait}, not {expected}");
        expected = (expected * 1.6).min(120.0);
    }
}

#[tokio::test(start_paused = true)]
async fn the_longest_wait_may_be_shorter() {
    let attempts = Arc::default();
    let script = refuses_first(6, Arc::clone(&attempts));
    let channel = script.builder().max_backoff(Duration::from_millis(100)).connect_lazy();
    let client = EchoClient::new(channel.expect("a fine target"));
    client.unary("x").wait_for_ready(true).await.expect("it waits until it is answered");
    assert!(waits(&attempts).iter().all(|wait| (0.08..=0.13).contains(wait)), "{attempts:?}");
}

#[tokio::test(start_paused = true)]
async fn calls_do_not_wait_unless_they_say_so() {
    let script = refuses_first(1, Arc::default());
    let channel = script.builder().connect_lazy().expect("a fine target");
    assert_eq!(script.connections(), 0, "nothing was asked for yet");
    let client = EchoClient::new(channel);
    for _ in 0..3 {
        let status = client.unary("x").await.expect_err("nobody answers");
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert!(status.message().contains("in-process"), "{status}");
    }
    assert_eq!(script.connections(), 1, "the next attempt has its time");
    tokio::time::sleep(Duration::from_secs(2)).await;
    client.unary("x").await.expect("the next attempt succeeds");
    assert_eq!(script.connections(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_for_its_server_until_its_deadline() {
    let script = refuses_first(usize::MAX, Arc::default());
    let client = EchoClient::new(script.channel());
    let begun = Instant::now();
    let call = client.unary("x").wait_for_ready(true).timeout(Duration::from_secs(60));
    let status = call.await.expect_err("nobody answers");
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert!(status.message().contains("connecting"), "{status}");
    assert!(status.source().is_some(), "it says why there is no connection");
    assert_eq!(begun.elapsed().as_secs(), 60);
    let (words, mut replies) =
        client.chat().wait_for_ready(true).timeout(Duration::from_secs(60)).start();
    words.send(text_of("early")).await.expect("it is kept until there is a connection");
    let status = replies.message().await.expect_err("nobody answers");
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    let status = words.send(text_of("late")).await.expect_err("it is over");
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_given_up_in_time() {
    let script = Script::new(async |_, mut peer| peer.closed().await);
    let begun = Instant::now();
    let status = script.builder().connect().await.expect_err("it says nothing");
    assert_eq!(status.code(), Code::Unavailable, "{status}");
    assert!(begun.elapsed() <= Duration::from_secs(21), "{:?} {status}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_open_call_ends_at_its_deadline_and_tells_the_server() {
    const CANCEL: u32 = 8;
    let reset = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&reset);
    let script = Script::new(move |_, mut peer: Peer| {
        let seen = Arc::clone(&seen);
        async move {
            peer.greet().await;
            let reset = peer.reset_by_client().await;
            *seen.lock().expect("no panic") = Some(reset.1);
            peer.closed().await;
        }
    });
    let client = EchoClient::new(script.channel());
    let begun = Instant::now();
    let status = client.unary("x").timeout(Duration::from_secs(5)).await.expect_err("too late");
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert_eq!(begun.elapsed().as_secs(), 5);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(*reset.lock().expect("no panic"), Some(CANCEL));
}

/// Allows two streams at once on each connection, and answers when it is told to.
fn narrow(go_on: Arc<Semaphore>) -> Script {
    Script::new(move |_, mut peer: Peer| {
        let go_on = Arc::clone(&go_on);
        async move {
            peer.greet_with(&[(MAX_CONCURRENT_STREAMS, 2)]).await;
            loop {
                let stream = peer.request().await;
                go_on.acquire().await.expect("never closed").forget();
                peer.answer(stream).await;
            }
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_connection_beyond_the_first_closes_when_nobody_uses_it() {
    const END_STREAM: u8 = 1;
    let (go_on, open) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let script = {
        let (go_on, open) = (Arc::clone(&go_on), Arc::clone(&open));
        Script::new(move |_, mut peer: Peer| {
            let (go_on, open) = (Arc::clone(&go_on), Arc::clone(&open));
            async move {
                peer.greet_with(&[(MAX_CONCURRENT_STREAMS, 1)]).await;
                open.fetch_add(1, Ordering::SeqCst);
                while let Some(frame) = peer.frame().await {
                    if frame.kind == DATA && frame.flags & END_STREAM != 0 {
                        go_on.acquire().await.expect("never closed").forget();
                        peer.answer(frame.stream).await;
                    }
                }
                open.fetch_sub(1, Ordering::SeqCst);
            }
        })
    };
    let channel = script.builder().max_connections(3).connect_lazy();
    let client = EchoClient::new(channel.expect("a fine target"));
    let calls: Vec<_> = (0..3).map(|_| tokio::spawn(client.unary("x").into_future())).collect();
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert_eq!(open.load(Ordering::SeqCst), 3, "calls wait on all of them");
    go_on.add_permits(10);
    for call in calls {
        call.await.expect("no panic").expect("answered");
    }
    tokio::time::sleep(Duration::from_secs(20)).await;
    client.unary("x").await.expect("answered");
    assert_eq!(open.load(Ordering::SeqCst), 3, "they may be needed again");
    tokio::time::sleep(Duration::from_secs(15)).await;
    assert_eq!(open.load(Ordering::SeqCst), 1, "two have had no calls for 35 seconds");
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(open.load(Ordering::SeqCst), 1, "the last one stays");
    client.unary("x").await.expect("answered");
    assert_eq!(script.connections(), 3);
}

#[tokio::test(start_paused = true)]
async fn full_connections_get_company_up_to_a_limit() {
    let go_on = Arc::new(Semaphore::new(0));
    let script = narrow(Arc::clone(&go_on));
    let channel = script.builder().max_connections(3).max_waiting_calls(4).connect_lazy();
    let client = EchoClient::new(channel.expect("a fine target"));
    // Six calls have room on three connections, made one after the other; four more wait.
    let mut calls = Vec::new();
    for _ in 0..10 {
        calls.push(tokio::spawn(client.unary("x").into_future()));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(script.connections(), 3);
    let status = client.unary("x").await.expect_err("enough wait already");
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
    assert!(status.message().contains("max_waiting_calls"), "{status}");
    go_on.add_permits(10);
    for call in calls {
        call.await.expect("no panic").expect("answered");
    }
    assert_eq!(script.connections(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_a_place_can_be_dropped() {
    let go_on = Arc::new(Semaphore::new(0));
    let script = narrow(Arc::clone(&go_on));
    let channel = script.builder().max_connections(1).max_waiting_calls(1).connect().await;
    let client = EchoClient::new(channel.expect("it accepts"));
    let running = [client.unary("x").into_future(), client.unary("x").into_future()];
    let waiting = client.unary("x").into_future();
    tokio::time::sleep(Duration::from_secs(1)).await;
    drop(waiting);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let next = client.unary("x").into_future();
    go_on.add_permits(3);
    for call in running {
        call.await.expect("answered");
    }
    next.await.expect("the place of the dropped call was free");
}

#[tokio::test]
async fn a_service_by_itself_stands_in_for_a_server() {
    let client = EchoClient::new(Channel::in_process(EchoServer::new(Plain)));
    assert_eq!(client.unary("inside").await.expect("answered").value, "inside");
    let words = rustrpc::stream::iter(["a", "b"].map(text_of));
    assert_eq!(client.collect().stream(words).await.expect("answered").value, "a,b");
    let words = rustrpc::stream::iter(["a", "b"].map(text_of));
    let mut replies = client.chat().stream(words);
    assert_eq!(replies.message().await.expect("it goes on").expect("a word").value, "a");
}

#[test]
fn a_channel_can_be_made_outside_of_a_runtime() {
    let channel = Channel::in_process(EchoServer::new(Plain));
    let client = EchoClient::new(channel);
    // Each runtime takes its connections along when it ends.
    for _ in 0..2 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let answer = runtime.block_on(async { client.unary("x").await });
        assert_eq!(answer.expect("answered").value, "x");
    }
}

#[test]
fn bad_targets_are_named_with_the_forms_that_would_do() {
    for target in ["", "ftp://host", "unix:", "host:port", "http://a b:1"] {
        let status = Channel::builder(target).connect_lazy().expect_err(target);
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
        assert!(status.message().contains(&format!("{target:?}")), "{status}");
        assert!(status.message().contains("unix-abstract:"), "{status}");
    }
}
