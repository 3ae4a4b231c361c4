//! What connections run over.

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};

/// A byte stream: TCP, Unix socket, pipe, TLS over any of them.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> ByteStream for S {}

/// Takes connections that come over no socket: what a channel calls in-process.
/// [`Server`](crate::Server) implements it.
pub trait Accept: Send + Sync + 'static {
    /// Serves a connection over the pipe, on a task of its own.
    fn accept(&self, stream: DuplexStream);
}
