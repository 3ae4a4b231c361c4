//! The connection's queue and what a call shares with it, in every order that threads allow. A
//! wake-up that is lost shows as a deadlock, which loom reports.
//!
//! `RUSTFLAGS="--cfg rustrpc_loom" cargo test --package rustrpc --lib models`

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use loom::future::block_on;
use loom::thread;

use super::{Account, CallStream, Command, CommandQueue, InboundEnd, InboundMode, MemoryBudget};
use crate::http2::{Config, Connection, Field, StreamKey};
use crate::rpc::{Deframer, Status};
use crate::testing::epoch;

/// What connections do with their queue in each turn, until there is nothing more to wait for.
fn attend_until(queue: &CommandQueue, mut handle: impl FnMut(Command) -> bool) {
    let (mut commands, mut done) = (Vec::new(), false);
    block_on(poll_fn(|context| {
        queue.attend();
        queue.drain(&mut commands, context.waker());
        for command in commands.drain(..) {
            done |= handle(command);
        }
        if done { Poll::Ready(()) } else { Poll::Pending }
    }));
}

/// A model with so many threads that not every order is tried, but each in which a thread is
/// interrupted at most three times.
pub(crate) fn three_threads(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

fn queue() -> Arc<CommandQueue> {
    CommandQueue::new(Account::new(&MemoryBudget::new(1 << 20)))
}

/// An engine with a stream.
pub(crate) fn engine() -> (Connection, StreamKey) {
    let mut engine = Connection::client(Config::default(), epoch());
    let fields = [
        Field::new(":method", "POST"),
        Field::new(":scheme", "http"),
        Field::new(":path", "/a.B/C"),
    ];
    let key = engine.open(&fields, false).expect("it is new");
    (engine, key)
}

#[test]
fn no_push_is_lost_and_each_wakes_who_sleeps() {
    three_threads(|| {
        let queue = queue();
        let pushers = [1, 2].map(|slot| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || queue.push(Command::Woken(slot)).is_ok())
        });
        let mut slots = Vec::new();
        attend_until(&queue, |command| {
            let Command::Woken(slot) = command else { panic!("nobody pushed {command:?}") };
            slots.push(slot);
            slots.len() == 2
        });
        slots.sort_unstable();
        assert_eq!(slots, [1, 2]);
        for pusher in pushers {
            assert!(pusher.join().expect("it does not panic"), "the queue was open");
        }
    });
}

#[test]
fn a_push_beside_the_end_is_refused_or_left_over() {
    loom::model(|| {
        let queue = queue();
        let pusher = {
            let queue = Arc::clone(&queue);
            thread::spawn(move || queue.push(Command::Woken(1)).is_ok())
        };
        let leftover = queue.close().len();
        let taken = pusher.join().expect("it does not panic");
        assert_eq!(usize::from(taken), leftover);
    });
}

#[test]
fn whoever_waits_for_a_message_is_woken() {
    loom::model(|| {
        let (_, key) = engine();
        let stream = CallStream::server(key, queue(), InboundMode::Gather(100), 65_535);
        let stream = Arc::new(stream);
        let connection = {
            let stream = Arc::clone(&stream);
            thread::spawn(move || {
                stream.receive_data(b"one");
                stream.receive_end(InboundEnd::Complete(None));
            })
        };
        let gathered = block_on(poll_fn(|context| stream.poll_gathered(context)));
        assert_eq!(gathered.deframer.pause().0, b"one");
        assert!(matches!(gathered.end, Some(InboundEnd::Complete(_))));
        connection.join().expect("it does not panic");
    });
}

#[test]
fn whoever_reads_a_stream_gets_it_all() {
    loom::model(|| {
        let (_, key) = engine();
        let stream = CallStream::server(key, queue(), InboundMode::Stream, 65_535);
        let stream = Arc::new(stream);
        let connection = {
            let stream = Arc::clone(&stream);
            thread::spawn(move || {
                stream.receive_data(b"one");
                stream.receive_data(b"two");
                stream.receive_end(InboundEnd::Complete(None));
            })
        };
        let (mut deframer, mut unreleased) = (Deframer::default(), 0);
        while block_on(poll_fn(|context| {
            stream.poll_inbound(context, &mut deframer, &mut unreleased)
        }))
        .is_none()
        {}
        assert_eq!(deframer.remaining(), 6);
        connection.join().expect("it does not panic");
    });
}

#[test]
fn what_a_call_sends_reaches_the_engine() {
    loom::model(|| {
        let (mut engine, key) = engine();
        let before = engine.queued_in_total();
        let queue = queue();
        let stream = CallStream::server(key, Arc::clone(&queue), InboundMode::Stream, 65_535);
        let stream = Arc::new(stream);
        let call = {
            let stream = Arc::clone(&stream);
            thread::spawn(move || {
                stream.send_messages(&mut b"one".to_vec(), None);
                stream.send_messages(&mut b"two".to_vec(), None);
            })
        };
        attend_until(&queue, |command| {
            let Command::Outbound(stream) = command else { panic!("nobody pushed {command:?}") };
            stream.flush(&mut engine);
            // One frame's head, at least, and what is in it.
            engine.queued_in_total() >= before + 9 + 6
        });
        call.join().expect("it does not panic");
    });
}

#[test]
fn a_sender_that_waits_learns_of_the_end() {
    loom::model(|| {
        let (_, key) = engine();
        let stream = CallStream::server(key, queue(), InboundMode::Stream, 65_535);
        let stream = Arc::new(stream);
        let connection = {
            let stream = Arc::clone(&stream);
            thread::spawn(move || stream.fail(Status::unavailable("the connection is over")))
        };
        block_on(poll_fn(|context| stream.poll_closed(context)));
        connection.join().expect("it does not panic");
        assert!(stream.inbound_end().is_some());
    });
}

#[test]
fn a_call_that_is_given_up_is_cancelled_once() {
    loom::model(|| {
        let (_, key) = engine();
        let queue = queue();
        let stream = CallStream::server(key, Arc::clone(&queue), InboundMode::Gather(100), 65_535);
        let stream = Arc::new(stream);
        let caller = {
            let stream = Arc::clone(&stream);
            thread::spawn(move || stream.cancel())
        };
        block_on(poll_fn(|context| stream.poll_cancelled(context)));
        attend_until(&queue, |command| matches!(command, Command::Cancel(_)));
        caller.join().expect("it does not panic");
        assert!(stream.is_cancelled());
        assert!(queue.close().is_empty());
    });
}
