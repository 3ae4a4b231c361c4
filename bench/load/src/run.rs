//! Runs a scenario: warms up, makes the calls, takes the figures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use crate::latency::Latencies;
use crate::{Client, Failure, Report, Scenario, cpu_micros};

const HUNDRED_MIB: u32 = 100 << 20;

/// How long a handler waits on a timer, whose ticks are milliseconds.
const TIMER_MICROS: u32 = 1000;

/// How long calls with a deadline may take: longer than any does.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Calls in flight where messages are large.
const LARGE_STREAMS: u32 = 4;

pub(crate) async fn run<C: Client>(
    port: u16,
    scenario: Scenario,
    server: Option<u32>,
) -> Result<Report, Failure> {
    let channels = match scenario {
        Scenario::Hello { channels, .. }
        | Scenario::Within { channels, .. }
        | Scenario::Labelled { channels, .. }
        | Scenario::Paced { channels, .. }
        | Scenario::Later { channels, .. }
        | Scenario::After { channels, .. } => channels,
        _ => 1,
    };
    let mut clients = Vec::new();
    for _ in 0..channels {
        clients.push(C::connect(port).await?);
    }
    let neighbour = Neighbour::start(&clients[0], scenario);
    // A tenth goes ahead: caches fill, windows open, allocators grow.
    calls(&clients, scenario, 10).await?;
    let cpu = || -> std::io::Result<[f64; 2]> {
        Ok([cpu_micros(std::process::id())?, server.map_or(Ok(0.0), cpu_micros)?])
    };
    let (before, start) = (cpu()?, Instant::now());
    let outcome = calls(&clients, scenario, 1).await?;
    let (wall, after) = (start.elapsed(), cpu()?);
    neighbour.stop().await?;
    let [p50, p99, p999, slowest] = outcome.latencies.percentiles();
    Ok(Report {
        units: outcome.units as f64,
        bytes: outcome.bytes as f64,
        wall: wall.as_secs_f64() * 1e6,
        client_cpu: after[0] - before[0],
        server_cpu: after[1] - before[1],
        p50,
        p99,
        p999,
        slowest,
    })
}

/// What calls amounted to.
#[derive(Default)]
struct Outcome {
    units: u64,
    bytes: u64,
    latencies: Latencies,
}

/// Makes the calls of `scenario`, or one `part`th of them.
async fn calls<C: Client>(
    clients: &[C],
    scenario: Scenario,
    part: u32,
) -> Result<Outcome, Failure> {
    let some = |count: u32| (count / part).max(1);
    let one = &clients[0];
    match scenario {
        Scenario::Hello { streams, calls, .. } => {
            in_flight(
                clients,
                streams,
                some(calls),
                0,
                |client: C| async move { client.hello().await },
            )
            .await
        }
        Scenario::Within { streams, calls, .. } => {
            in_flight(clients, streams, some(calls), 0, |client: C| async move {
                client.hello_within(TIMEOUT).await
            })
            .await
        }
        Scenario::Labelled { streams, calls, .. } => {
            let made = Arc::new(AtomicU64::new(0));
            in_flight(clients, streams, some(calls), 0, move |client: C| {
                // Different each time, and without a pattern.
                let number = made.fetch_add(1, Ordering::Relaxed);
                let id = format!("{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
                async move { client.hello_labelled(TIMEOUT, &id).await }
            })
            .await
        }
        Scenario::Paced { streams, rate, calls, .. } => {
            paced(clients, streams, rate, some(calls)).await
        }
        Scenario::Later { streams, calls, .. } => {
            in_flight(clients, streams, some(calls), 0, |client: C| async move {
                client.hello_later().await
            })
            .await
        }
        Scenario::After { streams, calls, .. } => {
            in_flight(clients, streams, some(calls), 0, |client: C| async move {
                client.hello_after(TIMER_MICROS).await
            })
            .await
        }
        Scenario::Exchange { sent, received, calls } => {
            in_flight(
                clients,
                LARGE_STREAMS,
                some(calls),
                sent + received,
                move |client: C| async move { client.exchange(sent, received).await },
            )
            .await
        }
        Scenario::Download { size, count, calls } => {
            streams(some(calls), size, count, || one.download(size, count)).await
        }
        Scenario::Upload { size, count, calls } => {
            streams(some(calls), size, count, || one.upload(size, count)).await
        }
        Scenario::PingPong { size, count } => {
            let count = some(count);
            streams(1, size, count, || one.ping_pong(size, count)).await
        }
        Scenario::Flood { size, count } => {
            let count = some(count);
            streams(1, size, count, || one.flood(size, count)).await
        }
        Scenario::BesideNothing { calls }
        | Scenario::BesideSlow { calls }
        | Scenario::BesideLarge { calls } => {
            in_flight(clients, 1, some(calls), 0, |client: C| async move { client.hello().await })
                .await
        }
    }
}

/// Makes `calls` calls, `streams` at a time on each of `clients`.
async fn in_flight<C: Client, F: Future<Output = Result<(), Failure>> + Send + 'static>(
    clients: &[C],
    streams: u32,
    calls: u32,
    bytes: u32,
    call: impl Fn(C) -> F + Clone + Send + 'static,
) -> Result<Outcome, Failure> {
    let left = Arc::new(AtomicI64::new(calls.into()));
    let mut workers = JoinSet::new();
    for client in clients {
        for _ in 0..streams {
            let (client, left, call) = (client.clone(), Arc::clone(&left), call.clone());
            workers.spawn(async move {
                let mut latencies = Latencies::default();
                while left.fetch_sub(1, Ordering::Relaxed) > 0 {
                    let start = Instant::now();
                    call(client.clone()).await?;
                    latencies.add(start.elapsed());
                }
                Ok::<_, Failure>(latencies)
            });
        }
    }
    let mut outcome = Outcome {
        units: calls.into(),
        bytes: u64::from(calls) * u64::from(bytes),
        ..Default::default()
    };
    while let Some(worker) = workers.join_next().await {
        outcome.latencies.extend(worker??);
    }
    Ok(outcome)
}

/// Makes `calls` small calls, `rate` a second, with at most `streams` at a time on each of `clients`.
///
/// Each of the workers has every so-manieth call. One that is late makes its next ones at once, and what they are late
/// by is part of what they took: a server that stops for a while has kept all of them waiting.
async fn paced<C: Client>(
    clients: &[C],
    streams: u32,
    rate: u32,
    calls: u32,
) -> Result<Outcome, Failure> {
    let count = clients.len() as u32 * streams;
    // Everybody is there when the first call is due.
    let start = tokio::time::Instant::now() + Duration::from_millis(200);
    let mut workers = JoinSet::new();
    for worker in 0..count {
        let client = clients[worker as usize % clients.len()].clone();
        workers.spawn(async move {
            let mut latencies = Latencies::default();
            for call in (worker..calls).step_by(count as usize) {
                // Timers ring on the millisecond, and so calls are due then, several at a time.
                let due = u64::from(call) * 1000 / u64::from(rate);
                let due = start + Duration::from_millis(due);
                tokio::time::sleep_until(due).await;
                client.hello().await?;
                latencies.add(due.elapsed());
            }
            Ok::<_, Failure>(latencies)
        });
    }
    let mut outcome = Outcome { units: calls.into(), ..Default::default() };
    while let Some(worker) = workers.join_next().await {
        outcome.latencies.extend(worker??);
    }
    Ok(outcome)
}

/// Makes `calls` calls of `count` messages each, one after the other.
async fn streams<F: Future<Output = Result<(), Failure>>>(
    calls: u32,
    size: u32,
    count: u32,
    call: impl Fn() -> F,
) -> Result<Outcome, Failure> {
    let units = u64::from(calls) * u64::from(count);
    let mut outcome = Outcome { units, bytes: units * u64::from(size), ..Default::default() };
    for _ in 0..calls {
        let start = Instant::now();
        call().await?;
        outcome.latencies.add(start.elapsed());
    }
    Ok(outcome)
}

/// What goes on beside the calls that are measured.
struct Neighbour {
    enough: Arc<AtomicBool>,
    task: Option<tokio::task::JoinHandle<Result<(), Failure>>>,
}

impl Neighbour {
    fn start<C: Client>(client: &C, scenario: Scenario) -> Self {
        let enough = Arc::new(AtomicBool::new(false));
        let (client, ended) = (client.clone(), Arc::clone(&enough));
        let task = match scenario {
            Scenario::BesideSlow { .. } => tokio::spawn(async move {
                while !ended.load(Ordering::Relaxed) {
                    client.hello_slowly(20_000).await?;
                }
                Ok(())
            }),
            Scenario::BesideLarge { .. } => tokio::spawn(async move {
                while !ended.load(Ordering::Relaxed) {
                    client.exchange(HUNDRED_MIB, HUNDRED_MIB).await?;
                }
                Ok(())
            }),
            _ => return Neighbour { enough, task: None },
        };
        Neighbour { enough, task: Some(task) }
    }

    /// Lets it finish the call it is at; its failure is ours.
    async fn stop(self) -> Result<(), Failure> {
        self.enough.store(true, Ordering::Relaxed);
        match self.task {
            Some(task) => task.await?,
            None => Ok(()),
        }
    }
}
