//! The head of a request, checked and interpreted (gRPC's `PROTOCOL-HTTP2.md`, "Requests").

use std::time::Duration;

use super::router::{Route, Router};
use crate::rpc::{AcceptedCompression, Compression, Metadata, Status, is_grpc, parse_timeout};
use crate::transport::{FieldBlock, GrpcFields, check_metadata};

/// What the header block of a request means.
#[derive(Debug)]
pub(crate) enum RequestHead {
    Call(CallHead),
    /// A gRPC request that cannot be served.
    Refused(Status),
    /// No gRPC request at all; an HTTP status says what is wrong with it.
    NotGrpc {
        http_status: u16,
        status: Status,
    },
}

/// The head of a call that can be served. Its block is the metadata.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallHead {
    pub(crate) route: Route,
    pub(crate) timeout: Option<Duration>,
    /// How the client compresses.
    pub(crate) encoding: Compression,
    /// What the client can inflate.
    pub(crate) accepted: AcceptedCompression,
}

impl RequestHead {
    /// What this block means on a server with this router: found out once for each.
    #[inline]
    pub(crate) fn of<'b>(block: &'b FieldBlock, router: &Router) -> &'b Self {
        block.meaning(|block| Self::interpret(block, router))
    }

    fn interpret(block: &FieldBlock, router: &Router) -> Self {
        let fields = GrpcFields::of(block);
        if block.method() != Some(b"POST") {
            let status = Status::internal("gRPC requests use the method POST");
            return Self::NotGrpc { http_status: 405, status };
        }
        let content_type = fields.content_type.unwrap_or_default();
        if !is_grpc(content_type) {
            let status = Status::internal(format!(
                "the content type is {:?}, but gRPC requests have application/grpc",
                String::from_utf8_lossy(content_type)
            ));
            return Self::NotGrpc { http_status: 415, status };
        }
        match CallHead::interpret(block, fields, router) {
            Ok(head) => Self::Call(head),
            Err(status) => Self::Refused(status),
        }
    }
}

impl CallHead {
    fn interpret(
        block: &FieldBlock,
        fields: GrpcFields<'_>,
        router: &Router,
    ) -> Result<Self, Status> {
        let route = router.find(block.path().unwrap_or_default())?;
        if fields.te != Some(b"trailers") {
            return Err(Status::internal(
                "the request lacks `te: trailers`; a proxy that drops it would drop trailers as well",
            ));
        }
        let timeout = match fields.timeout {
            None => None,
            Some(text) => Some(parse_timeout(text).ok_or_else(|| {
                Status::internal(format!(
                    "malformed grpc-timeout {:?}",
                    String::from_utf8_lossy(text)
                ))
            })?),
        };
        let encoding = match fields.encoding {
            None => Compression::Identity,
            Some(name) => Compression::from_field(name).map_err(|status| {
                let mut accepted = Metadata::new();
                accepted.set_accepted_encodings();
                status.with_metadata(accepted)
            })?,
        };
        let accepted = AcceptedCompression::from_field(fields.accept_encoding.unwrap_or_default());
        if fields.binary {
            check_metadata(block)?;
        }
        Ok(Self { route, timeout, encoding, accepted })
    }
}
