//! The program as a process: called by protoc, by a shell, by a person who mistypes.

mod front_ends;
mod generate;
mod plugin;
mod starter;
mod support;
