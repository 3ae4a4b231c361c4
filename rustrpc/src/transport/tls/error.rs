//! What goes wrong with TLS, and what to do about it.

use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::{AlertDescription, CertificateError, InconsistentKeys};

/// What went wrong with certificates, keys or a handshake, with the cure where one is known.
/// [`source`](Error::source) leads to the error underneath, a [`rustls::Error`] for most.
#[derive(Clone, Debug)]
pub struct TlsError {
    message: String,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

/// Whose view of a handshake it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Client,
    Server,
}

impl TlsError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    pub(super) fn because(
        message: impl Into<String>,
        source: impl Error + Send + Sync + 'static,
    ) -> Self {
        Self { message: message.into(), source: Some(Arc::new(source)) }
    }

    /// A failure of rustls, while configuring it or on the wire.
    pub(super) fn of_rustls(side: Side, error: rustls::Error) -> Self {
        let message = match cure(side, &error) {
            Some(cure) => format!("{error}; {cure}"),
            None => error.to_string(),
        };
        Self::because(message, error)
    }

    /// A failure of a handshake.
    pub(super) fn of_handshake(side: Side, error: io::Error) -> Self {
        match error.downcast::<rustls::Error>() {
            Ok(error) => Self::of_rustls(side, error),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Self::because(
                match side {
                    Side::Client => {
                        "the server closed the connection during the TLS handshake; does it \
                         speak TLS at all? Plaintext is http://"
                    }
                    Side::Server => "the client closed the connection during the TLS handshake",
                },
                error,
            ),
            Err(error) => Self::because(format!("during the TLS handshake: {error}"), error),
        }
    }
}

/// What whoever runs `side` can do about it.
fn cure(side: Side, error: &rustls::Error) -> Option<&'static str> {
    use rustls::Error as E;
    Some(match (side, error) {
        (_, E::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            "give the private key that belongs to the first certificate of the chain"
        }
        (Side::Client, E::InvalidCertificate(error)) => cure_for_certificate_of_server(error)?,
        (
            Side::Server,
            E::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature),
        ) => "the client's certificate was issued by none of the roots for client certificates",
        (Side::Client, E::AlertReceived(alert)) => cure_for_alert_of_server(*alert)?,
        (
            Side::Server,
            E::AlertReceived(
                AlertDescription::UnknownCA
                | AlertDescription::BadCertificate
                | AlertDescription::CertificateUnknown
                | AlertDescription::CertificateExpired,
            ),
        ) => "the client does not accept this server's certificate",
        (Side::Client, E::InvalidMessage(_)) => {
            "what the server sent is not TLS; if it serves plaintext, use http://"
        }
        (Side::Server, E::InvalidMessage(_)) => {
            "what the client sent is not TLS; does it use http:// where it should use https://?"
        }
        (Side::Server, E::NoCertificatesPresented) => {
            "this server requires client certificates, and the client has none"
        }
        (Side::Server, E::NoApplicationProtocol) => "the client offers no HTTP/2 (ALPN h2)",
        _ => return None,
    })
}

fn cure_for_certificate_of_server(error: &CertificateError) -> Option<&'static str> {
    use CertificateError as C;
    Some(match error {
        // An authority that was made anew under its old name signs with another key.
        C::UnknownIssuer | C::BadSignature => {
            "if the server is to be trusted, give the certificate of its issuer to \
             `ClientTls::roots`"
        }
        C::NotValidForName | C::NotValidForNameContext { .. } => {
            "connect by a name in the certificate, or say by `ClientTls::server_name` which one \
             to expect"
        }
        C::Expired | C::ExpiredContext { .. } => "the server's certificate has to be renewed",
        C::NotValidYet | C::NotValidYetContext { .. } => "is the clock of this machine right?",
        _ => return None,
    })
}

fn cure_for_alert_of_server(alert: AlertDescription) -> Option<&'static str> {
    Some(match alert {
        AlertDescription::CertificateRequired => {
            "the server wants a client certificate: set `ClientTls::identity`"
        }
        AlertDescription::UnknownCA => {
            "the server does not know the issuer of this client's certificate \
             (`ClientTls::identity`)"
        }
        AlertDescription::BadCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked
        | AlertDescription::DecryptError
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::AccessDenied => {
            "the server refuses this client's certificate, or the lack of one \
             (`ClientTls::identity`)"
        }
        AlertDescription::UnrecognisedName => {
            "the server has no certificate for that name: set `ClientTls::server_name`"
        }
        AlertDescription::NoApplicationProtocol => {
            "the server does not offer HTTP/2 on this port (ALPN h2)"
        }
        AlertDescription::ProtocolVersion => "the server has neither TLS 1.2 nor TLS 1.3",
        AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity => {
            "no common cipher suite, or the server wants a client certificate \
             (`ClientTls::identity`)"
        }
        _ => return None,
    })
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for TlsError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

impl From<TlsError> for io::Error {
    fn from(error: TlsError) -> Self {
        io::Error::new(io::ErrorKind::InvalidData, error)
    }
}
