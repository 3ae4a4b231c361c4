//! Names and values that may be set, checked.

use std::borrow::Cow;
use std::fmt;

use super::is_binary;
use crate::rpc::status::Status;

/// A field in the form people see: a binary value is not encoded yet.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: Cow<'static, str>,
    pub(super) value: Vec<u8>,
}

/// Why a name or a value was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetadataError {
    what: String,
}

pub(super) fn ascii_entry(name: &str, value: &str) -> Result<Entry, MetadataError> {
    let name = checked_name(name)?;
    if is_binary(&*name) {
        return Err(MetadataError {
            what: format!(
                "metadata {name}: a name that ends in -bin has binary values; use insert_bin or append_bin"
            ),
        });
    }
    if !value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        let bad = value.chars().find(|character| !matches!(character, ' '..='~'));
        let bad = bad.unwrap_or_default();
        return Err(MetadataError {
            what: format!(
                "metadata {name}: the value contains {bad:?}, but must be printable ASCII; \
                 use a name that ends in -bin for other values"
            ),
        });
    }
    // HTTP does not let whitespace at the ends through (RFC 9110 section 5.5), so it is cut here,
    // where both sides see the same.
    Ok(Entry { name, value: value.trim_matches(' ').as_bytes().to_vec() })
}

pub(super) fn binary_entry(name: &str, value: &[u8]) -> Result<Entry, MetadataError> {
    let name = checked_name(name)?;
    if !is_binary(&*name) {
        return Err(MetadataError {
            what: format!(
                "metadata {name}: binary values need a name that ends in -bin, such as {name}-bin"
            ),
        });
    }
    Ok(Entry { name, value: value.to_vec() })
}

fn checked_name(name: &str) -> Result<Cow<'static, str>, MetadataError> {
    let refuse = |why: &str| Err(MetadataError { what: format!("metadata {name:?}: {why}") });
    if name.is_empty() {
        return refuse("a name must not be empty");
    }
    if !name
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'-' | b'.'))
    {
        return refuse("a name may contain letters, digits, '-', '_' and '.' only");
    }
    let name = name.to_ascii_lowercase();
    match name.as_str() {
        "te" | "connection" | "keep-alive" | "proxy-connection" | "transfer-encoding"
        | "upgrade" | "host" | "content-length" | "trailer" => {
            refuse("the name belongs to HTTP; choose another")
        }
        "content-type" => refuse("gRPC sets the content type itself; choose another name"),
        "user-agent" => refuse("set it with Channel::builder(…).user_agent(…)"),
        "grpc-timeout" => refuse("set it with timeout(…) or deadline(…) of the call"),
        "grpc-encoding" | "grpc-accept-encoding" => refuse("set it with compress(…)"),
        "grpc-status" | "grpc-message" | "grpc-status-details-bin" => {
            refuse("return a Status instead")
        }
        // Tracing libraries own these two.
        "grpc-trace-bin" | "grpc-tags-bin" => Ok(Cow::Owned(name)),
        other if other.starts_with("grpc-") => {
            refuse("names that begin with grpc- are reserved; choose another")
        }
        _ => Ok(Cow::Owned(name)),
    }
}

impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for MetadataError {}

impl From<MetadataError> for Status {
    fn from(error: MetadataError) -> Self {
        Status::internal(error.what)
    }
}
