//! The engine from outside, as dialogues with a scripted peer.

mod adversaries;
mod dialogue;
mod exchange;
mod noise;
mod pair;
mod random;
mod rules;
