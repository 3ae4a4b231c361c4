//! The client's side of TLS.

use std::fmt;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::error::{Side, TlsError};
use super::identity::Identity;
use super::read_ahead::ReadAhead;
use super::roots::Roots;
use super::slot::{Material, Slot};
use super::stream::Secured;
use super::{ALPN, provider, with_http2};
use crate::transport::ByteStream;

/// How a channel uses TLS. Without further settings it trusts the roots of the system and expects
/// the name in the target.
#[derive(Clone, Default)]
pub struct ClientTls {
    slot: Slot<ClientMaterial>,
    server_name: Option<Box<str>>,
}

/// Changes what channels use for handshakes from now on. Connections that are open stay as they are:
/// it is the server that decides how old they get.
#[derive(Clone)]
pub struct ClientReloader {
    slot: Slot<ClientMaterial>,
}

#[derive(Clone, Default)]
struct ClientMaterial {
    roots: Option<Roots>,
    identity: Option<Identity>,
    ready: Option<Arc<ClientConfig>>,
}

impl ClientTls {
    /// The usual settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// TLS as rustls was told to do it, for what is not to be had here. Roots and identity come from
    /// the configuration; ALPN is added to it.
    pub fn with_config(config: impl Into<Arc<ClientConfig>>) -> Self {
        Self::default().changed(|material| material.ready = Some(config.into()))
    }

    /// Trusts servers whose certificate comes from these authorities, and no others.
    #[must_use]
    pub fn roots(self, roots: Roots) -> Self {
        self.changed(|material| material.roots = Some(roots))
    }

    /// Shows this certificate to servers that ask for one (mutual TLS).
    #[must_use]
    pub fn identity(self, identity: Identity) -> Self {
        self.changed(|material| material.identity = Some(identity))
    }

    /// The name or address that the server's certificate must be for, and that the server is told
    /// (SNI); the target's host unless set, `localhost` for Unix sockets. It does not change
    /// `:authority`, which [`ChannelBuilder::authority`](crate::client::ChannelBuilder::authority)
    /// sets.
    #[must_use]
    pub fn server_name(mut self, name: impl Into<Box<str>>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// What exchanges certificate and roots while channels are in use. Take it when all is set: it
    /// is about these settings, and not about others that are made from them.
    pub fn reloader(&self) -> ClientReloader {
        ClientReloader { slot: self.slot.clone() }
    }

    fn changed(self, change: impl FnOnce(&mut ClientMaterial)) -> Self {
        Self { slot: self.slot.changed(change), ..self }
    }

    /// What makes connections to `host`.
    ///
    /// # Errors
    ///
    /// When the name is none, there are no roots, or the settings contradict each other.
    pub(crate) fn connector(&self, host: &str) -> Result<Connector, TlsError> {
        let name = self.server_name.as_deref().unwrap_or(host);
        let name = ServerName::try_from(name.to_owned()).map_err(|error| {
            TlsError::because(
                format!("{name:?} is no name that a certificate can be for: {error}"),
                error,
            )
        })?;
        self.slot.config()?;
        Ok(Connector { slot: self.slot.clone(), name })
    }
}

impl ClientReloader {
    /// Reads the certificate, its key and the roots again from the files that they came from, or
    /// from the system. When that fails, channels go on with what they have.
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
    /// When the channels got a ready rustls configuration, whose business it is.
    pub fn replace(&self, identity: Identity) -> Result<(), TlsError> {
        let material = self.slot.material();
        if material.ready.is_some() {
            return Err(ready_configuration());
        }
        self.slot.install(ClientMaterial { identity: Some(identity), ..material })
    }

    /// Takes another rustls configuration, instead of one or of certificate and roots.
    ///
    /// # Errors
    ///
    /// When it offers by ALPN other protocols than HTTP/2.
    pub fn replace_config(&self, config: impl Into<Arc<ClientConfig>>) -> Result<(), TlsError> {
        self.slot
            .install(ClientMaterial { ready: Some(config.into()), ..ClientMaterial::default() })
    }
}

impl Material for ClientMaterial {
    type Config = ClientConfig;

    fn config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        if let Some(config) = &self.ready {
            if self.roots.is_some() || self.identity.is_some() {
                return Err(TlsError::new(
                    "`ClientTls::with_config` excludes `roots` and `identity`: set them in the \
                     rustls configuration",
                ));
            }
            let alpn_protocols = with_http2(&config.alpn_protocols)?;
            if config.alpn_protocols == alpn_protocols {
                return Ok(Arc::clone(config));
            }
            let mut config = ClientConfig::clone(config);
            config.alpn_protocols = alpn_protocols;
            return Ok(Arc::new(config));
        }
        let of_rustls = |error| TlsError::of_rustls(Side::Client, error);
        let roots = match &self.roots {
            Some(roots) => roots.clone(),
            None => Roots::system()?,
        };
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(of_rustls)?
            .with_root_certificates(roots.store);
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => builder.with_client_cert_resolver(Arc::new(
                rustls::sign::SingleCertAndKey::from(Arc::clone(&identity.certified)),
            )),
        };
        config.alpn_protocols = vec![ALPN.to_vec()];
        Ok(Arc::new(config))
    }
}

impl ClientMaterial {
    fn read_again(&self) -> Result<Self, TlsError> {
        if self.ready.is_some() {
            return Err(ready_configuration());
        }
        let again = |identity: &Identity| {
            identity.read_again()?.ok_or_else(|| {
                TlsError::new(
                    "the certificate came from no file that could be read again: use \
                     `Identity::from_files`, or `ClientReloader::replace`",
                )
            })
        };
        Ok(Self {
            roots: self.roots.as_ref().map(Roots::read_again).transpose()?,
            identity: self.identity.as_ref().map(again).transpose()?,
            ready: None,
        })
    }
}

fn ready_configuration() -> TlsError {
    TlsError::new(
        "the channels got a ready rustls configuration: give them another by \
         `ClientReloader::replace_config`",
    )
}

impl fmt::Debug for ClientTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientTls").field("server_name", &self.server_name).finish_non_exhaustive()
    }
}

impl fmt::Debug for ClientReloader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientReloader").finish_non_exhaustive()
    }
}

/// Makes connections to one server.
#[derive(Clone)]
pub(crate) struct Connector {
    slot: Slot<ClientMaterial>,
    name: ServerName<'static>,
}

impl Connector {
    /// Does the handshake.
    ///
    /// # Errors
    ///
    /// When it fails, or does not lead to HTTP/2.
    pub(crate) async fn connect<S: ByteStream>(
        &self,
        stream: S,
    ) -> Result<Secured<TlsStream<ReadAhead<S>>>, TlsError> {
        let connector = TlsConnector::from(self.slot.config()?);
        let stream = connector.connect(self.name.clone(), ReadAhead::new(stream)).await;
        let stream = stream.map_err(|error| TlsError::of_handshake(Side::Client, error))?;
        // RFC 9113 section 3.3.
        if stream.get_ref().1.alpn_protocol() != Some(ALPN) {
            return Err(TlsError::new(
                "the server speaks TLS but did not agree on HTTP/2 by ALPN (h2); is it a gRPC \
                 server, and is there a proxy before it that ends TLS?",
            ));
        }
        Ok(Secured::new(stream, Side::Client))
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("name", &self.name).finish_non_exhaustive()
    }
}
