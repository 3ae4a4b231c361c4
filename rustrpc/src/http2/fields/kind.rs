//! What a field's name makes of it.

/// The pseudo-fields of RFC 9113 §8.3 and RFC 8441 §4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pseudo {
    Method,
    Scheme,
    Authority,
    Path,
    Status,
    Protocol,
}

impl Pseudo {
    pub(crate) const COUNT: usize = 6;

    pub(crate) const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What a field's name makes of it; tables remember this, so that it is found out once per entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Regular,
    Pseudo(Pseudo),
    UnknownPseudo,
    BadName,
    ConnectionSpecific,
    Te,
    ContentLength,
}

impl FieldKind {
    pub(crate) fn of(name: &[u8]) -> Self {
        match name {
            [] => Self::BadName,
            [b':', rest @ ..] => match rest {
                b"method" => Self::Pseudo(Pseudo::Method),
                b"scheme" => Self::Pseudo(Pseudo::Scheme),
                b"authority" => Self::Pseudo(Pseudo::Authority),
                b"path" => Self::Pseudo(Pseudo::Path),
                b"status" => Self::Pseudo(Pseudo::Status),
                b"protocol" => Self::Pseudo(Pseudo::Protocol),
                _ => Self::UnknownPseudo,
            },
            b"te" => Self::Te,
            b"content-length" => Self::ContentLength,
            // RFC 9113 §8.2.2.
            b"connection" | b"proxy-connection" | b"keep-alive" | b"transfer-encoding"
            | b"upgrade" => Self::ConnectionSpecific,
            // RFC 9113 §8.2.1: 0x00-0x20, A-Z, 0x7f-0xff and colons are not for names.
            _ if name
                .iter()
                .any(|byte| !matches!(byte, 0x21..=0x39 | 0x3b..=0x40 | 0x5b..=0x7e)) =>
            {
                Self::BadName
            }
            _ => Self::Regular,
        }
    }
}
