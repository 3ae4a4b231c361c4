//! The percent-encoding of `grpc-message` (gRPC's `PROTOCOL-HTTP2.md`).

use std::borrow::Cow;

/// Encodes a message for `grpc-message`: printable ASCII but `%` stands for itself, every other byte of the UTF-8 text becomes `%XX`.
pub(crate) fn encode(text: &str) -> Cow<'_, str> {
    if text.bytes().all(stands_for_itself) {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        if stands_for_itself(byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(hex_digit(byte >> 4));
            encoded.push(hex_digit(byte & 15));
        }
    }
    Cow::Owned(encoded)
}

/// Decodes a received `grpc-message`. Broken escapes are kept as they stand and broken UTF-8 is replaced, because a receiver must not
/// fail a call over its error message.
pub(crate) fn decode(bytes: &[u8]) -> String {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [high, low, after @ ..]) => match (hex_value(*high), hex_value(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = after;
                }
                _ => {
                    decoded.push(b'%');
                    rest = tail;
                }
            },
            _ => {
                decoded.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8(decoded)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

fn stands_for_itself(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && byte != b'%'
}

fn hex_digit(value: u8) -> char {
    char::from(if value < 10 { b'0' + value } else { b'A' + value - 10 })
}

fn hex_value(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_characters_survive() {
        let text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n 100%";
        let encoded = encode(text);
        assert!(encoded.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        assert_eq!(decode(encoded.as_bytes()), text);
    }

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(encode("no such order"), Cow::Borrowed(_)));
    }

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(decode(b"50% off %zz %4"), "50% off %zz %4");
        assert_eq!(decode(b"%FF"), "\u{fffd}");
    }
}
