//! The connections of a channel.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::task::Poll;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::backoff::Backoff;
use super::builder::ChannelSettings;
use super::connector::connect;
use super::handle::ConnectionHandle;
use super::target::Target;
use crate::rpc::Status;
use crate::transport::{CallStream, Command, lock};

/// The connections of a channel: made when a call needs one, and made again after a loss.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) target: Target,
    pub(crate) settings: ChannelSettings,
    state: Mutex<State>,
    /// Something changed that waiting calls may be waiting for.
    changed: Notify,
    /// Calls that wait.
    waiting: AtomicUsize,
}

#[derive(Debug)]
struct State {
    connections: Vec<Arc<ConnectionHandle>>,
    phase: Phase,
    backoff: Backoff,
}

/// What the channel is doing about connections (gRPC's `connectivity-semantics-and-api.md`). Being
/// READY is having connections.
#[derive(Debug)]
enum Phase {
    Idle,
    Connecting,
    /// TRANSIENT_FAILURE: waits until the next attempt.
    Failed(Status),
}

/// What to do with a call that has no connection yet.
enum Pick {
    Found(Arc<ConnectionHandle>),
    Wait,
    Failed(Status),
}

impl Pool {
    pub(crate) fn new(target: Target, settings: ChannelSettings) -> Arc<Self> {
        let backoff = Backoff::new(settings.max_backoff);
        let state = State { connections: Vec::new(), phase: Phase::Idle, backoff };
        let (changed, waiting) = Default::default();
        Arc::new(Self { target, settings, state: Mutex::new(state), changed, waiting })
    }

    /// A connection with a place for a call, if there is one right now.
    pub(crate) fn try_pick(&self) -> Option<Arc<ConnectionHandle>> {
        lock(&self.state).find()
    }

    /// Waits for a connection with a place for a call, making one if need be.
    ///
    /// # Errors
    ///
    /// UNAVAILABLE with the reason of the last attempt, unless the call waits until the channel is
    /// ready.
    pub(crate) async fn pick(
        self: &Arc<Self>,
        wait_for_ready: bool,
    ) -> Result<Arc<ConnectionHandle>, Status> {
        if let Some(found) = self.try_pick() {
            return Ok(found);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        loop {
            // Listens before it looks, so that no change in between is missed.
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            match self.look(wait_for_ready) {
                Pick::Found(found) => return Ok(found),
                Pick::Failed(status) => return Err(status),
                Pick::Wait => changed.await,
            }
        }
    }

    fn look(self: &Arc<Self>, wait_for_ready: bool) -> Pick {
        let mut state = lock(&self.state);
        if let Some(found) = state.find() {
            return Pick::Found(found);
        }
        let another = state.connections.len() < self.settings.max_connections;
        match &state.phase {
            Phase::Idle if another => {
                state.phase = Phase::Connecting;
                drop(state);
                tokio::spawn(keep_connecting(Arc::downgrade(self)));
                Pick::Wait
            }
            Phase::Idle | Phase::Connecting => Pick::Wait,
            // As long as there are connections, their places become free again.
            Phase::Failed(_) if wait_for_ready || !state.connections.is_empty() => Pick::Wait,
            Phase::Failed(status) => Pick::Failed(status.clone()),
        }
    }

    /// Finds a connection for a call that was to be sent over one that is gone.
    pub(crate) fn reopen(self: &Arc<Self>, stream: Arc<CallStream>) {
        let pool = Arc::clone(self);
        tokio::spawn(async move { pool.open(stream, false).await });
    }

    /// Opens a call on a connection, as soon as there is one.
    pub(crate) async fn open(self: &Arc<Self>, stream: Arc<CallStream>, wait_for_ready: bool) {
        loop {
            let mut pick = pin!(self.pick(wait_for_ready));
            let picked = poll_fn(|context| match stream.poll_cancelled(context) {
                Poll::Ready(()) => Poll::Ready(None),
                Poll::Pending => pick.as_mut().poll(context).map(Some),
            });
            match picked.await {
                None => return,
                Some(Err(status)) => return stream.fail(status, true),
                Some(Ok(connection)) if open_on(&connection, &stream) => return,
                Some(Ok(_)) => {}
            }
        }
    }

    /// A call gave its place back where there was none left.
    pub(crate) fn place_freed(&self) {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.changed.notify_one();
        }
    }

    /// The connection takes no new calls.
    pub(crate) fn forget(&self, connection: &Arc<ConnectionHandle>) {
        lock(&self.state).connections.retain(|kept| !Arc::ptr_eq(kept, connection));
        self.changed.notify_waiters();
    }
}

/// Opens a call on a connection where it has a place. `false` when the connection is over.
pub(crate) fn open_on(connection: &Arc<ConnectionHandle>, stream: &Arc<CallStream>) -> bool {
    stream.attach(Arc::clone(&connection.queue));
    if connection.queue.push(Command::Open(Arc::clone(stream))).is_ok() {
        return true;
    }
    connection.leave();
    connection.give_back();
    false
}

/// Connects, with growing waits between attempts, until it succeeds or nobody waits.
async fn keep_connecting(pool: Weak<Pool>) {
    loop {
        let begun = Instant::now();
        let Some((target, settings)) =
            pool.upgrade().map(|pool| (pool.target.clone(), pool.settings.clone()))
        else {
            return;
        };
        let connected = connect(&target, &settings, pool.clone()).await;
        let Some(strong) = pool.upgrade() else {
            if let Ok(connection) = connected {
                connection.queue.push(Command::Close).ok();
            }
            return;
        };
        let Some(next) = strong.note_attempt(begun, connected) else { return };
        drop(strong);
        sleep_until(next).await;
        let goes_on = pool.upgrade().is_some_and(|strong| strong.wants_another_attempt());
        if !goes_on {
            return;
        }
    }
}

impl Pool {
    /// Notes how an attempt went; when the next one may begin if it failed.
    fn note_attempt(
        &self,
        begun: Instant,
        connected: Result<Arc<ConnectionHandle>, Status>,
    ) -> Option<Instant> {
        let next = {
            let mut state = lock(&self.state);
            match connected {
                Ok(connection) => {
                    state.backoff.reset();
                    state.phase = Phase::Idle;
                    // It may be over by now; then its task has forgotten it, or will in a moment.
                    if !connection.queue.is_closed() {
                        state.connections.push(connection);
                    }
                    None
                }
                Err(status) => {
                    state.phase = Phase::Failed(status);
                    Some(begun + state.backoff.next())
                }
            }
        };
        self.changed.notify_waiters();
        next
    }

    /// The wait after a failed attempt is over: goes on connecting if calls wait for it.
    fn wants_another_attempt(&self) -> bool {
        let waited_for = self.waiting.load(Ordering::Relaxed) > 0;
        lock(&self.state).phase = if waited_for { Phase::Connecting } else { Phase::Idle };
        waited_for
    }
}

impl State {
    fn find(&self) -> Option<Arc<ConnectionHandle>> {
        self.connections.iter().find(|connection| connection.reserve()).cloned()
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        // Calls that run are carried to their end.
        for connection in &lock(&self.state).connections {
            connection.queue.push(Command::Shutdown).ok();
        }
    }
}

struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
