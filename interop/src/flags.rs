//! Flags as gRPC's interop programs take them: `--name=value`, `--name value`, one dash or two, `--switch` for true.

use std::collections::BTreeMap;
use std::str::FromStr;

use rustrpc::tls::{ClientTls, Identity, Roots, ServerTls};

/// The flags of a program, each of which must be known and asked for once.
#[derive(Debug)]
pub struct Flags {
    given: BTreeMap<String, String>,
}

impl Flags {
    /// Reads the arguments of this process. `known` are the flags there are, with what they mean.
    ///
    /// # Errors
    /// What is wrong with them, followed by the flags there are.
    pub fn of_process(known: &[(&str, &str)]) -> Result<Self, String> {
        Self::parse(std::env::args().skip(1), known)
    }

    fn parse(
        arguments: impl Iterator<Item = String>,
        known: &[(&str, &str)],
    ) -> Result<Self, String> {
        let mut given = BTreeMap::new();
        let mut arguments = arguments.peekable();
        while let Some(argument) = arguments.next() {
            let Some(flag) = argument.strip_prefix("--").or_else(|| argument.strip_prefix('-'))
            else {
                return Err(format!("not a flag: {argument}\n{}", usage(known)));
            };
            let (name, value) = match flag.split_once('=') {
                Some((name, value)) => (name, value.to_owned()),
                None => {
                    let value = arguments.next_if(|next| !next.starts_with('-'));
                    (flag, value.unwrap_or_else(|| "true".to_owned()))
                }
            };
            if !known.iter().any(|(known, _)| *known == name) {
                return Err(format!("no such flag: {argument}\n{}", usage(known)));
            }
            given.insert(name.to_owned(), value);
        }
        Ok(Self { given })
    }

    /// The value of a flag, or what it is when not given.
    ///
    /// # Errors
    /// When the value is not of the type that is wanted.
    pub fn value<T: FromStr>(&self, name: &str, default: T) -> Result<T, String> {
        match self.given.get(name) {
            None => Ok(default),
            Some(value) => {
                value.parse().map_err(|_| format!("--{name}={value} is not a valid value"))
            }
        }
    }

    /// How a server is to encrypt: `--use_tls` with `--tls_cert_file` and `--tls_key_file`.
    ///
    /// # Errors
    /// When the files are not given, or are wrong.
    pub fn server_tls(&self) -> Result<Option<ServerTls>, String> {
        if !self.value("use_tls", false)? {
            return Ok(None);
        }
        let file = |name| {
            let file: Option<&String> = self.given.get(name);
            file.ok_or_else(|| format!("--use_tls needs --{name}: no certificates are kept here"))
        };
        let identity = Identity::from_files(file("tls_cert_file")?, file("tls_key_file")?);
        identity.map(|identity| Some(ServerTls::new(identity))).map_err(|error| error.to_string())
    }

    /// How a client is to encrypt: `--use_tls`, with `--use_test_ca` and `--ca_file` for other roots than the system's,
    /// and `--server_host_override` for another name than the server's address.
    ///
    /// # Errors
    /// When the test CA is asked for and not given, or is wrong.
    pub fn client_tls(&self) -> Result<Option<ClientTls>, String> {
        if !self.value("use_tls", false)? {
            return Ok(None);
        }
        let mut tls = ClientTls::new();
        match self.given.get("ca_file") {
            Some(file) => {
                tls = tls.roots(Roots::from_file(file).map_err(|error| error.to_string())?);
            }
            None if self.value("use_test_ca", false)? => {
                return Err("--use_test_ca needs --ca_file: no certificates are kept here".into());
            }
            None => {}
        }
        if let Some(name) = self.given.get("server_host_override") {
            tls = tls.server_name(name.as_str());
        }
        Ok(Some(tls))
    }
}

fn usage(known: &[(&str, &str)]) -> String {
    let lines = known.iter().map(|(name, meaning)| format!("  --{name}: {meaning}\n"));
    format!("flags:\n{}", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Flags, String> {
        let known = [("port", "where to listen"), ("use_tls", "whether to encrypt")];
        Flags::parse(arguments.iter().map(ToString::to_string), &known)
    }

    #[test]
    fn every_spelling_is_understood() {
        for arguments in
            [&["--port=5"][..], &["-port=5"], &["--port", "5"], &["--use_tls", "--port=5"]]
        {
            let flags = parse(arguments).expect("the flags are known");
            assert_eq!(flags.value("port", 0), Ok(5_u16), "{arguments:?}");
        }
        assert_eq!(parse(&["--use_tls"]).expect("it is known").value("use_tls", false), Ok(true));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(
            parse(&["--ports=5"]).expect_err("it is unknown").contains("--port: where to listen")
        );
        assert!(parse(&["port=5"]).expect_err("it is no flag").contains("not a flag: port=5"));
        let flags = parse(&["--port=many"]).expect("the flag is known");
        assert_eq!(flags.value("port", 0_u16), Err("--port=many is not a valid value".to_owned()));
        let flags = parse(&["--use_tls"]).expect("it is known");
        assert!(flags.server_tls().expect_err("no files").contains("--tls_cert_file"));
    }
}
