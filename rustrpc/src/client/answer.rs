//! What a server's header blocks mean (gRPC's `PROTOCOL-HTTP2.md`, "Responses").

use crate::rpc::{Code, Compression, Metadata, Status, is_grpc};
use crate::transport::{
    ClientRole, FieldBlock, GrpcFields, InboundEnd, Opening, check_metadata, received_metadata,
};

/// How a client reads answers.
pub(crate) const READER: ClientRole = ClientRole { open, close };

/// What is fine about a block: found out once, however often the server repeats it. Whatever is not
/// is looked at again for each call, to say what is wrong.
struct Facts {
    /// As a head: it is that of a gRPC answer.
    is_grpc: bool,
    /// As a head: how the messages behind it are compressed.
    opens: Option<Compression>,
    /// As trailers: the call has succeeded.
    succeeds: bool,
}

impl Facts {
    #[inline]
    fn of(block: &FieldBlock) -> &Self {
        block.meaning(Self::find)
    }

    fn find(block: &FieldBlock) -> Self {
        let GrpcFields { content_type, status, encoding, binary, .. } = GrpcFields::of(block);
        let is_grpc = block.status() == Some(200) && is_grpc(content_type.unwrap_or_default());
        let valid = !binary || check_metadata(block).is_ok();
        let encoding = match encoding {
            None => Some(Compression::Identity),
            Some(name) => Compression::from_field(name).ok(),
        };
        let opens = encoding.filter(|_| is_grpc && status.is_none() && valid);
        Self { is_grpc, opens, succeeds: status == Some(b"0") && valid }
    }
}

/// What the head says. A head with a status is all there is ("Trailers-Only").
///
/// # Errors
///
/// When the answer is not gRPC's, cannot be read here, or is a failure already.
pub(crate) fn open(head: &FieldBlock) -> Result<Opening, Status> {
    if let Some(encoding) = Facts::of(head).opens {
        return Ok(Opening { metadata: received_metadata(head.clone()), encoding });
    }
    check_http(head)?;
    if head.get("grpc-status").is_some() {
        let metadata = read_status(head, NO_STATUS)?;
        return Ok(Opening { metadata, encoding: Compression::Identity });
    }
    check_metadata(head)?;
    let encoding = match head.get("grpc-encoding") {
        None => Compression::Identity,
        Some(name) => Compression::from_field(name)
            // UNIMPLEMENTED is for servers to say; to a client it is the server's fault.
            .map_err(|status| Status::internal(status.message().to_owned()))?,
    };
    Ok(Opening { metadata: received_metadata(head.clone()), encoding })
}

/// What the end says: the trailers if the call succeeded.
///
/// # Errors
///
/// The status that the server sent, or what went wrong on the way to it.
pub(crate) fn close(head: Option<&FieldBlock>, end: InboundEnd) -> Result<Metadata, Status> {
    let outcome = match (head, end) {
        (_, InboundEnd::Failed(status)) => Err(status),
        (Some(head), InboundEnd::Complete(trailers)) => {
            check_http(head)?;
            match trailers {
                Some(trailers) if Facts::of(&trailers).succeeds => {
                    return Ok(received_metadata(trailers));
                }
                Some(trailers) => read_status(&trailers, NO_STATUS),
                None => return read_status(head, NO_TRAILERS),
            }
        }
        (None, InboundEnd::Complete(_)) => {
            Err(Status::internal("the response ended without headers"))
        }
    };
    outcome.map_err(|status| match head {
        Some(head) if check_metadata(head).is_ok() => {
            status.with_headers(received_metadata(head.clone()))
        }
        _ => status,
    })
}

/// The status of a call whose answer ends behind data. Trailers-Only is headers and nothing else, so
/// a `grpc-status` in these does not count.
pub(crate) fn without_trailers(head: Option<&FieldBlock>) -> Status {
    let not_grpc = head.and_then(|head| check_http(head).err());
    not_grpc.unwrap_or_else(|| Status::new(NO_TRAILERS.0, NO_TRAILERS.1))
}

/// The status of a call whose method gives one message, and whose server sent several.
pub(crate) fn several_messages() -> Status {
    Status::unimplemented("the response has more than the one message that its method gives")
}

/// What is missing, and what that means.
const NO_STATUS: (Code, &str) = (Code::Unknown, "the trailers lack grpc-status");
const NO_TRAILERS: (Code, &str) = (Code::Internal, "the response ended without trailers");

fn read_status(
    fields: &FieldBlock,
    (code, missing): (Code, &'static str),
) -> Result<Metadata, Status> {
    check_metadata(fields)?;
    let metadata = received_metadata(fields.clone());
    match fields.get("grpc-status") {
        None => Err(Status::new(code, missing).with_metadata(metadata)),
        Some(number) => {
            let message = fields.get("grpc-message");
            let details = fields.get("grpc-status-details-bin");
            Status::from_fields(number, message, details, metadata.clone())?;
            Ok(metadata)
        }
    }
}

/// Whether the head is that of a gRPC answer. A `grpc-status` counts even in one that is not.
fn check_http(head: &FieldBlock) -> Result<(), Status> {
    if Facts::of(head).is_grpc {
        return Ok(());
    }
    let http_status = head.status().unwrap_or_default();
    let content_type = head.get("content-type").unwrap_or_default();
    let is_grpc = is_grpc(content_type);
    if head.get("grpc-status").is_some() && is_grpc {
        read_status(head, NO_STATUS)?;
    }
    let content_type = String::from_utf8_lossy(content_type);
    let metadata = match check_metadata(head) {
        Ok(()) => received_metadata(head.clone()),
        Err(_) => Metadata::new(),
    };
    let what = if http_status == 200 {
        format!("the answer is not gRPC: its content type is {content_type:?}")
    } else {
        format!("the answer is not gRPC: HTTP status {http_status}, content type {content_type:?}")
    };
    Err(Status::new(Code::from_http_status(http_status), what).with_metadata(metadata))
}
