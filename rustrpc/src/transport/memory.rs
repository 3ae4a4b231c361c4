//! One bound for what the peers of a whole process make it hold.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::rpc::{Meter, Status};

/// How many bytes the connections that share it may hold for their peers: what was received and not
/// consumed yet, parts of messages included, what a compressed message is inflated to while it is
/// decoded, and what waits to be sent.
///
/// Each limit of a connection or a call bounds that one. Many peers at once could still bring a
/// process down, each within its limits; this is what they all have to share. What it costs, the
/// more of it is in use:
///
/// - from a half on, flow-control windows grow no more and shrink to 64 KiB as they are used, and
///   whoever sends a stream waits once 32 KiB of it are on their way, not 256;
/// - from three quarters on, new calls are refused with RESOURCE_EXHAUSTED;
/// - when all is used, only connections that hold next to nothing read on, and those that hold more
///   than others lose their largest calls, with RESOURCE_EXHAUSTED, until there is room again.
///
/// What peers send never takes more than that and 80 KiB for each connection. A message that there
/// is no room for is neither inflated nor, as a server's answer to a unary call, kept for a client
/// to read: such calls fail with RESOURCE_EXHAUSTED, too. Streams are never kept from sending at all:
/// one of them may have so much queued, and a batch of messages.
///
/// It ends where a message is decoded: what the message takes in memory is not in it, nor is it once
/// a handler or a caller has it. That can be a multiple of the message's length (see
/// [`Message::decode`](crate::Message::decode)), for each call that runs: `max_received_message_size` and
/// `max_concurrent_streams` are what bounds it, for each connection.
///
/// Servers and channels share [the process's](Self::process) unless they are given another.
#[derive(Clone)]
pub struct MemoryBudget {
    shared: Arc<Shared>,
}

struct Shared {
    limit: usize,
    used: AtomicUsize,
    accounts: AtomicUsize,
}

/// The budget of a process: 256 received messages of the largest size that is accepted by default.
/// A process that serves so many peers at once has several times as much memory.
const PROCESS: usize = 1 << 30;

impl MemoryBudget {
    /// A budget of so many bytes, for whom it is given to.
    pub fn new(bytes: usize) -> Self {
        let (used, accounts) = (AtomicUsize::new(0), AtomicUsize::new(0));
        Self { shared: Arc::new(Shared { limit: bytes, used, accounts }) }
    }

    /// The budget of all servers and channels of this process that were given no other: 1 GiB.
    pub fn process() -> Self {
        static PROCESS_BUDGET: OnceLock<MemoryBudget> = OnceLock::new();
        PROCESS_BUDGET.get_or_init(|| Self::new(PROCESS)).clone()
    }

    /// How many bytes there are.
    pub fn limit(&self) -> usize {
        self.shared.limit
    }

    /// How many bytes are in use now.
    pub fn used(&self) -> usize {
        self.shared.used.load(Ordering::Relaxed)
    }
}

/// What one connection holds.
#[derive(Debug)]
pub(crate) struct Account {
    budget: MemoryBudget,
    held: AtomicUsize,
}

/// A connection that holds no more than this reads on whatever others hold: what it does may be
/// what makes room.
const ALWAYS: usize = 16 * 1024;

impl Account {
    pub(crate) fn new(budget: &MemoryBudget) -> Arc<Self> {
        budget.shared.accounts.fetch_add(1, Ordering::Relaxed);
        Arc::new(Self { budget: budget.clone(), held: AtomicUsize::new(0) })
    }

    /// Whether half of the budget is in use: windows must not grow, and streams should queue little.
    pub(crate) fn is_short(&self) -> bool {
        self.budget.used() > self.budget.limit() / 2
    }

    /// Whether nothing more is to be read.
    pub(crate) fn must_wait(&self) -> bool {
        self.budget.used() >= self.budget.limit() && self.held() > ALWAYS
    }

    /// Whether this connection has to make room: all is used, and it holds its share of that or more.
    pub(crate) fn must_shed(&self) -> bool {
        let accounts = self.budget.shared.accounts.load(Ordering::Relaxed).max(1);
        self.must_wait() && self.held() >= self.budget.used() / accounts
    }

    /// The refusal of a new call, when three quarters are in use.
    pub(crate) fn refusal(&self) -> Option<Status> {
        (self.budget.used() > self.budget.limit() / 4 * 3).then(|| self.exhausted())
    }

    /// The status of calls that there is no memory for.
    pub(crate) fn exhausted(&self) -> Status {
        Status::resource_exhausted(format!(
            "calls hold {} of the {} bytes that this process may hold for its peers; try again \
             later, or raise it with memory_budget",
            self.budget.used(),
            self.budget.limit()
        ))
    }

    /// Whether the connection may keep so much more for its peer. What is too small to be worth
    /// counting it always may: a refusal would be no smaller.
    #[inline]
    pub(crate) fn has_room_for(&self, bytes: usize) -> bool {
        bytes < SMALLEST || self.would_fit(bytes)
    }

    fn would_fit(&self, bytes: usize) -> bool {
        let used = self.budget.used().saturating_add(bytes);
        used <= self.budget.limit() || self.held().saturating_add(bytes) <= ALWAYS
    }

    fn held(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// The counters wrap, so a difference below zero is added all the same.
    fn add(&self, more: usize) {
        self.held.fetch_add(more, Ordering::Relaxed);
        self.budget.shared.used.fetch_add(more, Ordering::Relaxed);
    }
}

impl Meter for Account {
    fn hold(&self, bytes: usize) -> Result<(), Status> {
        // Counted first, so that of several at once not all find the same room.
        self.add(bytes);
        if self.would_fit(0) {
            return Ok(());
        }
        let status = self.exhausted();
        self.let_go(bytes);
        Err(status)
    }

    fn let_go(&self, bytes: usize) {
        self.add(bytes.wrapping_neg());
    }
}

/// A call that has no connection, and so nothing to inflate, has none.
impl Meter for Option<Arc<Account>> {
    fn hold(&self, bytes: usize) -> Result<(), Status> {
        self.as_ref().map_or(Ok(()), |account| account.hold(bytes))
    }

    fn let_go(&self, bytes: usize) {
        if let Some(account) = self {
            account.let_go(bytes);
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.budget.shared.accounts.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Something that is held, for as long as it is.
#[derive(Debug)]
pub(crate) struct Charge {
    account: Arc<Account>,
    /// What was put down for it.
    bytes: usize,
}

/// Less is not worth counting: the state of the call itself is larger.
const SMALLEST: usize = 512;
/// What is put down is a multiple of this.
const GRANULE: usize = 4096;

impl Charge {
    pub(crate) fn new(account: &Arc<Account>) -> Self {
        Self { account: Arc::clone(account), bytes: 0 }
    }

    /// Whom it is put down for.
    pub(crate) fn account(&self) -> &Arc<Account> {
        &self.account
    }

    /// So much is held now.
    #[inline]
    pub(crate) fn set(&mut self, bytes: usize) {
        let bytes = if bytes < SMALLEST { 0 } else { bytes.next_multiple_of(GRANULE) };
        if bytes != self.bytes {
            self.put_down(bytes);
        }
    }

    fn put_down(&mut self, bytes: usize) {
        self.account.add(bytes.wrapping_sub(self.bytes));
        self.bytes = bytes;
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.set(0);
    }
}

impl fmt::Debug for MemoryBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryBudget")
            .field("limit", &self.limit())
            .field("used", &self.used())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charges_add_up_and_come_back() {
        let budget = MemoryBudget::new(100_000);
        let (one, other) = (Account::new(&budget), Account::new(&budget));
        let (mut small, mut large) = (Charge::new(&one), Charge::new(&other));
        small.set(511);
        assert_eq!(budget.used(), 0);
        small.set(512);
        large.set(40_000);
        assert_eq!(budget.used(), GRANULE + 40_960);
        assert!(!one.is_short() && one.refusal().is_none());
        large.set(72_000);
        assert!(one.is_short() && one.refusal().is_some());
        assert!(!other.must_wait());
        large.set(99_000);
        assert!(other.must_wait() && other.must_shed(), "it holds nearly everything");
        assert!(!one.must_wait() && !one.must_shed(), "it holds nearly nothing");
        drop((small, large));
        assert_eq!((budget.used(), one.held(), other.held()), (0, 0, 0));
    }

    #[test]
    fn what_is_taken_at_once_has_to_fit() {
        let budget = MemoryBudget::new(100_000);
        let (one, other) = (Account::new(&budget), Account::new(&budget));
        one.hold(90_000).expect("there is room");
        assert!(other.has_room_for(ALWAYS) && !other.has_room_for(ALWAYS + 1));
        other.hold(ALWAYS + 1).expect_err("there is not");
        assert_eq!((budget.used(), other.held()), (90_000, 0));
        other.hold(ALWAYS).expect("so much is always allowed");
        one.let_go(90_000);
        other.hold(70_000).expect("there is room again");
        other.let_go(ALWAYS + 70_000);
        assert_eq!((budget.used(), one.held(), other.held()), (0, 0, 0));
    }
}
