//! The engine from outside, as dialogues with a scripted peer.

mod adversaries;
mod dialogue;
mod exchange;
mod rules;
