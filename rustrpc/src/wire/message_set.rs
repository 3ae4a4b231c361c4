//! Message sets: messages all of whose fields are messages, each kept as an item of its own.
//!
//! An item is the group 1 of a `type_id`, which is the number of an extension, and a `message`.
//! They come in either order; here the `type_id` is put in front, as it is written everywhere. So
//! items are found without looking twice, and are written as they are kept.
//!
//! See <https://protobuf.dev/reference/protobuf/proto2-spec/>, `message_set_wire_format`.

use super::unknown::UnknownSink;
use super::{DecodeError, DecodeErrorCause, Reader, WireType, Writer};

/// The tag that begins an item.
pub(super) const ITEM: u32 = WireType::StartGroup.tag(1);
/// The tag that ends it.
const END: u32 = WireType::EndGroup.tag(1);
/// `type_id`, an `int32`.
const TYPE_ID: u32 = WireType::Varint.tag(2);
/// `message`.
pub(super) const MESSAGE: u32 = WireType::LengthDelimited.tag(3);

/// The type of an item, `record`, that begins with the given tag; `None` for what is none.
pub(super) fn id_of(tag: u32, record: &[u8]) -> Option<u32> {
    if tag != ITEM {
        return None;
    }
    let mut r = Reader::new(record);
    let (_, id) = (r.tag().ok()??, r.tag().ok()??);
    if id == TYPE_ID { r.uint32().ok() } else { None }
}

impl<'a> Reader<'a> {
    /// Keeps an item whose begin was read, its type in front. One that lacks its type or its
    /// message is kept as it is: it means nothing to anyone.
    pub fn message_set_item(
        &mut self,
        unknown: &mut impl UnknownSink<'a>,
    ) -> Result<(), DecodeError> {
        let mark = self.mark();
        let (mut id, mut message) = (None, None);
        self.item(|r, tag| {
            // Of a second type or message nothing is known, so that the first one stays.
            match tag {
                TYPE_ID if id.is_none() => id = Some(r.uint32()?),
                MESSAGE if message.is_none() => message = Some(r.length_delimited()?),
                _ => r.skip(tag)?,
            }
            Ok(())
        })?;
        let found = self.since(mark);
        match (id, message) {
            (Some(id), Some(message)) => {
                let mut record = Writer::new();
                record.message_set_item(id, |w, tag| w.bytes(tag, message));
                if record.as_slice() == found {
                    unknown.record(found, self.so_far());
                } else {
                    unknown.copied(record.as_slice());
                }
            }
            _ => unknown.record(found, self.so_far()),
        }
        Ok(())
    }

    /// Goes through an item whose begin was read, and has `read` take its message if its type is
    /// `id`.
    pub(super) fn message_set_value(
        &mut self,
        id: u32,
        mut read: impl FnMut(&mut Self) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut found = None;
        self.item(|r, tag| match tag {
            TYPE_ID => {
                found = Some(r.uint32()?);
                Ok(())
            }
            MESSAGE if found == Some(id) => read(r),
            _ => r.skip(tag),
        })
    }

    /// Hands each field of an item to `read`, up to the end of it.
    fn item(
        &mut self,
        mut read: impl FnMut(&mut Self, u32) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        self.within_group(|r| {
            loop {
                match r.tag()? {
                    None => return Err(r.error(DecodeErrorCause::UnterminatedGroup)),
                    Some(END) => return Ok(()),
                    Some(tag) => read(r, tag)?,
                }
            }
        })
    }
}

impl Writer {
    /// An item: `message` writes the message with the tag it is given.
    pub(crate) fn message_set_item(&mut self, id: u32, message: impl FnOnce(&mut Self, u32)) {
        self.prepend(&[END as u8]);
        message(self, MESSAGE);
        self.uint32(TYPE_ID, id);
        self.prepend(&[ITEM as u8]);
    }
}
