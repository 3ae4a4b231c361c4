//! Connections that are not HTTP/2 yet, and how many of them there may be.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep, sleep_until};

use crate::rpc::PeerAddress;
use crate::transport::tls::{ServerStream, ServerTls, TlsError};
use crate::transport::{ByteStream, Command, CommandQueue, Mutex, lock};

/// How long a handshake is left alone when others wait for its place. Handshakes of honest peers take
/// a few round trips; a crowd of them that arrives at once waits in the system's queue meanwhile.
const PATIENCE: Duration = Duration::from_secs(1);

/// The handshakes of a listener.
#[derive(Debug, Default)]
pub(crate) struct Handshakes {
    running: Mutex<Running>,
}

#[derive(Debug, Default)]
struct Running {
    /// In the order in which they began.
    begun: BTreeMap<u64, (Instant, Arc<CommandQueue>)>,
    last: u64,
    /// Whoever waits for room.
    waker: Option<Waker>,
}

/// One handshake's place.
#[derive(Debug)]
pub(crate) struct Place {
    handshakes: Arc<Handshakes>,
    number: u64,
}

impl Handshakes {
    /// A place for the handshake of the connection behind `queue`.
    pub(crate) fn begin(self: &Arc<Self>, queue: &Arc<CommandQueue>) -> Place {
        let mut running = lock(&self.running);
        running.last += 1;
        let number = running.last;
        running.begun.insert(number, (Instant::now(), Arc::clone(queue)));
        Place { handshakes: Arc::clone(self), number }
    }

    /// Ready when fewer than `most` are in progress. The oldest has to go once it has had its time;
    /// `timer` rings when that is.
    pub(crate) fn poll_room(
        &self,
        most: usize,
        timer: &mut Option<Pin<Box<Sleep>>>,
        context: &mut Context<'_>,
    ) -> Poll<()> {
        loop {
            let until = {
                let mut running = lock(&self.running);
                if running.begun.len() < most {
                    *timer = None;
                    return Poll::Ready(());
                }
                let Some(oldest) = running.begun.first_entry() else { return Poll::Ready(()) };
                let until = oldest.get().0 + PATIENCE;
                if until <= Instant::now() {
                    let (_, queue) = oldest.remove();
                    // It may have ended by itself just now.
                    queue.push(Command::Close).ok();
                    continue;
                }
                running.waker = Some(context.waker().clone());
                until
            };
            match timer {
                Some(timer) => timer.as_mut().reset(until),
                None => *timer = Some(Box::pin(sleep_until(until))),
            }
            let Some(timer) = timer else { return Poll::Pending };
            ready!(timer.as_mut().poll(context));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let waker = {
            let mut running = lock(&self.handshakes.running);
            running.begun.remove(&self.number);
            running.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Does a handshake. `None` when it came to nothing, which whoever observes failures was told then.
pub(crate) async fn shake_hands<S: ByteStream>(
    tls: &ServerTls,
    stream: S,
    peer: &PeerAddress,
    queue: &CommandQueue,
) -> Option<ServerStream<S>> {
    let mut accepting = pin!(tls.accept(stream));
    let mut late = pin!(sleep(tls.handshake_timeout));
    let mut commands = Vec::new();
    let outcome = poll_fn(|context| {
        queue.drain(&mut commands, context.waker());
        match commands.pop() {
            None => {}
            Some(Command::Close) => return Poll::Ready(Err(Some(gave_way(tls)))),
            // The server stops.
            Some(_) => return Poll::Ready(Err(None)),
        }
        if let Poll::Ready(accepted) = accepting.as_mut().poll(context) {
            return Poll::Ready(accepted.map_err(Some));
        }
        late.as_mut().poll(context).map(|()| Err(Some(too_late(tls))))
    });
    match outcome.await {
        Ok(accepted) => Some(accepted),
        Err(error) => {
            queue.close();
            if let Some(error) = error {
                tls.failed(peer, &error);
            }
            None
        }
    }
}

fn gave_way(tls: &ServerTls) -> TlsError {
    TlsError::new(format!(
        "the handshake gave way to newer ones after {PATIENCE:?}, since {} were in progress \
         (max_handshakes)",
        tls.max_handshakes
    ))
}

fn too_late(tls: &ServerTls) -> TlsError {
    TlsError::new(format!(
        "the handshake took longer than {:?} (handshake_timeout)",
        tls.handshake_timeout
    ))
}
