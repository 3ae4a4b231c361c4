//! What generated code says about services and their methods.

use crate::wire::ProtoFile;

/// A service: its full name and its methods in the order of the .proto.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceDescriptor {
    /// The full name, such as `acme.orders.v1.OrderService`.
    pub name: &'static str,
    /// The .proto file that defines it; `None` when its code was generated with
    /// `descriptors=none`.
    pub file: Option<&'static ProtoFile>,
    /// The methods; a method's position is its number in [`Service::call`](crate::server::Service::call).
    pub methods: &'static [MethodDescriptor],
}

/// A method of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MethodDescriptor {
    /// The path of its requests, `/acme.orders.v1.OrderService/GetOrder`.
    pub path: &'static str,
    /// The full name of its service.
    pub service: &'static str,
    /// Its own name as in the .proto.
    pub name: &'static str,
    /// Which sides stream.
    pub kind: MethodKind,
    /// Whether it may be repeated without harm.
    pub idempotency: Idempotency,
}

/// Which sides of a method send a stream of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MethodKind {
    /// One request, one response.
    Unary,
    /// A stream of requests, one response.
    ClientStreaming,
    /// One request, a stream of responses.
    ServerStreaming,
    /// A stream each way.
    BidiStreaming,
}

impl MethodKind {
    /// Whether the client sends a stream.
    pub const fn client_streams(self) -> bool {
        matches!(self, MethodKind::ClientStreaming | MethodKind::BidiStreaming)
    }

    /// Whether the server sends a stream.
    pub const fn server_streams(self) -> bool {
        matches!(self, MethodKind::ServerStreaming | MethodKind::BidiStreaming)
    }
}

/// The method option `idempotency_level`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// Nothing is known.
    #[default]
    Unknown,
    /// It changes nothing.
    NoSideEffects,
    /// Repeating it changes nothing more.
    Idempotent,
}
