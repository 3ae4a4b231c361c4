//! The locks and flags by which tasks meet: std's, or in the models loom's, which try every order
//! in which threads can get there.

use std::sync::PoisonError;

#[cfg(rustrpc_loom)]
pub(crate) use loom::sync::atomic::AtomicBool;
#[cfg(rustrpc_loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};
#[cfg(not(rustrpc_loom))]
pub(crate) use std::sync::atomic::AtomicBool;
#[cfg(not(rustrpc_loom))]
pub(crate) use std::sync::{Mutex, MutexGuard};

/// Locks, whether or not some thread panicked while it held the lock: what these locks guard is
/// valid at each of their holders' steps.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
