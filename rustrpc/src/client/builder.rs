//! Building channels.

use std::time::Duration;

use super::channel::Channel;
use super::options::CallDefaults;
use super::pool::Pool;
#[cfg(feature = "tls")]
use super::target::Endpoint;
use super::target::Target;
use crate::rpc::{Compression, MessageLimit, Status};
#[cfg(feature = "tls")]
use crate::transport::tls::{ClientTls, Connector};
use crate::transport::{Config, KeepaliveSettings, MemoryBudget};

/// How long an attempt to connect may take, the HTTP/2 handshake included.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const USER_AGENT: &str = concat!("grpc-rust-rustrpc/", env!("CARGO_PKG_VERSION"));

/// Settings of a channel that is not made yet.
#[derive(Debug)]
#[must_use = "a builder does nothing until it connects"]
pub struct ChannelBuilder {
    target: Result<Target, Status>,
    settings: ChannelSettings,
    #[cfg(feature = "tls")]
    tls: Option<ClientTls>,
}

/// How a channel behaves.
#[derive(Clone, Debug)]
pub(crate) struct ChannelSettings {
    pub(crate) http2: Config,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_backoff: Option<Duration>,
    pub(crate) max_connections: usize,
    pub(crate) keepalive: Option<KeepaliveSettings>,
    pub(crate) max_waiting_calls: usize,
    pub(crate) authority: Option<Box<str>>,
    pub(crate) user_agent: Box<str>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Connector>,
    pub(crate) calls: CallDefaults,
    pub(crate) memory: MemoryBudget,
}

impl ChannelSettings {
    /// Whether connections are encrypted.
    pub(crate) fn is_secure(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.tls.is_some();
        #[cfg(not(feature = "tls"))]
        false
    }
}

impl ChannelBuilder {
    pub(crate) fn new(target: Result<Target, Status>) -> Self {
        Self {
            target,
            settings: ChannelSettings::default(),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// How long an attempt to connect may take; 20 seconds unless set.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.settings.connect_timeout = timeout;
        self
    }

    /// The longest wait between attempts to connect; 2 minutes unless set.
    pub fn max_backoff(mut self, longest: Duration) -> Self {
        self.settings.max_backoff = Some(longest);
        self
    }

    /// How many connections there may be at once; 8 unless set, at least 1. Another one is made when
    /// calls exceed the server's limit of concurrent streams on those that there are, and one that has
    /// had no calls for 30 seconds closes, unless it is the last.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.settings.max_connections = connections.max(1);
        self
    }

    /// How many calls may wait until there is a connection with room for them; 65,536 unless set.
    /// Further calls fail at once with RESOURCE_EXHAUSTED.
    pub fn max_waiting_calls(mut self, calls: usize) -> Self {
        self.settings.max_waiting_calls = calls;
        self
    }

    /// Asks a server that was silent for `interval`, while calls are open, whether it is still
    /// there, and gives the connection up when it does not answer within `timeout`. Off unless set;
    /// servers tolerate no intervals below 5 minutes unless they are told to (gRFC A8).
    pub fn keepalive(mut self, interval: Duration, timeout: Duration) -> Self {
        self.settings.keepalive = Some(KeepaliveSettings { interval, timeout, when_idle: false });
        self
    }

    /// What `:authority` says; the target's host and port unless set.
    pub fn authority(mut self, authority: impl AsRef<str>) -> Self {
        self.settings.authority = Some(authority.as_ref().into());
        self
    }

    /// What is put in front of this library's own user agent.
    pub fn user_agent(mut self, user_agent: impl AsRef<str>) -> Self {
        self.settings.user_agent = format!("{} {USER_AGENT}", user_agent.as_ref()).into();
        self
    }

    /// How long calls may take that say nothing else; for ever unless set.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.calls.timeout = Some(timeout);
        self
    }

    /// How calls that say nothing else compress what they send.
    pub fn compress(mut self, compression: Compression) -> Self {
        self.settings.calls.compression = compression;
        self
    }

    /// Whether calls that say nothing else wait while the server cannot be reached.
    pub fn wait_for_ready(mut self, wait: bool) -> Self {
        self.settings.calls.wait_for_ready = wait;
        self
    }

    /// The largest message that is accepted, in bytes, after inflation; 4 MiB unless set.
    pub fn max_received_message_size(mut self, bytes: usize) -> Self {
        self.settings.calls.received = MessageLimit(bytes);
        self
    }

    /// The largest message that may be sent, in bytes; what 32 bits can say unless set.
    pub fn max_sent_message_size(mut self, bytes: usize) -> Self {
        self.settings.calls.sent = MessageLimit(bytes);
        self
    }

    /// How to use TLS. A target with `https://` uses it in any case, one with `http://` must not, and
    /// the others (`host:port`, `dns:`, `unix:`) do when this is set.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: ClientTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// What all connections together may hold for their servers. [That of the
    /// process](MemoryBudget::process), 1 GiB, unless set.
    pub fn memory_budget(mut self, budget: MemoryBudget) -> Self {
        self.settings.memory = budget;
        self
    }

    /// The limits of the HTTP/2 engine, each with its default and reason.
    pub fn http2(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.settings.http2);
        self
    }

    /// Connects now.
    ///
    /// # Errors
    ///
    /// INVALID_ARGUMENT for a malformed target or settings of TLS that cannot be, UNAVAILABLE when
    /// the server cannot be reached now.
    pub async fn connect(self) -> Result<Channel, Status> {
        let channel = self.connect_lazy()?;
        let connection = channel.pool().pick(false).await?;
        connection.give_back();
        Ok(channel)
    }

    /// Connects when the first call is made.
    ///
    /// # Errors
    ///
    /// INVALID_ARGUMENT for a malformed target or settings of TLS that cannot be.
    pub fn connect_lazy(self) -> Result<Channel, Status> {
        let target = self.target?;
        #[cfg(feature = "tls")]
        let settings = ChannelSettings { tls: connector(&target, self.tls)?, ..self.settings };
        #[cfg(not(feature = "tls"))]
        let settings = self.settings;
        Ok(Channel::new(Pool::new(target, settings)))
    }
}

/// What makes TLS connections to a target; `None` when there shall be none.
#[cfg(feature = "tls")]
fn connector(target: &Target, tls: Option<ClientTls>) -> Result<Option<Connector>, Status> {
    let (tls, host) = match (target.tls, &target.endpoint, tls) {
        (_, Endpoint::InProcess(_), Some(_)) => {
            return Err(Status::invalid_argument(
                "a channel inside of a process is set to use TLS, which there is no use for",
            ));
        }
        (Some(false), _, Some(_)) => {
            return Err(Status::invalid_argument(format!(
                "target {target:?} says plaintext, but the channel is set to use TLS: say https://"
            )));
        }
        (Some(false) | None, _, None) => return Ok(None),
        (_, Endpoint::Tcp { host, .. }, tls) => (tls.unwrap_or_default(), host.as_str()),
        (_, _, tls) => (tls.unwrap_or_default(), "localhost"),
    };
    tls.connector(host).map(Some).map_err(|error| {
        Status::invalid_argument(format!("TLS to {target}: {error}")).with_source(error)
    })
}

impl Default for ChannelSettings {
    fn default() -> Self {
        Self {
            http2: Config::default(),
            connect_timeout: CONNECT_TIMEOUT,
            max_backoff: None,
            max_connections: 8,
            max_waiting_calls: 65_536,
            keepalive: None,
            authority: None,
            user_agent: USER_AGENT.into(),
            #[cfg(feature = "tls")]
            tls: None,
            memory: MemoryBudget::process(),
            calls: CallDefaults {
                timeout: None,
                compression: Compression::Identity,
                wait_for_ready: false,
                received: MessageLimit::DEFAULT_RECEIVED,
                sent: MessageLimit::DEFAULT_SENT,
            },
        }
    }
}
