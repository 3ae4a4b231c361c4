//! The heads of functions and of `impl`s.

use super::line::line;
use super::print::{Printer, Unknown};
use crate::tokens::Kind;

impl Printer<'_> {
    /// A function up to its opening bracket.
    pub(super) fn signature(
        &mut self,
        head: usize,
        open: usize,
        depth: usize,
    ) -> Result<(), Unknown> {
        let before = self.text.len();
        self.indent(depth);
        line(self.tokens, head, open, &mut self.text)?;
        let empty = self.tokens.at(open).close() == open + 1;
        let end = if empty { " {}" } else { " {" };
        if !self.has_room(end.len()) {
            self.text.truncate(before);
            self.broken_signature(head, open, depth)?;
        }
        self.text.push_str(end);
        self.text.push('\n');
        Ok(())
    }

    /// Each argument on its line.
    fn broken_signature(&mut self, head: usize, open: usize, depth: usize) -> Result<(), Unknown> {
        let arguments = self.find(head, open, "(").ok_or(Unknown)?;
        let close = self.tokens.at(arguments).close();
        // Behind `pub` may be brackets too, and generics may break by themselves.
        if self.tokens.at(arguments - 1).kind != Kind::Word
            || self.tokens.at(open).close() == open + 1
            || close == arguments + 1
        {
            return Err(Unknown);
        }
        self.indent(depth);
        line(self.tokens, head, arguments, &mut self.text)?;
        self.text.push_str("(\n");
        if !self.has_room(0) {
            return Err(Unknown);
        }
        let mut at = arguments + 1;
        while at < close {
            let end = self.end_of_element(at, close);
            self.member(at, end, depth + 1, usize::from(end + 1 < close))?;
            at = end + 1;
        }
        self.indent(depth);
        self.text.push(')');
        if close + 1 < open {
            if !self.tokens.is(close + 1, "->") {
                return Err(Unknown);
            }
            self.text.push_str(" -> ");
            self.r#type(close + 2, open, depth, " {".len())?;
        }
        Ok(())
    }

    /// `impl Trait for Type`, on two lines if one is too short.
    pub(super) fn implementation(
        &mut self,
        head: usize,
        open: usize,
        depth: usize,
    ) -> Result<(), Unknown> {
        let before = self.text.len();
        if self.opening(head, open, depth).is_ok() {
            return Ok(());
        }
        self.text.truncate(before);
        let r#for = self.find(head, open, "for").ok_or(Unknown)?;
        self.indent(depth);
        line(self.tokens, head, r#for, &mut self.text)?;
        if !self.has_room(0) {
            return Err(Unknown);
        }
        self.text.push('\n');
        self.opening(r#for, open, depth)
    }
}
