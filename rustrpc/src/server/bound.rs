//! A server that is bound to an address, and its life.

use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::io;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::task::{Poll, ready};
use std::time::Duration;

use tokio::time::sleep;

use super::builder::Server;
use super::connections::Connections;
use super::listen::{Accepted, ListenAddress, Listener, LocalAddress};

/// The first pause after an error of accepting; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// A server that is bound to an address. Connections wait in the system's queue until it serves.
#[derive(Debug)]
pub struct Bound {
    server: Server,
    listener: Listener,
    local: LocalAddress,
    socket_file: Option<SocketFile>,
}

/// Why a server could not begin to serve.
#[derive(Debug)]
pub struct ServeError {
    address: String,
    cause: io::Error,
}

impl Bound {
    pub(crate) async fn bind(server: Server, address: ListenAddress) -> Result<Self, ServeError> {
        let failed = |cause| ServeError { address: address.to_string(), cause };
        check(&server).map_err(failed)?;
        let listener = Listener::bind(&address).await.map_err(failed)?;
        let local = listener.local_addr().map_err(failed)?;
        let socket_file = match &local {
            LocalAddress::Unix(path) => Some(SocketFile(path.clone())),
            _ => None,
        };
        Ok(Self { server, listener, local, socket_file })
    }

    /// The file of a socket that others have made is theirs, and stays.
    pub(crate) fn to(server: Server, listener: Listener) -> Result<Self, ServeError> {
        let failed = |address: &str, cause| ServeError { address: address.to_owned(), cause };
        let local = listener.local_addr().map_err(|error| failed("the given socket", error))?;
        check(&server).map_err(|error| failed(&local.to_string(), error))?;
        Ok(Self { server, listener, local, socket_file: None })
    }

    /// Where it listens, with the port that was really bound.
    pub fn local_addr(&self) -> &LocalAddress {
        &self.local
    }

    /// Serves for good.
    ///
    /// # Errors
    ///
    /// None at present: errors of accepting are waited out.
    pub async fn serve(self) -> Result<(), ServeError> {
        self.serve_with_shutdown(pending()).await
    }

    /// Serves until `signal` is ready. Then it stops listening, tells clients by GOAWAY to go
    /// elsewhere, and waits for running calls up to the drain timeout.
    ///
    /// # Errors
    ///
    /// None at present: errors of accepting are waited out.
    pub async fn serve_with_shutdown(
        self,
        signal: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        let Self { server, listener, socket_file, .. } = self;
        let mut connections = Connections::of(server);
        let mut signal = pin!(signal);
        let mut pause = FIRST_PAUSE;
        loop {
            match next(&listener, &mut connections, signal.as_mut()).await {
                Next::Stop => break,
                Next::Accepted(accepted) => {
                    pause = FIRST_PAUSE;
                    connections.serve(accepted);
                }
                // The peer of this one connection is gone already.
                Next::Failed(error) if is_of_one_connection(&error) => {}
                Next::Failed(_) => {
                    // Out of file descriptors, for one: it passes when connections end, which the
                    // pause leaves time for.
                    let mut pausing = pin!(sleep(pause));
                    let stop = poll_fn(|context| {
                        connections.reap(context);
                        if signal.as_mut().poll(context).is_ready() {
                            return Poll::Ready(true);
                        }
                        pausing.as_mut().poll(context).map(|()| false)
                    });
                    if stop.await {
                        break;
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        drop(listener);
        drop(socket_file);
        connections.drain().await;
        Ok(())
    }
}

/// What the accept loop wakes up for.
enum Next {
    Stop,
    Accepted(Accepted),
    Failed(io::Error),
}

async fn next(
    listener: &Listener,
    connections: &mut Connections,
    mut signal: Pin<&mut impl Future<Output = ()>>,
) -> Next {
    poll_fn(|context| {
        connections.reap(context);
        if signal.as_mut().poll(context).is_ready() {
            return Poll::Ready(Next::Stop);
        }
        ready!(connections.poll_room(context));
        listener.poll_accept(context).map(|accepted| match accepted {
            Ok(accepted) => Next::Accepted(accepted),
            Err(error) => Next::Failed(error),
        })
    })
    .await
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

/// What is known to be wrong before anyone is served.
fn check(server: &Server) -> io::Result<()> {
    #[cfg(feature = "tls")]
    if let Some(tls) = &server.settings.tls {
        tls.check()?;
    }
    #[cfg(not(feature = "tls"))]
    let _ = server;
    Ok(())
}

/// The path of a Unix socket, removed when the server stops listening.
#[derive(Debug)]
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // It may be gone, or be someone else's by now; neither is worth failing for.
        std::fs::remove_file(&self.0).ok();
    }
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot listen on {}: {}", self.address, self.cause)
    }
}

impl std::error::Error for ServeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}
