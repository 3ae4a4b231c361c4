//! The engine from outside, as dialogues with a scripted peer.

mod adversaries;
mod answers;
mod dialogue;
mod exchange;
mod lists;
mod memory;
mod noise;
mod pair;
mod random;
mod requests;
mod rules;
mod source;

std::thread_local! {
    /// What the engines of this test have done so far, in steps.
    pub(super) static STEPS: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
