//! The HTTP/2 engine (RFC 9113): a pure state machine, bytes and time in, bytes and events out.
