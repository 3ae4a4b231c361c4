//! What the load clients have in common: which calls to make, how many at once, and what to report.
//!
//! A client program implements [`Client`] with its own stack and hands over to [`main`], so all of
//! them make the same calls, check every answer, and measure in the same way.

mod cpu;
mod latency;
mod report;
mod run;
mod scenario;

use std::error::Error;
use std::future::Future;
use std::time::Duration;

pub use cpu::{cpu_micros, thread_cpu_micros};
pub use report::Report;
pub use scenario::Scenario;

/// Of whom all calls with metadata are.
pub const TENANT: &str = "blue";
/// What their credentials are: as long as a small JSON Web Token.
pub const TOKEN: &str = "Bearer QmVuY2htYXJrcyBrbm93IG5vIHNlY3JldHM.\
    VGhpcyBzdGFuZHMgZm9yIGNsYWltcyB0aGF0IGFueW9uZSBjb3VsZCByZWFk.c2lnbmVkLWJ5LW5vYm9keQ";

/// Why a call failed, or what was wrong with its answer.
pub type Failure = Box<dyn Error + Send + Sync>;

/// One channel of a client under test, cheap to clone. Every method checks the answer.
pub trait Client: Clone + Send + Sync + 'static {
    /// Connects to `127.0.0.1:port`.
    fn connect(port: u16) -> impl Future<Output = Result<Self, Failure>> + Send;

    /// A unary call, answered at once.
    fn hello(&self) -> impl Future<Output = Result<(), Failure>> + Send;

    /// A unary call that may take so long, which the server is told.
    fn hello_within(&self, timeout: Duration) -> impl Future<Output = Result<(), Failure>> + Send;

    /// The same with metadata: `x-tenant`, which is always [`TENANT`], `x-request-id`, which is never
    /// the same, and `authorization`, which is [`TOKEN`].
    fn hello_labelled(
        &self,
        timeout: Duration,
        id: &str,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// A unary call, answered by another task of the server.
    fn hello_later(&self) -> impl Future<Output = Result<(), Failure>> + Send;

    /// A unary call whose handler waits on a timer for so long.
    fn hello_after(&self, microseconds: u32) -> impl Future<Output = Result<(), Failure>> + Send;

    /// A unary call that keeps its handler busy for so long.
    fn hello_slowly(&self, microseconds: u32) -> impl Future<Output = Result<(), Failure>> + Send;

    /// A unary call with so many bytes each way.
    fn exchange(
        &self,
        sent: u32,
        received: u32,
    ) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Receives `count` messages of `size` bytes.
    fn download(&self, size: u32, count: u32) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Sends `count` messages of `size` bytes.
    fn upload(&self, size: u32, count: u32) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Sends `count` messages of `size` bytes and receives them again, each before the next is sent.
    fn ping_pong(&self, size: u32, count: u32) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Sends `count` messages of `size` bytes as fast as they go, and receives them meanwhile.
    fn flood(&self, size: u32, count: u32) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// The whole of a client program: `PROGRAM PORT [--tuned] [--server PID] SCENARIO…`.
///
/// Prints the [`Report`] as one line. Tuned is a current-thread runtime.
pub fn main<C: Client>() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1).peekable();
    let port = arguments.next().ok_or("which port?")?.parse()?;
    let tuned = arguments.next_if_eq("--tuned").is_some();
    let server = match arguments.next_if_eq("--server") {
        Some(_) => Some(arguments.next().ok_or("--server takes a process")?.parse()?),
        None => None,
    };
    let scenario = Scenario::from_words(&arguments.collect::<Vec<_>>())?;
    let mut runtime = if tuned {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    // On a task: the thread of `block_on` is no worker, so that what runs there pays for a switch of threads, or for a
    // look at the sockets, whenever a connection wakes it.
    let load = async move { tokio::spawn(run::run::<C>(port, scenario, server)).await? };
    let report = runtime.enable_all().build()?.block_on(load)?;
    println!("{report}");
    Ok(())
}

/// Whether a greeting is the one that every server gives to [`NAME`].
pub fn check_greeting(message: &str) -> Result<(), Failure> {
    if message == "Hello, world!" {
        Ok(())
    } else {
        Err(format!("wrong greeting: {message:?}").into())
    }
}

/// Whether so many messages of so many bytes came.
pub fn check_amount(what: &str, found: u64, expected: u64) -> Result<(), Failure> {
    if found == expected {
        Ok(())
    } else {
        Err(format!("{found} {what} instead of {expected}").into())
    }
}

/// Whom the greeted calls greet.
pub const NAME: &str = "world";
