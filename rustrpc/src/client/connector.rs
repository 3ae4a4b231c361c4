//! Makes connections.

use std::fmt;
use std::io;
use std::sync::{Arc, Weak};

use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::builder::ChannelSettings;
use super::connection::ClientSide;
use super::handle::ConnectionHandle;
use super::pool::Pool;
use super::target::{Endpoint, Target};
use crate::rpc::Status;
use crate::transport::{ByteStream, Command, CommandQueue, Connection, Driver, now};

/// How much an in-process pipe holds.
const PIPE: usize = 256 * 1024;

/// Connects once, and waits until the server has shown that it speaks HTTP/2.
pub(crate) async fn connect(
    target: &Target,
    settings: &ChannelSettings,
    pool: Weak<Pool>,
) -> Result<Arc<ConnectionHandle>, Status> {
    let deadline = Instant::now() + settings.connect_timeout;
    let late = |what: &str| {
        Status::unavailable(format!(
            "cannot connect to {target}: {what} took longer than {:?}",
            settings.connect_timeout
        ))
    };
    let (handle, ready) = match timeout_at(deadline, open(target, settings, pool)).await {
        Err(_) => return Err(late("connecting")),
        Ok(Err(error)) => {
            return Err(Status::unavailable(format!("cannot connect to {target}: {error}"))
                .with_source(error));
        }
        Ok(Ok(opened)) => opened,
    };
    let outcome = match timeout_at(deadline, ready).await {
        Err(_) => Err(late("the HTTP/2 handshake")),
        Ok(Err(_)) => Err(Status::unavailable(format!(
            "cannot connect to {target}: the connection's task is gone"
        ))),
        Ok(Ok(outcome)) => {
            outcome.map_err(|status| status.within(&format!("cannot connect to {target}")))
        }
    };
    if outcome.is_err() {
        // It may be over already.
        handle.queue.push(Command::Close).ok();
    }
    outcome.map(|()| handle)
}

/// Why no byte stream came about: each address with its error.
#[derive(Debug)]
struct ConnectError {
    attempts: Vec<(String, io::Error)>,
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (address, error)) in self.attempts.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{address}: {error}")?;
        }
        if self.attempts.is_empty() {
            f.write_str("the name has no addresses")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.attempts.last().map(|(_, error)| error as _)
    }
}

type Opened = (Arc<ConnectionHandle>, oneshot::Receiver<Result<(), Status>>);

async fn open(
    target: &Target,
    settings: &ChannelSettings,
    pool: Weak<Pool>,
) -> Result<Opened, ConnectError> {
    let single = |error| ConnectError { attempts: vec![(target.to_string(), error)] };
    match &target.endpoint {
        Endpoint::Tcp { host, port } => {
            let addresses =
                tokio::net::lookup_host((host.as_str(), *port)).await.map_err(|error| {
                    ConnectError { attempts: vec![(format!("looking up {host}"), error)] }
                })?;
            let mut attempts = Vec::new();
            for address in addresses {
                match TcpStream::connect(address).await {
                    Ok(stream) => {
                        // Requests leave in one write each turn, so there is nothing to gather them
                        // for. A connection that is gone by now will say so when it is read.
                        stream.set_nodelay(true).ok();
                        return Ok(start(stream, address.to_string(), settings, pool));
                    }
                    Err(error) => attempts.push((address.to_string(), error)),
                }
            }
            Err(ConnectError { attempts })
        }
        #[cfg(unix)]
        Endpoint::Unix(path) => {
            let stream = tokio::net::UnixStream::connect(path).await.map_err(single)?;
            Ok(start(stream, target.to_string(), settings, pool))
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        Endpoint::UnixAbstract(name) => {
            let stream = connect_abstract(name).map_err(single)?;
            Ok(start(stream, target.to_string(), settings, pool))
        }
        #[cfg(not(unix))]
        Endpoint::Unix(_) => Err(single(io::ErrorKind::Unsupported.into())),
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        Endpoint::UnixAbstract(_) => Err(single(io::ErrorKind::Unsupported.into())),
        Endpoint::InProcess(server) => {
            let (ours, theirs) = tokio::io::duplex(PIPE);
            server.accept(theirs);
            Ok(start(ours, target.to_string(), settings, pool))
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn connect_abstract(name: &str) -> io::Result<tokio::net::UnixStream> {
    #[cfg(target_os = "android")]
    use std::os::android::net::SocketAddrExt as _;
    #[cfg(target_os = "linux")]
    use std::os::linux::net::SocketAddrExt as _;
    let address = std::os::unix::net::SocketAddr::from_abstract_name(name)?;
    // Connecting to a local socket does not wait for the network.
    let stream = std::os::unix::net::UnixStream::connect_addr(&address)?;
    stream.set_nonblocking(true)?;
    tokio::net::UnixStream::from_std(stream)
}

fn start<S: ByteStream>(
    stream: S,
    peer: String,
    settings: &ChannelSettings,
    pool: Weak<Pool>,
) -> Opened {
    let queue = CommandQueue::new();
    let handle = Arc::new(ConnectionHandle::new(Arc::clone(&queue), peer.into()));
    let (ready, is_ready) = oneshot::channel();
    let core = Connection::client(settings.http2.clone(), now());
    let side = ClientSide::new(pool, Arc::clone(&handle), ready);
    tokio::spawn(Driver::new(stream, core, side, queue, settings.keepalive));
    (handle, is_ready)
}
