//! Whom to trust.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::RootCertStore;

use super::error::{Side, TlsError};
use super::identity::{certificates, read};

/// The authorities that certificates of the other side may come from; never empty.
#[derive(Clone)]
pub struct Roots {
    pub(super) store: Arc<RootCertStore>,
    /// Where it came from, to be read again.
    file: Option<PathBuf>,
}

impl Roots {
    /// The authorities whose certificates are in this text of PEM.
    ///
    /// # Errors
    ///
    /// When there is none in it, or one is malformed.
    pub fn from_pem(pem: impl AsRef<[u8]>) -> Result<Self, TlsError> {
        let mut store = RootCertStore::empty();
        for certificate in certificates(pem.as_ref())? {
            store.add(certificate).map_err(|error| TlsError::of_rustls(Side::Server, error))?;
        }
        Ok(Self { store: Arc::new(store), file: None })
    }

    /// The authorities whose certificates are in this file of PEM.
    ///
    /// # Errors
    ///
    /// As for [`from_pem`](Self::from_pem), or when the file cannot be read.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, TlsError> {
        let path = path.as_ref();
        let roots = Self::from_pem(read(path)?)
            .map_err(|error| TlsError::because(format!("{}: {error}", path.display()), error))?;
        Ok(Self { file: Some(path.to_owned()), ..roots })
    }

    /// The authorities that this system trusts, read once in the life of the process. The
    /// environment variables `SSL_CERT_FILE` and `SSL_CERT_DIR` go before the usual places.
    ///
    /// # Errors
    ///
    /// When there are none.
    pub fn system() -> Result<Self, TlsError> {
        static SYSTEM: OnceLock<Result<Arc<RootCertStore>, TlsError>> = OnceLock::new();
        let store = SYSTEM.get_or_init(|| {
            let found = rustls_native_certs::load_native_certs();
            let mut store = RootCertStore::empty();
            // Systems have some that are too old to be understood; the others serve.
            store.add_parsable_certificates(found.certs);
            if store.is_empty() {
                let message = "this system has no trusted certificates: install them (most \
                               call the package ca-certificates), set SSL_CERT_FILE, or give \
                               others to `ClientTls::roots`";
                return Err(match found.errors.into_iter().next() {
                    Some(error) => TlsError::because(format!("{message}; {error}"), error),
                    None => TlsError::new(message),
                });
            }
            Ok(Arc::new(store))
        });
        Ok(Self { store: store.clone()?, file: None })
    }

    /// The authorities that Mozilla trusted when this library was built, for systems that have none
    /// of their own. They go stale as a program grows old.
    #[cfg(feature = "tls-mozilla-roots")]
    pub fn mozilla() -> Self {
        let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        Self { store: Arc::new(roots), file: None }
    }

    /// What is in its file now, or itself when it came from no file.
    pub(super) fn read_again(&self) -> Result<Self, TlsError> {
        self.file.as_ref().map_or_else(|| Ok(self.clone()), Self::from_file)
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Roots")
            .field("authorities", &self.store.len())
            .field("file", &self.file)
            .finish()
    }
}
