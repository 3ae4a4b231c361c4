//! The trait of all generated messages.

use bytes::Bytes;

use super::writer::encoded;
use super::{DecodeError, Outline, Reader, Writer};

/// A protobuf message: what the generator implements for every message of a .proto.
///
/// ```
/// use rustrpc::Message;
/// # use rustrpc::gencode::{Reader, Writer};
/// # #[derive(Default, Debug, PartialEq)]
/// # struct Person { name: String }
/// # impl Message for Person {
/// #     const NAME: &'static str = "Person";
/// #     fn write(&self, w: &mut Writer) {
/// #         if !self.name.is_empty() { w.string(10, &self.name) }
/// #     }
/// #     fn read(&mut self, r: &mut Reader<'_>) -> Result<(), rustrpc::DecodeError> {
/// #         while let Some(tag) = r.tag()? {
/// #             match tag { 10 => self.name = r.string()?, _ => r.skip(tag)? }
/// #         }
/// #         Ok(())
/// #     }
/// # }
/// let person = Person { name: "Martin".into() };
/// let bytes = person.encode_to_vec();
/// assert_eq!(bytes, b"\x0a\x06Martin");
/// assert_eq!(Person::decode(&bytes)?, person);
/// # Ok::<(), rustrpc::DecodeError>(())
/// ```
pub trait Message: Default + Send + Sync + 'static {
    /// The message's full name, such as `acme.orders.v1.Order`.
    const NAME: &'static str;

    /// Writes the fields in front of what `w` holds already, the last one first.
    #[doc(hidden)]
    fn write(&self, w: &mut Writer);

    /// Merges fields into this message up to the end of the bytes it was given.
    #[doc(hidden)]
    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError>;

    /// The full name of a required field, here or below, that is not set. Generated where there
    /// are any; decoding asks once, at its end.
    #[doc(hidden)]
    fn missing_required(&self) -> Option<&'static str> {
        None
    }

    /// The encoded message.
    #[must_use]
    fn encode_to_vec(&self) -> Vec<u8> {
        encoded::to_vec(&|w| self.write(w))
    }

    /// Appends the encoded message to `buffer`.
    fn encode(&self, buffer: &mut Vec<u8>) {
        encoded::append(buffer, &|w| self.write(w));
    }

    /// The length of the encoded message in bytes. Nearly as costly as encoding it.
    #[must_use]
    fn encoded_len(&self) -> usize {
        encoded::length(&|w| self.write(w))
    }

    /// The message that `bytes` encode.
    ///
    /// A length that is only claimed takes no memory. But an element of a list is as large as its
    /// type, and two bytes are enough for an empty one. So bytes that were made for it take the size
    /// of the largest element for each two of them (groups up to three times that, while their list
    /// grows). Whoever decodes what strangers send bounds its length with that in mind, as servers do
    /// by `max_received_message_size`, or looks at it through a [view](super::MessageView), which
    /// leaves lists and maps where they are.
    ///
    /// # Errors
    ///
    /// When the bytes are malformed, when they are nested deeper than
    /// [`RECURSION_LIMIT`](super::RECURSION_LIMIT), or when a required field is missing.
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut message = Self::default();
        message.merge(bytes)?;
        Ok(message)
    }

    /// The message that `bytes` encode. As [`decode`](Self::decode), but large values of fields that
    /// are generated as [`Bytes`] (option `bytes`) become slices of `bytes` instead of copies. They keep all
    /// of `bytes` in memory, so that is done only for values which are a good part of it.
    ///
    /// # Errors
    ///
    /// As for [`decode`](Self::decode).
    fn decode_bytes(bytes: &Bytes) -> Result<Self, DecodeError> {
        let mut message = Self::default();
        Reader::of_bytes(bytes).finish(&mut message)?;
        Ok(message)
    }

    /// Merges the message that `bytes` encode into this one: singular fields are replaced, nested
    /// messages merged, repeated fields and maps appended to.
    ///
    /// # Errors
    ///
    /// As for [`decode`](Self::decode); fields that stood before the error are merged then.
    fn merge(&mut self, bytes: &[u8]) -> Result<(), DecodeError> {
        Reader::new(bytes).finish(self)
    }
}

/// Appends `front` and the encoded message to `buffer`. A large message is not encoded: its
/// [`Outline`] is to follow what is in the buffer.
pub(crate) fn encode_or_outline<M: Message>(
    message: M,
    front: &[u8],
    buffer: &mut Vec<u8>,
) -> Option<Outline> {
    let length = encoded::append_unless_large(front, buffer, &|w| message.write(w))?;
    match Outline::of(message, length, front) {
        Ok(outline) => Some(outline),
        Err(message) => {
            encoded::append_large(length, front, buffer, &|w| message.write(w));
            None
        }
    }
}

impl<M: Message> Message for Box<M> {
    const NAME: &'static str = M::NAME;

    #[inline]
    fn write(&self, w: &mut Writer) {
        M::write(self, w);
    }

    #[inline]
    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
        M::read(self, r)
    }

    #[inline]
    fn missing_required(&self) -> Option<&'static str> {
        M::missing_required(self)
    }
}
