//! An encrypted byte stream whose errors say what to do.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::error::{Side, TlsError};
use crate::transport::ByteStream;

/// A stream of tokio-rustls. A client learns what a server thinks of its certificate after the
/// handshake (RFC 8446 section 4.4.2.4), so reads can fail for reasons of the handshake.
#[derive(Debug)]
pub(crate) struct Secured<T> {
    stream: T,
    side: Side,
}

impl<T> Secured<T> {
    pub(super) fn new(stream: T, side: Side) -> Self {
        Self { stream, side }
    }

    pub(super) fn stream(&self) -> &T {
        &self.stream
    }

    fn explain(&self, error: io::Error) -> io::Error {
        let kind = error.kind();
        match error.downcast::<rustls::Error>() {
            Ok(error) => io::Error::new(kind, TlsError::of_rustls(self.side, error)),
            // RFC 8446 section 6.1. Frames say themselves where they end, so nothing that was cut off
            // is taken for whole; the connection counts as lost.
            Err(_) if kind == io::ErrorKind::UnexpectedEof => {
                io::Error::new(kind, "the connection was cut off (it ended without close_notify)")
            }
            Err(error) => error,
        }
    }
}

impl<T: ByteStream> AsyncRead for Secured<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let read = Pin::new(&mut this.stream).poll_read(context, into);
        read.map_err(|error| this.explain(error))
    }
}

impl<T: ByteStream> AsyncWrite for Secured<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
