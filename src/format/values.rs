//! Values, which may take several lines.

use super::line::line;
use super::print::{Printer, Unknown};
use crate::tokens::Kind;

/// Struct literals of up to so many characters stay on a line.
const NARROW: usize = 35;

/// As long a name has its method on the same line, where a line begins with it.
const SHORT: usize = 4;

/// A value and its surroundings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value {
    pub(super) start: usize,
    pub(super) end: usize,
    /// How many levels its line is indented.
    pub(super) depth: usize,
    /// So many characters follow it on its last line.
    pub(super) behind: usize,
    /// Whether its line begins with it.
    pub(super) leads: bool,
}

impl Printer<'_> {
    pub(super) fn value(&mut self, value: Value) -> Result<(), Unknown> {
        let before = self.text.len();
        let Value { start, end, behind, .. } = value;
        if line(self.tokens, start, end, &mut self.text).is_ok()
            && (self.has_room(behind) || self.is_unbreakable(start, end))
        {
            return Ok(());
        }
        self.text.truncate(before);
        self.broken_value(value)
    }

    /// A value that is too long for its line.
    fn broken_value(&mut self, value: Value) -> Result<(), Unknown> {
        let Value { start, end, depth, .. } = value;
        let last = end - 1;
        if self.tokens.is(start, "async") && self.tokens.is(start + 1, "{") {
            return self.async_block(value);
        }
        if let Some(equals) = self.find(start, end, "=") {
            line(self.tokens, start, equals, &mut self.text)?;
            self.text.push_str(" = ");
            if !self.has_room(0) {
                return Err(Unknown);
            }
            return self.value(Value { start: equals + 1, leads: false, ..value });
        }
        if self.tokens.is(last, "?") {
            self.broken_value(Value { end: last, behind: value.behind + 1, ..value })?;
            self.text.push('?');
            return Ok(());
        }
        let open = (start..last).find(|index| self.tokens.at(*index).close() == last);
        let open = open.ok_or(Unknown)?;
        let is_path = |at| self.tokens.at(at).kind == Kind::Word || self.tokens.is(at, "::");
        match self.tokens.text(open) {
            "[" if open == start + 1 && self.tokens.is(start, "&") => {
                // Several literals would share a line.
                if (open + 1..last).step_by(2).any(|at| self.tokens.at(at).kind == Kind::Literal) {
                    return Err(Unknown);
                }
                self.text.push_str("&[\n");
                self.elements(open, depth)
            }
            "{" if (start..open).all(is_path) => self.struct_literal(value, open),
            "(" if open == start => {
                if self.end_of_element(open + 1, last) + 1 >= last {
                    return Err(Unknown);
                }
                self.text.push_str("(\n");
                self.elements(open, depth)
            }
            "(" => self.call(value, open),
            _ => Err(Unknown),
        }
    }

    /// Whether a value has no place at which a line could end.
    fn is_unbreakable(&self, start: usize, end: usize) -> bool {
        let start = if self.tokens.is(start, "&") { start + 1 } else { start };
        (start..end).all(|at| {
            matches!(self.tokens.at(at).kind, Kind::Word | Kind::Literal)
                || self.tokens.is(at, "::")
        })
    }

    /// Values up to the closing bracket, each on its line.
    fn elements(&mut self, open: usize, depth: usize) -> Result<(), Unknown> {
        let close = self.tokens.at(open).close();
        let mut start = open + 1;
        while start < close {
            let end = self.end_of_element(start, close);
            let behind = usize::from(end + 1 < close);
            self.indent(depth + 1);
            self.value(Value { start, end, depth: depth + 1, behind, leads: false })?;
            self.text.push_str(",\n");
            start = end + 1;
        }
        self.indent(depth);
        self.text.push_str(self.tokens.text(close));
        Ok(())
    }

    fn struct_literal(&mut self, value: Value, open: usize) -> Result<(), Unknown> {
        let Value { start, end, depth, .. } = value;
        let before = self.text.len();
        let flat = line(self.tokens, start, open, &mut self.text)
            .and_then(|()| line(self.tokens, open + 1, end - 1, &mut self.text));
        let width = self.text.len() - before + " {  }".len();
        self.text.truncate(before);
        if flat.is_ok() && width <= NARROW {
            return Err(Unknown);
        }
        line(self.tokens, start, open, &mut self.text)?;
        self.text.push_str(" {\n");
        let mut at = open + 1;
        while at < end - 1 {
            let stop = self.end_of_element(at, end - 1);
            if !self.tokens.is(at + 1, ":") || self.tokens.at(at).kind != Kind::Word {
                return Err(Unknown);
            }
            self.indent(depth + 1);
            self.text.push_str(self.tokens.text(at));
            self.text.push_str(": ");
            let behind = usize::from(stop + 1 < end - 1);
            let (start, depth) = (at + 2, depth + 1);
            self.value(Value { start, end: stop, depth, behind, leads: false })?;
            self.text.push_str(",\n");
            at = stop + 1;
        }
        self.indent(depth);
        self.text.push('}');
        Ok(())
    }

    /// A call, or a pattern that looks like one, whose arguments get a line each.
    fn call(&mut self, value: Value, open: usize) -> Result<(), Unknown> {
        let Value { start, end, depth, behind, leads } = value;
        let close = end - 1;
        let angle = if self.tokens.is(open - 1, ">") {
            let angle = (start..open).find(|&at| self.tokens.is(at, "<")).ok_or(Unknown)?;
            if !self.tokens.is(angle - 1, "::") {
                return Err(Unknown);
            }
            Some(angle)
        } else {
            None
        };
        let head = start..angle.unwrap_or(open);
        let is_method = self.tokens.is(start + 1, ".");
        // The dot of a longer name would be on the next line.
        if is_method && !(leads && self.tokens.text(start).len() <= SHORT) {
            return Err(Unknown);
        }
        let is_plain = head.clone().all(|at| {
            self.tokens.at(at).kind == Kind::Word
                || self.tokens.is(at, "::")
                || is_method && at == start + 1
        });
        if !is_plain || open + 1 == close {
            return Err(Unknown);
        }
        line(self.tokens, head.start, head.end, &mut self.text)?;
        if let Some(angle) = angle {
            self.parameters(angle, open, if is_method { depth + 1 } else { depth })?;
            line(self.tokens, open, end, &mut self.text)?;
            return if self.has_room(behind) { Ok(()) } else { Err(Unknown) };
        }
        self.text.push('(');
        if self.end_of_element(open + 1, close) + 1 >= close {
            if self.tokens.is(open + 1, "move") {
                self.closure(Value { start: open + 1, end: close, behind: behind + 1, ..value })?;
                self.text.push(')');
                return Ok(());
            }
            // A block, or what looks like one, stays where it is.
            let argument = self.tokens.at(open + 1);
            let is_block = argument.kind == Kind::Open
                || self.tokens.is(close - 1, "}")
                || matches!(self.tokens.text(open + 1), "|" | "||" | "async");
            if is_block {
                return Err(Unknown);
            }
        }
        self.text.push('\n');
        self.elements(open, depth)
    }

    /// `move |…| async move { … }` with a single value between the brackets.
    fn closure(&mut self, value: Value) -> Result<(), Unknown> {
        let Value { start, end, depth, behind, .. } = value;
        let open = self.find(start, end, "{").ok_or(Unknown)?;
        let is_async = self.tokens.is(open - 1, "move")
            && self.tokens.is(open - 2, "async")
            && self.tokens.is(open - 3, "|");
        if !is_async || self.tokens.at(open).close() + 1 != end {
            return Err(Unknown);
        }
        line(self.tokens, start, open, &mut self.text)?;
        self.braced(open, depth, behind)
    }

    fn async_block(&mut self, value: Value) -> Result<(), Unknown> {
        let Value { start, end, depth, behind, .. } = value;
        if self.tokens.at(start + 1).close() + 1 != end {
            return Err(Unknown);
        }
        self.text.push_str("async");
        self.braced(start + 1, depth, behind)
    }

    /// A block with a value and nothing else in it, on one line or on three.
    fn braced(&mut self, open: usize, depth: usize, behind: usize) -> Result<(), Unknown> {
        let (start, end) = (open + 1, self.tokens.at(open).close());
        if start == end || self.find(start, end, ";").is_some() || self.control_comes(start) {
            return Err(Unknown);
        }
        let before = self.text.len();
        self.text.push_str(" { ");
        let flat = line(self.tokens, start, end, &mut self.text);
        self.text.push_str(" }");
        if flat.is_ok() && self.has_room(behind) {
            return Ok(());
        }
        self.text.truncate(before);
        self.text.push_str(" {\n");
        self.indent(depth + 1);
        self.value(Value { start, end, depth: depth + 1, behind: 0, leads: true })?;
        self.text.push('\n');
        self.indent(depth);
        self.text.push('}');
        Ok(())
    }
}
