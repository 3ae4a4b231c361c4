//! Hours of mixed calls against a server that is drained, restarted and cut off all the time, and
//! what must hold meanwhile: no answer is lost, doubled or another call's, no call hangs, no
//! handler outlives its call, and memory stays flat.

mod calls;
mod ledger;
mod memory;
mod random;
mod relay;
mod service;
mod ticket;
mod weather;

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustrpc::Channel;

use crate::proto::grpc::testing::TestServiceClient;

use self::calls::Caller;
use self::ledger::Ledger;
use self::memory::Samples;
use self::relay::Relay;
use self::service::Host;
use self::weather::Weather;

/// Nothing may take longer. Generous, since only what hangs is to be found.
const LIVENESS: Duration = Duration::from_secs(60);
/// How long a channel waits at most between attempts to connect. The weather counts as calm only
/// after several times as long.
const MAX_BACKOFF: Duration = Duration::from_millis(200);

/// How long, and how hard.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How long calls are made.
    pub time: Duration,
    /// How many callers there are, each with one call after the other.
    pub callers: u64,
    /// What the choices follow from.
    pub seed: u64,
}

/// Runs it, and prints a line about it now and then.
///
/// # Errors
/// What did not hold, all of it.
pub async fn run(plan: Plan) -> Result<(), String> {
    let ledger = Arc::new(Ledger::new());
    let weather = Arc::new(Weather::default());
    let host = Host::start(Arc::clone(&ledger)).await?;
    let relay = Relay::start(host.port()).await?;
    // Half of the calls go through the relay, whose connections are cut; the others only see the
    // server being drained. One connection for many callers, and several, of each.
    let clients = [(host.port(), 1), (host.port(), 4), (relay.port(), 1), (relay.port(), 4)]
        .map(|(port, connections)| client(port, connections));
    let clients = clients.into_iter().collect::<Result<Vec<_>, String>>()?;
    let over = Instant::now() + plan.time;
    let callers = (0..plan.callers).map(|number| {
        let client = clients[number as usize % clients.len()].clone();
        let (ledger, weather) = (Arc::clone(&ledger), Arc::clone(&weather));
        let caller = Caller::new(client, relay.port(), ledger, weather, plan.seed ^ number << 32);
        tokio::spawn(caller.work(over))
    });
    let callers: Vec<_> = callers.collect();
    let watch = tokio::spawn(memory::watch(over, Arc::clone(&ledger)));
    let host = weather.rage(over, host, &relay, &ledger, plan.seed).await?;
    for caller in callers {
        let outcome = tokio::time::timeout(2 * LIVENESS, caller).await;
        let outcome = outcome.map_err(|_| "a caller does not come to an end".to_owned())?;
        outcome.map_err(|error| format!("a caller broke down: {error}"))?;
    }
    let samples: Samples = watch.await.map_err(|error| error.to_string())??;
    ledger.wait_until_empty(LIVENESS).await;
    host.stop().await?;
    println!("{}\n{samples}", ledger.summary());
    let mut problems = ledger.problems();
    problems.extend(samples.verdict().err());
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

fn client(port: u16, connections: usize) -> Result<TestServiceClient, String> {
    let channel = Channel::builder(format!("http://127.0.0.1:{port}"))
        .max_connections(connections)
        .max_backoff(MAX_BACKOFF)
        .connect_lazy();
    channel.map(TestServiceClient::new).map_err(|status| status.to_string())
}
