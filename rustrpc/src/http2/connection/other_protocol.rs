//! What a peer speaks that does not speak HTTP/2, for people who have mixed up ports.

/// Guesses from the first octets that a peer sent; three will do.
pub(super) fn other_protocol(octets: &[u8]) -> Option<&'static str> {
    match octets {
        // A record of TLS (RFC 8446 §5.1): alert or handshake, then the major version.
        [0x15 | 0x16, 3, ..] => Some(
            "the peer speaks TLS and not plaintext HTTP/2: to TLS a client connects by https://",
        ),
        // Answers, and the beginnings of requests with the common methods.
        [b'H', b'T', b'T', ..] | [b'G', b'E', b'T', ..] | [b'P', b'O', b'S', ..] => {
            Some("the peer speaks HTTP/1 and not HTTP/2")
        }
        _ => None,
    }
}
