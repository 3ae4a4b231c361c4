//! What is done with fields the generated code does not know.

use super::super::unknown::UnknownSink;
use super::super::{DecodeError, DecodeErrorCause, UnknownRecords, UnknownValue, WireType};
use super::Reader;

impl<'a> Reader<'a> {
    /// Keeps a field that is not known, or whose wire type is not the known one.
    #[inline(never)]
    pub fn unknown_field(
        &mut self,
        tag: u32,
        unknown: &mut impl UnknownSink<'a>,
    ) -> Result<(), DecodeError> {
        let mark = self.mark();
        self.skip(tag)?;
        // The end of a group is a field to nobody.
        if WireType::of_tag(tag) != Some(WireType::EndGroup) {
            unknown.record(self.since(mark), self.so_far());
        }
        Ok(())
    }

    /// Passes over a field that is not known and not kept. Meets the end of a group, too.
    #[inline(never)]
    pub fn skip(&mut self, tag: u32) -> Result<(), DecodeError> {
        let wire_type =
            WireType::of_tag(tag).ok_or_else(|| self.error(DecodeErrorCause::InvalidWireType))?;
        match wire_type {
            WireType::EndGroup => self.end_group(tag),
            _ => self.skip_value(tag, wire_type),
        }
    }

    pub(super) fn skip_value(&mut self, tag: u32, wire_type: WireType) -> Result<(), DecodeError> {
        if tag >> 3 == 0 {
            return Err(self.error(DecodeErrorCause::InvalidTag));
        }
        match wire_type {
            WireType::Varint => self.varint().map(drop),
            WireType::Fixed64 => self.array::<8>().map(drop),
            WireType::LengthDelimited => self.length_delimited().map(drop),
            WireType::Fixed32 => self.array::<4>().map(drop),
            WireType::StartGroup => self.skip_group(tag >> 3),
            WireType::EndGroup => Err(self.error(DecodeErrorCause::UnexpectedEndGroup)),
        }
    }

    /// Passes over the fields of group `number` up to and including its end.
    fn skip_group(&mut self, number: u32) -> Result<(), DecodeError> {
        self.descend()?;
        loop {
            let tag = self.tag()?.ok_or_else(|| self.error(DecodeErrorCause::UnterminatedGroup))?;
            match WireType::of_tag(tag) {
                None => return Err(self.error(DecodeErrorCause::InvalidWireType)),
                Some(WireType::EndGroup) if tag >> 3 == number => break,
                Some(wire_type) => self.skip_value(tag, wire_type)?,
            }
        }
        self.depth += 1;
        Ok(())
    }
}

impl<'a> Reader<'a> {
    /// The next field whatever it is: its tag and its value.
    pub(crate) fn record(&mut self) -> Result<Option<(u32, UnknownValue<'a>)>, DecodeError> {
        let Some(tag) = self.tag()? else { return Ok(None) };
        let wire_type =
            WireType::of_tag(tag).ok_or_else(|| self.error(DecodeErrorCause::InvalidWireType))?;
        let value = match wire_type {
            WireType::Varint => UnknownValue::Varint(self.uint64()?),
            WireType::Fixed32 => UnknownValue::Fixed32(self.fixed32()?),
            WireType::Fixed64 => UnknownValue::Fixed64(self.fixed64()?),
            WireType::LengthDelimited => UnknownValue::LengthDelimited(self.length_delimited()?),
            WireType::StartGroup => {
                let body = self.rest();
                self.skip_value(tag, wire_type)?;
                // The last tag that was read is the end of this group.
                let length = body.len() - self.rest().len() - self.since(self.mark()).len();
                let body = body.get(..length).unwrap_or_default();
                UnknownValue::Group(UnknownRecords::new(body))
            }
            WireType::EndGroup => return Err(self.error(DecodeErrorCause::UnexpectedEndGroup)),
        };
        Ok(Some((tag, value)))
    }

    /// The next field whatever it is: its tag and all its bytes.
    pub(in crate::wire) fn raw_record(&mut self) -> Result<Option<(u32, &'a [u8])>, DecodeError> {
        let Some(tag) = self.tag()? else { return Ok(None) };
        let mark = self.mark();
        self.skip(tag)?;
        Ok(Some((tag, self.since(mark))))
    }

    /// What is left of the message.
    pub(crate) fn rest(&self) -> &'a [u8] {
        let rest = self.look_ahead();
        rest.get(..self.remaining()).unwrap_or(rest)
    }
}
