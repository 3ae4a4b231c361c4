//! The engine from outside, as dialogues with a scripted peer.

mod adversaries;
mod dialogue;
mod exchange;
mod memory;
mod noise;
mod pair;
mod random;
mod rules;
