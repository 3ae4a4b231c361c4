//! A certificate for servers under test. Nobody checks it.

use std::error::Error;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The files of a certificate and its key, made once in each run.
pub fn files() -> Result<[PathBuf; 2], Box<dyn Error>> {
    static FILES: OnceLock<[PathBuf; 2]> = OnceLock::new();
    if let Some(files) = FILES.get() {
        return Ok(files.clone());
    }
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    let name =
        |end| std::env::temp_dir().join(format!("rustrpc-bench-{}.{end}", std::process::id()));
    let files = [name("pem"), name("key")];
    std::fs::write(&files[0], made.cert.pem())?;
    std::fs::write(&files[1], made.signing_key.serialize_pem())?;
    Ok(FILES.get_or_init(|| files).clone())
}
