//! Wakers of handlers, in every order that threads allow; `transport/models.rs` says how to run it.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use loom::future::block_on;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;

use super::wake::Wakers;
use crate::transport::models::{engine, three_threads};
use crate::transport::{Account, Command, CommandQueue};

#[test]
fn a_handler_is_polled_after_each_of_its_wakeups() {
    three_threads(|| {
        let (_, key) = engine();
        let queue = CommandQueue::new(Account::new(&crate::MemoryBudget::new(1 << 20)));
        let mut wakers = Wakers::default();
        // What the handler waits for, made true by one thread each.
        let events = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        let threads = events.clone().map(|event| {
            let waker = wakers.of(key, &queue).clone();
            thread::spawn(move || {
                event.store(true, Ordering::Release);
                waker.wake();
            })
        });
        let mut commands = Vec::new();
        block_on(poll_fn(|context| {
            queue.attend();
            queue.drain(&mut commands, context.waker());
            let mut ready = false;
            for command in commands.drain(..) {
                let Command::Woken(slot) = command else { panic!("nobody pushed {command:?}") };
                assert_eq!(slot, key.slot());
                wakers.answer(slot);
                ready |= events.iter().all(|event| event.load(Ordering::Acquire));
            }
            if ready { Poll::Ready(()) } else { Poll::Pending }
        }));
        for thread in threads {
            thread.join().expect("it does not panic");
        }
    });
}
