//! Flags as gRPC's interop programs take them: `--name=value`, `--name value`, one dash or two, `--switch` for true.

use std::collections::BTreeMap;
use std::str::FromStr;

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

    /// Refuses what is not there yet rather than leave it out silently.
    ///
    /// # Errors
    /// When TLS is asked for.
    pub fn refuse_tls(&self) -> Result<(), String> {
        if self.value("use_tls", false)? || self.value("use_test_ca", false)? {
            return Err("--use_tls: TLS is not supported yet; run without it".to_owned());
        }
        Ok(())
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
        assert!(parse(&["--use_tls"]).expect("it is known").refuse_tls().is_err());
    }
}
