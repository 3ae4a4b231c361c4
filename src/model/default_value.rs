//! Defaults declared in the .proto: `[default = 7]`.

use super::{Name, Scalar};

/// The declared default of a field.
#[derive(Clone, Debug, PartialEq)]
pub enum DefaultValue {
    Bool(bool),
    /// For every kind of integer; its value fits the field's type.
    Integer(i128),
    Float(f32),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    /// The constant of the field's enum.
    Enum(Name),
}

impl DefaultValue {
    /// Reads the text that a descriptor holds for a field of a scalar type.
    pub(super) fn parse(scalar: Scalar, text: &str) -> Option<Self> {
        let integer = |minimum: i128, maximum: i128| {
            let number = text.parse().ok()?;
            (minimum..=maximum).contains(&number).then_some(Self::Integer(number))
        };
        match scalar {
            Scalar::Bool => text.parse().ok().map(Self::Bool),
            Scalar::Int32 | Scalar::Sint32 | Scalar::Sfixed32 => {
                integer(i32::MIN.into(), i32::MAX.into())
            }
            Scalar::Int64 | Scalar::Sint64 | Scalar::Sfixed64 => {
                integer(i64::MIN.into(), i64::MAX.into())
            }
            Scalar::Uint32 | Scalar::Fixed32 => integer(0, u32::MAX.into()),
            Scalar::Uint64 | Scalar::Fixed64 => integer(0, u64::MAX.into()),
            // Rust reads `inf`, `-inf` and `nan` as protoc writes them.
            Scalar::Float => text.parse().ok().map(Self::Float),
            Scalar::Double => text.parse().ok().map(Self::Double),
            Scalar::String => Some(Self::String(text.to_owned())),
            Scalar::Bytes => unescape(text).map(Self::Bytes),
        }
    }
}

/// Undoes the C escapes in which a descriptor holds the default of a bytes field.
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'\\' {
            bytes.push(first);
            continue;
        }
        let (&kind, after) = rest.split_first()?;
        rest = after;
        bytes.push(match kind {
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'\\' | b'\'' | b'"' | b'?' => kind,
            b'x' | b'X' => digits(&mut rest, 16, 2)?,
            b'0'..=b'7' => {
                // The first digit is already taken.
                rest = text.as_bytes().get(text.len() - rest.len() - 1..)?;
                digits(&mut rest, 8, 3)?
            }
            _ => return None,
        });
    }
    Some(bytes)
}

fn digits(rest: &mut &[u8], base: u32, most: usize) -> Option<u8> {
    let count = rest.iter().take(most).take_while(|byte| char::from(**byte).is_digit(base)).count();
    let (digits, after) = rest.split_at_checked(count)?;
    *rest = after;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, base).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_must_fit_their_type() {
        assert_eq!(DefaultValue::parse(Scalar::Int32, "-5"), Some(DefaultValue::Integer(-5)));
        assert_eq!(DefaultValue::parse(Scalar::Int32, "2147483648"), None);
        assert_eq!(DefaultValue::parse(Scalar::Uint64, "-1"), None);
        assert_eq!(
            DefaultValue::parse(Scalar::Double, "-inf"),
            Some(DefaultValue::Double(f64::NEG_INFINITY))
        );
        assert_eq!(DefaultValue::parse(Scalar::Bool, "yes"), None);
    }

    #[test]
    fn bytes_are_unescaped() {
        let parse = |text| DefaultValue::parse(Scalar::Bytes, text);
        assert_eq!(
            parse(r#"a\000\377\n\"\\\x4a"#),
            Some(DefaultValue::Bytes(vec![b'a', 0, 255, b'\n', b'"', b'\\', 0x4a]))
        );
        assert_eq!(parse(r"\777"), None);
        assert_eq!(parse("cut\\"), None);
        assert_eq!(parse(r"\x"), None);
    }
}
