//! TLS under HTTP/2 (RFC 9113 section 9.2), by rustls.
//!
//! ```no_run
//! use rustrpc::tls::{ClientTls, Identity, Roots, ServerTls};
//! use rustrpc::{Channel, Server};
//!
//! # async fn example(greeter: impl rustrpc::server::Service) -> Result<(), Box<dyn std::error::Error>> {
//! // Whoever has a certificate of our own authority may call.
//! let identity = Identity::from_files("server.pem", "server.key")?;
//! let tls = ServerTls::new(identity).require_client_certificates(Roots::from_file("ca.pem")?);
//! let reloader = tls.reloader();
//! let serving = Server::builder().add_service(greeter).tls(tls).serve("0.0.0.0:443");
//!
//! // When the files were renewed; connections that are open stay as they are.
//! reloader.reload()?;
//!
//! // A client's certificate is renewed in the same way, by a reloader of its own.
//! let tls = ClientTls::new()
//!     .roots(Roots::from_file("ca.pem")?)
//!     .identity(Identity::from_files("client.pem", "client.key")?);
//! let channel = Channel::builder("https://orders.internal").tls(tls).connect().await?;
//! # serving.await?;
//! # Ok(())
//! # }
//! ```
//!
//! Both sides speak TLS 1.2 and 1.3 with the cipher suites that rustls has, all of which HTTP/2
//! allows; without compression, renegotiation or early data; and insist on HTTP/2 being agreed on
//! by ALPN. Cryptography is that of the [provider](rustls::crypto::CryptoProvider) which the
//! program has installed for its process, if it has, and ring's otherwise.

mod client;
mod error;
mod identity;
mod read_ahead;
mod roots;
mod server;
mod slot;
mod stream;

pub use rustls;

pub use client::{ClientReloader, ClientTls};
pub use error::TlsError;
pub use identity::Identity;
pub use roots::Roots;
pub use server::{HandshakeFailure, Reloader, ServerTls};

pub(crate) use client::Connector;
pub(crate) use server::ServerStream;

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// The name of HTTP/2 over TLS in ALPN (RFC 9113 section 3.2).
const ALPN: &[u8] = b"h2";

/// Who does the cryptography.
fn provider() -> Arc<CryptoProvider> {
    match CryptoProvider::get_default() {
        Some(installed) => Arc::clone(installed),
        None => Arc::new(rustls::crypto::ring::default_provider()),
    }
}

/// The protocols of a configuration that was handed in, HTTP/2 among them.
///
/// # Errors
///
/// When it offers others only.
fn with_http2(protocols: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, TlsError> {
    if !protocols.is_empty() && !protocols.iter().any(|protocol| protocol == ALPN) {
        return Err(TlsError::new(
            "the rustls configuration offers by ALPN other protocols than h2: leave its \
             `alpn_protocols` empty, or add `h2`",
        ));
    }
    // HTTP/2 is all that is spoken here.
    Ok(vec![ALPN.to_vec()])
}
