//! Helpers for the unit tests of the layers that know no clock.

use std::time::Instant;

/// A fixed point in time to count virtual time from.
pub(crate) fn epoch() -> Instant {
    use std::sync::LazyLock;
    static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);
    *EPOCH
}
