//! The connections of a listener.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, timeout_at};

use super::builder::Server;
#[cfg(feature = "tls")]
use super::handshakes::{Handshakes, shake_hands};
use super::listen::Accepted;
#[cfg(feature = "tls")]
use crate::rpc::Peer;
use crate::rpc::PeerAddress;
#[cfg(feature = "tls")]
use crate::transport::Reason;
use crate::transport::{ByteStream, Command, CommandQueue};

/// How long connections get to write their last words once they are told to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// The connections that are being served.
pub(crate) struct Connections {
    server: Server,
    tasks: JoinSet<()>,
    queues: HashMap<Id, Arc<CommandQueue>>,
    #[cfg(feature = "tls")]
    handshakes: Arc<Handshakes>,
    /// Rings when the oldest handshake has to give way.
    #[cfg(feature = "tls")]
    gives_way: Option<Pin<Box<tokio::time::Sleep>>>,
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Connections {
    pub(crate) fn of(server: Server) -> Self {
        Self {
            server,
            tasks: JoinSet::new(),
            queues: HashMap::new(),
            #[cfg(feature = "tls")]
            handshakes: Arc::default(),
            #[cfg(feature = "tls")]
            gives_way: None,
        }
    }

    /// Waits until there may be another connection.
    #[cfg(feature = "tls")]
    pub(crate) fn poll_room(&mut self, context: &mut Context<'_>) -> Poll<()> {
        match &self.server.settings.tls {
            Some(tls) => {
                self.handshakes.poll_room(tls.max_handshakes, &mut self.gives_way, context)
            }
            None => Poll::Ready(()),
        }
    }

    /// Waits until there may be another connection.
    #[cfg(not(feature = "tls"))]
    pub(crate) fn poll_room(&mut self, _context: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    /// Serves a connection on a task of its own.
    pub(crate) fn serve(&mut self, accepted: Accepted) {
        let queue = self.server.queue();
        let task = match accepted {
            Accepted::Tcp(stream, peer) => {
                // Answers leave in one write each turn, so there is nothing to gather them for. A
                // connection that is gone by now will say so when it is read.
                stream.set_nodelay(true).ok();
                self.task(stream, PeerAddress::Tcp(peer), &queue)
            }
            #[cfg(unix)]
            Accepted::Unix(stream, peer) => self.task(stream, peer, &queue),
        };
        let id = self.tasks.spawn(task).id();
        self.queues.insert(id, queue);
    }

    fn task<S: ByteStream>(&self, stream: S, peer: PeerAddress, queue: &Arc<CommandQueue>) -> Task {
        #[cfg(feature = "tls")]
        if self.server.settings.tls.is_some() {
            return self.secured(stream, peer, Arc::clone(queue));
        }
        let engine = self.server.engine();
        Box::pin(self.server.connection(engine, stream, peer.into(), Arc::clone(queue)))
    }

    #[cfg(feature = "tls")]
    fn secured<S: ByteStream>(
        &self,
        stream: S,
        address: PeerAddress,
        queue: Arc<CommandQueue>,
    ) -> Task {
        let place = self.handshakes.begin(&queue);
        let server = self.server.clone();
        Box::pin(async move {
            let Some(tls) = &server.settings.tls else { return };
            let Some(stream) = shake_hands(tls, stream, &address, &queue).await else { return };
            drop(place);
            let mut engine = server.engine();
            if !stream.is_http2() {
                // RFC 9113 section 3.3 wants ALPN. Whoever speaks HTTP/2 without is told so.
                let reason = b"HTTP/2 over TLS has to be agreed on by ALPN (h2)";
                engine.close(Reason::INADEQUATE_SECURITY, reason);
            }
            let peer = Peer { address, certificates: stream.peer_certificates() };
            server.connection(engine, stream, peer, queue).await;
        })
    }

    /// Forgets connections that are over.
    pub(crate) fn reap(&mut self, context: &mut Context<'_>) {
        while let Poll::Ready(Some(ended)) = self.tasks.poll_join_next_with_id(context) {
            self.forget(ended);
        }
    }

    fn forget(&mut self, ended: Result<(Id, ()), JoinError>) {
        let id = match &ended {
            Ok((id, ())) => *id,
            Err(error) => error.id(),
        };
        self.queues.remove(&id);
    }

    /// Lets running calls finish until the drain timeout is over, then closes.
    pub(crate) async fn drain(mut self) {
        self.tell(|| Command::Shutdown);
        let timeout = self.server.settings.drain_timeout;
        if self.wait(Instant::now().checked_add(timeout)).await {
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
