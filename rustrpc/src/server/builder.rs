//! Building servers.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use super::bound::{Bound, ServeError};
use super::call::AnswerTerms;
use super::connection::ServerRole;
use super::dispatch::Dispatch;
use super::fallback::{Fallback, FallbackRequest, FallbackResponse};
use super::listen::{ListenAddress, Listener};
use super::router::Router;
use super::service::Service;
use crate::rpc::{
    AcceptedCompression, Compression, MessageLimit, Peer, PeerAddress, ServiceDescriptor,
};
#[cfg(feature = "tls")]
use crate::transport::tls::ServerTls;
use crate::transport::{
    Accept, Account, ByteStream, CommandQueue, Config, Connection, Driver, InProcess,
    KeepaliveSettings, LifetimeSettings, MemoryBudget, now,
};

/// How long a server that was told to stop waits for running calls unless told otherwise.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(30);

/// A set of services with the limits they are served under.
///
/// ```no_run
/// # async fn example(greeter: impl rustrpc::server::Service) -> Result<(), rustrpc::server::ServeError> {
/// use rustrpc::Server;
///
/// Server::builder()
///     .add_service(greeter)
///     .serve("127.0.0.1:50051")
///     .await
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Server {
    pub(crate) router: Arc<Router>,
    pub(crate) settings: Arc<ServerSettings>,
}

/// Collects services and settings.
#[derive(Debug, Default)]
pub struct ServerBuilder {
    router: Router,
    settings: ServerSettings,
}

/// What a server's connections and calls are held to.
#[derive(Clone, Debug)]
pub(crate) struct ServerSettings {
    /// Shared by all connections.
    pub(crate) http2: Arc<Config>,
    pub(crate) received: MessageLimit,
    pub(crate) sent: MessageLimit,
    pub(crate) compression: Compression,
    pub(crate) timeout: Option<Duration>,
    pub(crate) drain_timeout: Duration,
    pub(crate) keepalive: Option<KeepaliveSettings>,
    pub(crate) lifetime: LifetimeSettings,
    pub(crate) fallback: Option<Fallback>,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<ServerTls>,
    pub(crate) memory: MemoryBudget,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            http2: Arc::default(),
            received: MessageLimit::DEFAULT_RECEIVED,
            sent: MessageLimit::DEFAULT_SENT,
            compression: Compression::Identity,
            timeout: None,
            drain_timeout: DRAIN_TIMEOUT,
            keepalive: Some(KeepaliveSettings {
                interval: Duration::from_secs(2 * 60 * 60),
                timeout: Duration::from_secs(20),
                when_idle: true,
            }),
            lifetime: LifetimeSettings::default(),
            fallback: None,
            #[cfg(feature = "tls")]
            tls: None,
            memory: MemoryBudget::process(),
        }
    }
}

impl ServerSettings {
    /// What answers are held to for a client that can inflate so much.
    pub(crate) fn answer_terms(&self, accepted: AcceptedCompression) -> AnswerTerms {
        AnswerTerms { sent: self.sent, compression: self.compression, accepted }
    }
}

impl Server {
    /// A server without services.
    pub fn builder() -> ServerBuilder {
        ServerBuilder::default()
    }

    /// The services, in the order in which they were added.
    pub fn services(&self) -> impl Iterator<Item = &'static ServiceDescriptor> {
        self.router.descriptors()
    }

    /// The engine of a connection that begins now.
    pub(crate) fn engine(&self) -> Connection {
        Connection::server(Arc::clone(&self.settings.http2), now())
    }

    /// The queue of a connection that begins now.
    pub(crate) fn queue(&self) -> Arc<CommandQueue> {
        CommandQueue::new(Account::new(&self.settings.memory))
    }

    /// A task that serves one connection over any byte stream; `queue` is the way to stop it.
    pub(crate) fn connection<S: ByteStream>(
        &self,
        engine: Connection,
        stream: S,
        peer: Peer,
        queue: Arc<CommandQueue>,
    ) -> impl Future<Output = ()> + Send + use<S> {
        let role = ServerRole::new(
            Arc::clone(&self.router),
            Arc::clone(&self.settings),
            peer,
            Arc::clone(&queue),
        );
        Driver::new(stream, engine, role, queue, self.settings.keepalive)
            .lasting(self.settings.lifetime)
    }

    /// Serves one connection over a byte stream that the caller has accepted, until it is over. The
    /// stream is taken as it is: whatever the server's settings for TLS, the caller has seen to it.
    pub async fn serve_connection<S>(&self, stream: S, peer: PeerAddress)
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        self.connection(self.engine(), stream, peer.into(), self.queue()).await;
    }

    /// Binds an address, so that its port is known before anyone is served.
    ///
    /// # Errors
    ///
    /// When the address is malformed or cannot be bound.
    pub async fn bind(self, address: impl Into<ListenAddress>) -> Result<Bound, ServeError> {
        Bound::bind(self, address.into()).await
    }

    /// Takes a socket that listens already, instead of binding one.
    ///
    /// With several that share their port (`SO_REUSEPORT`), each cloned server can have a runtime of
    /// its own. The file of a Unix socket stays when the server stops.
    ///
    /// # Errors
    ///
    /// When the socket has no address, or something is wrong with the server's certificate.
    pub fn listen_on(self, listener: impl Into<Listener>) -> Result<Bound, ServeError> {
        Bound::to(self, listener.into())
    }
}

impl InProcess for Server {
    type Acceptor = Self;

    fn into_acceptor(self) -> Self {
        self
    }
}

impl<S: Service> InProcess for S {
    type Acceptor = Server;

    fn into_acceptor(self) -> Server {
        Server::builder().add_service(self).build()
    }
}

impl Accept for Server {
    fn accept(&self, stream: tokio::io::DuplexStream) {
        let queue = self.queue();
        tokio::spawn(self.connection(self.engine(), stream, PeerAddress::InProcess.into(), queue));
    }
}

impl ServerBuilder {
    /// Adds a service; of two with the same name the later one serves.
    #[must_use]
    pub fn add_service(mut self, service: impl Service) -> Self {
        self.router.add(Arc::new(service));
        self
    }

    /// The services added so far, in that order.
    pub fn services(&self) -> impl Iterator<Item = &'static ServiceDescriptor> {
        self.router.descriptors()
    }

    /// The largest message that is accepted, in bytes, after inflation; 4 MiB unless set.
    #[must_use]
    pub fn max_received_message_size(mut self, bytes: usize) -> Self {
        self.settings.received = MessageLimit(bytes);
        self
    }

    /// The largest message that may be sent, in bytes; what 32 bits can say unless set.
    #[must_use]
    pub fn max_sent_message_size(mut self, bytes: usize) -> Self {
        self.settings.sent = MessageLimit(bytes);
        self
    }

    /// How answers are compressed for clients that accept it, unless a handler says otherwise.
    #[must_use]
    pub fn compress(mut self, compression: Compression) -> Self {
        self.settings.compression = compression;
        self
    }

    /// The longest that any call may take, whatever its client allows.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// How many calls a client may have open at once on one connection; 1,000 unless set.
    #[must_use]
    pub fn max_concurrent_streams(self, streams: u32) -> Self {
        self.http2(|config| config.max_concurrent_streams = streams)
    }

    /// How long [`serve_with_shutdown`](Self::serve_with_shutdown) waits for running calls before
    /// it closes their connections; 30 seconds unless set.
    #[must_use]
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.settings.drain_timeout = timeout;
        self
    }

    /// Asks a client that was silent for `interval` whether it is still there, and closes its
    /// connection when it does not answer within `timeout`. Two hours and 20 seconds unless set.
    #[must_use]
    pub fn keepalive(mut self, interval: Duration, timeout: Duration) -> Self {
        self.settings.keepalive = Some(KeepaliveSettings { interval, timeout, when_idle: true });
        self
    }

    /// Closes a connection on which there was no call for so long; never unless set.
    #[must_use]
    pub fn max_connection_idle(mut self, duration: Duration) -> Self {
        self.settings.lifetime.idle = Some(duration);
        self
    }

    /// Tells the client of a connection that is so old, or up to a tenth more or less, to go elsewhere
    /// with new calls, and closes it when its calls are over. So clients look their servers up again
    /// now and then, and find those that are new. Never unless set.
    #[must_use]
    pub fn max_connection_age(mut self, age: Duration) -> Self {
        self.settings.lifetime.age = Some(age);
        self
    }

    /// How long the calls of a connection may take that has reached its [age](Self::max_connection_age)
    /// before it is closed; for ever unless set.
    #[must_use]
    pub fn max_connection_age_grace(mut self, grace: Duration) -> Self {
        self.settings.lifetime.grace = Some(grace);
        self
    }

    /// Serves by TLS what comes over sockets, TCP or Unix. In-process channels need none.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self, tls: ServerTls) -> Self {
        self.settings.tls = Some(tls);
        self
    }

    /// The limits of the HTTP/2 engine, each with its default and reason.
    #[must_use]
    pub fn http2(mut self, change: impl FnOnce(&mut Config)) -> Self {
        let config = Arc::make_mut(&mut self.settings.http2);
        change(config);
        // Once for all connections, which would otherwise have one of their own each.
        *config = config.clone().clamped();
        self
    }

    /// What all connections together may hold for their peers. [That of the
    /// process](MemoryBudget::process), 1 GiB, unless set.
    #[must_use]
    pub fn memory_budget(mut self, budget: MemoryBudget) -> Self {
        self.settings.memory = budget;
        self
    }

    /// Where handlers run: those of a service (`acme.orders.v1.OrderService`) or of one of its
    /// methods (`acme.orders.v1.OrderService/GetOrder`). [`Dispatch::Auto`] unless set.
    ///
    /// # Panics
    ///
    /// When no service that was added before has that name.
    #[must_use]
    pub fn dispatch(mut self, name: &str, dispatch: Dispatch) -> Self {
        assert!(
            self.router.set_dispatch(Some(name), dispatch),
            "there is no service or method {name:?} on this server; add the service first"
        );
        self
    }

    /// Where the handlers of all services run that were added before.
    #[must_use]
    pub fn dispatch_all(mut self, dispatch: Dispatch) -> Self {
        self.router.set_dispatch(None, dispatch);
        self
    }

    /// Answers requests that are not gRPC (those with another method than POST or another content
    /// type). Without it they get 405 or 415.
    #[must_use]
    pub fn fallback(
        mut self,
        answer: impl Fn(FallbackRequest<'_>) -> FallbackResponse + Send + Sync + 'static,
    ) -> Self {
        self.settings.fallback = Some(Fallback::new(answer));
        self
    }

    /// The server, to be served several times or without a socket.
    pub fn build(self) -> Server {
        Server { router: Arc::new(self.router), settings: Arc::new(self.settings) }
    }

    /// Binds an address, so that its port is known before anyone is served.
    ///
    /// # Errors
    ///
    /// When the address is malformed or cannot be bound.
    pub async fn bind(self, address: impl Into<ListenAddress>) -> Result<Bound, ServeError> {
        self.build().bind(address).await
    }

    /// Takes a socket that listens already: [`Server::listen_on`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn listen_on(self, listener: impl Into<Listener>) -> Result<Bound, ServeError> {
        self.build().listen_on(listener)
    }

    /// Serves at an address (`host:port`, `unix:/path` or `unix-abstract:name`) for good.
    ///
    /// # Errors
    ///
    /// When the address is malformed or cannot be bound. Errors of single connections, and errors
    /// of accepting them, never end it.
    pub async fn serve(self, address: impl Into<ListenAddress>) -> Result<(), ServeError> {
        self.bind(address).await?.serve().await
    }

    /// Serves until `signal` is ready, then lets running calls finish, up to the
    /// [drain timeout](Self::drain_timeout).
    ///
    /// # Errors
    ///
    /// As for [`serve`](Self::serve).
    pub async fn serve_with_shutdown(
        self,
        address: impl Into<ListenAddress>,
        signal: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        self.bind(address).await?.serve_with_shutdown(signal).await
    }
}
