//! The process edge of the plugin.

fn main() {}
