//! A large message on its way out, which is encoded part by part as it leaves.

use std::fmt;
use std::ops::Range;

use super::writer::Piece;
use super::{Message, Writer};

/// A shorter message is encoded at once.
const OUTLINED: usize = 32 * 1024;

/// How much of an outlined message may be apart from its large pieces: it is written again for each
/// part that leaves.
const SMALL: usize = 512;

/// A message that was measured and not encoded: all of its encoding but the large pieces, and where
/// these belong. They are copied out of the message when their bytes are due, so that no second
/// copy of it is in memory, and what is copied is on its way before it leaves the cache.
pub(crate) struct Outline {
    message: Box<dyn Write>,
    /// The encoding without the pieces, and what is in front of it.
    small: Vec<u8>,
    /// In the order of the encoding.
    pieces: Vec<Piece>,
    length: usize,
}

/// A message of any type.
trait Write: Send + Sync {
    fn write(&self, w: &mut Writer);
}

impl<M: Message> Write for M {
    fn write(&self, w: &mut Writer) {
        Message::write(self, w);
    }
}

impl Outline {
    /// An outline of `message`, which is about `length` bytes long, behind `front`. It is given back
    /// when little of it is in large pieces.
    pub(super) fn of<M: Message>(message: M, length: usize, front: &[u8]) -> Result<Self, M> {
        if length < OUTLINED {
            return Err(message);
        }
        let (small, pieces) = Writer::outline(&message, front);
        if small.len() > SMALL {
            return Err(message);
        }
        let length = small.len() + pieces.iter().map(|piece| piece.length).sum::<usize>();
        Ok(Self { message: Box::new(message), small, pieces, length })
    }

    /// The length of the encoding, with what is in front of it.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// What is in front of the encoding, which may still change.
    pub(crate) fn front_mut(&mut self, length: usize) -> Option<&mut [u8]> {
        self.small.get_mut(..length)
    }

    /// Appends `length` bytes of the encoding, from `at` on. `false` when the message is not what
    /// it was, which takes one that changes behind a shared reference.
    pub(crate) fn copy(&self, at: usize, length: usize, into: &mut Vec<u8>) -> bool {
        let wanted = at..at + length;
        let (mut offset, mut written) = (0, 0);
        for (index, piece) in self.pieces.iter().enumerate() {
            self.copy_small(written..piece.at, offset, &wanted, into);
            offset += piece.at - written;
            written = piece.at;
            let part = overlap(&wanted, offset, piece.length);
            if !part.is_empty() {
                let behind = self.pieces.len() - 1 - index;
                if !Writer::pick(|w| self.message.write(w), behind, part, into) {
                    return false;
                }
            }
            offset += piece.length;
            if offset >= wanted.end {
                return true;
            }
        }
        self.copy_small(written..self.small.len(), offset, &wanted, into);
        true
    }

    /// All of the encoding, with what is in front of it.
    pub(crate) fn to_vec(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(self.length);
        self.copy(0, self.length, &mut all);
        all
    }

    fn copy_small(
        &self,
        run: Range<usize>,
        offset: usize,
        wanted: &Range<usize>,
        into: &mut Vec<u8>,
    ) {
        let part = overlap(wanted, offset, run.len());
        let part = run.start + part.start..run.start + part.end;
        into.extend_from_slice(self.small.get(part).unwrap_or_default());
    }
}

/// Which part is wanted of `length` bytes that are at `offset`.
fn overlap(wanted: &Range<usize>, offset: usize, length: usize) -> Range<usize> {
    let within = |at: usize| at.clamp(offset, offset + length) - offset;
    within(wanted.start)..within(wanted.end)
}

impl fmt::Debug for Outline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outline").field("length", &self.length).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::DecodeError;
    use crate::wire::Reader;

    /// Each piece in a field of its own, the number last.
    #[derive(Default)]
    struct Pieces {
        pieces: Vec<Vec<u8>>,
        number: u64,
    }

    impl Message for Pieces {
        const NAME: &'static str = "test.Pieces";

        fn write(&self, w: &mut Writer) {
            w.uint64(16, self.number);
            w.repeated_bytes(10, &self.pieces);
        }

        fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
            while let Some(tag) = r.tag()? {
                r.skip(tag)?;
            }
            Ok(())
        }
    }

    fn message(lengths: &[usize]) -> Pieces {
        // A pattern that repeats, which miri copies in a moment where single bytes take it minutes.
        let pieces = lengths.iter().zip(1..).map(|(length, byte)| {
            let pattern: Vec<u8> = (0..7 * 256).map(|at| byte ^ (at / 7) as u8).collect();
            let mut piece = pattern.repeat(length / pattern.len() + 1);
            piece.truncate(*length);
            piece
        });
        Pieces { pieces: pieces.collect(), number: 1 << 40 }
    }

    #[test]
    fn parts_of_any_length_make_up_the_whole() {
        for lengths in [
            &[OUTLINED][..],
            &[3, OUTLINED],
            &[OUTLINED, 0, 100],
            &[1, 70_000, 30, 17_000, 90_001, 200],
        ] {
            let expected = [b"front", &message(lengths).encode_to_vec()[..]].concat();
            let Ok(outline) = Outline::of(message(lengths), expected.len(), b"front") else {
                panic!("it has large pieces: {lengths:?}")
            };
            assert_eq!(outline.length(), expected.len(), "{lengths:?}");
            assert_eq!(outline.to_vec(), expected, "{lengths:?}");
            for step in [5, 4096, 16_384, 40_000] {
                let mut parts = Vec::new();
                while parts.len() < expected.len() {
                    let length = step.min(expected.len() - parts.len());
                    let before = parts.len();
                    assert!(outline.copy(before, length, &mut parts));
                    assert_eq!(parts.len(), before + length);
                    if step == 5 && parts.len() == 500 {
                        break;
                    }
                }
                assert!(expected.starts_with(&parts), "{lengths:?} by {step}");
            }
        }
    }

    #[test]
    fn what_is_small_or_in_small_pieces_is_not_outlined() {
        for lengths in
            [&[OUTLINED - 100][..], &[OUTLINED / 40; 50], &[100, 100, 100, 100, 500, OUTLINED]]
        {
            let message = message(lengths);
            let length = message.encoded_len();
            assert!(Outline::of(message, length, b"").is_err(), "{lengths:?}");
        }
    }

    /// Becomes shorter each time it is written.
    #[derive(Default)]
    struct Fickle(AtomicUsize);

    impl Message for Fickle {
        const NAME: &'static str = "test.Fickle";

        fn write(&self, w: &mut Writer) {
            w.bytes(10, &vec![7; 2 * OUTLINED - 1000 * self.0.fetch_add(1, Ordering::Relaxed)]);
        }

        fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
            Pieces::default().read(r)
        }
    }

    #[test]
    fn a_message_that_changes_is_found_out() {
        let Ok(outline) = Outline::of(Fickle::default(), 2 * OUTLINED, b"") else {
            panic!("it has a large piece")
        };
        let mut part = Vec::new();
        assert!(outline.copy(0, 100, &mut part));
        assert!(!outline.copy(outline.length() - 100, 100, &mut part));
    }
}
