//! Base64 (RFC 4648 section 4) for `-bin` metadata: written without padding, read with or without.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes without padding, as gRPC asks of senders.
pub(crate) fn encode(bytes: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0u32, |group, byte| group << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for sextet in 0..=chunk.len() {
            let index = (group >> (18 - 6 * sextet)) & 63;
            encoded.push(ALPHABET[index as usize]);
        }
    }
    encoded
}

/// Decodes padded or unpadded text; `None` when it is not base64. Non-zero bits after the last byte are accepted, as other
/// implementations do.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text = match text {
        [body @ .., b'=', b'='] | [body @ .., b'='] => {
            if !text.len().is_multiple_of(4) {
                return None;
            }
            body
        }
        body => body,
    };
    if text.len() % 4 == 1 {
        return None;
    }
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.chunks(4) {
        let mut group = 0u32;
        for byte in chunk {
            group = group << 6 | u32::from(sextet(*byte)?);
        }
        group <<= 6 * (4 - chunk.len());
        let [_, bytes @ ..] = group.to_be_bytes();
        decoded.extend_from_slice(&bytes[..chunk.len() - 1]);
    }
    Some(decoded)
}

/// Whether [`decode`] would accept the text.
pub(crate) fn is_valid(text: &[u8]) -> bool {
    let body = match text {
        [body @ .., b'=', b'='] | [body @ .., b'='] if text.len().is_multiple_of(4) => body,
        body => body,
    };
    body.len() % 4 != 1 && body.iter().all(|byte| sextet(*byte).is_some())
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_rfc_4648() {
        let table: [(&[u8], &[u8], &[u8]); 7] = [
            (b"", b"", b""),
            (b"f", b"Zg", b"Zg=="),
            (b"fo", b"Zm8", b"Zm8="),
            (b"foo", b"Zm9v", b"Zm9v"),
            (b"foob", b"Zm9vYg", b"Zm9vYg=="),
            (b"fooba", b"Zm9vYmE", b"Zm9vYmE="),
            (b"foobar", b"Zm9vYmFy", b"Zm9vYmFy"),
        ];
        for (bytes, unpadded, padded) in table {
            assert_eq!(encode(bytes), unpadded);
            assert_eq!(decode(unpadded).as_deref(), Some(bytes));
            assert_eq!(decode(padded).as_deref(), Some(bytes));
            assert!(is_valid(unpadded) && is_valid(padded));
        }
    }

    #[test]
    fn every_byte_survives() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(decode(&encode(&bytes)), Some(bytes));
    }

    #[test]
    fn what_is_not_base64_is_refused() {
        for text in [&b"Z"[..], b"Zg=", b"Zm9v=", b"Zm9vY", b"Z\xffg=", b"Zg===", b"====", b"Z-_v"]
        {
            assert_eq!(decode(text), None, "{text:?}");
            assert!(!is_valid(text), "{text:?}");
        }
    }
}
