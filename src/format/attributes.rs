//! What stands in front of an item: documentation and attributes.

use super::line::line;
use super::print::{Printer, Unknown};
use crate::tokens::{DOC_LINE_END, Kind};

/// The attributes that are printed as they are.
const ATTRIBUTES: &[&str] = &["allow", "default", "deprecated", "derive", "repr"];

impl Printer<'_> {
    /// Documentation and attributes, each on its line; tells where they end.
    pub(super) fn attributes(
        &mut self,
        mut at: usize,
        end: usize,
        depth: usize,
    ) -> Result<usize, Unknown> {
        while at < end {
            if self.tokens.at(at).kind == Kind::Documentation {
                self.documentation(at, depth)?;
                at += 1;
                continue;
            }
            if !self.tokens.is(at, "#") {
                break;
            }
            let close = self.tokens.at(at + 1).close();
            let name = at + 2;
            if !ATTRIBUTES.contains(&self.tokens.text(name)) {
                return Err(Unknown);
            }
            self.indent(depth);
            let before = self.text.len();
            self.text.push_str("#[");
            line(self.tokens, name, close, &mut self.text)?;
            self.text.push_str("]\n");
            self.fits(before, depth, 1)?;
            at = close + 1;
        }
        Ok(at)
    }

    fn documentation(&mut self, at: usize, depth: usize) -> Result<(), Unknown> {
        for line in self.tokens.text(at).trim_end_matches(' ').split(DOC_LINE_END) {
            // Four slashes would begin another kind of comment.
            if line.starts_with('/') {
                return Err(Unknown);
            }
            self.indent(depth);
            self.text.push_str("///");
            self.text.push_str(line);
            self.text.push('\n');
        }
        Ok(())
    }

    /// Whether something of the kind comes.
    pub(super) fn has_attribute(&self, at: usize) -> bool {
        self.tokens.at(at).kind == Kind::Documentation || self.tokens.is(at, "#")
    }
}
