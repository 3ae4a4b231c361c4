//! A server that is bound to an address, and its life.

use std::collections::HashMap;
use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::io;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

use super::builder::Server;
use super::listen::{Accepted, ListenAddress, Listener, LocalAddress};
use crate::transport::{Command, CommandQueue};

/// The first pause after an error of accepting; it doubles up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long connections get to write their last words once they are told to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// A server that is bound to an address. Connections wait in the system's queue until it serves.
#[derive(Debug)]
pub struct Bound {
    server: Server,
    listener: Listener,
    local: LocalAddress,
}

/// Why a server could not begin to serve.
#[derive(Debug)]
pub struct ServeError {
    address: String,
    cause: io::Error,
}

impl Bound {
    pub(crate) async fn bind(server: Server, address: ListenAddress) -> Result<Self, ServeError> {
        match Listener::bind(&address).await {
            Ok((listener, local)) => Ok(Self { server, listener, local }),
            Err(cause) => Err(ServeError { address: address.to_string(), cause }),
        }
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
        let Self { server, listener, local } = self;
        let cleanup = RemoveSocket(match &local {
            LocalAddress::Unix(path) => Some(path.clone()),
            _ => None,
        });
        let mut connections = Connections::default();
        let mut signal = pin!(signal);
        let mut pause = FIRST_PAUSE;
        loop {
            match next(&listener, &mut connections, signal.as_mut()).await {
                Next::Stop => break,
                Next::Accepted(accepted) => {
                    pause = FIRST_PAUSE;
                    connections.serve(accepted, &server);
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
        drop(cleanup);
        connections.drain(server.settings.drain_timeout).await;
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

/// The connections that are being served.
#[derive(Default)]
struct Connections {
    tasks: JoinSet<()>,
    queues: HashMap<tokio::task::Id, Arc<CommandQueue>>,
}

impl Connections {
    fn serve(&mut self, accepted: Accepted, server: &Server) {
        let (task, queue) = accepted.serve(server);
        let id = self.tasks.spawn(task).id();
        self.queues.insert(id, queue);
    }

    /// Forgets connections that are over.
    fn reap(&mut self, context: &mut std::task::Context<'_>) {
        while let Poll::Ready(Some(ended)) = self.tasks.poll_join_next_with_id(context) {
            self.forget(ended);
        }
    }

    fn forget(&mut self, ended: Result<(tokio::task::Id, ()), tokio::task::JoinError>) {
        let id = match &ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        self.queues.remove(&id);
    }

    /// Lets running calls finish until the time is over, then closes.
    async fn drain(mut self, timeout: Duration) {
        self.tell(|| Command::Shutdown);
        let now = Instant::now();
        let deadline = now.checked_add(timeout);
        if self.wait(deadline).await {
            return;
        }
        self.tell(|| Command::Close);
        self.wait(Instant::now().checked_add(CLOSE_TIMEOUT)).await;
        // What is left does not even read; dropping the set ends it.
    }

    fn tell(&self, command: impl Fn() -> Command) {
        for queue in self.queues.values() {
            // A connection that is over needs telling no more.
            queue.push(command()).ok();
        }
    }

    /// Waits until all are over; whether they were before the deadline.
    async fn wait(&mut self, deadline: Option<Instant>) -> bool {
        loop {
            let ended = match deadline {
                Some(deadline) => {
                    match timeout_at(deadline, self.tasks.join_next_with_id()).await {
                        Ok(ended) => ended,
                        Err(_) => return false,
                    }
                }
                None => self.tasks.join_next_with_id().await,
            };
            match ended {
                Some(ended) => self.forget(ended),
                None => return true,
            }
        }
    }
}

/// Removes the path of a Unix socket when the server stops listening.
struct RemoveSocket(Option<PathBuf>);

impl Drop for RemoveSocket {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // It may be gone, or be someone else's by now; neither is worth failing for.
            std::fs::remove_file(path).ok();
        }
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
