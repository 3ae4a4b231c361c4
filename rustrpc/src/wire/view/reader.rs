//! What decoding a view takes beyond decoding a message.

use super::super::unknown::UnknownSink;
use super::super::{DecodeError, DecodeErrorCause, Enumeration, Reader, WireType, varint};
use super::map::Entry;
use super::repeated::is_packable;
use super::{ClosedEnum, Element, Map, MessageView, Repeated};

impl<'a> Reader<'a> {
    /// Reads all bytes into `view`, the outermost one.
    #[inline]
    pub(super) fn finish_view<V: MessageView<'a>>(
        &mut self,
        view: &mut V,
    ) -> Result<(), DecodeError> {
        let name = <V::Message as super::super::Message>::NAME;
        view.read(self).map_err(|error| error.within(name))?;
        match view.missing_required() {
            None => Ok(()),
            Some(missing) => Err(self.missing_required(missing, name)),
        }
    }

    /// A `string`, left where it is.
    #[inline(always)]
    pub fn str(&mut self) -> Result<&'a str, DecodeError> {
        self.text()
    }

    /// A `bytes` value, left where it is.
    #[inline(always)]
    pub fn slice(&mut self) -> Result<&'a [u8], DecodeError> {
        self.length_delimited()
    }

    /// Merges a nested message into `view`.
    #[inline]
    pub fn view<V: MessageView<'a>>(&mut self, view: &mut V) -> Result<(), DecodeError> {
        self.enter(|r| r.read_view(view))
    }

    /// Reads a nested message that is not merged with an earlier one.
    #[inline]
    pub fn new_view<V: MessageView<'a>>(&mut self) -> Result<V, DecodeError> {
        let mut view = V::default();
        self.view(&mut view)?;
        Ok(view)
    }

    /// Merges a group into `view`; `tag` is the tag that begins it.
    pub fn group_view<V: MessageView<'a>>(
        &mut self,
        tag: u32,
        view: &mut V,
    ) -> Result<(), DecodeError> {
        self.enter_group(tag, |r| r.read_view(view))
    }

    /// Reads a group that is not merged with an earlier one.
    pub fn new_group_view<V: MessageView<'a>>(&mut self, tag: u32) -> Result<V, DecodeError> {
        let mut view = V::default();
        self.group_view(tag, &mut view)?;
        Ok(view)
    }

    /// Adds what is behind `tag` to a repeated field: an element, those that follow it at once, or
    /// packed ones.
    #[inline]
    pub fn repeated_view<K: Element<'a>>(
        &mut self,
        tag: u32,
        values: &mut Repeated<'a, K>,
    ) -> Result<(), DecodeError> {
        let mark = self.mark();
        let mut count = 0;
        if is_packable(K::WIRE_TYPE) && tag & 7 == WireType::LengthDelimited as u32 {
            count = self.pass_packed(K::WIRE_TYPE)?;
        } else {
            loop {
                K::pass(self, tag)?;
                count += 1;
                if !self.is_followed_by(tag) {
                    break;
                }
            }
        }
        values.add(self.since(mark), count, self.so_far(), self.body());
        Ok(())
    }

    /// Adds what is behind `tag` to a repeated field of a closed enum. Numbers that are not declared
    /// go to the unknown fields.
    pub fn closed_repeated_view<E: Enumeration>(
        &mut self,
        tag: u32,
        values: &mut Repeated<'a, ClosedEnum<E>>,
        unknown: &mut impl UnknownSink<'a>,
    ) -> Result<(), DecodeError> {
        let mark = self.mark();
        let mut count = 0;
        if tag & 7 == WireType::LengthDelimited as u32 {
            let number = tag >> 3;
            let mut rest = self.slice()?;
            self.count_varints(rest)?;
            while let Some((value, length)) = varint::from_slice(rest) {
                if E::from(value as i32).is_declared() {
                    count += 1;
                } else {
                    unknown.varint(number, value);
                }
                rest = rest.get(length..).unwrap_or_default();
            }
        } else if self.closed_enumeration::<E>(unknown)?.is_some() {
            count = 1;
        }
        values.add(self.since(mark), count, self.so_far(), self.body());
        Ok(())
    }

    /// Adds the entries behind `tag` to a map.
    #[inline]
    pub fn map_view<K: Element<'a>, V: Element<'a>>(
        &mut self,
        tag: u32,
        entries: &mut Map<'a, K, V>,
    ) -> Result<(), DecodeError> {
        self.repeated_view(tag, entries.entries_mut())
    }

    /// Adds the entry behind `tag` to a map whose values are of a closed enum. When its value is not
    /// declared the entry goes to the unknown fields.
    pub fn closed_map_view<K: Element<'a>, E: Enumeration>(
        &mut self,
        tag: u32,
        entries: &mut Map<'a, K, ClosedEnum<E>>,
        unknown: &mut impl UnknownSink<'a>,
    ) -> Result<(), DecodeError> {
        let mark = self.mark();
        let mut entry = Default::default();
        Entry::<K, ClosedEnum<E>>::read(self, tag, &mut entry)?;
        if Entry::<K, ClosedEnum<E>>::counts(&entry) {
            let entries = entries.entries_mut();
            entries.add(self.since(mark), 1, self.so_far(), self.body());
        } else {
            unknown.record(self.since(mark), self.so_far());
        }
        Ok(())
    }

    #[inline]
    fn read_view<V: MessageView<'a>>(&mut self, view: &mut V) -> Result<(), DecodeError> {
        let outer = self.begin_body();
        view.read(self)
            .map_err(|error| error.within(<V::Message as super::super::Message>::NAME))?;
        self.end_body(outer);
        Ok(())
    }

    /// Passes over packed elements and counts them.
    #[inline]
    fn pass_packed(&mut self, wire_type: WireType) -> Result<usize, DecodeError> {
        let bytes = self.slice()?;
        let size = match wire_type {
            WireType::Fixed32 => 4,
            WireType::Fixed64 => 8,
            _ => return self.count_varints(bytes),
        };
        if bytes.len().is_multiple_of(size) {
            Ok(bytes.len() / size)
        } else {
            Err(self.error(DecodeErrorCause::InvalidPackedLength))
        }
    }

    /// How many varints `bytes` are, all of which have to be valid.
    #[inline]
    fn count_varints(&self, bytes: &[u8]) -> Result<usize, DecodeError> {
        match bytes.last() {
            None => Ok(0),
            Some(0..0x80) => {
                varint::count(bytes).ok_or_else(|| self.error(DecodeErrorCause::VarintOverflow))
            }
            Some(_) => Err(self.error(DecodeErrorCause::Truncated)),
        }
    }
}
