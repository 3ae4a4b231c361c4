//! The calls of one connection.

use std::sync::Arc;
use std::time::Instant;

use tokio::task::AbortHandle;

use super::handler::Handler;
use crate::rpc::{CancellationToken, Deframer};
use crate::transport::{Account, CallStream, Charge, FieldBlock, StreamKey};

/// Calls by the slots of their streams.
#[derive(Default)]
pub(super) struct Calls {
    slots: Vec<Option<Call>>,
    /// Calls whose handlers have begun.
    running: usize,
}

/// How far a call has come.
pub(super) enum CallState {
    /// The request is not gRPC; its body is dropped, and answered at its end.
    NotGrpc { fields: FieldBlock },
    /// The message is not complete.
    Gathering { fields: FieldBlock, parts: Option<Box<Parts>> },
    /// The handler waits; the connection's task polls it when it is woken.
    Waiting { handler: Handler, method: usize, token: CancellationToken },
    /// The handler runs on a task of its own.
    Spawned { task: AbortHandle, token: CancellationToken, stream: Option<Arc<CallStream>> },
    /// The client has its answer, but the handler's task is still there.
    Answered,
}

/// What there is of a message that comes in parts.
pub(super) struct Parts {
    pub(super) deframer: Deframer,
    charge: Charge,
}

impl Parts {
    /// Nothing yet, of a message that is to stay in one piece or not.
    pub(super) fn new(whole: bool, account: &Arc<Account>) -> Self {
        Self { deframer: Deframer::new(whole), charge: Charge::new(account) }
    }

    pub(super) fn push(&mut self, data: &[u8]) {
        self.deframer.push(data);
        self.charge.set(self.deframer.remaining());
    }
}

struct Call {
    key: StreamKey,
    deadline: Option<Instant>,
    state: CallState,
}

impl Calls {
    /// Notes a call, or how far it has come by now.
    pub(super) fn put(&mut self, key: StreamKey, deadline: Option<Instant>, state: CallState) {
        self.take(key);
        if state.is_running() {
            self.running += 1;
        }
        let slot = key.slot();
        if self.slots.len() <= slot {
            self.slots.resize_with(slot + 1, || None);
        }
        self.slots[slot] = Some(Call { key, deadline, state });
    }

    pub(super) fn find(&mut self, key: StreamKey) -> Option<&mut CallState> {
        let call = self.slots.get_mut(key.slot())?.as_mut()?;
        (call.key == key).then_some(&mut call.state)
    }

    pub(super) fn deadline(&self, key: StreamKey) -> Option<Instant> {
        let call = self.slots.get(key.slot())?.as_ref()?;
        if call.key == key { call.deadline } else { None }
    }

    /// Forgets a call.
    pub(super) fn take(&mut self, key: StreamKey) -> Option<CallState> {
        let call = self.slots.get_mut(key.slot())?.take_if(|call| call.key == key)?;
        if call.state.is_running() {
            self.running -= 1;
        }
        Some(call.state)
    }

    /// Takes a call whose message is complete: the fields of its head, and its deadline.
    pub(super) fn take_gathered(
        &mut self,
        key: StreamKey,
    ) -> Option<(FieldBlock, Option<Instant>)> {
        let slot = self.slots.get_mut(key.slot())?;
        let gathered =
            |call: &mut Call| call.key == key && matches!(call.state, CallState::Gathering { .. });
        match slot.take_if(gathered)? {
            Call { deadline, state: CallState::Gathering { fields, .. }, .. } => {
                Some((fields, deadline))
            }
            _ => None,
        }
    }

    /// The call on this slot.
    pub(super) fn key_on(&self, slot: usize) -> Option<StreamKey> {
        Some(self.slots.get(slot)?.as_ref()?.key)
    }

    /// The call on this slot, if it is the one whose stream has this number.
    pub(super) fn key_at(&self, slot: usize, id: u32) -> Option<StreamKey> {
        self.key_on(slot).filter(|key| key.id().number() == id)
    }

    /// The call that most received bytes are held for, and how many.
    pub(super) fn largest(&self) -> Option<(usize, StreamKey)> {
        let held = self.slots.iter().flatten().map(|call| (call.state.held(), call.key));
        held.max_by_key(|(held, _)| *held)
    }

    /// The most calls that there have been at once.
    pub(super) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Calls whose handlers have begun.
    pub(super) fn running(&self) -> usize {
        self.running
    }

    /// What became of the calls, when the connection is over.
    pub(super) fn into_states(self) -> impl Iterator<Item = CallState> {
        self.slots.into_iter().flatten().map(|call| call.state)
    }
}

impl CallState {
    fn is_running(&self) -> bool {
        match self {
            CallState::NotGrpc { .. } | CallState::Gathering { .. } => false,
            CallState::Waiting { .. } | CallState::Spawned { .. } | CallState::Answered => true,
        }
    }

    /// Received bytes that are held for the call.
    fn held(&self) -> usize {
        match self {
            CallState::Gathering { parts, .. } => {
                parts.as_ref().map_or(0, |parts| parts.deframer.remaining())
            }
            _ => self.stream().map_or(0, |stream| stream.held()),
        }
    }

    /// The stream of a streaming call whose handler has begun.
    pub(super) fn stream(&self) -> Option<&Arc<CallStream>> {
        match self {
            CallState::Waiting { handler, .. } => handler.stream(),
            CallState::Spawned { stream, .. } => stream.as_ref(),
            _ => None,
        }
    }
}
