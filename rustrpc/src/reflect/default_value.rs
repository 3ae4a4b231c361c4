//! The defaults that proto2 files declare, which descriptors have as text.

use super::data::{Content, KindData};
use super::value::Value;

/// The value of a text as protoc writes it; `None` when it is not one of the kind.
pub(super) fn parse(text: &str, kind: KindData, content: &Content) -> Option<Value> {
    Some(match kind {
        KindData::Double => Value::F64(text.parse().ok()?),
        KindData::Float => Value::F32(text.parse().ok()?),
        KindData::Int32 | KindData::Sint32 | KindData::Sfixed32 => Value::I32(text.parse().ok()?),
        KindData::Int64 | KindData::Sint64 | KindData::Sfixed64 => Value::I64(text.parse().ok()?),
        KindData::Uint32 | KindData::Fixed32 => Value::U32(text.parse().ok()?),
        KindData::Uint64 | KindData::Fixed64 => Value::U64(text.parse().ok()?),
        KindData::Bool => Value::Bool(text.parse().ok()?),
        KindData::String => Value::String(text.to_owned()),
        KindData::Bytes => Value::Bytes(unescape(text)?),
        KindData::Enum(index) => {
            let enumeration = content.enumeration(index);
            let place = enumeration.by_name(text)?;
            Value::Enum(enumeration.values.get(place as usize)?.number)
        }
        KindData::Message(_) => return None,
    })
}

/// The bytes of a text with C's escapes.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let [escape, behind @ ..] = rest else { return None };
        rest = behind;
        bytes.push(match escape {
            b'a' => 7,
            b'b' => 8,
            b't' => b'\t',
            b'n' => b'\n',
            b'v' => 11,
            b'f' => 12,
            b'r' => b'\r',
            b'\\' | b'\'' | b'"' | b'?' => *escape,
            b'x' | b'X' => number(&mut rest, 16, 2)?,
            b'0'..=b'7' => {
                rest = &text.as_bytes()[text.len() - rest.len() - 1..];
                number(&mut rest, 8, 3)?
            }
            _ => return None,
        });
    }
    Some(bytes)
}

/// A number of one to `most` digits.
fn number(rest: &mut &[u8], radix: u32, most: usize) -> Option<u8> {
    let is_digit = |byte: &u8| char::from(*byte).is_digit(radix);
    let length = rest.iter().take(most).take_while(|byte| is_digit(byte)).count();
    let (digits, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    u8::from_str_radix(str::from_utf8(digits).ok()?, radix).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_the_escapes_of_c() {
        assert_eq!(unescape(r#"a\n\001\x7f\"\\\377"#), Some(b"a\n\x01\x7f\"\\\xff".to_vec()));
        for malformed in [r"\", r"\x", r"\q", r"\400", r"\xg"] {
            assert_eq!(unescape(malformed), None, "{malformed}");
        }
    }

    #[test]
    fn numbers_have_the_names_of_what_is_none() {
        let parse = |text, kind| parse(text, kind, &Content::default());
        assert_eq!(parse("-inf", KindData::Double), Some(Value::F64(f64::NEG_INFINITY)));
        assert!(matches!(parse("nan", KindData::Float), Some(Value::F32(nan)) if nan.is_nan()));
        assert_eq!(parse("4294967296", KindData::Uint32), None);
        assert_eq!(parse("true", KindData::Bool), Some(Value::Bool(true)));
    }
}
