//! The static table (RFC 7541 Appendix A).

use crate::http2::fields::{FieldKind, JudgedField, Pseudo};

/// Entries 1 to 61, at 0 to 60.
#[rustfmt::skip]
const ENTRIES: [(&str, &str); LEN] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

/// How many entries there are; dynamic entries are numbered from here on.
pub(crate) const LEN: usize = 61;

/// The entry with that number, counted from 1 as on the wire.
#[inline]
pub(super) fn entry(index: usize) -> Option<JudgedField<'static>> {
    let (name, value) = ENTRIES.get(index.checked_sub(1)?)?;
    let (name, value, kind) = (name.as_bytes(), value.as_bytes(), kind(index));
    Some(JudgedField { name, value, kind, value_is_valid: true })
}

/// A match in the static table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// Name and value.
    Field(usize),
    /// The name only.
    Name(usize),
}

/// The best match for a field to be sent.
pub(crate) fn find(name: &[u8], value: &[u8]) -> Option<Match> {
    let first = first_with_name(name)?;
    // Entries of one name are neighbours.
    for (offset, (other, text)) in ENTRIES[first - 1..].iter().enumerate() {
        if other.as_bytes() != name {
            break;
        }
        // An empty value in the table stands for none, but it is an entry all the same.
        if text.as_bytes() == value {
            return Some(Match::Field(first + offset));
        }
    }
    Some(Match::Name(first))
}

/// The kind of the entry's name; the table has no name that needs a closer look but these.
const fn kind(index: usize) -> FieldKind {
    match index {
        1 => FieldKind::Pseudo(Pseudo::Authority),
        2 | 3 => FieldKind::Pseudo(Pseudo::Method),
        4 | 5 => FieldKind::Pseudo(Pseudo::Path),
        6 | 7 => FieldKind::Pseudo(Pseudo::Scheme),
        8..=14 => FieldKind::Pseudo(Pseudo::Status),
        28 => FieldKind::ContentLength,
        57 => FieldKind::ConnectionSpecific,
        _ => FieldKind::Regular,
    }
}

#[rustfmt::skip]
fn first_with_name(name: &[u8]) -> Option<usize> {
    Some(match name {
        b":authority" => 1,
        b":method" => 2,
        b":path" => 4,
        b":scheme" => 6,
        b":status" => 8,
        b"accept-charset" => 15,
        b"accept-encoding" => 16,
        b"accept-language" => 17,
        b"accept-ranges" => 18,
        b"accept" => 19,
        b"access-control-allow-origin" => 20,
        b"age" => 21,
        b"allow" => 22,
        b"authorization" => 23,
        b"cache-control" => 24,
        b"content-disposition" => 25,
        b"content-encoding" => 26,
        b"content-language" => 27,
        b"content-length" => 28,
        b"content-location" => 29,
        b"content-range" => 30,
        b"content-type" => 31,
        b"cookie" => 32,
        b"date" => 33,
        b"etag" => 34,
        b"expect" => 35,
        b"expires" => 36,
        b"from" => 37,
        b"host" => 38,
        b"if-match" => 39,
        b"if-modified-since" => 40,
        b"if-none-match" => 41,
        b"if-range" => 42,
        b"if-unmodified-since" => 43,
        b"last-modified" => 44,
        b"link" => 45,
        b"location" => 46,
        b"max-forwards" => 47,
        b"proxy-authenticate" => 48,
        b"proxy-authorization" => 49,
        b"range" => 50,
        b"referer" => 51,
        b"refresh" => 52,
        b"retry-after" => 53,
        b"server" => 54,
        b"set-cookie" => 55,
        b"strict-transport-security" => 56,
        b"transfer-encoding" => 57,
        b"user-agent" => 58,
        b"vary" => 59,
        b"via" => 60,
        b"www-authenticate" => 61,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_found_and_has_its_kind() {
        for index in 1..=LEN {
            let JudgedField { name, value, kind, .. } = entry(index).expect("within the table");
            assert_eq!(find(name, value), Some(Match::Field(index)));
            assert_eq!(kind, FieldKind::of(name), "{}", name.escape_ascii());
        }
        assert_eq!(entry(0), None);
        assert_eq!(entry(LEN + 1), None);
        assert_eq!(find(b":method", b"PUT"), Some(Match::Name(2)));
        assert_eq!(find(b":status", b"201"), Some(Match::Name(8)));
        assert_eq!(find(b"grpc-status", b"0"), None);
    }
}
