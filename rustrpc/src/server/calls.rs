//! The calls of one connection.

use std::sync::Arc;
use std::time::Instant;

use tokio::task::AbortHandle;

use super::request_head::RequestHead;
use crate::rpc::{CancellationToken, Deframer};
use crate::transport::{CallStream, StreamKey};

/// Calls by the slots of their streams.
#[derive(Default)]
pub(super) struct Calls {
    slots: Vec<Option<Call>>,
    /// Handlers on tasks of their own.
    running: usize,
}

/// How far a call has come.
pub(super) enum CallState {
    /// The request is not gRPC; its body is dropped, and answered at its end.
    NotGrpc { head: Arc<RequestHead> },
    /// The message is not complete.
    Gathering { head: Arc<RequestHead>, deadline: Option<Instant>, deframer: Deframer },
    /// The handler runs on a task of its own.
    Running { task: AbortHandle, token: CancellationToken, stream: Option<Arc<CallStream>> },
}

struct Call {
    key: StreamKey,
    state: CallState,
}

impl Calls {
    /// Notes a call, or how far it has come by now.
    pub(super) fn put(&mut self, key: StreamKey, state: CallState) {
        self.take(key);
        if matches!(state, CallState::Running { .. }) {
            self.running += 1;
        }
        let slot = key.slot();
        if self.slots.len() <= slot {
            self.slots.resize_with(slot + 1, || None);
        }
        self.slots[slot] = Some(Call { key, state });
    }

    pub(super) fn find(&mut self, key: StreamKey) -> Option<&mut CallState> {
        let call = self.slots.get_mut(key.slot())?.as_mut()?;
        (call.key == key).then_some(&mut call.state)
    }

    /// Forgets a call.
    pub(super) fn take(&mut self, key: StreamKey) -> Option<CallState> {
        let call = self.slots.get_mut(key.slot())?.take_if(|call| call.key == key)?;
        if matches!(call.state, CallState::Running { .. }) {
            self.running -= 1;
        }
        Some(call.state)
    }

    /// The call on this slot, if it is the one whose stream has this number.
    pub(super) fn key_at(&self, slot: usize, id: u32) -> Option<StreamKey> {
        let call = self.slots.get(slot)?.as_ref()?;
        (call.key.id().number() == id).then_some(call.key)
    }

    /// The most calls that there have been at once.
    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Handlers on tasks of their own.
    pub(super) fn running(&self) -> usize {
        self.running
    }

    /// What became of the calls, when the connection is over.
    pub(super) fn into_states(self) -> impl Iterator<Item = CallState> {
        self.slots.into_iter().flatten().map(|call| call.state)
    }
}
