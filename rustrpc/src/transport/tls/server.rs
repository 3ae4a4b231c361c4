//! The server's side of TLS.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use rustls::ServerConfig;
use rustls::server::WebPkiClientVerifier;
use rustls::sign::SingleCertAndKey;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::error::{Side, TlsError};
use super::identity::Identity;
use super::read_ahead::ReadAhead;
use super::roots::Roots;
use super::slot::{Material, Slot};
use super::stream::Secured;
use super::{ALPN, provider, with_http2};
use crate::rpc::PeerAddress;
use crate::transport::ByteStream;

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
const MOST_HANDSHAKES: usize = 512;

/// How a server uses TLS.
///
/// Handshakes run beside each other and beside accepting. One that takes longer than
/// [`handshake_timeout`](Self::handshake_timeout) is broken off; when there are
/// [`max_handshakes`](Self::max_handshakes), one that has taken longer than a second gives way to the
/// next connection, so that slow peers cannot keep others out.
#[derive(Clone)]
pub struct ServerTls {
    slot: Slot<ServerMaterial>,
    pub(crate) handshake_timeout: Duration,
    pub(crate) max_handshakes: usize,
    on_failure: Option<Arc<Observer>>,
}

/// Changes what a server uses for handshakes from now on. Connections that are open stay as they are.
#[derive(Clone)]
pub struct Reloader {
    slot: Slot<ServerMaterial>,
}

/// A handshake that led to no connection.
#[derive(Clone, Copy, Debug)]
pub struct HandshakeFailure<'a> {
    peer: &'a PeerAddress,
    error: &'a TlsError,
}

type Observer = dyn Fn(HandshakeFailure<'_>) + Send + Sync;

#[derive(Clone)]
enum ServerMaterial {
    Ready { config: Arc<ServerConfig>, clients: Clients },
    Identity { identity: Identity, clients: Clients },
}

#[derive(Clone)]
enum Clients {
    Anonymous,
    Optional(Roots),
    Required(Roots),
}

impl ServerTls {
    /// TLS by this certificate, for any client.
    pub fn new(identity: Identity) -> Self {
        Self::of(ServerMaterial::Identity { identity, clients: Clients::Anonymous })
    }

    /// TLS as rustls was told to do it, for what is not to be had here, such as several certificates
    /// chosen by name. ALPN is added to it.
    pub fn with_config(config: impl Into<Arc<ServerConfig>>) -> Self {
        Self::of(ServerMaterial::Ready { config: config.into(), clients: Clients::Anonymous })
    }

    fn of(material: ServerMaterial) -> Self {
        Self {
            slot: Slot::new(material),
            handshake_timeout: HANDSHAKE_TIMEOUT,
            max_handshakes: MOST_HANDSHAKES,
            on_failure: None,
        }
    }

    /// Refuses clients without a certificate from one of these authorities (mutual TLS). Handlers
    /// find it in [`Request::peer_certificates`](crate::Request::peer_certificates).
    #[must_use]
    pub fn require_client_certificates(self, roots: Roots) -> Self {
        self.verify_clients(Clients::Required(roots))
    }

    /// Asks clients for a certificate, and refuses those that have one from elsewhere than these
    /// authorities. Clients without one are served; handlers see the difference by
    /// [`Request::peer_certificates`](crate::Request::peer_certificates).
    #[must_use]
    pub fn request_client_certificates(self, roots: Roots) -> Self {
        self.verify_clients(Clients::Optional(roots))
    }

    fn verify_clients(self, verified: Clients) -> Self {
        let slot = self.slot.changed(|material| match material {
            ServerMaterial::Ready { clients, .. } | ServerMaterial::Identity { clients, .. } => {
                *clients = verified;
            }
        });
        Self { slot, ..self }
    }

    /// How long a handshake may take; 10 seconds unless set.
    #[must_use]
    pub fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.handshake_timeout = timeout;
        self
    }

    /// How many handshakes may be in progress at once; 512 unless set, at least 1. Each may hold some
    /// 64 KiB while it lasts.
    #[must_use]
    pub fn max_handshakes(mut self, handshakes: usize) -> Self {
        self.max_handshakes = handshakes.max(1);
        self
    }

    /// Is told of each handshake that fails, for logs and counters. It runs where connections are
    /// served, and so must not block.
    #[must_use]
    pub fn on_handshake_failure(
        mut self,
        observe: impl Fn(HandshakeFailure<'_>) + Send + Sync + 'static,
    ) -> Self {
        self.on_failure = Some(Arc::new(observe));
        self
    }

    /// What exchanges the certificate while the server runs. Take it when all is set: it is about
    /// these settings, and not about others that are made from them.
    pub fn reloader(&self) -> Reloader {
        Reloader { slot: self.slot.clone() }
    }

    /// Makes the configuration, so that what is wrong with it is known before anyone is served.
    pub(crate) fn check(&self) -> Result<(), TlsError> {
        self.slot.config().map(drop)
    }

    /// Does the handshake.
    ///
    /// # Errors
    ///
    /// When it fails.
    pub(crate) async fn accept<S: ByteStream>(
        &self,
        stream: S,
    ) -> Result<ServerStream<S>, TlsError> {
        let config = self.slot.config()?;
        let stream = TlsAcceptor::from(config).accept(ReadAhead::new(stream)).await;
        let stream = stream.map_err(|error| TlsError::of_handshake(Side::Server, error))?;
        Ok(Secured::new(stream, Side::Server))
    }

    pub(crate) fn failed(&self, peer: &PeerAddress, error: &TlsError) {
        if let Some(observe) = &self.on_failure {
            observe(HandshakeFailure { peer, error });
        }
    }
}

/// The server's end of a connection.
pub(crate) type ServerStream<S> = Secured<TlsStream<ReadAhead<S>>>;

impl<S> ServerStream<S> {
    /// The client's certificates, its own one first; none when it has shown none.
    pub(crate) fn peer_certificates(&self) -> Vec<Bytes> {
        let certificates = self.stream().get_ref().1.peer_certificates().unwrap_or_default();
        certificates.iter().map(|certificate| Bytes::copy_from_slice(certificate)).collect()
    }

    /// Whether both sides have agreed on HTTP/2 (RFC 9113 section 3.3).
    pub(crate) fn is_http2(&self) -> bool {
        self.stream().get_ref().1.alpn_protocol() == Some(ALPN)
    }
}

impl Reloader {
    /// Reads the certificate, its key and the roots for client certificates again from the files
    /// that they came from. When that fails, the server goes on with what it has.
    ///
    /// # Errors
    ///
    /// When a file is missing or wrong, or the certificate came from no file.
    pub fn reload(&self) -> Result<(), TlsError> {
        let material = self.slot.material();
        self.slot.install(material.read_again()?)
    }

    /// Takes another certificate.
    ///
    /// # Errors
    ///
    /// When the server got a ready rustls configuration, whose business it is.
    pub fn replace(&self, identity: Identity) -> Result<(), TlsError> {
        let material = self.slot.material();
        match material {
            ServerMaterial::Ready { .. } => Err(ready_configuration()),
            ServerMaterial::Identity { clients, .. } => {
                self.slot.install(ServerMaterial::Identity { identity, clients })
            }
        }
    }

    /// Takes another rustls configuration, instead of one or of a certificate.
    ///
    /// # Errors
    ///
    /// When it offers by ALPN other protocols than HTTP/2.
    pub fn replace_config(&self, config: impl Into<Arc<ServerConfig>>) -> Result<(), TlsError> {
        self.slot
            .install(ServerMaterial::Ready { config: config.into(), clients: Clients::Anonymous })
    }
}

impl<'a> HandshakeFailure<'a> {
    /// Who connected.
    pub fn peer(&self) -> &'a PeerAddress {
        self.peer
    }

    /// What went wrong.
    pub fn error(&self) -> &'a TlsError {
        self.error
    }
}

impl Material for ServerMaterial {
    type Config = ServerConfig;

    fn config(&self) -> Result<Arc<ServerConfig>, TlsError> {
        let (identity, clients) = match self {
            Self::Identity { identity, clients } => (identity, clients),
            Self::Ready { config, clients: Clients::Anonymous } => {
                let alpn_protocols = with_http2(&config.alpn_protocols)?;
                let mut config = ServerConfig::clone(config);
                config.alpn_protocols = alpn_protocols;
                return Ok(Arc::new(config));
            }
            Self::Ready { .. } => {
                return Err(TlsError::new(
                    "`ServerTls::with_config` excludes roots for client certificates: set a \
                     verifier in the rustls configuration",
                ));
            }
        };
        let of_rustls = |error| TlsError::of_rustls(Side::Server, error);
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(of_rustls)?;
        let verifier = |roots: &Roots| {
            WebPkiClientVerifier::builder_with_provider(Arc::clone(&roots.store), provider())
        };
        let of_verifier =
            |error| TlsError::because(format!("the roots for client certificates: {error}"), error);
        let builder = match clients {
            Clients::Anonymous => builder.with_no_client_auth(),
            Clients::Required(roots) => {
                builder.with_client_cert_verifier(verifier(roots).build().map_err(of_verifier)?)
            }
            Clients::Optional(roots) => builder.with_client_cert_verifier(
                verifier(roots).allow_unauthenticated().build().map_err(of_verifier)?,
            ),
        };
        let certificate = SingleCertAndKey::from(Arc::clone(&identity.certified));
        let mut config = builder.with_cert_resolver(Arc::new(certificate));
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Arc::new(config))
    }
}

impl ServerMaterial {
    fn read_again(&self) -> Result<Self, TlsError> {
        let Self::Identity { identity, clients } = self else { return Err(ready_configuration()) };
        let identity = identity.read_again()?.ok_or_else(|| {
            TlsError::new(
                "the certificate came from no file that could be read again: use \
                 `Identity::from_files`, or `Reloader::replace`",
            )
        })?;
        let clients = match clients {
            Clients::Anonymous => Clients::Anonymous,
            Clients::Optional(roots) => Clients::Optional(roots.read_again()?),
            Clients::Required(roots) => Clients::Required(roots.read_again()?),
        };
        Ok(Self::Identity { identity, clients })
    }
}

fn ready_configuration() -> TlsError {
    TlsError::new(
        "the server got a ready rustls configuration: give it another by \
         `Reloader::replace_config`",
    )
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerTls")
            .field("handshake_timeout", &self.handshake_timeout)
            .field("max_handshakes", &self.max_handshakes)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Reloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloader").finish_non_exhaustive()
    }
}
