//! Certificates for judges, made anew each time.

use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// How a server proves itself, in files of PEM.
#[derive(Debug)]
pub(super) struct Certificates {
    /// Whom clients trust.
    pub(super) authority: PathBuf,
    pub(super) certificate: PathBuf,
    pub(super) key: PathBuf,
    /// A name that the certificate is for.
    pub(super) name: &'static str,
}

impl Certificates {
    /// Makes an authority and a certificate for this machine.
    ///
    /// # Errors
    /// When they cannot be made or written.
    pub(super) fn make(folder: &Path) -> Result<Self, String> {
        let said = |error: rcgen::Error| error.to_string();
        let mut params = CertificateParams::new([]).map_err(said)?;
        params.distinguished_name.push(DnType::CommonName, "authority of the judges");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().map_err(said)?;
        let authority = params.self_signed(&key).map_err(said)?.pem();
        let issuer = Issuer::new(params, key);

        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let params = CertificateParams::new(names).map_err(said)?;
        let key = KeyPair::generate().map_err(said)?;
        let certificate = params.signed_by(&key, &issuer).map_err(said)?.pem();
        let put = |name: &str, text: String| {
            let path = folder.join(name);
            std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
            Ok::<_, String>(path)
        };
        Ok(Self {
            authority: put("ca.pem", authority)?,
            certificate: put("server.pem", certificate)?,
            key: put("server.key", key.serialize_pem())?,
            name: "localhost",
        })
    }

    /// What our servers are told.
    pub(super) fn server_flags(&self) -> [String; 3] {
        [
            "--use_tls=true".to_owned(),
            format!("--tls_cert_file={}", self.certificate.display()),
            format!("--tls_key_file={}", self.key.display()),
        ]
    }
}
