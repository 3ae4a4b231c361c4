//! Who is at the other end of a connection.

use core::net::SocketAddr;
use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;

/// The address of the peer of a call.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PeerAddress {
    /// A TCP peer.
    Tcp(SocketAddr),
    /// A peer over a Unix socket; clients seldom bind theirs to a path.
    Unix(Option<PathBuf>),
    /// The same process, without a socket.
    InProcess,
    /// A byte stream that was handed in and whose origin is not known.
    Unknown,
}

/// What a server knows of the other end of a connection.
#[derive(Debug)]
pub(crate) struct Peer {
    pub(crate) address: PeerAddress,
    /// What the client has proved to be, in DER, its own certificate first.
    pub(crate) certificates: Vec<Bytes>,
}

impl From<PeerAddress> for Peer {
    fn from(address: PeerAddress) -> Self {
        Self { address, certificates: Vec::new() }
    }
}

impl PeerAddress {
    /// The TCP address, if it is one.
    pub fn socket_address(&self) -> Option<SocketAddr> {
        match self {
            PeerAddress::Tcp(address) => Some(*address),
            _ => None,
        }
    }
}

impl fmt::Display for PeerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PeerAddress::Tcp(address) => address.fmt(f),
            PeerAddress::Unix(Some(path)) => write!(f, "unix:{}", path.display()),
            PeerAddress::Unix(None) => f.write_str("unix:"),
            PeerAddress::InProcess => f.write_str("in-process"),
            PeerAddress::Unknown => f.write_str("unknown"),
        }
    }
}
