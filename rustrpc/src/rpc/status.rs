//! How a call ended, in full.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::code::Code;
use super::metadata::Metadata;
use super::percent;
use crate::base64;

/// The outcome of a call that did not succeed: a code, a message for people, and what else the
/// server had to say.
///
/// On a client, [`source`](Error::source) leads to what really happened, such as the I/O error
/// that ended the connection.
///
/// ```
/// use rustrpc::{Code, Status};
///
/// let status = Status::not_found("no order 17");
/// assert_eq!(status.code(), Code::NotFound);
/// assert_eq!(status.to_string(), "NOT_FOUND: no order 17");
/// ```
#[derive(Clone)]
pub struct Status {
    inner: Box<Inner>,
}

#[derive(Clone)]
struct Inner {
    code: Code,
    message: Cow<'static, str>,
    details: Vec<u8>,
    metadata: Metadata,
    headers: Metadata,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl Status {
    /// A status of this code with a message for people.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        let (message, metadata, headers) = (message.into(), Metadata::new(), Metadata::new());
        let inner = Inner { code, message, details: Vec::new(), metadata, headers, source: None };
        Self { inner: Box::new(inner) }
    }

    /// The same with details: an encoded `google.rpc.Status` (the field `grpc-status-details-bin`).
    #[must_use]
    pub fn with_details(mut self, details: impl Into<Vec<u8>>) -> Self {
        self.inner.details = details.into();
        self
    }

    /// The same with metadata, which a server sends as trailers.
    #[must_use]
    pub fn with_metadata(mut self, metadata: Metadata) -> Self {
        self.inner.metadata = metadata;
        self
    }

    /// The same with the error that caused it. It is never sent to a peer.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.inner.source = Some(Arc::from(source.into()));
        self
    }

    /// The same with text put in front of its message.
    #[must_use]
    pub(crate) fn within(mut self, context: &str) -> Self {
        self.inner.message = Cow::Owned(format!("{context}: {}", self.inner.message));
        self
    }

    /// The same with the metadata that came before the failure.
    #[must_use]
    pub(crate) fn with_headers(mut self, headers: Metadata) -> Self {
        self.inner.headers = headers;
        self
    }

    /// The code.
    pub fn code(&self) -> Code {
        self.inner.code
    }

    /// The message for people.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// The details: an encoded `google.rpc.Status`, or nothing.
    pub fn details(&self) -> &[u8] {
        &self.inner.details
    }

    /// On a client the trailers, or the headers of an answer that has nothing else; on a server
    /// what will be sent in the trailers.
    pub fn metadata(&self) -> &Metadata {
        &self.inner.metadata
    }

    /// On a client, the headers that the server sent before the call failed, if it did. When the
    /// failure is all the answer there is, what it carries is [`metadata`](Self::metadata).
    pub fn headers(&self) -> &Metadata {
        &self.inner.headers
    }

    /// The metadata, to change it.
    pub fn metadata_mut(&mut self) -> &mut Metadata {
        &mut self.inner.metadata
    }
}

macro_rules! constructors {
    ($($name:ident $code:ident $text:literal)*) => {
        impl Status {
            $(
                #[doc = concat!("[`", stringify!($code), "`](Code::", stringify!($code), "): ", $text, ".")]
                pub fn $name(message: impl Into<Cow<'static, str>>) -> Self {
                    Self::new(Code::$code, message)
                }
            )*
        }
    };
}

constructors! {
    cancelled Cancelled "the call was cancelled"
    unknown Unknown "an error of unknown kind"
    invalid_argument InvalidArgument "the request is wrong whatever the state of the system"
    deadline_exceeded DeadlineExceeded "the deadline passed"
    not_found NotFound "something asked for does not exist"
    already_exists AlreadyExists "something to be created exists already"
    permission_denied PermissionDenied "the caller may not do this"
    resource_exhausted ResourceExhausted "a quota or a limit is used up"
    failed_precondition FailedPrecondition "the system is not in the state that is needed"
    aborted Aborted "the operation was aborted, typically by a conflict"
    out_of_range OutOfRange "past the valid range"
    unimplemented Unimplemented "not implemented here"
    internal Internal "an invariant is broken"
    unavailable Unavailable "the service cannot be reached right now"
    data_loss DataLoss "data was lost beyond repair"
    unauthenticated Unauthenticated "no valid credentials"
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message() {
            "" => write!(f, "{}", self.code()),
            message => write!(f, "{}: {message}", self.code()),
        }
    }
}

impl fmt::Debug for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Status");
        debug.field("code", &self.code()).field("message", &self.message());
        if !self.details().is_empty() {
            debug.field("details", &self.details());
        }
        if !self.metadata().is_empty() {
            debug.field("metadata", self.metadata());
        }
        if let Some(source) = &self.inner.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl Error for Status {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.inner.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<Code> for Status {
    fn from(code: Code) -> Self {
        Status::new(code, "")
    }
}

/// The fields of a status on the wire.
#[derive(Debug)]
pub(crate) struct StatusFields<'a> {
    /// `grpc-status`.
    pub(crate) code: &'static str,
    /// `grpc-message`, left out when empty.
    pub(crate) message: Option<Cow<'a, str>>,
    /// `grpc-status-details-bin`, left out when empty.
    pub(crate) details: Option<Vec<u8>>,
}

impl Status {
    /// What a server sends for this status.
    pub(crate) fn fields(&self) -> StatusFields<'_> {
        const NUMBERS: [&str; 17] = [
            "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15",
            "16",
        ];
        // A handler that fails with OK has not said what went wrong; a client would take it for a
        // success without a message.
        let code = if self.code() == Code::Ok { Code::Unknown } else { self.code() };
        StatusFields {
            code: NUMBERS[usize::from(code.number())],
            message: (!self.message().is_empty()).then(|| percent::encode(self.message())),
            details: (!self.details().is_empty()).then(|| base64::encode_unpadded(self.details())),
        }
    }

    /// The status that a server's fields say; `Ok(())` for `grpc-status: 0`.
    pub(crate) fn from_fields(
        code: &[u8],
        message: Option<&[u8]>,
        details: Option<&[u8]>,
        metadata: Metadata,
    ) -> Result<(), Status> {
        let number = std::str::from_utf8(code).ok().and_then(|text| text.parse::<i32>().ok());
        let Some(number) = number.filter(|number| *number >= 0) else {
            let code = String::from_utf8_lossy(code);
            let said = message.map(percent::decode).unwrap_or_default();
            return Err(Status::unknown(format!(
                "the server sent a malformed grpc-status {code:?}: {said}"
            ))
            .with_metadata(metadata));
        };
        if number == 0 {
            return Ok(());
        }
        let message = message.map(percent::decode).unwrap_or_default();
        let mut status = Status::new(Code::from_number(number), message).with_metadata(metadata);
        if let Some(Ok(details)) = details.map(|digits| base64::STANDARD.decode(digits)) {
            status.inner.details = details;
        }
        Err(status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_survives_the_wire() {
        let status = Status::not_found("no ☕ left").with_details([8, 5]);
        let fields = status.fields();
        assert_eq!(fields.code, "5");
        let message = fields.message.as_deref().map(str::as_bytes);
        let back = Status::from_fields(
            fields.code.as_bytes(),
            message,
            fields.details.as_deref(),
            Metadata::new(),
        )
        .expect_err("not OK");
        assert_eq!(back.code(), Code::NotFound);
        assert_eq!(back.message(), "no ☕ left");
        assert_eq!(back.details(), [8, 5]);
    }

    #[test]
    fn malformed_and_unknown_numbers() {
        let read =
            |code: &str| Status::from_fields(code.as_bytes(), Some(b"why"), None, Metadata::new());
        assert!(read("0").is_ok());
        let malformed = read("bad").expect_err("malformed");
        assert_eq!(malformed.code(), Code::Unknown);
        assert!(malformed.message().contains("\"bad\"") && malformed.message().contains("why"));
        assert_eq!(read("-1").expect_err("malformed").code(), Code::Unknown);
        assert_eq!(read("4711").expect_err("unknown").code(), Code::Unknown);
        assert_eq!(read("4711").expect_err("unknown").message(), "why");
    }

    #[test]
    fn an_error_of_code_ok_is_not_sent_as_success() {
        assert_eq!(Status::new(Code::Ok, "oops").fields().code, "2");
    }

    #[test]
    fn it_stays_one_pointer_wide() {
        assert_eq!(size_of::<Status>(), size_of::<usize>());
    }
}
