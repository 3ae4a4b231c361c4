//! The header blocks and trailers that gRPC sends (gRPC's `PROTOCOL-HTTP2.md`).

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use bytes::Bytes;

use crate::http2::{
    Connection, Field, Indexing, LastField, ListName, OpenError, Payload, StreamKey,
};
use crate::rpc::{Compression, Deadline, Metadata, Status, Timeout, TimeoutText};
use crate::wire::Outline;

/// Messages up to this size are copied, since that costs less than counting references.
const COPIED_BODY: usize = 16 * 1024;
const CONTENT_TYPE: &[u8] = b"application/grpc";
const TIMEOUT: &[u8] = b"grpc-timeout";

/// What a client says in front of its first message, and how the call is treated on its way.
#[derive(Debug)]
pub(crate) struct RequestHead {
    pub(crate) path: &'static str,
    pub(crate) origin: Arc<Origin>,
    pub(crate) deadline: Option<Deadline>,
    pub(crate) compression: Compression,
    pub(crate) metadata: Metadata,
    /// The only message with its prefix, if there is to be no other: the request ends with it.
    pub(crate) body: Option<RequestBody>,
    /// Whether the call waits while no server can be reached.
    pub(crate) wait_for_ready: bool,
}

/// What all requests of a channel have in common.
#[derive(Debug)]
pub(crate) struct Origin {
    scheme: &'static str,
    authority: Box<str>,
    user_agent: Box<str>,
    /// No other has the same.
    number: u64,
}

impl Origin {
    pub(crate) fn new(scheme: &'static str, authority: Box<str>, user_agent: Box<str>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        Self { scheme, authority, user_agent, number }
    }
}

/// The only message of a call, with its prefix.
#[derive(Debug)]
pub(crate) enum RequestBody {
    /// Copied into the write buffer.
    Small(Vec<u8>),
    /// Written from where it is.
    Large(Bytes),
    /// Encoded as it is written.
    Outlined(Arc<Outline>),
}

impl From<Vec<u8>> for RequestBody {
    fn from(message: Vec<u8>) -> Self {
        if message.len() <= COPIED_BODY {
            Self::Small(message)
        } else {
            Self::Large(message.into())
        }
    }
}

impl RequestBody {
    /// What the engine is given.
    pub(crate) fn payload(&self) -> Payload<'_> {
        match self {
            RequestBody::Small(message) => Payload::Copy(message),
            RequestBody::Large(message) => Payload::Keep(message.clone()),
            RequestBody::Outlined(message) => Payload::Draw(Arc::clone(message) as Arc<_>),
        }
    }

    /// The length of the message with its prefix.
    pub(crate) fn length(&self) -> usize {
        match self {
            RequestBody::Small(message) => message.len(),
            RequestBody::Large(message) => message.len(),
            RequestBody::Outlined(message) => message.length(),
        }
    }

    /// The message with its prefix.
    pub(crate) fn to_bytes(&self) -> Cow<'_, [u8]> {
        match self {
            RequestBody::Small(message) => message.into(),
            RequestBody::Large(message) => Cow::Borrowed(message),
            RequestBody::Outlined(message) => message.to_vec().into(),
        }
    }
}

/// What a server says in front of its first message.
#[derive(Debug)]
pub(crate) struct ResponseHead {
    pub(crate) metadata: Metadata,
    pub(crate) compression: Compression,
}

// Statics, because the engine knows them by their place.
static RESPONSE: [Field<'static>; 2] =
    [constant(b":status", b"200"), constant(b"content-type", CONTENT_TYPE)];
static OK: [Field<'static>; 1] = [constant(b"grpc-status", b"0")];

const fn constant<'a>(name: &'a [u8], value: &'a [u8]) -> Field<'a> {
    Field { name, value, indexing: Indexing::Always }
}

const fn field<'a>(name: &'a [u8], value: &'a [u8]) -> Field<'a> {
    Field { name, value, indexing: Indexing::Auto }
}

/// Opens a stream with the head of a request.
pub(crate) fn send_request_head(
    core: &mut Connection,
    head: &RequestHead,
    now: Instant,
) -> Result<StreamKey, OpenError> {
    let origin = &*head.origin;
    // Those that are always the same come first, so that they stay in the compression table.
    let fields = || {
        [
            constant(b":method", b"POST"),
            constant(b":scheme", origin.scheme.as_bytes()),
            constant(b":path", head.path.as_bytes()),
            constant(b":authority", origin.authority.as_bytes()),
            constant(b"te", b"trailers"),
            constant(b"content-type", CONTENT_TYPE),
            constant(b"user-agent", origin.user_agent.as_bytes()),
            constant(b"grpc-accept-encoding", Compression::ACCEPTED.as_bytes()),
        ]
    };
    let name = ListName::made_from(head.path, origin.number);
    let encoding = (head.compression != Compression::Identity)
        .then(|| field(b"grpc-encoding", head.compression.name().as_bytes()));
    let (said, left) = match head.deadline.map(|deadline| deadline.timeout(now)) {
        Some(Timeout::Said(timeout)) => (Some(timeout), None),
        Some(Timeout::Left(timeout)) => (None, Some(TimeoutText::new(timeout))),
        None => (None, None),
    };
    let said = said.map(|timeout| LastField {
        name: TIMEOUT,
        // Never zero; those beyond 584 years are told alike.
        number: u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX).saturating_add(1),
        value: move || TimeoutText::new(timeout),
    });
    // It must not churn the compression table.
    let left = left.as_ref().map(|text| Field {
        name: TIMEOUT,
        value: text.as_ref(),
        indexing: Indexing::Literal,
    });
    let metadata = OnWire::of(&[&head.metadata]);
    core.open_named(name, fields, said, encoding.into_iter().chain(left).chain(metadata.iter()))
}

/// Sends the head of a response.
pub(crate) fn send_response_head(
    core: &mut Connection,
    key: StreamKey,
    metadata: &Metadata,
    compression: Compression,
) {
    // Send errors mean that the stream is over; its event, which tells why, is on its way.
    if metadata.is_empty() && compression == Compression::Identity {
        core.send_constant_headers(key, &RESPONSE).ok();
        return;
    }
    let metadata = OnWire::of(&[metadata]);
    let mut fields = Vec::with_capacity(3 + metadata.len());
    fields.extend(RESPONSE);
    if compression != Compression::Identity {
        fields.push(field(b"grpc-encoding", compression.name().as_bytes()));
    }
    fields.extend(metadata.iter());
    core.send_headers(key, &fields, false).ok();
}

/// Sends a successful response that is a message and nothing else, and finishes the stream, if the
/// response can leave at once.
pub(crate) fn send_plain_response(core: &mut Connection, key: StreamKey, message: &[u8]) -> bool {
    core.send_whole(key, &RESPONSE, message, &OK)
}

/// Sends the trailers that end a response.
pub(crate) fn send_status(
    core: &mut Connection,
    key: StreamKey,
    result: &Result<(), Status>,
    trailers: &Metadata,
) {
    match result {
        Ok(()) if trailers.is_empty() => {
            core.send_constant_trailers(key, &OK).ok();
        }
        Ok(()) => {
            let metadata = OnWire::of(&[trailers]);
            let mut fields = Vec::with_capacity(1 + metadata.len());
            fields.extend(OK);
            fields.extend(metadata.iter());
            core.send_trailers(key, &fields).ok();
        }
        Err(status) => with_status_fields(&[], status, trailers, |fields| {
            core.send_trailers(key, fields).ok();
        }),
    }
}

/// Sends a failure that nothing preceded: head and trailers in one block.
pub(crate) fn send_trailers_only(
    core: &mut Connection,
    key: StreamKey,
    status: &Status,
    trailers: &Metadata,
) {
    with_status_fields(&RESPONSE, status, trailers, |fields| {
        core.send_headers(key, fields, true).ok();
    });
}

/// Sends an answer that is not gRPC's, with a status in case the client speaks gRPC after all.
pub(crate) fn send_bare_response(
    core: &mut Connection,
    key: StreamKey,
    http_status: u16,
    content_type: &str,
    status: Option<&Status>,
    end_stream: bool,
) {
    let http_status = http_status.to_string();
    let head = [
        field(b":status", http_status.as_bytes()),
        field(b"content-type", content_type.as_bytes()),
    ];
    match status {
        Some(status) => with_status_fields(&head, status, &Metadata::new(), |fields| {
            core.send_headers(key, fields, end_stream).ok();
        }),
        None => {
            core.send_headers(key, &head, end_stream).ok();
        }
    }
}

fn with_status_fields(
    head: &[Field<'_>],
    status: &Status,
    trailers: &Metadata,
    send: impl FnOnce(&[Field<'_>]),
) {
    let status_fields = status.fields();
    let metadata = OnWire::of(&[status.metadata(), trailers]);
    let mut fields = Vec::with_capacity(head.len() + 3 + metadata.len());
    fields.extend_from_slice(head);
    fields.push(constant(b"grpc-status", status_fields.code.as_bytes()));
    if let Some(message) = &status_fields.message {
        fields.push(field(b"grpc-message", message.as_bytes()));
    }
    if let Some(details) = &status_fields.details {
        fields.push(field(b"grpc-status-details-bin", details));
    }
    fields.extend(metadata.iter());
    send(&fields);
}

/// Metadata in the form of the wire.
struct OnWire<'a> {
    fields: Vec<(&'a [u8], Cow<'a, [u8]>)>,
}

impl<'a> OnWire<'a> {
    fn of(lists: &[&'a Metadata]) -> Self {
        let mut fields = Vec::new();
        for metadata in lists.iter().filter(|metadata| !metadata.is_empty()) {
            fields.extend(metadata.on_wire());
        }
        Self { fields }
    }

    fn len(&self) -> usize {
        self.fields.len()
    }

    fn iter(&self) -> impl Iterator<Item = Field<'_>> {
        self.fields.iter().map(|(name, value)| {
            // Credentials must not be guessed from what compression makes of them (RFC 7541
            // section 7.1).
            let sensitive = *name == b"authorization" || *name == b"cookie";
            let indexing = if sensitive { Indexing::Sensitive } else { Indexing::Auto };
            Field { name, value, indexing }
        })
    }
}
