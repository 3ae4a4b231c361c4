//! Generates plain, readable Rust from Protocol Buffers service definitions.
