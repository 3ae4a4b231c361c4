//! A view together with the bytes it borrows from.

use std::fmt;
use std::marker::PhantomData;

use super::super::{DecodeError, Message, Reader};
use super::MessageView;

/// A message that has a view.
pub trait HasView: Message {
    /// The view.
    type View<'a>: MessageView<'a, Message = Self>;
}

/// An encoded `M` that was found valid, for its view to be had as often as one likes: what a
/// handler gets whose method is named by the option `view_requests`.
///
/// It owns its bytes and nothing else. [`view`](Self::view) passes over them, which costs a fraction
/// of decoding: nothing is checked again, and repeated fields and maps are not looked into.
pub struct ViewOf<M> {
    bytes: bytes::Bytes,
    message: PhantomData<fn() -> M>,
}

impl<M: HasView> ViewOf<M> {
    /// Checks that `bytes` encode an `M`, and keeps them.
    ///
    /// # Errors
    ///
    /// As for [`MessageView::decode`].
    pub fn decode(bytes: impl Into<bytes::Bytes>) -> Result<Self, DecodeError> {
        let bytes = bytes.into();
        M::View::decode(&bytes)?;
        Ok(Self { bytes, message: PhantomData })
    }

    /// The view.
    #[must_use]
    pub fn view(&self) -> M::View<'_> {
        let mut view = M::View::default();
        let read = view.read(&mut Reader::checked(&self.bytes));
        read.expect("the bytes were found valid when this was made");
        view
    }

    /// The message itself. Its large values of type [`Bytes`](bytes::Bytes) share the bytes with this.
    #[must_use]
    pub fn to_message(&self) -> M {
        M::decode_bytes(&self.bytes).expect("the bytes were found valid when this was made")
    }

    /// The encoded message.
    #[must_use]
    pub fn as_bytes(&self) -> &bytes::Bytes {
        &self.bytes
    }
}

impl<M> Clone for ViewOf<M> {
    fn clone(&self) -> Self {
        Self { bytes: self.bytes.clone(), message: PhantomData }
    }
}

impl<M: HasView> fmt::Debug for ViewOf<M>
where
    for<'a> M::View<'a>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}
