//! Reads of a useful size.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::transport::ByteStream;

/// What is read at once: some records of 16 KiB. rustls by itself asks for 4 KiB each time.
const LENGTH: usize = 64 * 1024;

thread_local!(static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) });

/// A byte stream that reads much at once and hands it out in the pieces that are asked for.
///
/// All streams of a thread share one buffer; only one whose reader has stopped short of what was
/// read keeps it for a while.
#[derive(Debug)]
pub(crate) struct ReadAhead<S> {
    stream: S,
    /// What was read and not asked for yet: `buffer[taken..filled]`.
    buffer: Vec<u8>,
    taken: usize,
    filled: usize,
}

impl<S> ReadAhead<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, buffer: Vec::new(), taken: 0, filled: 0 }
    }

    fn hand_out(&mut self, into: &mut ReadBuf<'_>) {
        let unread = &self.buffer[self.taken..self.filled];
        let length = unread.len().min(into.remaining());
        into.put_slice(&unread[..length]);
        self.taken += length;
        if self.taken == self.filled {
            // A thread that is ending has no use for it any more.
            BUFFER.try_with(|spare| spare.set(std::mem::take(&mut self.buffer))).ok();
            (self.taken, self.filled) = (0, 0);
        }
    }
}

impl<S: ByteStream> AsyncRead for ReadAhead<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.filled == 0 {
            let mut buffer = BUFFER.take();
            if buffer.len() != LENGTH {
                buffer = vec![0; LENGTH];
            }
            let mut room = ReadBuf::new(&mut buffer);
            let read = Pin::new(&mut this.stream).poll_read(context, &mut room);
            let filled = room.filled().len();
            if filled == 0 {
                BUFFER.set(buffer);
                return read;
            }
            ready!(read)?;
            (this.buffer, this.filled) = (buffer, filled);
        }
        this.hand_out(into);
        Poll::Ready(Ok(()))
    }
}

impl<S: ByteStream> AsyncWrite for ReadAhead<S> {
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn what_was_written_is_read_in_any_pieces() {
        let (mut writer, reader) = tokio::io::duplex(1 << 20);
        let text: Vec<u8> = (0..200_000_u32).map(|number| number as u8).collect();
        writer.write_all(&text).await.expect("there is room");
        drop(writer);
        let mut reader = ReadAhead::new(reader);
        let mut read = Vec::new();
        for length in (1..).map(|step| step * 37) {
            let mut piece = vec![0; length];
            let filled = reader.read(&mut piece).await.expect("a pipe");
            if filled == 0 {
                break;
            }
            read.extend_from_slice(&piece[..filled]);
        }
        assert_eq!(read, text);
        assert!(reader.buffer.is_empty(), "nothing is kept at the end");
    }
}
