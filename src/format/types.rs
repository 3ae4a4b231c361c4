//! Types, and what is a name and a type: fields, arguments, variants.

use super::line::line;
use super::print::{Printer, Unknown};
use crate::tokens::Kind;

impl Printer<'_> {
    /// A field, a variant or an argument on its own line, or on several if its type takes them. Of
    /// the comma behind it, `behind` characters have to fit on the line.
    pub(super) fn member(
        &mut self,
        start: usize,
        end: usize,
        depth: usize,
        behind: usize,
    ) -> Result<(), Unknown> {
        self.indent(depth);
        let before = self.text.len();
        line(self.tokens, start, end, &mut self.text)?;
        if !self.has_room(behind) {
            self.text.truncate(before);
            self.broken_member(start, end, depth, behind)?;
        }
        self.text.push_str(",\n");
        Ok(())
    }

    fn broken_member(
        &mut self,
        start: usize,
        end: usize,
        depth: usize,
        behind: usize,
    ) -> Result<(), Unknown> {
        if let Some(colon) = self.find(start, end, ":") {
            line(self.tokens, start, colon, &mut self.text)?;
            self.text.push_str(": ");
            return self.r#type(colon + 1, end, depth, behind);
        }
        let open = start + 1;
        if !self.tokens.is(open, "(") || self.tokens.at(open).close() + 1 != end {
            return Err(Unknown);
        }
        self.text.push_str(self.tokens.text(start));
        self.text.push_str("(\n");
        let close = end - 1;
        let mut at = open + 1;
        while at < close {
            let stop = self.end_of_element(at, close);
            let is_last = stop + 1 >= close;
            self.member_of_tuple(at, stop, depth + 1, usize::from(!is_last))?;
            at = stop + 1;
        }
        self.indent(depth);
        self.text.push(')');
        Ok(())
    }

    fn member_of_tuple(
        &mut self,
        start: usize,
        end: usize,
        depth: usize,
        behind: usize,
    ) -> Result<(), Unknown> {
        self.indent(depth);
        self.r#type(start, end, depth, behind)?;
        self.text.push_str(",\n");
        Ok(())
    }

    /// A type, or `Name = Type`. If it is too long, its parameters get a line each; what has none is
    /// left as long as it is.
    pub(super) fn r#type(
        &mut self,
        start: usize,
        end: usize,
        depth: usize,
        behind: usize,
    ) -> Result<(), Unknown> {
        let before = self.text.len();
        line(self.tokens, start, end, &mut self.text)?;
        if self.has_room(behind) {
            return Ok(());
        }
        if (start..end).any(|at| self.tokens.at(at).kind == Kind::Open) {
            return Err(Unknown);
        }
        let Some(open) = self.find(start, end, "<") else { return Ok(()) };
        self.text.truncate(before);
        line(self.tokens, start, open, &mut self.text)?;
        let close = self.parameters(open, end, depth)?;
        if close + 1 < end {
            // The other bounds of `impl Trait<…> + Send`.
            if !self.tokens.is(close + 1, "+") {
                return Err(Unknown);
            }
            self.text.push_str(" + ");
            line(self.tokens, close + 2, end, &mut self.text)?;
        }
        Ok(())
    }

    /// What stands between `<` and `>`, a line for each; tells where the `>` is.
    pub(super) fn parameters(
        &mut self,
        open: usize,
        end: usize,
        depth: usize,
    ) -> Result<usize, Unknown> {
        let close = self.end_of_angles(open, end).ok_or(Unknown)?;
        self.text.push_str("<\n");
        let mut at = open + 1;
        while at < close {
            let stop = self.end_of_element(at, close).min(close);
            let is_last = stop + 1 >= close;
            self.member_of_tuple(at, stop, depth + 1, usize::from(!is_last))?;
            at = stop + 1;
        }
        self.indent(depth);
        self.text.push('>');
        Ok(close)
    }

    /// The `>` that belongs to a `<`.
    fn end_of_angles(&self, open: usize, end: usize) -> Option<usize> {
        let mut depth = 0usize;
        (open..end).find(|&at| {
            if self.tokens.is(at, "<") {
                depth += 1;
            } else if self.tokens.is(at, ">") {
                depth -= 1;
            }
            depth == 0
        })
    }
}
