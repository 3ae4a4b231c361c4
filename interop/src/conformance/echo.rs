//! The suite's messages for metadata and failures, and ours.

use rustrpc::rpc::{MetadataError, Value};
use rustrpc::types::rpc;
use rustrpc::{Code, Message, Metadata, Status};

use super::base64;
use crate::proto::connectrpc::conformance::v1 as suite;

/// The suite's form of metadata: each name once, with all its values.
pub(crate) fn headers(metadata: &Metadata) -> Vec<suite::Header> {
    let mut headers: Vec<suite::Header> = Vec::new();
    for (name, value) in metadata.iter() {
        let value = match value {
            Value::Ascii(text) => text.to_owned(),
            Value::Binary(bytes) => base64::encode(&bytes),
        };
        match headers.iter_mut().find(|header| header.name == name) {
            Some(header) => header.value.push(value),
            None => headers.push(suite::Header {
                name: name.to_owned(),
                value: vec![value],
                ..Default::default()
            }),
        }
    }
    headers
}

/// Our form of the suite's metadata.
pub(crate) fn metadata(headers: &[suite::Header]) -> Result<Metadata, MetadataError> {
    let mut metadata = Metadata::new();
    for header in headers {
        let name = header.name.to_ascii_lowercase();
        for value in &header.value {
            if name.ends_with("-bin") {
                // The suite also has values that are not encoded; those are taken as they are.
                let bytes = base64::decode(value).unwrap_or_else(|| value.clone().into_bytes());
                metadata.append_bin(&name, bytes)?;
            } else {
                metadata.append(&name, value)?;
            }
        }
    }
    Ok(metadata)
}

/// Our form of the suite's failure, its details encoded as gRPC sends them.
pub(crate) fn status(error: suite::Error) -> Status {
    let suite::Error { code, message, details, .. } = error;
    let message = message.unwrap_or_default();
    let status = Status::new(Code::from_number(code.0), message.clone());
    if details.is_empty() {
        return status;
    }
    let detailed = rpc::Status { code: code.0, message, details, ..Default::default() };
    status.with_details(detailed.encode_to_vec())
}

/// The suite's form of our failure.
pub(crate) fn error(status: &Status) -> suite::Error {
    // Details that are no status are the peer's fault, and show as missing in the suite's report.
    let details = rpc::Status::decode(status.details()).unwrap_or_default().details;
    suite::Error {
        code: suite::Code(status.code().into()),
        message: Some(status.message().to_owned()),
        details,
        ..Default::default()
    }
}
