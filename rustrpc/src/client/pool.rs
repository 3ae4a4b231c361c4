//! The connections of a channel.

use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::backoff::Backoff;
use super::builder::ChannelSettings;
use super::connector::connect;
use super::handle::ConnectionHandle;
use super::target::Target;
use crate::rpc::Status;
use crate::transport::{CallStream, Command, Mutex, Origin, lock};

/// The connections of a channel: made when a call needs one, and made again after a loss.
#[derive(Debug)]
pub(crate) struct Pool {
    pub(crate) target: Target,
    pub(crate) settings: ChannelSettings,
    /// What all requests have in common.
    pub(crate) origin: Arc<Origin>,
    /// The runtime in which the channel was made, if there was one.
    runtime: Option<Handle>,
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
    /// How many attempts to connect have failed so far.
    failures: u64,
    /// Why the last one did; `None` once one succeeded.
    failure: Option<Status>,
}

/// What the channel is doing about connections (gRPC's `connectivity-semantics-and-api.md`). Being
/// READY is having connections.
#[derive(Debug)]
enum Phase {
    Idle,
    Connecting,
    /// TRANSIENT_FAILURE: waits until the next attempt.
    Failed,
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
        let (connections, failures, failure) = Default::default();
        let state = State { connections, phase: Phase::Idle, backoff, failures, failure };
        let (changed, waiting) = Default::default();
        let scheme = if settings.is_secure() { "https" } else { "http" };
        let authority =
            settings.authority.clone().unwrap_or_else(|| target.authority.as_ref().into());
        let origin = Arc::new(Origin::new(scheme, authority, settings.user_agent.clone()));
        let runtime = Handle::try_current().ok();
        let state = Mutex::new(state);
        Arc::new(Self { target, settings, origin, runtime, state, changed, waiting })
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
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let _waiting = Waiting(&self.waiting);
        let mut known_failures = None;
        loop {
            // Listens before it looks, so that no change in between is missed.
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            match self.look(wait_for_ready, &mut known_failures) {
                Pick::Found(found) => return Ok(found),
                Pick::Failed(status) => return Err(status),
                Pick::Wait => changed.await,
            }
        }
    }

    fn look(self: &Arc<Self>, wait_for_ready: bool, known_failures: &mut Option<u64>) -> Pick {
        let mut state = lock(&self.state);
        if let Some(found) = state.find() {
            return Pick::Found(found);
        }
        // An attempt that fails while a call waits for it fails the call, even if the next one has
        // begun by now. As long as there are connections, their places become free again.
        let seen = *known_failures.get_or_insert(state.failures);
        if let Some(failure) = &state.failure
            && (state.failures > seen || matches!(state.phase, Phase::Failed))
            && !wait_for_ready
            && state.connections.is_empty()
        {
            return Pick::Failed(failure.clone());
        }
        let another = state.connections.len() < self.settings.max_connections;
        match &state.phase {
            Phase::Idle if another => {
                let Some(runtime) = self.runtime() else {
                    return Pick::Failed(Status::failed_precondition(
                        "connections are made inside a tokio runtime",
                    ));
                };
                state.phase = Phase::Connecting;
                drop(state);
                runtime.spawn(keep_connecting(Arc::downgrade(self)));
                Pick::Wait
            }
            Phase::Idle | Phase::Connecting | Phase::Failed => Pick::Wait,
        }
    }

    /// Opens a call: at once where there is a place, else as soon as there is one. Then a task of
    /// its own waits for it, until the call's deadline or its end.
    pub(crate) fn begin(self: &Arc<Self>, stream: &Arc<CallStream>) {
        if let Some(connection) = self.try_pick()
            && open_on(&connection, stream)
        {
            return;
        }
        if self.waiting.load(Ordering::SeqCst) >= self.settings.max_waiting_calls {
            let most = self.settings.max_waiting_calls;
            return stream.fail(Status::resource_exhausted(format!(
                "{most} calls wait for a connection to {} already; max_waiting_calls of the \
                 channel allows no more",
                self.target
            )));
        }
        let Some(runtime) = self.runtime() else {
            let status = Status::failed_precondition("calls are made inside a tokio runtime");
            return stream.fail(status);
        };
        let (pool, stream) = (Arc::clone(self), Arc::clone(stream));
        runtime.spawn(async move { pool.open(stream).await });
    }

    async fn open(self: Arc<Self>, stream: Arc<CallStream>) {
        let Some(request) = stream.request() else { return };
        let mut late = pin!(until(request.deadline.map(|deadline| deadline.at)));
        loop {
            let mut pick = pin!(self.pick(request.wait_for_ready));
            let picked = poll_fn(|context| {
                if stream.poll_cancelled(context).is_ready() {
                    return Poll::Ready(Err(Status::cancelled("the call was dropped")));
                }
                if let Poll::Ready(picked) = pick.as_mut().poll(context) {
                    return Poll::Ready(picked);
                }
                late.as_mut().poll(context).map(|()| Err(self.too_late()))
            });
            match picked.await {
                Err(status) => return stream.fail(status),
                Ok(connection) if open_on(&connection, &stream) => return,
                Ok(_) => {}
            }
        }
    }

    fn too_late(&self) -> Status {
        let target = &self.target;
        let state = lock(&self.state);
        let status = if state.connections.is_empty() {
            Status::deadline_exceeded(format!("the deadline passed while connecting to {target}"))
        } else {
            Status::deadline_exceeded(format!(
                "the deadline passed while all connections to {target} were at their limit of \
                 concurrent calls"
            ))
        };
        match &state.failure {
            Some(cause) => status.with_source(cause.clone()),
            None => status,
        }
    }

    /// Where tasks run: the caller's runtime, or that in which the channel was made.
    fn runtime(&self) -> Option<Handle> {
        Handle::try_current().ok().or_else(|| self.runtime.clone())
    }

    /// A call gave its place back where there was none left.
    pub(crate) fn place_freed(&self) {
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.changed.notify_one();
        }
    }

    /// Lets go of a connection that no call uses, as long as there are others. Whether it did.
    pub(crate) fn dismiss(&self, connection: &Arc<ConnectionHandle>) -> bool {
        // Places are given away under the same lock.
        let mut state = lock(&self.state);
        let spare = state.connections.len() > 1 && connection.is_unused();
        if spare {
            connection.leave();
            state.connections.retain(|kept| !Arc::ptr_eq(kept, connection));
        }
        spare
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
    let _guard = Connecting(pool.clone());
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
                    state.failure = None;
                    state.phase = Phase::Idle;
                    // It may be over by now; then its task has forgotten it, or will in a moment.
                    if !connection.queue.is_closed() {
                        state.connections.push(connection);
                    }
                    None
                }
                Err(status) => {
                    state.phase = Phase::Failed;
                    state.failures += 1;
                    state.failure = Some(status);
                    Some(begun + state.backoff.next())
                }
            }
        };
        self.changed.notify_waiters();
        next
    }

    /// The wait after a failed attempt is over: goes on connecting if calls wait for it.
    fn wants_another_attempt(&self) -> bool {
        // Whoever waits looks at the phase after he has said so, and finds it idle if he was not
        // seen here.
        let mut state = lock(&self.state);
        let waited_for = self.waiting.load(Ordering::SeqCst) > 0;
        state.phase = if waited_for { Phase::Connecting } else { Phase::Idle };
        waited_for
    }
}

/// Leaves nobody waiting for a task that was stopped together with its runtime.
struct Connecting(Weak<Pool>);

impl Drop for Connecting {
    fn drop(&mut self) {
        if let Some(pool) = self.0.upgrade() {
            lock(&pool.state).phase = Phase::Idle;
            pool.changed.notify_waiters();
        }
    }
}

/// Waits for a deadline, for ever if there is none.
async fn until(deadline: Option<std::time::Instant>) {
    match deadline {
        Some(at) => sleep_until(at.into()).await,
        None => pending().await,
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
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
