//! The client's side of TLS.

use std::sync::Arc;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::error::{Side, TlsError};
use super::identity::Identity;
use super::read_ahead::ReadAhead;
use super::roots::Roots;
use super::stream::Secured;
use super::{ALPN, provider, with_http2};
use crate::transport::ByteStream;

/// How a channel uses TLS. Without further settings it trusts the roots of the system and expects
/// the name in the target.
#[derive(Clone, Debug, Default)]
pub struct ClientTls {
    roots: Option<Roots>,
    identity: Option<Identity>,
    server_name: Option<Box<str>>,
    config: Option<Arc<ClientConfig>>,
}

impl ClientTls {
    /// The usual settings.
    pub fn new() -> Self {
        Self::default()
    }

    /// TLS as rustls was told to do it, for what is not to be had here. Roots and identity come from
    /// the configuration; ALPN is added to it.
    pub fn with_config(config: impl Into<Arc<ClientConfig>>) -> Self {
        Self { config: Some(config.into()), ..Self::default() }
    }

    /// Trusts servers whose certificate comes from these authorities, and no others.
    #[must_use]
    pub fn roots(mut self, roots: Roots) -> Self {
        self.roots = Some(roots);
        self
    }

    /// Shows this certificate to servers that ask for one (mutual TLS).
    #[must_use]
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
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
        Ok(Connector { config: self.config()?, name })
    }

    fn config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        if let Some(config) = &self.config {
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

/// Makes connections to one server.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    config: Arc<ClientConfig>,
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
        let connector = TlsConnector::from(Arc::clone(&self.config));
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
