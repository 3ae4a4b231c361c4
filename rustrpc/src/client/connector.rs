//! Makes connections.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::{JoinError, JoinSet};
use tokio::time::{Instant, timeout, timeout_at};

use super::builder::ChannelSettings;
use super::connection::ClientSide;
use super::handle::ConnectionHandle;
use super::pool::Pool;
use super::target::{Endpoint, Target};
use crate::rpc::Status;
use crate::transport::{Account, ByteStream, Command, CommandQueue, Connection, Driver, now};

/// How long an address has to itself before the next one is tried as well (RFC 8305 section 5).
const HEAD_START: Duration = Duration::from_millis(250);
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
        Err(_) if settings.is_secure() => {
            return Err(late("connecting, the TLS handshake included,"));
        }
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
            let addresses = look_up(host, *port).await.map_err(|error| ConnectError {
                attempts: vec![(format!("looking up {host}"), error)],
            })?;
            let (address, stream) = first_to_connect(addresses).await?;
            // Requests leave in one write each turn, so there is nothing to gather them for. A
            // connection that is gone by now will say so when it is read.
            stream.set_nodelay(true).ok();
            secure(stream, address.to_string(), settings, pool).await
        }
        #[cfg(unix)]
        Endpoint::Unix(path) => {
            let stream = tokio::net::UnixStream::connect(path).await.map_err(single)?;
            secure(stream, target.to_string(), settings, pool).await
        }
        #[cfg(any(target_os = "linux", target_os = "android"))]
        Endpoint::UnixAbstract(name) => {
            let stream = connect_abstract(name).map_err(single)?;
            secure(stream, target.to_string(), settings, pool).await
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

/// What a name stands for now. It is asked for with each attempt, since servers move, and so as often
/// as the waits between attempts allow.
async fn look_up(host: &str, port: u16) -> io::Result<VecDeque<SocketAddr>> {
    #[cfg(test)]
    if let Some(address) = tests::look_up(host) {
        return Ok(address.into_iter().collect());
    }
    tokio::net::lookup_host((host, port)).await.map(Iterator::collect)
}

/// Tries one address after the other, the next one as soon as one fails or has not answered for a
/// while, and takes the first that connects (RFC 8305, "Happy Eyeballs").
async fn first_to_connect(
    addresses: VecDeque<SocketAddr>,
) -> Result<(SocketAddr, TcpStream), ConnectError> {
    let mut untried = interleaved(addresses);
    let mut attempts = Vec::new();
    let mut running = JoinSet::new();
    loop {
        let ended = match untried.pop_front() {
            Some(address) => {
                running.spawn(async move { (address, TcpStream::connect(address).await) });
                timeout(HEAD_START, running.join_next()).await
            }
            None => Ok(running.join_next().await),
        };
        match ended {
            // It goes on while the next one has its turn.
            Err(_) => {}
            Ok(None) => return Err(ConnectError { attempts }),
            Ok(Some(ended)) => match connected(ended) {
                Ok(connected) => return Ok(connected),
                Err(failed) => attempts.extend(failed),
            },
        }
    }
}

type Attempt = (SocketAddr, io::Result<TcpStream>);

fn connected(
    ended: Result<Attempt, JoinError>,
) -> Result<(SocketAddr, TcpStream), Option<(String, io::Error)>> {
    match ended {
        Ok((address, Ok(stream))) => Ok((address, stream)),
        Ok((address, Err(error))) => Err(Some((address.to_string(), error))),
        // The runtime is going down, which ends this task as well.
        Err(_) => Err(None),
    }
}

/// The same addresses, with the two families by turns as far as there are both.
fn interleaved(addresses: VecDeque<SocketAddr>) -> VecDeque<SocketAddr> {
    let first_is_v6 = addresses.front().is_some_and(SocketAddr::is_ipv6);
    let (mut first, mut second): (VecDeque<_>, VecDeque<_>) =
        addresses.into_iter().partition(|address| address.is_ipv6() == first_is_v6);
    let mut mixed = VecDeque::with_capacity(first.len() + second.len());
    while let Some(address) = first.pop_front() {
        mixed.push_back(address);
        mixed.extend(second.pop_front());
    }
    mixed.append(&mut second);
    mixed
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

/// Does the TLS handshake if there is to be one, and starts the connection's task.
async fn secure<S: ByteStream>(
    stream: S,
    peer: String,
    settings: &ChannelSettings,
    pool: Weak<Pool>,
) -> Result<Opened, ConnectError> {
    #[cfg(feature = "tls")]
    if let Some(connector) = &settings.tls {
        return match connector.connect(stream).await {
            Ok(stream) => Ok(start(stream, peer, settings, pool)),
            Err(error) => Err(ConnectError { attempts: vec![(peer, error.into())] }),
        };
    }
    Ok(start(stream, peer, settings, pool))
}

fn start<S: ByteStream>(
    stream: S,
    peer: String,
    settings: &ChannelSettings,
    pool: Weak<Pool>,
) -> Opened {
    let queue = CommandQueue::new(Account::new(&settings.memory));
    let handle = Arc::new(ConnectionHandle::new(Arc::clone(&queue), peer.into()));
    let (ready, is_ready) = oneshot::channel();
    let core = Connection::client(settings.http2.clone(), now());
    let side = ClientSide::new(pool, Arc::clone(&handle), ready);
    tokio::spawn(Driver::new(stream, core, side, queue, settings.keepalive));
    (handle, is_ready)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;
    use crate::client::Channel;

    /// What names stand for here, and how often they were looked up.
    static NAMES: Mutex<BTreeMap<&str, (Option<SocketAddr>, u32)>> = Mutex::new(BTreeMap::new());

    pub(super) fn look_up(host: &str) -> Option<Option<SocketAddr>> {
        let mut names = NAMES.lock().expect("nobody panics with it");
        let (address, count) = names.get_mut(host)?;
        *count += 1;
        Some(*address)
    }

    fn point(name: &'static str, to: Option<SocketAddr>) {
        let mut names = NAMES.lock().expect("nobody panics with it");
        names.entry(name).or_default().0 = to;
    }

    fn look_ups(name: &str) -> u32 {
        NAMES.lock().expect("nobody panics with it")[name].1
    }

    async fn listener() -> TcpListener {
        TcpListener::bind("127.0.0.1:0").await.expect("a free port")
    }

    /// Accepts a connection, and begins as a server does.
    async fn greet(listener: &TcpListener) -> TcpStream {
        let (mut stream, _) = listener.accept().await.expect("somebody connects");
        stream.write_all(b"\0\0\0\x04\0\0\0\0\0").await.expect("it is there");
        stream
    }

    #[tokio::test]
    async fn a_server_that_has_moved_is_found_by_its_name() {
        const NAME: &str = "moving.test";
        let (old, new) = (listener().await, listener().await);
        point(NAME, Some(old.local_addr().expect("it is bound")));
        let channel = Channel::builder(NAME).max_backoff(Duration::from_millis(1)).connect_lazy();
        let channel = channel.expect("a valid target");
        let (first, stream) = tokio::join!(channel.pool().pick(true), greet(&old));
        let first = first.expect("it waits");
        assert_eq!(look_ups(NAME), 1);

        // Between the two the name stands for nothing.
        point(NAME, None);
        drop((stream, old));
        let reconnect = async {
            loop {
                let picked = channel.pool().pick(true).await.expect("it waits");
                if !Arc::ptr_eq(&picked, &first) {
                    return;
                }
                picked.give_back();
                tokio::task::yield_now().await;
            }
        };
        let moved = async {
            while look_ups(NAME) < 3 {
                tokio::task::yield_now().await;
            }
            point(NAME, Some(new.local_addr().expect("it is bound")));
            greet(&new).await
        };
        let (_, _stream) = tokio::join!(reconnect, moved);
        assert!(look_ups(NAME) >= 4);
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_is_looked_up_no_more_often_than_connections_are_tried() {
        const NAME: &str = "nowhere.test";
        point(NAME, None);
        let channel = Channel::builder(NAME).connect_lazy().expect("a valid target");
        let minute = timeout(Duration::from_secs(60), channel.pool().pick(true)).await;
        assert!(minute.is_err(), "it has no addresses");
        // 1 s, 1.6 s, 2.6 s … between them, each a fifth more or less.
        assert!((7..=9).contains(&look_ups(NAME)), "{}", look_ups(NAME));
    }

    fn addresses(texts: &[&str]) -> VecDeque<SocketAddr> {
        texts.iter().map(|text| text.parse().expect("an address")).collect()
    }

    #[test]
    fn families_take_turns() {
        let mixed = interleaved(addresses(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"]));
        assert_eq!(mixed, addresses(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]));
        let mixed = interleaved(addresses(&["1.1.1.1:1", "[::1]:1", "[::2]:1"]));
        assert_eq!(mixed, addresses(&["1.1.1.1:1", "[::1]:1", "[::2]:1"]));
    }

    #[tokio::test]
    async fn an_address_where_nobody_listens_is_passed_over() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let listening = listener.local_addr().expect("it is bound");
        let silent = {
            let other = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            other.local_addr().expect("it is bound")
        };
        let both = VecDeque::from([silent, listening]);
        let (address, _) = first_to_connect(both).await.expect("somebody listens");
        assert_eq!(address, listening);
        let error = first_to_connect(VecDeque::from([silent])).await.expect_err("nobody listens");
        assert!(error.to_string().contains(&silent.to_string()), "{error}");
    }
}
