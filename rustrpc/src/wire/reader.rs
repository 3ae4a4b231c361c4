//! The cursor that decoding runs over.

mod scalar;
mod skip;
mod source;

use std::borrow::Cow;
use std::marker::PhantomData;
use std::ptr;

use self::source::Source;
use super::{DecodeError, DecodeErrorCause, Message, RECURSION_LIMIT, utf8, varint};

/// A cursor over encoded bytes, used by generated code.
///
/// One reader serves a whole decode: entering a nested message moves its limit, leaving restores
/// it. So it can look beyond the message it is in, up to the end of all bytes, when it loads eight
/// bytes at once.
///
/// It can only be had as the argument of [`Message::read`]: no code outside this module can put
/// another reader in its place, which the limits restored after a nested message rely on.
pub struct Reader<'a> {
    // Invariant: start <= field <= at <= limit <= end, all of them within (or one past) the slice
    // that 'a borrows, which begins at `start` and ends at `end`.
    at: *const u8,
    /// The end of the message this is in.
    limit: *const u8,
    /// Where the field that is being read began: names it in errors, and delimits unknown fields.
    field: *const u8,
    start: *const u8,
    end: *const u8,
    /// What the slice is of, for values that may keep a part of it.
    source: Option<Source<'a>>,
    /// The begin of the message this is in, kept up to date for views only: they tell by it whether
    /// a message comes in several pieces.
    body: *const u8,
    /// How many more messages or groups may be entered.
    depth: u32,
    /// Whether the bytes were read before, so that views need not check what they only pass over.
    checked: bool,
    group: Group,
    // Invariant in 'a, so that readers of different decodes have different types.
    slice: PhantomData<*mut &'a [u8]>,
}

/// The group whose end the reader waits for.
#[derive(Clone, Copy)]
struct Group {
    /// Its field number, 0 for none.
    number: u32,
    /// The reader's depth inside it: a message within the group can't end the group.
    depth: u32,
    /// Whether the end was met.
    ended: bool,
}

impl Group {
    /// No group: nothing can end it, because that has happened.
    const NONE: Self = Self { number: 0, depth: 0, ended: true };
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let range = bytes.as_ptr_range();
        Self {
            at: range.start,
            limit: range.end,
            field: range.start,
            start: range.start,
            end: range.end,
            source: None,
            body: range.start,
            depth: RECURSION_LIMIT,
            checked: false,
            group: Group::NONE,
            slice: PhantomData,
        }
    }

    /// A reader of bytes that were found valid before, or are part of some that were.
    #[inline]
    pub(super) fn checked(bytes: &'a [u8]) -> Self {
        Self { checked: true, ..Self::new(bytes) }
    }

    /// Whether the bytes were read before.
    #[inline(always)]
    pub(super) fn is_checked(&self) -> bool {
        self.checked
    }

    /// Reads all bytes into `message`, the outermost one.
    pub(crate) fn finish<M: Message>(&mut self, message: &mut M) -> Result<(), DecodeError> {
        message.read(self).map_err(|error| error.within(M::NAME))?;
        match message.missing_required() {
            None => Ok(()),
            Some(name) => Err(self.missing_required(name, M::NAME)),
        }
    }

    /// The error that a required field of `message`, here or below, is not set.
    #[cold]
    pub(crate) fn missing_required(
        &self,
        field: impl Into<Cow<'static, str>>,
        message: impl Into<Cow<'static, str>>,
    ) -> DecodeError {
        self.error_at_end(DecodeErrorCause::MissingRequired(field.into())).within(message)
    }

    /// An error that is not about a single field.
    #[cold]
    pub(super) fn error_at_end(&self, cause: DecodeErrorCause) -> DecodeError {
        DecodeError::new(cause, 0, self.offset())
    }

    /// A reader of a message that is encoded in another one, `depth` levels down.
    #[cfg(feature = "reflect")]
    pub(crate) fn at_depth(bytes: &'a [u8], depth: u32) -> Result<Self, DecodeError> {
        let left = RECURSION_LIMIT.checked_sub(depth);
        let left = left.ok_or_else(|| DecodeError::new(DecodeErrorCause::TooDeep, 0, 0))?;
        Ok(Self { depth: left, ..Self::new(bytes) })
    }

    /// How many levels down the reader is.
    #[cfg(feature = "reflect")]
    pub(crate) fn depth(&self) -> u32 {
        RECURSION_LIMIT - self.depth
    }

    /// The next tag (field number and wire type), or `None` at the end of the message.
    ///
    /// Tags nobody can know, such as those of field 0, are left to [`Self::unknown_field`] and
    /// [`Self::skip`] to refuse.
    #[inline(always)]
    #[allow(clippy::missing_errors_doc, reason = "every method of a reader fails alike")]
    pub fn tag(&mut self) -> Result<Option<u32>, DecodeError> {
        self.field = self.at;
        match self.peek() {
            None => Ok(None),
            Some(byte) if byte < 0x80 => {
                // SAFETY: `peek` saw a byte, so `at` < `limit`.
                self.at = unsafe { self.at.add(1) };
                Ok(Some(u32::from(byte)))
            }
            Some(_) => self.long_tag().map(Some),
        }
    }

    #[inline(never)]
    fn long_tag(&mut self) -> Result<u32, DecodeError> {
        let tag = self.long_varint()?;
        u32::try_from(tag).map_err(|_| self.error(DecodeErrorCause::InvalidTag))
    }

    /// Merges a nested message into `message`.
    #[inline]
    pub fn message<M: Message>(&mut self, message: &mut M) -> Result<(), DecodeError> {
        self.enter(|r| message.read(r).map_err(|error| error.within(M::NAME)))
    }

    /// Reads a length and has `read` read so many bytes, one level deeper.
    #[inline(always)]
    pub(crate) fn enter(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let length = self.length()?;
        self.descend()?;
        let outer = self.limit;
        // SAFETY: `length` checked that `at` + `length` <= `limit`.
        self.limit = unsafe { self.at.add(length) };
        read(self)?;
        // `outer` is of the same slice, because this is still the same reader, and
        // `at` <= `limit` <= `outer`.
        self.limit = outer;
        self.depth += 1;
        Ok(())
    }

    /// Reads a nested message that is not merged with an earlier one.
    #[inline]
    pub fn new_message<M: Message>(&mut self) -> Result<M, DecodeError> {
        let mut message = M::default();
        self.message(&mut message)?;
        Ok(message)
    }

    /// Merges a group into `message`; `tag` is the tag that begins it.
    pub fn group<M: Message>(&mut self, tag: u32, message: &mut M) -> Result<(), DecodeError> {
        self.enter_group(tag, |r| message.read(r).map_err(|error| error.within(M::NAME)))
    }

    /// Has `read` read up to the end of the group that `tag` begins, one level deeper.
    #[inline]
    pub(crate) fn enter_group(
        &mut self,
        tag: u32,
        read: impl FnOnce(&mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        self.descend()?;
        let (outer, limit) = (self.group, self.limit);
        self.group = Group { number: tag >> 3, depth: self.depth, ended: false };
        // The end tag is no field the message knows. `end_group` meets it and moves the limit to
        // it, so that `tag` reports the end of the message.
        read(self)?;
        if !self.group.ended {
            return Err(self.error(DecodeErrorCause::UnterminatedGroup));
        }
        self.group = outer;
        self.limit = limit;
        self.depth += 1;
        Ok(())
    }

    /// Reads a group that is not merged with an earlier one.
    pub fn new_group<M: Message>(&mut self, tag: u32) -> Result<M, DecodeError> {
        let mut message = M::default();
        self.group(tag, &mut message)?;
        Ok(message)
    }

    /// Has `read` read fields one level deeper, up to wherever it ends.
    pub(super) fn within_group(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        self.descend()?;
        read(self)?;
        self.depth += 1;
        Ok(())
    }

    fn end_group(&mut self, tag: u32) -> Result<(), DecodeError> {
        if self.group.number != tag >> 3 || self.group.depth != self.depth || self.group.ended {
            return Err(self.error(DecodeErrorCause::UnexpectedEndGroup));
        }
        self.group.ended = true;
        self.limit = self.at;
        Ok(())
    }

    #[inline]
    fn descend(&mut self) -> Result<(), DecodeError> {
        if self.depth == 0 {
            return Err(self.error(DecodeErrorCause::TooDeep));
        }
        self.depth -= 1;
        Ok(())
    }

    /// The next byte of the message, left where it is.
    #[inline(always)]
    fn peek(&self) -> Option<u8> {
        // SAFETY: `at` < `limit` is inside the slice.
        if self.at < self.limit { Some(unsafe { *self.at }) } else { None }
    }

    /// How many bytes of the message are left.
    #[inline(always)]
    pub(super) fn remaining(&self) -> usize {
        self.limit as usize - self.at as usize
    }

    fn offset(&self) -> usize {
        self.at as usize - self.start as usize
    }

    /// Where in the slice a field began, for [`Self::since`].
    pub(crate) fn mark(&self) -> Mark<'a> {
        Mark { at: self.field, slice: PhantomData }
    }

    /// The bytes from `mark` up to here.
    pub(crate) fn since(&self, mark: Mark<'a>) -> &'a [u8] {
        let length = self.at as usize - mark.at as usize;
        // SAFETY: `mark` was the `field` of this reader, and `at` only moves forward.
        unsafe { std::slice::from_raw_parts(mark.at, length) }
    }

    /// All bytes up to here.
    #[inline(always)]
    pub(super) fn so_far(&self) -> &'a [u8] {
        // SAFETY: `start` <= `at` are in the slice that 'a borrows.
        unsafe { std::slice::from_raw_parts(self.start, self.offset()) }
    }

    /// Where the message that this is in begins.
    #[inline(always)]
    pub(super) fn body(&self) -> *const u8 {
        self.body
    }

    /// Notes that a message begins here, and tells where the one around it does.
    #[inline(always)]
    pub(super) fn begin_body(&mut self) -> *const u8 {
        std::mem::replace(&mut self.body, self.at)
    }

    /// Goes back to the message around.
    #[inline(always)]
    pub(super) fn end_body(&mut self, outer: *const u8) {
        self.body = outer;
    }

    /// Whether the next tag is `tag`; it is read then, and else left where it is.
    #[inline(always)]
    pub(super) fn is_followed_by(&mut self, tag: u32) -> bool {
        let here = self.at;
        // What is wrong with the tag shows again when it is read for good.
        if let Ok(Some(next)) = self.tag()
            && next == tag
        {
            return true;
        }
        // Only `tag` read since, which left `field` <= `here`.
        self.at = here;
        false
    }

    /// Any varint.
    #[inline(always)]
    pub(super) fn varint(&mut self) -> Result<u64, DecodeError> {
        match self.peek() {
            Some(byte) if byte < 0x80 => {
                // SAFETY: `peek` saw a byte, so `at` < `limit`.
                self.at = unsafe { self.at.add(1) };
                Ok(u64::from(byte))
            }
            _ => self.long_varint(),
        }
    }

    #[inline(never)]
    fn long_varint(&mut self) -> Result<u64, DecodeError> {
        let Some(ahead) = self.look_ahead().first_chunk::<10>() else {
            return self.varint_near_end();
        };
        let (value, length) = match *ahead {
            // Two and three bytes are the commonest lengths after one.
            [first, second @ 0..0x80, ..] => (u64::from(first & 0x7f) | u64::from(second) << 7, 2),
            [first, second, third @ 0..0x80, ..] => {
                let low = u64::from(first & 0x7f) | u64::from(second & 0x7f) << 7;
                (low | u64::from(third) << 14, 3)
            }
            _ => match varint::from_slice(ahead) {
                Some(long) => long,
                None => return self.no_varint(),
            },
        };
        self.pass_varint(value, length)
    }

    /// [`Self::long_varint`] with few bytes left to look at.
    #[inline(never)]
    fn varint_near_end(&mut self) -> Result<u64, DecodeError> {
        match varint::from_slice(self.look_ahead()) {
            Some((value, length)) => self.pass_varint(value, length),
            None => self.no_varint(),
        }
    }

    #[inline(always)]
    fn pass_varint(&mut self, value: u64, length: usize) -> Result<u64, DecodeError> {
        if length > self.remaining() {
            return self.no_varint();
        }
        // SAFETY: `length` <= `remaining`.
        self.at = unsafe { self.at.add(length) };
        Ok(value)
    }

    /// Refuses what is here. Without an end within the message's own bytes it is their end that is
    /// wrong.
    #[cold]
    #[inline(never)]
    fn no_varint(&self) -> Result<u64, DecodeError> {
        Err(self.error(match self.remaining() {
            0..10 => DecodeErrorCause::Truncated,
            _ => DecodeErrorCause::VarintOverflow,
        }))
    }

    /// All bytes from here to the end of the slice, those beyond the message included.
    #[inline(always)]
    fn look_ahead(&self) -> &'a [u8] {
        let length = self.end as usize - self.at as usize;
        // SAFETY: `at` <= `end` are in the slice that 'a borrows.
        unsafe { std::slice::from_raw_parts(self.at, length) }
    }

    /// A length that is not larger than what is left of the message.
    #[inline(always)]
    fn length(&mut self) -> Result<usize, DecodeError> {
        let length = self.varint()?;
        if length > self.remaining() as u64 {
            return Err(self.error(DecodeErrorCause::Truncated));
        }
        // In range: it is at most `remaining`, a usize.
        Ok(length as usize)
    }

    /// A length and that many bytes.
    #[inline(always)]
    pub(crate) fn length_delimited(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.length()?;
        // SAFETY: `length` checked that so many bytes are left of the message.
        let bytes = unsafe { std::slice::from_raw_parts(self.at, length) };
        // SAFETY: likewise.
        self.at = unsafe { self.at.add(length) };
        Ok(bytes)
    }

    /// The next `N` bytes.
    #[inline(always)]
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        if self.remaining() < N {
            return Err(self.error(DecodeErrorCause::Truncated));
        }
        // SAFETY: N bytes are left of the message, and byte arrays need no alignment.
        let bytes = unsafe { ptr::read(self.at.cast::<[u8; N]>()) };
        // SAFETY: likewise.
        self.at = unsafe { self.at.add(N) };
        Ok(bytes)
    }

    /// Text; checked, because a `String` must be.
    #[inline(always)]
    pub(super) fn text(&mut self) -> Result<&'a str, DecodeError> {
        let bytes = self.length_delimited()?;
        utf8::check(bytes).map_err(|valid| self.utf8_error(bytes.len() - valid))
    }

    #[cold]
    fn utf8_error(&self, behind: usize) -> DecodeError {
        DecodeError::new(DecodeErrorCause::InvalidUtf8, self.field_number(), self.offset() - behind)
    }

    /// How many length-delimited fields with this tag follow one another; `at` is behind the first
    /// one's tag. At least 1.
    #[inline(never)]
    pub(super) fn run(&self, tag: u32) -> usize {
        let mut ahead = Reader { ..*self };
        let mut count = 1;
        while ahead.length_delimited().is_ok() && ahead.tag().ok().flatten() == Some(tag) {
            count += 1;
        }
        count
    }

    /// The number of the field that is being read, 0 when none is.
    #[cold]
    pub(super) fn field_number(&self) -> u32 {
        let at_field = Reader { at: self.field, ..*self };
        match varint::from_slice(at_field.look_ahead()) {
            Some((tag, _)) => u32::try_from(tag >> 3).unwrap_or(0),
            None => 0,
        }
    }

    #[cold]
    pub(super) fn error(&self, cause: DecodeErrorCause) -> DecodeError {
        DecodeError::new(cause, self.field_number(), self.offset())
    }
}

/// The begin of a field.
pub(crate) struct Mark<'a> {
    at: *const u8,
    slice: PhantomData<&'a [u8]>,
}

impl std::fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader")
            .field("offset", &self.offset())
            .field("remaining", &self.remaining())
            .finish_non_exhaustive()
    }
}
