//! How other tasks reach the task that owns a connection.

use std::sync::Arc;
use std::task::Waker;

use super::answer::Answer;
use super::call_stream::CallStream;
use super::memory::{Account, Charge};
use super::sync::{Mutex, lock};
use crate::http2::StreamKey;

/// Something that a connection's task is asked to do.
#[derive(Debug)]
pub(crate) enum Command {
    /// Client: open a stream for this call.
    Open(Arc<CallStream>),
    /// The call has something to send.
    Outbound(Arc<CallStream>),
    /// Received bytes were consumed: the peer may send as many more.
    Consumed(Arc<CallStream>, usize),
    /// Client: nobody waits for this call any more.
    Cancel(Arc<CallStream>),
    /// Server: a unary handler has an answer, and is gone.
    Reply(StreamKey, Box<HandlerReply>),
    /// Server: a handler is gone, its answer (if it has one) was sent before.
    HandlerGone(StreamKey),
    /// Server: a handler that this connection's task polls was woken, by the slot of its stream.
    Woken(usize),
    /// Finish what runs, take nothing new, then close.
    Shutdown,
    /// Close now.
    Close,
}

/// The answer of a unary handler that ran on a task of its own.
#[derive(Debug)]
pub(crate) struct HandlerReply {
    pub(crate) answer: Answer,
    /// The message with its prefix, unless it is large.
    pub(crate) message: Vec<u8>,
    /// For the message.
    pub(crate) charge: Charge,
}

/// The one queue of a connection. Only the push that makes it non-empty wakes the connection's
/// task, so that a batch of commands costs one wake-up.
#[derive(Debug)]
pub(crate) struct CommandQueue {
    state: Mutex<State>,
    account: Arc<Account>,
}

#[derive(Debug, Default)]
struct State {
    commands: Vec<Command>,
    waker: Option<Waker>,
    /// The connection's task will drain the queue without being woken.
    attended: bool,
    closed: bool,
}

impl CommandQueue {
    pub(crate) fn new(account: Arc<Account>) -> Arc<Self> {
        Arc::new(Self { state: Mutex::default(), account })
    }

    /// What the connection holds for its peer.
    pub(crate) fn account(&self) -> &Arc<Account> {
        &self.account
    }

    /// Hands a command over; gives it back when the connection is over.
    pub(crate) fn push(&self, command: Command) -> Result<(), Command> {
        let waker = {
            let mut state = lock(&self.state);
            if state.closed {
                return Err(command);
            }
            let first = state.commands.is_empty() && !state.attended;
            state.commands.push(command);
            if first { state.waker.clone() } else { None }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }

    /// Notes whom to wake, and takes everything that is queued. `into` must be empty; its buffer
    /// is used for the commands to come.
    pub(crate) fn drain(&self, into: &mut Vec<Command>, waker: &Waker) {
        let mut state = lock(&self.state);
        if !state.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
            state.waker = Some(waker.clone());
        }
        state.attended = false;
        std::mem::swap(&mut state.commands, into);
    }

    /// The connection's task is at work and drains the queue before it sleeps, so until then no
    /// push needs to wake it. Whether there is something to drain already.
    pub(crate) fn attend(&self) -> bool {
        let mut state = lock(&self.state);
        state.attended = true;
        !state.commands.is_empty()
    }

    /// Refuses everything from now on, and returns what was still queued.
    pub(crate) fn close(&self) -> Vec<Command> {
        let mut state = lock(&self.state);
        state.closed = true;
        state.waker = None;
        std::mem::take(&mut state.commands)
    }

    /// Whether the connection is over.
    pub(crate) fn is_closed(&self) -> bool {
        lock(&self.state).closed
    }
}
