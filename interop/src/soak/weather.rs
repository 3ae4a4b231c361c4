//! Disturbances, one at a time, with calm between them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::MAX_BACKOFF;
use super::ledger::Ledger;
use super::random::Random;
use super::relay::Relay;
use super::service::Host;

/// How long after a disturbance calls may still fail by it: several attempts to connect, and a lot
/// for a machine that is busy with other things.
const AFTERMATH: Duration = MAX_BACKOFF.saturating_mul(15);

/// How often the weather has changed: odd while there is a disturbance.
#[derive(Debug, Default)]
pub(super) struct Weather {
    changes: AtomicU64,
}

/// The weather at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment(u64);

impl Weather {
    pub(super) fn now(&self) -> Moment {
        Moment(self.changes.load(Ordering::SeqCst))
    }

    /// Whether nothing has happened since that moment, nor did then.
    pub(super) fn has_been_calm_since(&self, moment: Moment) -> bool {
        moment.0.is_multiple_of(2) && self.now() == moment
    }

    /// Disturbs until it is over. Returns the server that is then there.
    pub(super) async fn rage(
        &self,
        over: Instant,
        mut host: Host,
        relays: &[Relay],
        ledger: &Ledger,
        seed: u64,
    ) -> Result<Host, String> {
        let mut random = Random::new(seed);
        loop {
            let calm = Duration::from_secs(2) + random.millis(6_000);
            if Instant::now() + calm >= over {
                tokio::time::sleep(over.saturating_duration_since(Instant::now())).await;
                return Ok(host);
            }
            tokio::time::sleep(calm).await;
            self.changes.fetch_add(1, Ordering::SeqCst);
            if random.chance(2) {
                ledger.count("(all connections of the relays cut)".to_owned());
                relays.iter().for_each(Relay::cut);
            } else {
                ledger.count("(server drained and started again)".to_owned());
                let away = random.millis(500);
                host = host.restart(away).await?;
            }
            tokio::time::sleep(AFTERMATH).await;
            self.changes.fetch_add(1, Ordering::SeqCst);
        }
    }
}
