//! The status codes of gRPC and the one place where other protocols' codes are mapped to them.

use std::fmt;

/// How a call ended (gRPC's `statuscodes.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Code {
    /// The call succeeded.
    Ok = 0,
    /// The call was cancelled, typically by the caller.
    Cancelled = 1,
    /// An error whose kind is not known, for example a code this program does not know.
    Unknown = 2,
    /// The request is wrong whatever the state of the system.
    InvalidArgument = 3,
    /// The deadline passed before the call was complete.
    DeadlineExceeded = 4,
    /// Something that was asked for does not exist.
    NotFound = 5,
    /// Something that was to be created exists already.
    AlreadyExists = 6,
    /// The caller is known and may not do this.
    PermissionDenied = 7,
    /// A quota, a size limit or a resource is used up.
    ResourceExhausted = 8,
    /// The system is not in the state that the operation needs.
    FailedPrecondition = 9,
    /// The operation was aborted, typically by a conflict; retry at a higher level.
    Aborted = 10,
    /// The operation went past the valid range.
    OutOfRange = 11,
    /// The method is not implemented or not enabled here.
    Unimplemented = 12,
    /// An invariant of the system or of the protocol is broken.
    Internal = 13,
    /// The service cannot be reached right now; retrying with backoff may help.
    Unavailable = 14,
    /// Data was lost or damaged beyond repair.
    DataLoss = 15,
    /// The caller has no valid credentials.
    Unauthenticated = 16,
}

impl Code {
    /// Every code, in the order of its number.
    pub const ALL: [Code; 17] = [
        Code::Ok,
        Code::Cancelled,
        Code::Unknown,
        Code::InvalidArgument,
        Code::DeadlineExceeded,
        Code::NotFound,
        Code::AlreadyExists,
        Code::PermissionDenied,
        Code::ResourceExhausted,
        Code::FailedPrecondition,
        Code::Aborted,
        Code::OutOfRange,
        Code::Unimplemented,
        Code::Internal,
        Code::Unavailable,
        Code::DataLoss,
        Code::Unauthenticated,
    ];

    /// The code's number on the wire.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The code of this number; numbers that gRPC does not define are [`Code::Unknown`].
    pub fn from_number(number: i32) -> Self {
        usize::try_from(number)
            .ok()
            .and_then(|at| Self::ALL.get(at).copied())
            .unwrap_or(Code::Unknown)
    }

    /// The name that gRPC's documents use, such as `NOT_FOUND`.
    pub const fn name(self) -> &'static str {
        match self {
            Code::Ok => "OK",
            Code::Cancelled => "CANCELLED",
            Code::Unknown => "UNKNOWN",
            Code::InvalidArgument => "INVALID_ARGUMENT",
            Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Code::NotFound => "NOT_FOUND",
            Code::AlreadyExists => "ALREADY_EXISTS",
            Code::PermissionDenied => "PERMISSION_DENIED",
            Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Code::FailedPrecondition => "FAILED_PRECONDITION",
            Code::Aborted => "ABORTED",
            Code::OutOfRange => "OUT_OF_RANGE",
            Code::Unimplemented => "UNIMPLEMENTED",
            Code::Internal => "INTERNAL",
            Code::Unavailable => "UNAVAILABLE",
            Code::DataLoss => "DATA_LOSS",
            Code::Unauthenticated => "UNAUTHENTICATED",
        }
    }

    /// The code a client reports for an answer that has this HTTP status and no `grpc-status` (gRPC's `http-grpc-status-mapping.md`).
    pub(crate) fn from_http_status(status: u16) -> Self {
        match status {
            400 => Code::Internal,
            401 => Code::Unauthenticated,
            403 => Code::PermissionDenied,
            404 => Code::Unimplemented,
            429 | 502 | 503 | 504 => Code::Unavailable,
            _ => Code::Unknown,
        }
    }

    /// The code for a stream that the peer reset with this HTTP/2 error code (gRPC's `PROTOCOL-HTTP2.md`, "Errors").
    pub(crate) fn from_http2_error(error: u32) -> Self {
        match error {
            // NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, FLOW_CONTROL_ERROR, SETTINGS_TIMEOUT.
            0x0..=0x4 => Code::Internal,
            // FRAME_SIZE_ERROR, COMPRESSION_ERROR, CONNECT_ERROR.
            0x6 | 0x9 | 0xa => Code::Internal,
            // REFUSED_STREAM: nothing was processed, so the call may be retried.
            0x7 => Code::Unavailable,
            // CANCEL.
            0x8 => Code::Cancelled,
            // ENHANCE_YOUR_CALM.
            0xb => Code::ResourceExhausted,
            // INADEQUATE_SECURITY.
            0xc => Code::PermissionDenied,
            // STREAM_CLOSED has no mapping, and neither have codes that RFC 9113 does not define.
            _ => Code::Unknown,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl From<Code> for i32 {
    fn from(code: Code) -> Self {
        i32::from(code.number())
    }
}

impl From<i32> for Code {
    fn from(number: i32) -> Self {
        Code::from_number(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_codes_are_inverse() {
        for (number, code) in Code::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(code.number()), number);
            assert_eq!(Code::from_number(i32::from(code)), code);
        }
        assert_eq!(Code::from_number(17), Code::Unknown);
        assert_eq!(Code::from_number(-1), Code::Unknown);
    }

    #[test]
    fn http_statuses_map_as_grpc_documents() {
        let table = [
            (400, Code::Internal),
            (401, Code::Unauthenticated),
            (403, Code::PermissionDenied),
            (404, Code::Unimplemented),
            (429, Code::Unavailable),
            (500, Code::Unknown),
            (502, Code::Unavailable),
            (503, Code::Unavailable),
            (504, Code::Unavailable),
            (200, Code::Unknown),
        ];
        for (status, code) in table {
            assert_eq!(Code::from_http_status(status), code, "HTTP {status}");
        }
    }

    #[test]
    fn resets_map_as_grpc_documents() {
        assert_eq!(Code::from_http2_error(0x7), Code::Unavailable);
        assert_eq!(Code::from_http2_error(0x8), Code::Cancelled);
        assert_eq!(Code::from_http2_error(0xb), Code::ResourceExhausted);
        assert_eq!(Code::from_http2_error(0xc), Code::PermissionDenied);
        assert_eq!(Code::from_http2_error(0x2), Code::Internal);
        assert_eq!(Code::from_http2_error(0x5), Code::Unknown);
        assert_eq!(Code::from_http2_error(0xdead), Code::Unknown);
    }
}
