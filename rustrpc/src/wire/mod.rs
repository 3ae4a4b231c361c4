//! Protobuf marshalling: pure, no I/O, no async.
