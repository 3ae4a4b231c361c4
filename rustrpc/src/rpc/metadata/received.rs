//! Reading a received field list in place.

use std::borrow::Cow;
use std::sync::Arc;

use super::{Fields, Metadata};
use crate::base64;
use crate::rpc::status::Status;

/// A received field list, as the transport has it: in the order of the wire, with everything that
/// was there.
pub(crate) trait ReceivedFields: Send + Sync {
    /// The field at this position of the list; `None` behind the end.
    fn field(&self, at: usize) -> Option<(&[u8], &[u8])>;
}

impl Metadata {
    /// Metadata over a received list. Binary values must have been checked with
    /// [`check_received`](Self::check_received).
    pub(crate) fn received(fields: Arc<dyn ReceivedFields>) -> Self {
        Self { fields: Fields::Received(fields) }
    }

    /// Checks a received list once, before anyone reads it.
    ///
    /// # Errors
    ///
    /// INTERNAL when a `-bin` value is not base64: that call fails, and no other.
    pub(crate) fn check_received(fields: &dyn ReceivedFields) -> Result<(), Status> {
        let mut at = 0;
        while let Some((name, value)) = fields.field(at) {
            at += 1;
            if name.ends_with(b"-bin")
                && !value
                    .split(|byte| *byte == b',')
                    .all(|part| base64::STANDARD.accept(part.trim_ascii()))
            {
                let name = String::from_utf8_lossy(name);
                return Err(Status::internal(format!("metadata {name}: the value is not base64")));
            }
        }
        Ok(())
    }
}

/// Whether a received field belongs to HTTP or gRPC itself and is no metadata.
fn is_transport_field(name: &[u8]) -> bool {
    match name {
        [b':', ..] => true,
        b"te" | b"content-type" => true,
        [b'g', b'r', b'p', b'c', b'-', rest @ ..] => matches!(
            rest,
            b"status"
                | b"message"
                | b"status-details-bin"
                | b"timeout"
                | b"encoding"
                | b"accept-encoding"
        ),
        _ => false,
    }
}

/// The fields of a list that are metadata, in the form in which they are kept.
pub(super) struct RawFields<'a> {
    pub(super) fields: &'a Fields,
    pub(super) at: usize,
}

impl<'a> Iterator for RawFields<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let at = self.at;
            let (name, value) = match self.fields {
                Fields::Own(_) => {
                    let entry = self.fields.own().get(at)?;
                    (entry.name.as_bytes(), entry.value.as_slice())
                }
                Fields::Received(fields) => fields.field(at)?,
            };
            self.at += 1;
            if !is_transport_field(name) {
                return Some((name, value));
            }
        }
    }
}

/// The values of one binary field: itself, or on the wire parts joined by commas.
pub(super) struct BinaryValues<'a> {
    pub(super) rest: Option<&'a [u8]>,
    pub(super) encoded: bool,
}

impl<'a> Iterator for BinaryValues<'a> {
    type Item = Cow<'a, [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        if !self.encoded {
            return Some(Cow::Borrowed(rest));
        }
        let part = match rest.iter().position(|byte| *byte == b',') {
            Some(comma) => {
                let (part, tail) = rest.split_at(comma);
                self.rest = tail.get(1..);
                part
            }
            None => rest,
        };
        // Received lists are checked before they become metadata.
        Some(Cow::Owned(base64::STANDARD.decode(part.trim_ascii()).unwrap_or_default()))
    }
}
