//! Peers that mean harm: how each ends, what it can make us hold, and honest twins that survive.

mod fields;
mod floods;
mod memory;
mod resets;
mod slow;

/// What an engine may hold whatever its peer does, but for queued payload: a few times the largest
/// field block, the tables, and the state of a thousand streams.
const BOUND: usize = 600 << 10;
