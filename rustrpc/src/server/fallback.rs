//! Answers to requests that are not gRPC.

use std::fmt;
use std::sync::Arc;

/// A request that is not gRPC: neither its method nor its content type are. Its body is not read.
#[derive(Clone, Copy, Debug)]
pub struct FallbackRequest<'a> {
    /// The HTTP method, such as `GET`.
    pub method: &'a str,
    /// The path with its query, such as `/`.
    pub path: &'a str,
}

/// The answer to a request that is not gRPC.
#[derive(Clone, Debug)]
pub struct FallbackResponse {
    /// The HTTP status, such as 200.
    pub status: u16,
    /// The content type, such as `text/plain`.
    pub content_type: String,
    /// The body.
    pub body: Vec<u8>,
}

impl FallbackResponse {
    /// An answer of plain text.
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        let content_type = "text/plain; charset=utf-8".to_owned();
        Self { status, content_type, body: body.into().into_bytes() }
    }
}

type Answer = dyn Fn(FallbackRequest<'_>) -> FallbackResponse + Send + Sync;

/// What a server does with requests that are not gRPC.
#[derive(Clone)]
pub(crate) struct Fallback(Arc<Answer>);

impl Fallback {
    pub(crate) fn new(
        answer: impl Fn(FallbackRequest<'_>) -> FallbackResponse + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(answer))
    }

    pub(crate) fn answer(&self, request: FallbackRequest<'_>) -> FallbackResponse {
        (self.0)(request)
    }
}

impl fmt::Debug for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fallback")
    }
}
