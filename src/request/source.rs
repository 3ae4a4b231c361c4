//! Where an element of a .proto file stands, and the comments around it.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Cursor, Malformed, Value};

/// `google.protobuf.SourceCodeInfo`, by the path of the element.
#[derive(Clone, Debug, Default)]
pub struct SourceInfo<'a> {
    /// The key is the path as packed varints, which is how it stands in the request.
    places: HashMap<Cow<'a, [u8]>, Place<'a>>,
}

/// One `google.protobuf.SourceCodeInfo.Location`.
#[derive(Clone, Debug, Default)]
pub struct Place<'a> {
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
    /// The comment directly before the element.
    pub leading: Option<Cow<'a, str>>,
    /// The comment on the element's line or directly after it.
    pub trailing: Option<Cow<'a, str>>,
}

impl<'a> SourceInfo<'a> {
    /// The place of the element at a descriptor path such as `[4, 0, 2, 1]`.
    pub fn place(&self, path: &[i32]) -> Option<&Place<'a>> {
        let mut key = Vec::with_capacity(path.len());
        for &number in path {
            push_varint(&mut key, u64::from(number.cast_unsigned()));
        }
        self.places.get(key.as_slice())
    }

    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut info = Self::default();
        for field in Cursor::new(bytes) {
            let (number, value) = field?;
            if number == 1 {
                info.read_location(value.bytes()?)?;
            }
        }
        Ok(info)
    }

    fn read_location(&mut self, bytes: &'a [u8]) -> Result<(), Malformed> {
        let mut path = Cow::Borrowed(&[][..]);
        let mut span = Vec::new();
        let mut place = Place::default();
        for field in Cursor::new(bytes) {
            let (number, value) = field?;
            match (number, value) {
                (1, Value::Bytes(packed)) if path.is_empty() => path = Cow::Borrowed(packed),
                (1, Value::Bytes(packed)) => path.to_mut().extend_from_slice(packed),
                (1, Value::Varint(number)) => push_varint(path.to_mut(), number),
                (2, Value::Bytes(packed)) => {
                    let mut numbers = Cursor::new(packed);
                    while let Some(number) = numbers.packed() {
                        span.push(number?);
                    }
                }
                (2, Value::Varint(number)) => span.push(number),
                (3, value) => place.leading = Some(String::from_utf8_lossy(value.bytes()?)),
                (4, value) => place.trailing = Some(String::from_utf8_lossy(value.bytes()?)),
                _ => {}
            }
        }
        let number = |index: usize| {
            let zero_based = span.get(index).copied().unwrap_or(0);
            u32::try_from(zero_based).unwrap_or(u32::MAX).saturating_add(1)
        };
        place.line = number(0);
        place.column = number(1);
        // A path may come more than once (one `extend` block per location); the first one counts.
        self.places.entry(path).or_insert(place);
        Ok(())
    }
}

fn push_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    bytes.push(number.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_location_by_path() {
        // location { path: [4, 300], span: [9, 2, 20], leading: " hello" }
        let location =
            [&[0x0a, 3, 4, 0xac, 0x02, 0x12, 3, 9, 2, 20, 0x1a, 6][..], b" hello"].concat();
        let mut bytes = vec![0x0a, u8::try_from(location.len()).expect("short")];
        bytes.extend(location);
        let info = SourceInfo::read(&bytes).expect("well formed");
        let place = info.place(&[4, 300]).expect("present");
        assert_eq!((place.line, place.column), (10, 3));
        assert_eq!(place.leading.as_deref(), Some(" hello"));
        assert!(info.place(&[4, 301]).is_none());
    }

    #[test]
    fn paths_that_are_not_packed_are_found_too() {
        let location = [0x08, 4, 0x08, 0, 0x10, 1, 0x10, 0];
        let mut bytes = vec![0x0a, 8];
        bytes.extend(location);
        let info = SourceInfo::read(&bytes).expect("well formed");
        assert_eq!(info.place(&[4, 0]).map(|place| place.line), Some(2));
    }
}
