//! Why no code came out.

use std::{fmt, io, path::PathBuf};

/// Why no code came out.
///
/// `Debug` prints the same text as `Display`: a build script whose `main` returns an error shows
/// the former.
pub enum Error {
    /// No protoc anywhere; `tried` says where we looked, in order.
    NoProtoc {
        /// One line for each place.
        tried: Vec<String>,
    },
    /// The program taken for protoc could not be started or is not protoc.
    NotProtoc {
        /// The program.
        program: PathBuf,
        /// What it did instead.
        reason: String,
    },
    /// protoc refused the `.proto` files; `report` is what it said, each line with its
    /// `file:line:column`.
    Parse {
        /// protoc's own words.
        report: String,
    },
    /// The generator refused what the files say or the options ask; `report` names every place and
    /// its cure.
    Refused {
        /// The generator's own words, as a plugin's user would see them.
        report: String,
    },
    /// The caller asked for something that cannot be done.
    Usage(String),
    /// The file system said no.
    Io {
        /// What we wanted to do, with the path: "write src/proto/mod.rs".
        action: String,
        /// Its reason.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: names the action that failed.
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoProtoc { tried } => {
                f.write_str("no protoc to read the .proto files with; looked at")?;
                for place in tried {
                    write!(f, "\n  - {place}")?;
                }
                f.write_str("\nInstall protoc 3.15 or newer, or point PROTOC at one.")
            }
            Self::NotProtoc { program, reason } => {
                write!(f, "cannot use {} as protoc: {reason}", program.display())
            }
            Self::Parse { report } => write!(f, "protoc refused the .proto files\n{report}"),
            Self::Refused { report } => f.write_str(report),
            Self::Usage(message) => f.write_str(message),
            Self::Io { action, source } => write!(f, "cannot {action}: {source}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
