//! Messages with large strings, bytes or arrays of numbers as vectors: measured first, so that what
//! is large is copied once, to where it stays.

use std::mem::{ManuallyDrop, MaybeUninit};

use super::{Mode, ROOM, Writer};

/// What is only counted when a message is measured. Anything smaller is copied twice in less time
/// than it takes to write a message twice. (Miri would take minutes for what is so large.)
pub(super) const LARGE: usize = if cfg!(miri) { 1024 } else { 16 * 1024 };

impl Writer {
    /// Writes a message alone, without what is large and finds no room in the buffer; the length of
    /// all of it, which is that of [`as_slice`](Self::as_slice) when nothing was left out. A writer
    /// whose `write` panics is not good for anything else.
    #[inline]
    pub(super) fn measure(&mut self, write: &dyn Fn(&mut Self)) -> usize {
        self.clear();
        self.mode = Mode::Measuring;
        write(self);
        self.mode = Mode::Growing;
        self.len()
    }

    /// Whether something that takes `least` bytes or more is not to be written now.
    #[inline]
    pub(super) fn only_counts(&self, least: usize) -> bool {
        least >= LARGE && matches!(self.mode, Mode::Measuring)
    }

    /// `front` and a message as a vector without excess, in one go if the message is `length` bytes
    /// long.
    #[inline(never)]
    pub(super) fn exactly(write: &dyn Fn(&mut Self), length: usize, front: &[u8]) -> Vec<u8> {
        let capacity = length + front.len();
        let buffer = Box::new_uninit_slice(capacity).into_vec();
        let mode = Mode::Exact;
        let mut writer =
            Self { buffer, start: capacity, end: capacity, mode, behind: None, apart: None };
        write(&mut writer);
        writer.prepend(front);
        match writer.behind.take() {
            Some(behind) => {
                let (behind, start) = *behind;
                joined(&writer, behind, start)
            }
            None => writer.take_vec(),
        }
    }

    /// [`Self::prepend`] where there is less room than it needs.
    #[cold]
    #[inline(never)]
    pub(super) fn prepend_in_need(&mut self, bytes: &[u8]) {
        match self.mode {
            _ if self.only_counts(bytes.len()) => self.end += bytes.len(),
            Mode::Parting if bytes.len() >= LARGE => {
                let at = self.buffer.len() - self.start;
                if let Some(apart) = &mut self.apart {
                    apart.piece(bytes, at);
                }
                self.end += bytes.len();
            }
            // Nothing beyond the bytes themselves is written here.
            Mode::Exact if bytes.len() <= self.start => {
                let start = self.start - bytes.len();
                if let Some(free) = self.buffer.get_mut(start..self.start) {
                    free.write_copy_of_slice(bytes);
                    self.start = start;
                }
            }
            _ => {
                self.grow(bytes.len() + ROOM);
                return self.prepend(bytes);
            }
        }
        self.reserve(0);
    }

    /// Goes on in a small buffer, which has room for `length` bytes and for what may still come.
    pub(super) fn set_aside(&mut self, length: usize) {
        let capacity = self.start + length;
        let small = Box::new_uninit_slice(capacity).into_vec();
        let behind = std::mem::replace(&mut self.buffer, small);
        self.mode = Mode::Growing;
        self.behind = Some(Box::new((behind, self.start)));
        self.end = self.end - self.start + capacity;
        self.start = capacity;
    }
}

/// What `front` holds and then what `behind` holds from `start` on.
fn joined(front: &Writer, mut behind: Vec<MaybeUninit<u8>>, start: usize) -> Vec<u8> {
    let (front, (free, written)) = (front.as_slice(), behind.split_at_mut(start));
    if front.len() == start {
        free.write_copy_of_slice(front);
        let mut behind = ManuallyDrop::new(behind);
        // SAFETY: pointer, length and capacity are those of a vector that is not dropped, of
        // elements of the same layout. The bytes in front of `start` were written just now, those
        // from it on before the writer set the buffer aside.
        return unsafe {
            Vec::from_raw_parts(behind.as_mut_ptr().cast(), behind.len(), behind.capacity())
        };
    }
    // A message that is not written alike twice: it takes more room than was measured, or less.
    // SAFETY: the bytes from `start` on are initialized, as above.
    [front, unsafe { written.assume_init_ref() }].concat()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::DecodeError;
    use crate::wire::{Message, Reader, encode_or_outline};

    /// Writes the pieces, each as a field of its own.
    #[derive(Default)]
    struct Pieces(Vec<Vec<u8>>);

    impl Message for Pieces {
        const NAME: &'static str = "test.Pieces";

        fn write(&self, w: &mut Writer) {
            w.repeated_bytes(10, &self.0);
        }

        fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
            while let Some(tag) = r.tag()? {
                match tag {
                    10 => r.repeated_bytes(tag, &mut self.0)?,
                    _ => r.skip(tag)?,
                }
            }
            Ok(())
        }
    }

    #[test]
    fn what_is_large_comes_out_whole_wherever_it_stands() {
        for lengths in [
            &[LARGE][..],
            &[LARGE, 0],
            &[0, LARGE],
            &[1, LARGE, 30, LARGE + 1, 200],
            &[LARGE - 1, LARGE, LARGE - 1],
            &[5000; 20],
        ] {
            let pieces = lengths.iter().zip(1..).map(|(length, byte)| vec![byte; *length]);
            let pieces = Pieces(pieces.collect());
            let encoded = pieces.encode_to_vec();
            assert_eq!(encoded, Writer::new().encode(&pieces), "{lengths:?}");
            assert_eq!(Pieces::decode(&encoded).map(|pieces| pieces.0).as_ref(), Ok(&pieces.0));
            assert_eq!(pieces.encoded_len(), encoded.len());
            if lengths.contains(&LARGE) {
                assert_eq!(encoded.capacity(), encoded.len(), "{lengths:?}");
            }
            for before in [&b""[..], b"before"] {
                let mut buffer = before.to_vec();
                let pieces = Pieces(pieces.0.clone());
                if let Some(outline) = encode_or_outline(pieces, b"front", &mut buffer) {
                    buffer.extend(outline.to_vec());
                }
                assert_eq!(buffer, [before, b"front", &encoded].concat(), "{lengths:?}");
            }
        }
    }

    /// Packed numbers between two strings.
    #[derive(Default, Debug, PartialEq)]
    struct Numbers(Vec<u64>);

    impl Message for Numbers {
        const NAME: &'static str = "test.Numbers";

        fn write(&self, w: &mut Writer) {
            w.string(26, "behind");
            w.packed_uint64(18, &self.0);
            w.string(10, "in front");
        }

        fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
            while let Some(tag) = r.tag()? {
                match tag {
                    18 => r.packed_uint64(&mut self.0)?,
                    _ => r.skip(tag)?,
                }
            }
            Ok(())
        }
    }

    #[test]
    fn many_numbers_are_counted_and_then_written_in_place() {
        let counts = [LARGE, LARGE - 1, LARGE + 1];
        for count in counts {
            for shift in [57, 30, 0] {
                let mixed = |n: usize| (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift;
                let numbers = Numbers((0..count).map(mixed).collect());
                let encoded = numbers.encode_to_vec();
                assert_eq!(encoded, Writer::new().encode(&numbers), "{count} numbers");
                assert_eq!(numbers.encoded_len(), encoded.len());
                assert_eq!(Numbers::decode(&encoded), Ok(numbers));
            }
        }
    }

    thread_local!(static TURN: Cell<usize> = const { Cell::new(0) });

    /// Writes something else each time.
    #[derive(Default)]
    struct Fickle;

    impl Message for Fickle {
        const NAME: &'static str = "test.Fickle";

        fn write(&self, w: &mut Writer) {
            let turn = TURN.replace(TURN.get() + 1);
            w.bytes(10, &vec![7; LARGE + turn * 100 % 350]);
            w.bytes(10, &vec![8; turn * 40 % 130]);
        }

        fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
            Pieces::default().read(r)
        }
    }

    #[test]
    fn a_message_that_changes_meanwhile_comes_out_as_it_was_at_last() {
        for _ in 0..if cfg!(miri) { 3 } else { 20 } {
            let encoded = Fickle.encode_to_vec();
            let Ok(Pieces(pieces)) = Pieces::decode(&encoded) else {
                panic!("what was written is refused")
            };
            assert_eq!(pieces.len(), 2);
            assert!(
                pieces.iter().zip([8, 7]).all(|(piece, byte)| piece.iter().all(|b| *b == byte))
            );
        }
    }
}
