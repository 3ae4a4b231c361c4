//! Bytes on their way to the transport.

use std::collections::VecDeque;
use std::io::IoSlice;

use bytes::Bytes;

/// A queue of outgoing bytes: one contiguous buffer for everything small, with large payloads kept
/// as they are and spliced in by position.
///
/// The driver hands an `Output` to [`Connection::poll_transmit`](super::Connection::poll_transmit),
/// writes [`io_slices`](Self::io_slices) to the transport, and reports what was taken by
/// [`advance`](Self::advance).
#[derive(Debug, Default)]
pub struct Output {
    /// Small things, in order. `tail[..taken]` has been written.
    tail: Vec<u8>,
    taken: usize,
    /// Large payloads, each with the position in `tail` before which it belongs.
    segments: VecDeque<Segment>,
    len: usize,
}

#[derive(Debug)]
struct Segment {
    at: usize,
    bytes: Bytes,
}

impl Output {
    /// An empty output that holds no memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty output that writes into `buffer`, for drivers that pool their buffers.
    pub fn with_buffer(mut buffer: Vec<u8>) -> Self {
        buffer.clear();
        Self { tail: buffer, ..Self::default() }
    }

    /// Bytes not yet written.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether everything has been written.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Fills `slices` with what is to be written next, in order, and returns how many it filled.
    pub fn io_slices<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let mut filled = 0;
        let mut from = self.taken;
        let mut push = |bytes: &'a [u8]| {
            if bytes.is_empty() {
                return true;
            }
            let Some(slot) = slices.get_mut(filled) else { return false };
            *slot = IoSlice::new(bytes);
            filled += 1;
            true
        };
        for segment in &self.segments {
            if !push(&self.tail[from..segment.at]) || !push(&segment.bytes) {
                return filled;
            }
            from = segment.at;
        }
        push(&self.tail[from..]);
        filled
    }

    /// The first contiguous piece to be written; empty only if everything is written.
    pub fn chunk(&self) -> &[u8] {
        match self.segments.front() {
            Some(segment) if segment.at == self.taken => &segment.bytes,
            Some(segment) => &self.tail[self.taken..segment.at],
            None => &self.tail[self.taken..],
        }
    }

    /// Marks the next `n` bytes as written.
    ///
    /// # Panics
    ///
    /// If `n` is more than [`len`](Self::len).
    pub fn advance(&mut self, mut n: usize) {
        assert!(n <= self.len, "advanced past the end of the output");
        self.len -= n;
        if self.len == 0 {
            self.tail.clear();
            self.taken = 0;
            self.segments.clear();
            return;
        }
        while n > 0 {
            match self.segments.front_mut() {
                Some(segment) if segment.at == self.taken => {
                    let step = n.min(segment.bytes.len());
                    segment.bytes = segment.bytes.slice(step..);
                    n -= step;
                    if segment.bytes.is_empty() {
                        self.segments.pop_front();
                    }
                }
                Some(segment) => {
                    let step = n.min(segment.at - self.taken);
                    self.taken += step;
                    n -= step;
                }
                None => {
                    self.taken += n;
                    n = 0;
                }
            }
        }
    }

    /// Takes the contiguous buffer out of an empty output, so that an idle connection holds none.
    pub fn take_buffer(&mut self) -> Vec<u8> {
        debug_assert!(self.is_empty(), "the buffer still holds bytes to be written");
        self.taken = 0;
        std::mem::take(&mut self.tail)
    }

    /// The size of the contiguous buffer.
    pub fn capacity(&self) -> usize {
        self.tail.capacity()
    }

    /// Copies everything not yet written into one vector; for tests and tools.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.len);
        let mut from = self.taken;
        for segment in &self.segments {
            all.extend_from_slice(&self.tail[from..segment.at]);
            all.extend_from_slice(&segment.bytes);
            from = segment.at;
        }
        all.extend_from_slice(&self.tail[from..]);
        all
    }

    /// Goes on in the buffer of `other`, which holds nothing, if that is the larger one. What is
    /// small and written here already moves there, to the same place.
    pub(crate) fn exchange_buffer(&mut self, other: &mut Self) {
        if other.is_empty() && other.tail.capacity() > self.tail.capacity() {
            other.tail.extend_from_slice(&self.tail);
            std::mem::swap(&mut self.tail, &mut other.tail);
            other.tail.clear();
        }
    }

    /// Moves all of `other` behind what is here.
    pub(crate) fn append(&mut self, other: &mut Self) {
        if self.is_empty() {
            std::mem::swap(self, other);
            return;
        }
        let base = self.tail.len();
        self.tail.extend_from_slice(&other.tail[other.taken..]);
        for segment in other.segments.drain(..) {
            self.segments
                .push_back(Segment { at: base + (segment.at - other.taken), bytes: segment.bytes });
        }
        self.len += other.len;
        other.tail.clear();
        other.taken = 0;
        other.len = 0;
    }

    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        self.tail.extend_from_slice(bytes);
        self.len += bytes.len();
    }

    /// Lets `write` append to the contiguous buffer.
    pub(crate) fn write_with<T>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
        let before = self.tail.len();
        let result = write(&mut self.tail);
        self.len += self.tail.len() - before;
        result
    }

    pub(crate) fn push(&mut self, bytes: Bytes) {
        if bytes.is_empty() {
            return;
        }
        self.len += bytes.len();
        self.segments.push_back(Segment { at: self.tail.len(), bytes });
    }

    /// Where the next byte of the contiguous buffer goes.
    pub(crate) fn mark(&self) -> usize {
        self.tail.len()
    }

    /// Bytes written earlier at `mark`, to be patched; `None` once they left.
    pub(crate) fn patch(&mut self, mark: usize, len: usize) -> Option<&mut [u8]> {
        if mark < self.taken {
            return None;
        }
        self.tail.get_mut(mark..mark.checked_add(len)?)
    }

    /// Bytes of memory held.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        let kept: usize = self.segments.iter().map(|segment| segment.bytes.len()).sum();
        self.tail.capacity() + kept + self.segments.capacity() * size_of::<Segment>()
    }

    /// Gives back memory that an idle connection does not need.
    pub(crate) fn trim(&mut self) {
        if self.is_empty() {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Output, Vec<u8>) {
        let mut output = Output::new();
        output.extend(b"head");
        output.push(Bytes::from_static(b"LARGE"));
        output.push(Bytes::from_static(b"NEXT"));
        output.extend(b"middle");
        output.push(Bytes::from_static(b"END"));
        (output, b"headLARGENEXTmiddleEND".to_vec())
    }

    fn gather(output: &Output, slots: usize) -> Vec<u8> {
        let mut slices = vec![IoSlice::new(&[]); slots];
        let filled = output.io_slices(&mut slices);
        slices[..filled].iter().flat_map(|slice| slice.to_vec()).collect()
    }

    #[test]
    fn any_partial_write_keeps_the_order() {
        for step in 1..23 {
            let (mut output, expected) = sample();
            let mut written = Vec::new();
            while !output.is_empty() {
                assert_eq!(output.to_vec(), gather(&output, 16));
                let n = step.min(output.len());
                written.extend_from_slice(&output.to_vec()[..n]);
                assert!(!output.chunk().is_empty());
                output.advance(n);
            }
            assert_eq!(written, expected);
            assert_eq!(gather(&output, 4), b"");
        }
    }

    #[test]
    fn few_slots_give_a_prefix() {
        let (output, expected) = sample();
        assert_eq!(gather(&output, 2), expected[..9]);
    }

    #[test]
    fn appending_behind_a_partly_written_output() {
        let (mut first, expected) = sample();
        let (mut second, _) = sample();
        first.advance(6);
        second.advance(2);
        first.append(&mut second);
        assert!(second.is_empty());
        let mut all = expected[6..].to_vec();
        all.extend_from_slice(&expected[2..]);
        assert_eq!(first.to_vec(), all);
        assert_eq!(first.len(), all.len());
    }

    #[test]
    fn only_what_is_still_here_can_be_patched() {
        let mut output = Output::new();
        output.extend(b"abc");
        let mark = output.mark();
        output.extend(b"def");
        output.patch(mark, 1).expect("still queued")[0] = b'D';
        assert_eq!(output.to_vec(), b"abcDef");
        output.advance(4);
        assert!(output.patch(mark, 1).is_none());
    }
}
