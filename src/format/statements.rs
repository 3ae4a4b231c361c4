//! What stands in functions: statements and the arms of a `match`.

use super::line::line;
use super::print::{Printer, Unknown};
use super::values::Value;
use crate::tokens::Kind;

impl Printer<'_> {
    /// The statements between two brackets.
    pub(super) fn block(&mut self, open: usize, depth: usize) -> Result<(), Unknown> {
        let end = self.tokens.at(open).close();
        let mut at = open + 1;
        while at < end {
            at = self.statement(at, end, depth + 1)?;
        }
        Ok(())
    }

    /// Prints a statement and tells where it ends.
    fn statement(&mut self, start: usize, end: usize, depth: usize) -> Result<usize, Unknown> {
        if self.has_attribute(start) {
            return Err(Unknown);
        }
        if self.control_comes(start) {
            return self.control(start, end, depth);
        }
        let semicolon = self.find(start, end, ";");
        self.indent(depth);
        let (end, behind) = (semicolon.unwrap_or(end), usize::from(semicolon.is_some()));
        self.value(Value { start, end, depth, behind, leads: true })?;
        self.text.push_str(if semicolon.is_some() { ";\n" } else { "\n" });
        Ok(end + behind)
    }

    /// `if`, `while`, `for` or `match` in a place of its own.
    fn control(&mut self, at: usize, end: usize, depth: usize) -> Result<usize, Unknown> {
        let open = self.find(at, end, "{").ok_or(Unknown)?;
        let close = self.tokens.at(open).close();
        if open + 1 == close {
            return Err(Unknown);
        }
        // Whatever continues makes a larger expression of it.
        let next = close + 1;
        let continues = next < end && self.tokens.at(next).kind == Kind::Operator
            || self.tokens.is(next, "else");
        if continues && !matches!(self.tokens.text(next), "&" | "*" | ",") {
            return Err(Unknown);
        }
        self.opening(at, open, depth)?;
        if self.tokens.is(at, "match") {
            self.arms(open, depth)?;
        } else {
            self.block(open, depth)?;
        }
        self.closing(open, depth);
        Ok(next)
    }

    fn arms(&mut self, open: usize, depth: usize) -> Result<(), Unknown> {
        let end = self.tokens.at(open).close();
        let mut at = open + 1;
        while at < end {
            at = self.arm(at, end, depth + 1)?;
        }
        Ok(())
    }

    fn arm(&mut self, at: usize, end: usize, depth: usize) -> Result<usize, Unknown> {
        let arrow = self.find(at, end, "=>").ok_or(Unknown)?;
        if self.has_attribute(at) || (at..arrow).any(|index| self.tokens.is(index, "if")) {
            return Err(Unknown);
        }
        let body = arrow + 1;
        self.indent(depth);
        let behind = " => ".len();
        self.value(Value { start: at, end: arrow, depth, behind, leads: false })?;
        self.text.push_str(" => ");
        if self.tokens.is(body, "{") {
            let close = self.tokens.at(body).close();
            if body + 1 == close {
                self.text.push_str("{}\n");
            } else if self.control_comes(body + 1) {
                self.text.push_str("{\n");
                if self.control(body + 1, close, depth + 1)? != close {
                    return Err(Unknown);
                }
                self.indent(depth);
                self.text.push_str("}\n");
            } else {
                // A block of a single expression would lose its brackets.
                if !self.tokens.is(close - 1, ";") {
                    return Err(Unknown);
                }
                self.text.push_str("{\n");
                self.block(body, depth)?;
                self.indent(depth);
                self.text.push_str("}\n");
            }
            return Ok(if self.tokens.is(close + 1, ",") { close + 2 } else { close + 1 });
        }
        if self.control_comes(body) {
            self.text.push_str("{\n");
            let close = self.control(body, end, depth + 1)?;
            self.indent(depth);
            self.text.push_str("}\n");
            return Ok(if self.tokens.is(close, ",") { close + 1 } else { close });
        }
        let comma = self.end_of_element(body, end);
        let before = self.text.len();
        // The comma is not counted.
        if line(self.tokens, body, comma, &mut self.text).is_ok() && self.has_room(0) {
            self.text.push_str(",\n");
            return Ok(comma + 1);
        }
        self.text.truncate(before);
        self.text.push_str("{\n");
        self.indent(depth + 1);
        let (start, depth) = (body, depth + 1);
        self.value(Value { start, end: comma, depth, behind: 0, leads: true })?;
        let assigns = (body..comma).any(|index| {
            self.tokens.at(index).kind == Kind::Operator
                && matches!(self.tokens.text(index), "=" | "+=" | "-=")
        }) || self.tokens.is(body, "return");
        self.text.push_str(if assigns { ";\n" } else { "\n" });
        self.indent(depth - 1);
        self.text.push_str("}\n");
        Ok(comma + 1)
    }

    pub(super) fn control_comes(&self, at: usize) -> bool {
        ["if", "while", "for", "match"].iter().any(|keyword| self.tokens.is(at, keyword))
    }
}
