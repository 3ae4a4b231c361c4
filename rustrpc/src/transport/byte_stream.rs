//! What connections run over.

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream};

/// A byte stream: TCP, Unix socket, pipe, TLS over any of them.
pub(crate) trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> ByteStream for S {}

/// What a channel can call in its own process: a [`Server`](crate::Server), any service by itself,
/// or what else can [`Accept`].
pub trait InProcess {
    /// What takes the connections.
    type Acceptor: Accept;

    /// What takes the connections.
    fn into_acceptor(self) -> Self::Acceptor;
}

/// Takes connections that come over no socket.
pub trait Accept: Send + Sync + 'static {
    /// Serves a connection over the pipe, on a task of its own.
    fn accept(&self, stream: DuplexStream);
}
