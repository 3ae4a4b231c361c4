//! What a channel connects to.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::rpc::Status;
use crate::transport::Accept;

/// Where servers listen when a target names no port: without TLS, and with.
const DEFAULT_PORT: u16 = 80;
const DEFAULT_TLS_PORT: u16 = 443;

/// A parsed target.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) endpoint: Endpoint,
    /// What `:authority` says unless the channel is told otherwise.
    pub(crate) authority: Arc<str>,
    /// What the scheme says of TLS: `https` and `http` speak of it, the others do not.
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<bool>,
    text: Arc<str>,
}

#[derive(Clone)]
pub(crate) enum Endpoint {
    Tcp { host: String, port: u16 },
    Unix(PathBuf),
    UnixAbstract(String),
    InProcess(Arc<dyn Accept>),
}

impl Target {
    /// Parses `https://host:port`, `http://host:port`, `host:port`, `dns:///host:port`, `unix:/path` or
    /// `unix-abstract:name`.
    ///
    /// # Errors
    ///
    /// INVALID_ARGUMENT, with the forms that would do.
    pub(crate) fn parse(text: &str) -> Result<Self, Status> {
        let tls = match text.split_once("://") {
            Some(("https", _)) if !cfg!(feature = "tls") => {
                return Err(Status::invalid_argument(format!(
                    "target {text:?} asks for TLS, which this build does not have: enable the \
                     feature `tls` of the crate rustrpc, or use http://"
                )));
            }
            Some(("https", _)) => Some(true),
            Some(("http", _)) => Some(false),
            _ => None,
        };
        let target = |endpoint, authority: &str| Self {
            endpoint,
            authority: authority.into(),
            #[cfg(feature = "tls")]
            tls,
            text: text.into(),
        };
        if let Some(name) = text.strip_prefix("unix-abstract:") {
            return match name {
                "" => Err(malformed(text, "the name is missing")),
                name => Ok(target(Endpoint::UnixAbstract(name.to_owned()), "localhost")),
            };
        }
        if let Some(path) = text.strip_prefix("unix:") {
            // Both `unix:/path` and `unix:///path` are in use.
            return match path.strip_prefix("//").unwrap_or(path) {
                "" => Err(malformed(text, "the path is missing")),
                path => Ok(target(Endpoint::Unix(path.into()), "localhost")),
            };
        }
        let rest = match text.split_once("://") {
            None => text.strip_prefix("dns:").unwrap_or(text),
            Some(("https" | "http" | "ipv4" | "ipv6", rest)) => rest,
            Some(("dns", rest)) => match rest.split_once('/') {
                Some(("", rest)) => rest,
                Some(_) => return Err(malformed(text, "a DNS server cannot be chosen")),
                None => rest,
            },
            Some((scheme, _)) => {
                return Err(malformed(text, &format!("the scheme {scheme} is not known")));
            }
        };
        let authority = rest.trim_end_matches('/');
        let (host, port) =
            split_port(authority).ok_or_else(|| malformed(text, "host or port are malformed"))?;
        let usual = if tls == Some(true) { DEFAULT_TLS_PORT } else { DEFAULT_PORT };
        let port = port.unwrap_or(usual);
        Ok(target(Endpoint::Tcp { host: host.to_owned(), port }, authority))
    }

    /// A server in this process.
    pub(crate) fn in_process(server: Arc<dyn Accept>) -> Self {
        Self {
            endpoint: Endpoint::InProcess(server),
            authority: "localhost".into(),
            #[cfg(feature = "tls")]
            tls: None,
            text: "in-process".into(),
        }
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, if rest.is_empty() { None } else { Some(rest.strip_prefix(':')?) })
        }
        None => match authority.rsplit_once(':') {
            // More than one colon without brackets: an IPv6 address without a port.
            Some((host, _)) if host.contains(':') => (authority, None),
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port = port.map(str::parse).transpose().ok()?;
    let fine = !host.is_empty()
        && !host.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '@' | '?' | '#'));
    fine.then_some((host, port))
}

fn malformed(text: &str, why: &str) -> Status {
    Status::invalid_argument(format!(
        "malformed target {text:?}: {why}; use https://host:port, http://host:port, host:port, dns:///host:port, \
         unix:/path or unix-abstract:name"
    ))
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        for (text, host, port, authority) in [
            ("http://127.0.0.1:50051", "127.0.0.1", 50051, "127.0.0.1:50051"),
            ("http://localhost:80/", "localhost", 80, "localhost:80"),
            ("localhost", "localhost", 80, "localhost"),
            ("example.org:443", "example.org", 443, "example.org:443"),
            ("dns:///example.org:1", "example.org", 1, "example.org:1"),
            ("dns:example.org:1", "example.org", 1, "example.org:1"),
            ("[::1]:7", "::1", 7, "[::1]:7"),
            ("::1", "::1", 80, "::1"),
        ] {
            let target = Target::parse(text).expect(text);
            let Endpoint::Tcp { host: found, port: found_port } = &target.endpoint else {
                panic!("{text} is TCP");
            };
            assert_eq!(
                (found.as_str(), *found_port, &*target.authority),
                (host, port, authority),
                "{text}"
            );
        }
    }

    #[test]
    fn unix_sockets() {
        for text in ["unix:/run/a.sock", "unix:///run/a.sock"] {
            let target = Target::parse(text).expect(text);
            assert!(
                matches!(target.endpoint, Endpoint::Unix(path) if path.ends_with("run/a.sock"))
            );
        }
        let target = Target::parse("unix-abstract:a").expect("an abstract name");
        assert!(matches!(target.endpoint, Endpoint::UnixAbstract(name) if name == "a"));
    }

    #[test]
    fn malformed_targets_are_refused_with_a_cure() {
        for text in [
            "",
            ":80",
            "host:port",
            "http://",
            "http://a b:1",
            "unix:",
            "ftp://host",
            "dns://8.8.8.8/host",
            "[::1",
        ] {
            let status = Target::parse(text).expect_err(text);
            assert!(status.message().contains("unix:/path"), "{status}");
        }
    }

    #[test]
    #[cfg(not(feature = "tls"))]
    fn tls_that_was_not_built_is_named_with_its_feature() {
        let status = Target::parse("https://host").expect_err("no TLS");
        assert!(status.message().contains("feature `tls`"), "{status}");
    }

    #[test]
    #[cfg(feature = "tls")]
    fn schemes_speak_of_tls() {
        for (text, tls, expected_port) in [
            ("https://host", Some(true), 443),
            ("https://host:1", Some(true), 1),
            ("http://host", Some(false), 80),
            ("host", None, 80),
            ("dns:///host:1", None, 1),
        ] {
            let target = Target::parse(text).expect(text);
            let Endpoint::Tcp { port, .. } = target.endpoint else { panic!("{text} is TCP") };
            assert_eq!((target.tls, port), (tls, expected_port), "{text}");
        }
    }
}
