//! Who a server or a client is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::error::{Side, TlsError};
use super::provider;

/// A chain of certificates with the private key of the first one.
#[derive(Clone)]
pub struct Identity {
    pub(super) certified: Arc<CertifiedKey>,
    /// Where it came from, to be read again.
    files: Option<(PathBuf, PathBuf)>,
}

impl Identity {
    /// An identity in PEM: the chain with the server's or client's own certificate first, and its
    /// private key (PKCS #8, PKCS #1 or SEC 1, not encrypted). Both may be in one text.
    ///
    /// # Errors
    ///
    /// When one of them is missing or malformed, or they do not belong together.
    pub fn from_pem(chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Result<Self, TlsError> {
        let chain = certificates(chain.as_ref())?;
        let key = PrivateKeyDer::from_pem_slice(key.as_ref()).map_err(|error| match error {
            PemError::NoItemsFound => TlsError::new(
                "no private key in the PEM text; one that is encrypted has to be decrypted first",
            ),
            error => TlsError::because(format!("malformed PEM of a private key: {error}"), error),
        })?;
        let certified = CertifiedKey::from_der(chain, key, &provider())
            .map_err(|error| TlsError::of_rustls(Side::Server, error))?;
        Ok(Self { certified: Arc::new(certified), files: None })
    }

    /// An identity in two files of PEM; both may be the same.
    ///
    /// # Errors
    ///
    /// As for [`from_pem`](Self::from_pem), or when a file cannot be read.
    pub fn from_files(chain: impl AsRef<Path>, key: impl AsRef<Path>) -> Result<Self, TlsError> {
        let (chain, key) = (chain.as_ref(), key.as_ref());
        let identity = Self::from_pem(read(chain)?, read(key)?).map_err(|error| {
            TlsError::because(format!("{}, {}: {error}", chain.display(), key.display()), error)
        })?;
        Ok(Self { files: Some((chain.to_owned(), key.to_owned())), ..identity })
    }

    /// What is in its files now; `None` when it came from no files.
    pub(super) fn read_again(&self) -> Result<Option<Self>, TlsError> {
        self.files.as_ref().map(|(chain, key)| Self::from_files(chain, key)).transpose()
    }
}

/// All certificates in a text of PEM.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
    let certificates = certificates.map_err(|error| {
        TlsError::because(format!("malformed PEM of certificates: {error}"), error)
    })?;
    if certificates.is_empty() {
        return Err(TlsError::new("no certificate in the PEM text (`BEGIN CERTIFICATE`)"));
    }
    Ok(certificates)
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path)
        .map_err(|error| TlsError::because(format!("{}: {error}", path.display()), error))
}

/// Tells nothing of the key.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("certificates", &self.certified.cert.len())
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pem() -> (String, String) {
        let key = rcgen::KeyPair::generate().expect("a key");
        let certificate = rcgen::CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let certificate = certificate.self_signed(&key).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }

    #[test]
    fn what_is_wrong_with_an_identity_is_said() {
        let (certificate, key) = pem();
        Identity::from_pem(&certificate, &key).expect("they belong together");
        Identity::from_pem(format!("{key}{certificate}"), format!("{key}{certificate}"))
            .expect("both in one text");
        for (chain, key, part) in [
            (&*certificate, &*pem().1, "belongs to the first certificate"),
            (&*certificate, &*certificate, "no private key"),
            (&*key, &*key, "no certificate"),
            ("-----BEGIN CERTIFICATE-----\n!", &*key, "malformed PEM"),
        ] {
            let error = Identity::from_pem(chain, key).expect_err("it is wrong");
            assert!(error.to_string().contains(part), "{error}");
        }
        let error = Identity::from_files("no/such.pem", "no/such.key").expect_err("no file");
        assert!(error.to_string().contains("no/such.pem"), "{error}");
    }

    #[test]
    fn keys_are_not_shown() {
        let (certificate, key) = pem();
        let identity = Identity::from_pem(certificate, key).expect("they belong together");
        assert_eq!(format!("{identity:?}"), "Identity { certificates: 1, files: None, .. }");
    }
}
