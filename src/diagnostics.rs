//! Refusals: what can't be generated, where it stands, and what to do about it.

use std::collections::BTreeSet;
use std::fmt;

/// Everything that stands in the way, gathered over the whole request so that the user sees it at
/// once.
#[derive(Debug, Default)]
pub struct Diagnostics {
    entries: Vec<Diagnostic>,
    /// What helps with any number of refusals and is said once, below them.
    footnotes: BTreeSet<String>,
}

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The .proto file; empty when the request or an option is at fault.
    pub file: String,
    /// Line and column, counted from 1, when the request says.
    pub position: Option<(u32, u32)>,
    /// What is refused, by its protobuf name: `acme.Order.created`. May be empty.
    pub element: String,
    /// What is wrong with it.
    pub problem: String,
    /// What the user can do.
    pub cure: String,
}

impl Diagnostics {
    /// Adds a refusal.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.entries.push(diagnostic);
    }

    /// Adds a refusal of something outside of the .proto files.
    pub fn general(&mut self, problem: impl Into<String>, cure: impl Into<String>) {
        self.push(Diagnostic {
            file: String::new(),
            position: None,
            element: String::new(),
            problem: problem.into(),
            cure: cure.into(),
        });
    }

    /// Whether nothing was refused.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a text to stand below the refusals, once.
    pub fn footnote(&mut self, text: impl Into<String>) {
        self.footnotes.insert(text.into());
    }

    /// The refusals by file and line, each once.
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let entries: BTreeSet<_> = self.entries.iter().collect();
        entries.into_iter().collect()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let refusals = self.sorted().into_iter().map(ToString::to_string);
        let texts: Vec<_> = refusals.chain(self.footnotes.iter().cloned()).collect();
        f.write_str(&texts.join("\n"))
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.file.is_empty() {
            f.write_str(&self.file)?;
            if let Some((line, column)) = self.position {
                write!(f, ":{line}:{column}")?;
            }
            f.write_str(": ")?;
        }
        if !self.element.is_empty() {
            write!(f, "{}: ", self.element)?;
        }
        f.write_str(&self.problem)?;
        if !self.cure.is_empty() {
            write!(f, "\n    {}", self.cure)?;
        }
        Ok(())
    }
}
