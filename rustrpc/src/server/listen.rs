//! Where a server listens.

use std::fmt;
use std::io;
use std::net::SocketAddr;
#[cfg(target_os = "android")]
use std::os::android::net::SocketAddrExt as _;
#[cfg(target_os = "linux")]
use std::os::linux::net::SocketAddrExt as _;
use std::path::PathBuf;
use std::task::{Context, Poll};

use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::net::UnixListener;

use crate::rpc::PeerAddress;

/// An address to listen on: `host:port`, `unix:/path` or (on Linux) `unix-abstract:name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress {
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Tcp(String),
    Unix(PathBuf),
    Abstract(String),
}

/// An address that a server listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LocalAddress {
    /// A TCP address with the port that was really bound.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(PathBuf),
    /// The name of a Unix socket in Linux' abstract namespace.
    UnixAbstract(String),
}

impl LocalAddress {
    /// The TCP port.
    pub fn port(&self) -> Option<u16> {
        match self {
            LocalAddress::Tcp(address) => Some(address.port()),
            _ => None,
        }
    }
}

/// What a client takes as its target.
impl fmt::Display for LocalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LocalAddress::Tcp(address) => address.fmt(f),
            LocalAddress::Unix(path) => write!(f, "unix:{}", path.display()),
            LocalAddress::UnixAbstract(name) => write!(f, "unix-abstract:{name}"),
        }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Tcp(address) => f.write_str(address),
            Kind::Unix(path) => write!(f, "unix:{}", path.display()),
            Kind::Abstract(name) => write!(f, "unix-abstract:{name}"),
        }
    }
}

impl From<&str> for ListenAddress {
    fn from(text: &str) -> Self {
        let kind = if let Some(path) = text.strip_prefix("unix:") {
            // Both `unix:/path` and `unix:///path` are in use.
            Kind::Unix(path.strip_prefix("//").unwrap_or(path).into())
        } else if let Some(name) = text.strip_prefix("unix-abstract:") {
            Kind::Abstract(name.to_owned())
        } else {
            let address = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
            Kind::Tcp(address.unwrap_or(text).trim_end_matches('/').to_owned())
        };
        Self { kind }
    }
}

impl From<String> for ListenAddress {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for ListenAddress {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<SocketAddr> for ListenAddress {
    fn from(address: SocketAddr) -> Self {
        Self { kind: Kind::Tcp(address.to_string()) }
    }
}

/// A socket that listens already: one that an init system or another process has handed over, or
/// one with options of its own, such as `SO_REUSEPORT`. See [`Server::listen_on`].
///
/// It is made from tokio's listeners; what the standard library calls a listener becomes one of those
/// by `set_nonblocking(true)` and `tokio::net::TcpListener::from_std`.
///
/// [`Server::listen_on`]: super::Server::listen_on
#[derive(Debug)]
pub struct Listener {
    socket: Socket,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

impl From<TcpListener> for Listener {
    fn from(listener: TcpListener) -> Self {
        Self { socket: Socket::Tcp(listener) }
    }
}

#[cfg(unix)]
impl From<UnixListener> for Listener {
    fn from(listener: UnixListener) -> Self {
        Self { socket: Socket::Unix(listener) }
    }
}

/// A connection that was accepted and is not served yet.
pub(crate) enum Accepted {
    Tcp(tokio::net::TcpStream, SocketAddr),
    #[cfg(unix)]
    Unix(tokio::net::UnixStream, PeerAddress),
}

impl Listener {
    pub(crate) async fn bind(address: &ListenAddress) -> io::Result<Self> {
        match &address.kind {
            Kind::Tcp(address) => Ok(TcpListener::bind(address.as_str()).await?.into()),
            #[cfg(unix)]
            Kind::Unix(path) => match UnixListener::bind(path) {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_stale(path) => {
                    // A server that was killed leaves its socket behind.
                    std::fs::remove_file(path)?;
                    Ok(UnixListener::bind(path)?.into())
                }
                bound => Ok(bound?.into()),
            },
            #[cfg(any(target_os = "linux", target_os = "android"))]
            Kind::Abstract(name) => {
                let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
                let listener = std::os::unix::net::UnixListener::bind_addr(&address)?;
                listener.set_nonblocking(true)?;
                Ok(UnixListener::from_std(listener)?.into())
            }
            #[cfg(not(unix))]
            Kind::Unix(_) => Err(unsupported("Unix sockets")),
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            Kind::Abstract(_) => Err(unsupported("abstract Unix sockets")),
        }
    }

    pub(crate) fn local_addr(&self) -> io::Result<LocalAddress> {
        match &self.socket {
            Socket::Tcp(listener) => listener.local_addr().map(LocalAddress::Tcp),
            #[cfg(unix)]
            Socket::Unix(listener) => {
                let address: std::os::unix::net::SocketAddr = listener.local_addr()?.into();
                if let Some(path) = address.as_pathname() {
                    return Ok(LocalAddress::Unix(path.into()));
                }
                #[cfg(any(target_os = "linux", target_os = "android"))]
                if let Some(name) = address.as_abstract_name() {
                    let name = String::from_utf8_lossy(name).into_owned();
                    return Ok(LocalAddress::UnixAbstract(name));
                }
                Err(io::Error::new(io::ErrorKind::InvalidInput, "the Unix socket has no name"))
            }
        }
    }

    pub(crate) fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<Accepted>> {
        match &self.socket {
            Socket::Tcp(listener) => {
                listener.poll_accept(context).map_ok(|(stream, peer)| Accepted::Tcp(stream, peer))
            }
            #[cfg(unix)]
            Socket::Unix(listener) => listener.poll_accept(context).map_ok(|(stream, peer)| {
                let path = peer.as_pathname().map(PathBuf::from);
                Accepted::Unix(stream, PeerAddress::Unix(path))
            }),
        }
    }
}

/// Whether nobody listens on a socket that is there.
#[cfg(unix)]
fn is_stale(path: &std::path::Path) -> bool {
    std::os::unix::net::UnixStream::connect(path)
        .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

#[cfg(not(target_os = "linux"))]
fn unsupported(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, format!("this system has no {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_told_apart() {
        for (text, kind) in [
            ("127.0.0.1:50051", Kind::Tcp("127.0.0.1:50051".into())),
            ("http://[::1]:0/", Kind::Tcp("[::1]:0".into())),
            ("unix:/run/a.sock", Kind::Unix("/run/a.sock".into())),
            ("unix:///run/a.sock", Kind::Unix("/run/a.sock".into())),
            ("unix-abstract:a", Kind::Abstract("a".into())),
        ] {
            assert_eq!(ListenAddress::from(text).kind, kind, "{text}");
        }
    }
}
