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
use rustrpc::tls::{ClientTls, Identity, Roots, ServerTls};

use crate::proto::grpc::testing::TestServiceClient;

use self::calls::Caller;
use self::ledger::Ledger;
use self::memory::Samples;
use self::relay::Relay;
use self::service::{Entrance, Host};
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
    let trust = Trust::make()?;
    let host = Host::start(Arc::clone(&ledger), trust.server).await?;
    let relays = [
        Relay::start(host.port(Entrance::Plain)).await?,
        Relay::start(host.port(Entrance::Encrypted)).await?,
    ];
    // Half of the calls go through a relay, whose connections are cut; the others only see the
    // server being drained. Half are encrypted. One connection for many callers, and several, of
    // each.
    let plain = |port| Address { port, tls: None };
    let encrypted = |port| Address { port, tls: Some(trust.client.clone()) };
    let relayed = [plain(relays[0].port()), encrypted(relays[1].port())];
    let direct = [plain(host.port(Entrance::Plain)), encrypted(host.port(Entrance::Encrypted))];
    let clients = direct.iter().chain(&relayed).flat_map(|to| [to.client(1), to.client(4)]);
    let clients = clients.collect::<Result<Vec<_>, String>>()?;
    let over = Instant::now() + plan.time;
    let callers = (0..plan.callers).map(|number| {
        let client = clients[number as usize % clients.len()].clone();
        let (ledger, weather) = (Arc::clone(&ledger), Arc::clone(&weather));
        let seed = plan.seed ^ number << 32;
        let caller = Caller::new(client, relayed.clone(), ledger, weather, seed);
        tokio::spawn(caller.work(over))
    });
    let callers: Vec<_> = callers.collect();
    let watch = tokio::spawn(memory::watch(over, Arc::clone(&ledger)));
    let host = weather.rage(over, host, &relays, &ledger, plan.seed).await?;
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

/// Where a client goes, and how it encrypts.
#[derive(Clone, Debug)]
struct Address {
    port: u16,
    tls: Option<ClientTls>,
}

impl Address {
    fn client(&self, connections: usize) -> Result<TestServiceClient, String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let mut channel = Channel::builder(format!("{scheme}://127.0.0.1:{}", self.port))
            .max_connections(connections)
            .max_backoff(MAX_BACKOFF);
        if let Some(tls) = &self.tls {
            channel = channel.tls(tls.clone());
        }
        channel.connect_lazy().map(TestServiceClient::new).map_err(|status| status.to_string())
    }
}

/// A certificate that is made anew each time, and whom it is trusted by.
struct Trust {
    server: ServerTls,
    client: ClientTls,
}

impl Trust {
    fn make() -> Result<Self, String> {
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])
            .map_err(|error| error.to_string())?;
        let certificate = made.cert.pem();
        let identity = Identity::from_pem(&certificate, made.signing_key.serialize_pem())
            .map_err(|error| error.to_string())?;
        let roots = Roots::from_pem(&certificate).map_err(|error| error.to_string())?;
        Ok(Self { server: ServerTls::new(identity), client: ClientTls::new().roots(roots) })
    }
}
