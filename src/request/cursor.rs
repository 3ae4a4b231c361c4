//! A walk over the fields of one encoded protobuf message, borrowing from its bytes.

use std::fmt;

/// Why a run of bytes is no protobuf message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Malformed {}

/// The value of one field, as far as the wire type tells.
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// Wire type 0.
    Varint(u64),
    /// Wire type 2.
    Bytes(&'a [u8]),
    /// Wire types 1, 3 and 5, which no descriptor field that we read uses.
    Other,
}

impl<'a> Value<'a> {
    /// The content of a length-delimited field.
    pub fn bytes(self) -> Result<&'a [u8], Malformed> {
        match self {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(Malformed("a field of bytes has another wire type")),
        }
    }

    /// The content of a string field.
    pub fn string(self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed("a string is not UTF-8"))
    }

    /// The content of an `int32` or enum field.
    pub fn int32(self) -> Result<i32, Malformed> {
        match self {
            // An int32 travels sign-extended to 64 bits; the upper half carries nothing.
            #[allow(
                clippy::cast_possible_truncation,
                reason = "the format says to truncate a longer number"
            )]
            Value::Varint(number) => Ok(number as i32),
            _ => Err(Malformed("a field of numbers has another wire type")),
        }
    }

    /// The content of a bool field.
    pub fn boolean(self) -> Result<bool, Malformed> {
        match self {
            Value::Varint(number) => Ok(number != 0),
            _ => Err(Malformed("a bool field has another wire type")),
        }
    }
}

/// Iterates over `(field number, value)`; ends after the first error.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    /// A cursor at the start of a message.
    pub fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    /// What is left of the message.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next varint of a packed field, `None` at the end.
    pub fn packed(&mut self) -> Option<Result<u64, Malformed>> {
        if self.rest.is_empty() { None } else { Some(self.varint()) }
    }

    fn field(&mut self) -> Result<(u32, Value<'a>), Malformed> {
        let (number, wire_type) = self.tag()?;
        let value = match wire_type {
            0 => Value::Varint(self.varint()?),
            1 => self.skip(8)?,
            2 => Value::Bytes(self.delimited()?),
            3 => self.skip_group(number)?,
            5 => self.skip(4)?,
            _ => return Err(Malformed("a field has a wire type that does not exist")),
        };
        Ok((number, value))
    }

    fn tag(&mut self) -> Result<(u32, u8), Malformed> {
        let tag = u32::try_from(self.varint()?)
            .map_err(|_| Malformed("a field number is out of range"))?;
        if tag >> 3 == 0 {
            return Err(Malformed("a field has the number 0"));
        }
        Ok((tag >> 3, (tag & 7) as u8))
    }

    fn varint(&mut self) -> Result<u64, Malformed> {
        let mut result = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) =
                self.rest.split_first().ok_or(Malformed("it ends inside a number"))?;
            self.rest = rest;
            result |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(result);
            }
        }
        Err(Malformed("a number has more than ten bytes"))
    }

    fn delimited(&mut self) -> Result<&'a [u8], Malformed> {
        let length = usize::try_from(self.varint()?)
            .map_err(|_| Malformed("a field is longer than the message around it"))?;
        let (bytes, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or(Malformed("a field is longer than the message around it"))?;
        self.rest = rest;
        Ok(bytes)
    }

    fn skip(&mut self, length: usize) -> Result<Value<'a>, Malformed> {
        self.rest = self.rest.get(length..).ok_or(Malformed("it ends inside a number"))?;
        Ok(Value::Other)
    }

    /// Skips to the end of the group `number`, without recursion: groups may nest as deep as the
    /// bytes allow.
    fn skip_group(&mut self, number: u32) -> Result<Value<'a>, Malformed> {
        let mut open = vec![number];
        while let Some(&innermost) = open.last() {
            let (number, wire_type) = self.tag()?;
            match wire_type {
                0 => drop(self.varint()?),
                1 => drop(self.skip(8)?),
                2 => drop(self.delimited()?),
                3 => open.push(number),
                4 if number == innermost => drop(open.pop()),
                4 => return Err(Malformed("a group ends that was not open")),
                5 => drop(self.skip(4)?),
                _ => return Err(Malformed("a field has a wire type that does not exist")),
            }
        }
        Ok(Value::Other)
    }
}

impl<'a> Iterator for Cursor<'a> {
    type Item = Result<(u32, Value<'a>), Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.rest = &[];
        }
        Some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_every_wire_type() {
        let bytes = [
            0x08, 0x96, 0x01, // 1: varint 150
            0x11, 1, 2, 3, 4, 5, 6, 7, 8, // 2: fixed64
            0x1a, 2, b'h', b'i', // 3: "hi"
            0x23, 0x2b, 0x2c, 0x24, // 4: group with a group inside
            0x35, 1, 2, 3, 4, // 6: fixed32
        ];
        let fields: Vec<_> = Cursor::new(&bytes).collect::<Result<_, _>>().expect("well formed");
        assert_eq!(fields.iter().map(|(n, _)| *n).collect::<Vec<_>>(), [1, 2, 3, 4, 6]);
        assert!(matches!(fields[0].1, Value::Varint(150)));
        assert_eq!(fields[2].1.string(), Ok("hi"));
    }

    #[test]
    fn refuses_what_is_cut_off_at_any_byte() {
        let bytes = [0x11, 1, 2, 3, 4, 5, 6, 7, 8];
        for end in 1..bytes.len() {
            assert!(Cursor::new(&bytes[..end]).any(|f| f.is_err()), "cut at {end}");
        }
        for bad in [&[0x0a, 5, 1][..], &[0x0b, 0x14], &[0x0f], &[0x00], &[0x08, 0xff]] {
            assert!(Cursor::new(bad).any(|f| f.is_err()), "{bad:?}");
        }
    }

    #[test]
    fn deep_groups_do_not_use_the_stack() {
        let mut bytes = vec![0x0b; 200_000];
        bytes.extend(vec![0x0c; 200_000]);
        assert!(Cursor::new(&bytes).all(|field| field.is_ok()));
    }
}
