//! The content type of calls.

/// Whether this content type is gRPC's with protobuf: `application/grpc`, perhaps with `+proto` or
/// parameters. Messages of another format are none that could be decoded.
pub(crate) fn is_grpc(content_type: &[u8]) -> bool {
    match content_type.strip_prefix(b"application/grpc") {
        Some(rest) => {
            let rest = rest.strip_prefix(b"+proto").unwrap_or(rest);
            matches!(rest.first(), None | Some(b';'))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_types() {
        for fine in ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"]
        {
            assert!(is_grpc(fine.as_bytes()), "{fine}");
        }
        for bad in [
            "",
            "application/json",
            "application/grpc-web",
            "application/grpcx",
            "application/grpc+json",
        ] {
            assert!(!is_grpc(bad.as_bytes()), "{bad}");
        }
    }
}
