//! The buffer that encoding fills, back to front.

pub(super) mod encoded;
mod exact;
mod pieces;
mod scalar;
mod varints;

use std::hint::{assert_unchecked, cold_path};
use std::mem::{ManuallyDrop, MaybeUninit};

use bytes::Bytes;

use pieces::Apart;
pub(super) use pieces::Piece;

use super::bits::{Bits, Portable};
use super::{Message, UnknownFields, WireType, copy, varint};

/// A buffer that is filled from its end towards its front, used by generated code.
///
/// Written this way, a message's length is known when its length prefix is due, and what belongs in
/// front of a message (the prefix of a gRPC message, the header of a frame) is
/// [prepended](Self::prepend) without moving the message. A writer that is [cleared](Self::clear)
/// keeps its memory for the next message; [`take_bytes`](Self::take_bytes) hands it on instead.
///
/// ```
/// # use rustrpc::gencode::Writer;
/// let mut writer = Writer::new();
/// writer.prepend(b"message");
/// writer.prepend(&[0, 0, 0, 0, 7]);
/// assert_eq!(writer.as_slice(), b"\0\0\0\0\x07message");
/// ```
#[derive(Default)]
pub struct Writer {
    // As long as its capacity. A Vec and not a boxed slice, because that can't be empty in a constant.
    buffer: Vec<MaybeUninit<u8>>,
    // Invariant: start <= buffer.len(), and the bytes from there to the end are initialized.
    start: usize,
    /// What `start` is counted down from: the buffer's length, and as much more as was written
    /// elsewhere or only measured. Never less than `start`.
    end: usize,
    mode: Mode,
    /// The buffer that was set aside, and where its bytes begin, once there is no room in one that
    /// was to take everything.
    behind: Option<Box<(Vec<MaybeUninit<u8>>, usize)>>,
    /// What is done with large pieces that are left out.
    apart: Option<Box<Apart>>,
}

/// What every reservation includes, so that a value of known size needs one check: a tag and a
/// length take at most 15 bytes, and the eight-byte store of a varint reaches one byte beyond it.
const ROOM: usize = 24;

/// The first allocation.
const LEAST: usize = 256;

/// What is done when there is no room in the buffer.
#[derive(Clone, Copy, Default)]
enum Mode {
    /// A larger one takes its place.
    #[default]
    Growing,
    /// The same, but what is large is only counted.
    Measuring,
    /// The buffer is as large as all that will come, and is set aside for a small one when the
    /// bytes in front that writing likes to have free are no longer to be had.
    Exact,
    /// A larger one takes its place, but what is large is only noted, or copied elsewhere.
    Parting,
}

impl Writer {
    /// An empty writer, which allocates when first written to.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            end: 0,
            mode: Mode::Growing,
            behind: None,
            apart: None,
        }
    }

    /// An empty writer with room for about `capacity` bytes.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        let capacity = capacity + ROOM;
        let buffer = Box::new_uninit_slice(capacity).into_vec();
        Self { buffer, start: capacity, end: capacity, ..Self::new() }
    }

    /// The bytes written and not cleared.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        let (_, written) = self.buffer.split_at(self.start);
        // SAFETY: the bytes from `start` on are initialized.
        unsafe { written.assume_init_ref() }
    }

    /// How many bytes were written.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether nothing was written.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The size of the memory this holds.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.buffer.len()
    }

    /// Forgets what was written and keeps the memory.
    #[inline]
    pub fn clear(&mut self) {
        self.start = self.buffer.len();
        self.end = self.start;
    }

    /// Writes `message` alone: the encoded bytes, in the memory of this writer.
    #[inline]
    pub fn encode<M: Message>(&mut self, message: &M) -> &[u8] {
        self.clear();
        message.write(self);
        self.as_slice()
    }

    /// Puts `bytes` in front of what was written, as they are.
    #[inline]
    pub fn prepend(&mut self, bytes: &[u8]) {
        if self.start < bytes.len() + ROOM {
            return self.prepend_in_need(bytes);
        }
        let start = self.start - bytes.len();
        // SAFETY: bytes.len() + ROOM bytes are free in front of `start`, which is within the
        // buffer.
        let free = unsafe { self.buffer.get_unchecked_mut(start..self.start) };
        copy::copy(free, bytes);
        self.start = start;
    }

    /// Hands on what was written as a vector, in the same memory (to whose front it is moved), and
    /// leaves the writer empty.
    #[must_use]
    pub fn take_vec(&mut self) -> Vec<u8> {
        let Self { mut buffer, start, .. } = std::mem::take(self);
        let length = buffer.len() - start;
        buffer.copy_within(start.., 0);
        let mut buffer = ManuallyDrop::new(buffer);
        // SAFETY: pointer and capacity are those of a vector that is not dropped, of elements of
        // the same layout; the first `length` bytes are initialized, as they were behind `start`.
        unsafe { Vec::from_raw_parts(buffer.as_mut_ptr().cast(), length, buffer.capacity()) }
    }

    /// Hands on what was written together with its memory, without a copy, and leaves the writer
    /// empty. Where little was written into much memory a copy is the cheaper way.
    #[must_use]
    pub fn take_bytes(&mut self) -> Bytes {
        let written = std::mem::take(self);
        if written.is_empty() { Bytes::new() } else { Bytes::from_owner(written) }
    }

    /// Makes sure that `length` bytes and [`ROOM`] more are free in front.
    #[inline(always)]
    fn reserve(&mut self, length: usize) {
        if self.start < length + ROOM {
            self.grow(length + ROOM);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, length: usize) {
        if let Mode::Exact = self.mode {
            return self.set_aside(length);
        }
        let written = self.buffer.len() - self.start;
        // What is large is likely to be alone: the slack keeps the front of it away from the front
        // of the buffer, because moving it there by a few bytes would be slow.
        let slack = if length > LEAST { LEAST } else { 0 };
        let capacity = (written + length + slack).max(self.buffer.len() * 2).max(LEAST);
        let mut larger = Box::new_uninit_slice(capacity);
        let start = capacity - written;
        let (_, tail) = larger.split_at_mut(start);
        tail.copy_from_slice(self.buffer.split_at(self.start).1);
        self.end = self.end - self.start + start;
        self.buffer = larger.into_vec();
        self.start = start;
    }

    /// Puts a varint in front of `start` and tells where it begins, as do the others of this kind;
    /// that it is where the writer starts now is up to the caller.
    ///
    /// # Safety
    ///
    /// `start` must be within the buffer, with at least ten bytes free in front.
    #[inline(always)]
    unsafe fn put_varint(&mut self, start: usize, value: u64) -> usize {
        if value < 0x80 {
            // SAFETY: the caller's promise.
            unsafe { self.put(start, [value as u8]) }
        } else {
            // SAFETY: the caller's promise.
            unsafe { self.put_long_varint(Portable, start, value) }
        }
    }

    /// [`Self::put_varint`] without a branch for values of one byte.
    ///
    /// # Safety
    ///
    /// `start` must be within the buffer, with at least ten bytes free in front.
    #[inline(always)]
    unsafe fn put_long_varint(&mut self, bits: impl Bits, start: usize, value: u64) -> usize {
        if value >> 56 == 0 {
            let free = 64 - 8 * varint::length(value);
            // All eight bytes are stored, those of the varint last; what lies in front is
            // overwritten by what comes next. All but the last are continued.
            let word = (bits.spread(value) | varint::CONTINUATION) << free & (u64::MAX >> 1);
            // SAFETY: ten bytes were free.
            unsafe { self.put(start, word.to_le_bytes()) + free / 8 }
        } else {
            // SAFETY: the caller's promise.
            unsafe { self.put_longest_varint(bits, start, value) }
        }
    }

    /// A varint of nine or ten bytes.
    ///
    /// # Safety
    ///
    /// `start` must be within the buffer, with so many bytes free in front.
    #[inline(always)]
    unsafe fn put_longest_varint(&mut self, bits: impl Bits, start: usize, value: u64) -> usize {
        let ninth = (value >> 56) as u8;
        let word = bits.spread(value & (u64::MAX >> 8)) | varint::CONTINUATION;
        // SAFETY: of the ten bytes, the first two calls take two at most.
        unsafe {
            let start =
                if ninth < 0x80 { self.put(start, [ninth]) } else { self.put(start, [ninth, 1]) };
            self.put(start, word.to_le_bytes())
        }
    }

    /// Puts a tag in front of `start`.
    ///
    /// # Safety
    ///
    /// `start` must be within the buffer, with at least ten bytes free in front.
    #[inline(always)]
    unsafe fn put_tag(&mut self, start: usize, tag: u32) -> usize {
        // Tags are constants: the branch is taken when compiling.
        if tag < 0x80 {
            // SAFETY: the caller's promise.
            unsafe { self.put(start, [tag as u8]) }
        } else if tag < 0x4000 {
            // SAFETY: the caller's promise.
            unsafe { self.put(start, [tag as u8 | 0x80, (tag >> 7) as u8]) }
        } else {
            // SAFETY: the caller's promise.
            unsafe { self.put_long_varint(Portable, start, u64::from(tag)) }
        }
    }

    /// Puts `N` bytes in front of `start`.
    ///
    /// # Safety
    ///
    /// `start` must be within the buffer, with so many bytes free in front.
    #[inline(always)]
    unsafe fn put<const N: usize>(&mut self, start: usize, bytes: [u8; N]) -> usize {
        debug_assert!(start >= N && start <= self.buffer.len());
        let start = start - N;
        // SAFETY: start + N <= buffer.len(), and `start` has not wrapped, by the caller's promise.
        // Byte arrays need no alignment.
        unsafe { self.buffer.as_mut_ptr().add(start).cast::<[u8; N]>().write(bytes) };
        start
    }

    /// A varint field. Small values with small tags are written where the field is, so that the
    /// rest takes no room there.
    #[inline(always)]
    fn varint_field(&mut self, tag: u32, value: u64) {
        self.start = if value >= 0x80 || tag >= 0x4000 {
            // SAFETY: that is where the writer starts.
            unsafe { self.long_varint_field(self.start, tag, value) }
        } else if self.start < ROOM {
            self.varint_field_in_need(tag, value)
        } else {
            // SAFETY: ROOM bytes are free.
            unsafe {
                let start = self.put(self.start, [value as u8]);
                self.put_tag(start, tag)
            }
        };
    }

    /// [`Self::varint_field`] for all values; where the writer starts then.
    ///
    /// That place goes in and comes out by itself: so it stays in a register from one field to the
    /// next, where each would wait for what the one before it has stored.
    ///
    /// # Safety
    ///
    /// `start` must be the writer's own.
    #[inline(never)]
    unsafe fn long_varint_field(&mut self, start: usize, tag: u32, value: u64) -> usize {
        if start < ROOM {
            return self.varint_field_in_need(tag, value);
        }
        // SAFETY: ROOM bytes are free, enough for a varint of ten bytes and a tag of five, which may
        // store eight.
        unsafe {
            let start = match value {
                0..0x80 => self.put(start, [value as u8]),
                0x80..0x4000 => self.put(start, [value as u8 | 0x80, (value >> 7) as u8]),
                // Five bytes, as the seconds of a date take and most of its nanoseconds.
                0x1000_0000..0x8_0000_0000 => {
                    let start = self.put(start, [(value >> 28) as u8]);
                    let low = varint::spread_half(value as u32) | varint::CONTINUATION as u32;
                    self.put(start, low.to_le_bytes())
                }
                _ => self.put_long_varint(Portable, start, value),
            };
            self.put_tag(start, tag)
        }
    }

    #[cold]
    #[inline(never)]
    fn varint_field_in_need(&mut self, tag: u32, value: u64) -> usize {
        self.grow(ROOM);
        // SAFETY: that is where the writer starts.
        unsafe { self.long_varint_field(self.start, tag, value) }
    }

    /// A field of fixed size.
    #[inline(always)]
    fn fixed_field<const N: usize>(&mut self, tag: u32, value: [u8; N]) {
        self.start = if self.start < N + ROOM {
            self.fixed_field_in_need(tag, value)
        } else {
            // SAFETY: N and ROOM bytes are free.
            unsafe {
                let start = self.put(self.start, value);
                self.put_tag(start, tag)
            }
        };
    }

    #[cold]
    #[inline(never)]
    fn fixed_field_in_need<const N: usize>(&mut self, tag: u32, value: [u8; N]) -> usize {
        self.grow(N + ROOM);
        self.fixed_field(tag, value);
        self.start
    }

    /// A field of `bytes` with their length in front.
    #[inline(always)]
    fn length_delimited(&mut self, tag: u32, bytes: &[u8]) {
        // SAFETY: that is where the writer starts.
        self.start = unsafe { self.length_delimited_at(self.start, tag, bytes) };
    }

    /// Not inlined: one call is all that a string costs where it is written, and a short one makes no
    /// further call. For `start` see [`Self::long_varint_field`].
    ///
    /// # Safety
    ///
    /// `start` must be the writer's own.
    #[inline(never)]
    unsafe fn length_delimited_at(&mut self, start: usize, tag: u32, bytes: &[u8]) -> usize {
        if bytes.len() > copy::SHORT {
            return self.long_length_delimited(tag, bytes);
        }
        if start < copy::SHORT + ROOM {
            // Apart from the other condition, which it would be computed together with.
            cold_path();
            return self.long_length_delimited(tag, bytes);
        }
        let (behind, start) = (start, start - bytes.len());
        // SAFETY: bytes.len() + ROOM bytes are free in front of `behind`, which is within the
        // buffer.
        let free = unsafe { self.buffer.get_unchecked_mut(start..behind) };
        copy::copy(free, bytes);
        // SAFETY: ROOM bytes are left.
        unsafe {
            let start = self.put(start, [bytes.len() as u8]);
            self.put_tag(start, tag)
        }
    }

    #[inline(never)]
    fn long_length_delimited(&mut self, tag: u32, bytes: &[u8]) -> usize {
        self.prepend(bytes);
        self.varint_field(tag, bytes.len() as u64);
        self.start
    }

    /// The length and the tag in front of what was written since the writer was `mark` long.
    #[inline(always)]
    pub(super) fn prefix(&mut self, tag: u32, mark: usize) {
        let length = self.len() - mark;
        self.varint_field(tag, length as u64);
    }

    /// A nested message.
    #[inline]
    pub fn message<M: Message>(&mut self, tag: u32, message: &M) {
        self.delimited_with(tag, |w| message.write(w));
    }

    /// What `write` writes, with its length in front.
    #[inline(always)]
    pub(crate) fn delimited_with(&mut self, tag: u32, write: impl FnOnce(&mut Self)) {
        let mark = self.len();
        write(self);
        self.prefix(tag, mark);
    }

    /// A group; `tag` is the tag that begins it.
    #[inline]
    pub fn group<M: Message>(&mut self, tag: u32, message: &M) {
        self.group_with(tag, |w| message.write(w));
    }

    /// What `write` writes, as a group.
    #[inline(always)]
    pub(crate) fn group_with(&mut self, tag: u32, write: impl FnOnce(&mut Self)) {
        self.end_group(tag);
        write(self);
        self.reserve(0);
        // SAFETY: ROOM is reserved.
        self.start = unsafe { self.put_tag(self.start, tag) };
    }

    #[inline]
    fn end_group(&mut self, tag: u32) {
        self.reserve(0);
        // SAFETY: ROOM is reserved.
        self.start = unsafe { self.put_tag(self.start, WireType::EndGroup.tag(tag >> 3)) };
    }

    /// What was kept of fields nobody here knew.
    #[inline(always)]
    pub fn unknown_fields(&mut self, unknown: &UnknownFields) {
        if !unknown.is_empty() {
            self.prepend_unknown(unknown);
        }
        // The first thing in every message: what is known of `start` here stays known. Else each
        // field would load it, since nobody knows whether the one before it was written.
        // SAFETY: the type's invariant.
        unsafe { assert_unchecked(self.start <= self.buffer.len()) };
    }

    #[cold]
    #[inline(never)]
    fn prepend_unknown(&mut self, unknown: &UnknownFields) {
        self.prepend(unknown.as_bytes());
    }
}

impl AsRef<[u8]> for Writer {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("len", &self.len())
            .field("capacity", &self.capacity())
            .finish_non_exhaustive()
    }
}
