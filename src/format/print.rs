//! Items straight to text, in the style of `prettyplease` and without a syntax tree.
//!
//! Only what the generator writes every day is understood, and only while it needs no line to be
//! broken but in a few well-known ways. Whatever else comes is refused, and goes to `prettyplease`.

use super::line::line;
use super::tokens::{Kind, Tokens};

/// The printer does not know how this is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unknown;

/// What `prettyplease` fills a line up to.
const WIDTH: usize = 89;

/// The attributes that are printed as they are.
const ATTRIBUTES: &[&str] = &["allow", "default", "deprecated", "derive", "repr"];

#[derive(Debug)]
pub(super) struct Printer<'t> {
    tokens: &'t Tokens,
    text: String,
}

impl<'t> Printer<'t> {
    pub(super) fn new(tokens: &'t Tokens) -> Self {
        Self { tokens, text: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// Prints all items; those that are not understood by way of a syntax tree.
    ///
    /// # Errors
    /// When the tokens are not Rust.
    pub(super) fn file(&mut self) -> syn::Result<()> {
        self.items(0, self.tokens.len(), 0, "mod m")
    }

    /// Prints items that stand in a block of a kind, so many levels deep.
    fn items(
        &mut self,
        mut start: usize,
        end: usize,
        depth: usize,
        block: &str,
    ) -> syn::Result<()> {
        while start < end {
            let next = self.end_of_item(start, end);
            let before = self.text.len();
            if self.item(start, next, depth)?.is_err() {
                self.text.truncate(before);
                self.by_tree(start, next, depth, block)?;
            }
            start = next;
        }
        Ok(())
    }

    /// The outer result is about Rust, the inner one about what this printer knows.
    fn item(&mut self, start: usize, end: usize, depth: usize) -> syn::Result<Result<(), Unknown>> {
        let head = match self.attributes(start, end, depth) {
            Ok(head) => head,
            Err(unknown) => return Ok(Err(unknown)),
        };
        let keyword = match self.keyword(head, end) {
            Ok(keyword) => keyword,
            Err(unknown) => return Ok(Err(unknown)),
        };
        let block = match self.tokens.text(keyword) {
            "mod" => "mod m",
            "impl" => "impl m",
            "trait" => "trait m",
            other => return Ok(self.leaf(other, head, end, depth)),
        };
        let Some(open) = self.find(head, end, "{") else { return Ok(Err(Unknown)) };
        if let Err(unknown) = self.opening(head, open, depth) {
            return Ok(Err(unknown));
        }
        self.items(open + 1, end - 1, depth + 1, block)?;
        self.closing(open, depth);
        Ok(Ok(()))
    }

    /// An item without items in it.
    fn leaf(
        &mut self,
        keyword: &str,
        head: usize,
        end: usize,
        depth: usize,
    ) -> Result<(), Unknown> {
        match keyword {
            "struct" | "enum" => match self.find(head, end, "{") {
                None => self.single(head, end, depth, ""),
                Some(open) => {
                    self.opening(head, open, depth)?;
                    self.list(open, depth)?;
                    self.closing(open, depth);
                    Ok(())
                }
            },
            "const" | "static" => {
                let before = self.text.len();
                if self.single(head, end, depth, "").is_ok() {
                    return Ok(());
                }
                self.text.truncate(before);
                let Some(equals) = self.find(head, end, "=") else { return Err(Unknown) };
                self.indent(depth);
                line(self.tokens, head, equals, &mut self.text)?;
                self.text.push_str(" = ");
                self.value(equals + 1, end - 1, depth, 1)?;
                self.text.push_str(";\n");
                Ok(())
            }
            "type" => self.single(head, end, depth, ""),
            "fn" => self.function(head, end, depth),
            _ => Err(Unknown),
        }
    }

    /// Attributes, each on its line; tells where they end.
    fn attributes(&mut self, mut at: usize, end: usize, depth: usize) -> Result<usize, Unknown> {
        while at < end && self.tokens.is(at, "#") {
            let close = self.tokens.at(at + 1).close;
            let name = at + 2;
            if self.tokens.is(name, "doc") && self.tokens.is(name + 1, "=") && name + 3 == close {
                self.documentation(name + 2, depth)?;
            } else if ATTRIBUTES.contains(&self.tokens.text(name)) {
                self.indent(depth);
                let before = self.text.len();
                self.text.push_str("#[");
                line(self.tokens, name, close, &mut self.text)?;
                self.text.push_str("]\n");
                self.fits(before, depth, 1)?;
            } else {
                return Err(Unknown);
            }
            at = close + 1;
        }
        Ok(at)
    }

    fn documentation(&mut self, literal: usize, depth: usize) -> Result<(), Unknown> {
        let literal = self.tokens.text(literal);
        let doc = literal
            .strip_prefix('"')
            .and_then(|literal| literal.strip_suffix('"'))
            .ok_or(Unknown)?;
        self.indent(depth);
        self.text.push_str("///");
        let start = self.text.len();
        let mut parts = doc.split('\\');
        self.text.push_str(parts.next().unwrap_or_default());
        // Each part but the first begins with what was escaped.
        while let Some(part) = parts.next() {
            let mut rest = part.chars();
            match rest.next() {
                Some(escaped @ ('"' | '\'')) => self.text.push(escaped),
                Some('t') => self.text.push('\t'),
                Some('u') => {
                    let (number, after) =
                        part.strip_prefix("u{").and_then(|p| p.split_once('}')).ok_or(Unknown)?;
                    let number = u32::from_str_radix(number, 16).map_err(|_| Unknown)?;
                    self.text.push(char::from_u32(number).ok_or(Unknown)?);
                    self.text.push_str(after);
                    continue;
                }
                // An escaped backslash: what is between it and the next is all of the next part.
                None => {
                    self.text.push('\\');
                    self.text.push_str(parts.next().ok_or(Unknown)?);
                    continue;
                }
                Some(_) => return Err(Unknown),
            }
            self.text.push_str(rest.as_str());
        }
        if self.text[start..].starts_with('/') {
            return Err(Unknown);
        }
        let trimmed = self.text[start..].trim_end_matches(' ').len();
        self.text.truncate(start + trimmed);
        self.text.push('\n');
        Ok(())
    }

    /// Fields or variants.
    fn list(&mut self, open: usize, depth: usize) -> Result<(), Unknown> {
        let close = self.tokens.at(open).close;
        let mut at = open + 1;
        while at < close {
            let head = self.attributes(at, close, depth + 1)?;
            let end = self.end_of_element(head, close);
            self.single(head, end, depth + 1, ",")?;
            at = end + 1;
        }
        Ok(())
    }

    fn function(&mut self, head: usize, end: usize, depth: usize) -> Result<(), Unknown> {
        let open = self.find(head, end, "{").ok_or(Unknown)?;
        let before = self.text.len();
        match self.opening(head, open, depth) {
            Ok(()) => {}
            Err(Unknown) => {
                self.text.truncate(before);
                self.broken_signature(head, open, depth)?;
            }
        }
        self.block(open, depth)?;
        self.closing(open, depth);
        Ok(())
    }

    /// Each argument on its line.
    fn broken_signature(&mut self, head: usize, open: usize, depth: usize) -> Result<(), Unknown> {
        let arguments = self.find(head, open, "(").ok_or(Unknown)?;
        // Behind `pub` may be brackets too, and generics may break by themselves.
        if self.tokens.at(arguments - 1).kind != Kind::Word
            || self.tokens.at(open).close == open + 1
        {
            return Err(Unknown);
        }
        let close = self.tokens.at(arguments).close;
        if close == arguments + 1 {
            return Err(Unknown);
        }
        // Only a line that is too long by more than what ends it is broken for sure.
        self.too_long(head, open, depth)?;
        self.indent(depth);
        let before = self.text.len();
        line(self.tokens, head, arguments, &mut self.text)?;
        self.text.push_str("(\n");
        self.fits(before, depth, 1)?;
        let mut at = arguments + 1;
        while at < close {
            let end = self.end_of_element(at, close);
            self.single(at, end, depth + 1, ",")?;
            at = end + 1;
        }
        self.indent(depth);
        let before = self.text.len();
        self.text.push(')');
        if close + 1 < open {
            self.text.push(' ');
            if !self.tokens.is(close + 1, "->") {
                return Err(Unknown);
            }
            self.text.push_str("-> ");
            line(self.tokens, close + 2, open, &mut self.text)?;
        }
        self.text.push_str(" {\n");
        self.fits(before, depth, 1)
    }

    /// The statements between two brackets.
    fn block(&mut self, open: usize, depth: usize) -> Result<(), Unknown> {
        let end = self.tokens.at(open).close;
        let mut at = open + 1;
        while at < end {
            at = self.statement(at, end, depth + 1)?;
        }
        Ok(())
    }

    /// Prints a statement and tells where it ends.
    fn statement(&mut self, at: usize, end: usize, depth: usize) -> Result<usize, Unknown> {
        if self.tokens.is(at, "#") {
            return Err(Unknown);
        }
        let keyword = self.tokens.text(at);
        if matches!(keyword, "if" | "while" | "for" | "match") {
            return self.control(at, end, depth);
        }
        let semicolon = self.find(at, end, ";");
        let stop = semicolon.map_or(end, |semicolon| semicolon + 1);
        self.single(at, stop, depth, "")?;
        Ok(stop)
    }

    /// `if`, `while`, `for` or `match` in a place of its own.
    fn control(&mut self, at: usize, end: usize, depth: usize) -> Result<usize, Unknown> {
        let open = self.find(at, end, "{").ok_or(Unknown)?;
        let close = self.tokens.at(open).close;
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
        let end = self.tokens.at(open).close;
        let mut at = open + 1;
        while at < end {
            at = self.arm(at, end, depth + 1)?;
        }
        Ok(())
    }

    fn arm(&mut self, at: usize, end: usize, depth: usize) -> Result<usize, Unknown> {
        let arrow = self.find(at, end, "=>").ok_or(Unknown)?;
        if self.tokens.is(at, "#") || (at..arrow).any(|index| self.tokens.is(index, "if")) {
            return Err(Unknown);
        }
        let body = arrow + 1;
        self.indent(depth);
        let before = self.text.len();
        line(self.tokens, at, arrow, &mut self.text)?;
        self.text.push_str(" => ");
        if self.tokens.is(body, "{") {
            let close = self.tokens.at(body).close;
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
            self.fits(before, depth, 1)?;
            return Ok(if self.tokens.is(close + 1, ",") { close + 2 } else { close + 1 });
        }
        if self.control_comes(body) {
            self.text.push_str("{\n");
            self.fits(before, depth, 1)?;
            let close = self.control(body, end, depth + 1)?;
            self.indent(depth);
            self.text.push_str("}\n");
            return Ok(if self.tokens.is(close, ",") { close + 1 } else { close });
        }
        let comma = self.end_of_element(body, end);
        let start_of_body = self.text.len();
        line(self.tokens, body, comma, &mut self.text)?;
        self.text.push_str(",\n");
        if self.fits(before, depth, 1).is_err() {
            // Too long by one or two, it would depend on what follows.
            if self.text.len() - before + depth * 4 <= WIDTH + 3 {
                return Err(Unknown);
            }
            self.text.truncate(start_of_body);
            self.text.push_str("{\n");
            self.fits(before, depth, 1)?;
            let assigns = (body..comma).any(|index| {
                self.tokens.at(index).kind == Kind::Operator
                    && matches!(self.tokens.text(index), "=" | "+=" | "-=")
            }) || self.tokens.is(body, "return");
            self.single(body, comma, depth + 1, if assigns { ";" } else { "" })?;
            self.indent(depth);
            self.text.push_str("}\n");
        }
        Ok(comma + 1)
    }

    fn control_comes(&self, at: usize) -> bool {
        ["if", "while", "for", "match"].iter().any(|keyword| self.tokens.is(at, keyword))
    }

    /// A value that may take several lines; `behind` characters follow it on its last line.
    fn value(
        &mut self,
        start: usize,
        end: usize,
        depth: usize,
        behind: usize,
    ) -> Result<(), Unknown> {
        let line_start = self.text.rfind('\n').map_or(0, |index| index + 1);
        let before = self.text.len();
        if line(self.tokens, start, end, &mut self.text).is_ok()
            && self.text.len() - line_start + behind <= WIDTH
        {
            return Ok(());
        }
        let nearly = self.text.len() - line_start <= WIDTH + 2;
        self.text.truncate(before);
        let open = end - 1;
        let Some(open) = (start..=open).find(|index| self.tokens.at(*index).close == end - 1)
        else {
            return Err(Unknown);
        };
        if open == end - 1 {
            return Err(Unknown);
        }
        let list = self.tokens.is(open, "[") && start + 1 == open && self.tokens.is(start, "&");
        let literal = self.tokens.is(open, "{")
            && (start..open).all(|index| {
                self.tokens.at(index).kind == Kind::Word || self.tokens.is(index, "::")
            });
        if !list && !literal || list && nearly {
            return Err(Unknown);
        }
        if literal {
            // Narrow ones may stay on a line.
            let flat = line(self.tokens, start, open, &mut self.text)
                .and_then(|()| line(self.tokens, open + 1, end - 1, &mut self.text));
            let width = self.text.len() - before;
            self.text.truncate(before);
            if flat.is_ok() && width < 40 {
                return Err(Unknown);
            }
        }
        line(self.tokens, start, open, &mut self.text)?;
        self.text.push_str(if list { "[\n" } else { " {\n" });
        let mut at = open + 1;
        while at < end - 1 {
            let stop = self.end_of_element(at, end - 1);
            self.indent(depth + 1);
            let mut value = at;
            if literal {
                if !self.tokens.is(at + 1, ":") || self.tokens.at(at).kind != Kind::Word {
                    return Err(Unknown);
                }
                self.text.push_str(self.tokens.text(at));
                self.text.push_str(": ");
                value = at + 2;
            } else if self.tokens.at(at).kind == Kind::Literal {
                // Several of them would share a line.
                return Err(Unknown);
            }
            self.value(value, stop, depth + 1, 1)?;
            self.text.push_str(",\n");
            at = stop + 1;
        }
        self.indent(depth);
        self.text.push_str(self.tokens.text(end - 1));
        Ok(())
    }

    /// One line.
    fn single(
        &mut self,
        start: usize,
        end: usize,
        depth: usize,
        behind: &str,
    ) -> Result<(), Unknown> {
        self.indent(depth);
        let before = self.text.len();
        line(self.tokens, start, end, &mut self.text)?;
        self.text.push_str(behind);
        self.text.push('\n');
        self.fits(before, depth, 1)
    }

    /// The line that opens a block, with both brackets if the block is empty.
    fn opening(&mut self, head: usize, open: usize, depth: usize) -> Result<(), Unknown> {
        self.indent(depth);
        let before = self.text.len();
        line(self.tokens, head, open, &mut self.text)?;
        let empty = self.tokens.at(open).close == open + 1;
        self.text.push_str(if empty { " {}\n" } else { " {\n" });
        self.fits(before, depth, 1)
    }

    fn closing(&mut self, open: usize, depth: usize) {
        if self.tokens.at(open).close != open + 1 {
            self.indent(depth);
            self.text.push_str("}\n");
        }
    }

    fn too_long(&mut self, head: usize, open: usize, depth: usize) -> Result<(), Unknown> {
        let before = self.text.len();
        let printed = line(self.tokens, head, open, &mut self.text);
        let length = self.text.len() - before + depth * 4;
        self.text.truncate(before);
        printed?;
        if length + " {".len() > WIDTH { Ok(()) } else { Err(Unknown) }
    }

    /// Whether the line since `before` is short enough; `end` characters of it end the line.
    fn fits(&self, before: usize, depth: usize, end: usize) -> Result<(), Unknown> {
        let first = self.text[before..].find('\n').unwrap_or(self.text.len() - before - end);
        if first + depth * 4 <= WIDTH { Ok(()) } else { Err(Unknown) }
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.text.push_str("    ");
        }
    }

    /// The first token of a text outside of brackets, an opening bracket among them.
    fn find(&self, start: usize, end: usize, text: &str) -> Option<usize> {
        let mut at = start;
        while at < end {
            if self.tokens.is(at, text) {
                return Some(at);
            }
            at = self.tokens.at(at).close + 1;
        }
        None
    }

    /// The comma behind an element, or the end of the list. Generics have commas too.
    fn end_of_element(&self, start: usize, end: usize) -> usize {
        let mut at = start;
        let mut angles = 0usize;
        while at < end {
            match self.tokens.text(at) {
                _ if self.tokens.at(at).kind != Kind::Operator => {}
                "<" => angles += 1,
                ">" => angles = angles.saturating_sub(1),
                "," if angles == 0 => return at,
                _ => {}
            }
            at = self.tokens.at(at).close + 1;
        }
        end
    }

    /// The keyword that tells what an item is.
    fn keyword(&self, head: usize, end: usize) -> Result<usize, Unknown> {
        let mut at = head;
        while at < end {
            match self.tokens.text(at) {
                "pub" | "async" => at += 1,
                "struct" | "enum" | "impl" | "trait" | "mod" | "const" | "static" | "type"
                | "fn" => return Ok(at),
                _ => return Err(Unknown),
            }
        }
        Err(Unknown)
    }

    /// Items end with a semicolon or a block, whichever comes first; but what has a value ends with
    /// a semicolon.
    fn end_of_item(&self, start: usize, end: usize) -> usize {
        let mut at = start;
        let mut valued = false;
        while at < end {
            match self.tokens.text(at) {
                ";" => return at + 1,
                "=" => valued = true,
                "{" if !valued => return self.tokens.at(at).close + 1,
                _ => {}
            }
            at = self.tokens.at(at).close + 1;
        }
        end
    }

    /// Prints by way of a syntax tree, at the place where the item stands: the formatter has to
    /// know how much room there is.
    fn by_tree(&mut self, start: usize, end: usize, depth: usize, block: &str) -> syn::Result<()> {
        let mut source = String::new();
        for level in 1..=depth {
            source.push_str(if level == depth { block } else { "mod m" });
            source.push('{');
        }
        source.push_str(&self.tokens.source(start, end));
        source.extend(std::iter::repeat_n('}', depth));
        let formatted = prettyplease::unparse(&syn::parse_str(&source)?);
        let lines = formatted.lines().collect::<Vec<_>>();
        for line in &lines[depth..lines.len() - depth] {
            self.text.push_str(line);
            self.text.push('\n');
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn lines(text: &str) -> String {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        lines.map(|line| line.to_owned() + "\n").collect()
    }

    /// The items of a file as either printer writes them; without its head, which is text.
    fn compare(file: &Path) {
        let text = std::fs::read_to_string(file).expect("fixtures can be read");
        let items = text.lines().filter(|line| !line.starts_with("//!"));
        let items = items.collect::<Vec<_>>().join("\n");
        let tokens = Tokens::new(items.parse().expect("golden files are Rust"));
        let mut printer = Printer::new(&tokens);
        printer.file().expect("golden files are Rust");
        let file_of_items = syn::parse_str(&items).expect("golden files are Rust");
        let expected = prettyplease::unparse(&file_of_items);
        assert_eq!(lines(&printer.finish()), lines(&expected), "{}", file.display());
    }

    fn compare_all(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).expect("fixtures can be read");
        let mut compared = 0;
        for entry in entries {
            let path = entry.expect("fixtures can be read").path();
            if path.is_dir() {
                compared += compare_all(&path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                compare(&path);
                compared += 1;
            }
        }
        compared
    }

    #[test]
    fn fixtures_are_printed_as_prettyplease_does() {
        let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/golden");
        assert!(compare_all(&golden) > 10);
    }

    /// Prints one item without a syntax tree.
    fn print(item: &str) -> Result<String, Unknown> {
        let tokens = Tokens::new(item.parse().expect("is a token stream"));
        let mut printer = Printer::new(&tokens);
        printer.item(0, tokens.len(), 0).expect("is Rust")?;
        Ok(printer.finish())
    }

    #[test]
    fn what_messages_are_made_of_needs_no_syntax_tree() {
        let items = [
            "#[doc = \" A \\\"b\\\" \\\\c.\"]\n#[derive(Clone, Debug)]\npub struct A<'a> { pub a: Option<&'a str>, }",
            "pub enum E { One(i32), Two(super::Two<A, B>) }",
            "fn f(&mut self, r: &mut some::Reader<'_>) { while let Some(tag) = r.tag()? { match tag { \
             10 => self.a = r.string()?, 12 => { match &mut self.b { Some(B::C(v)) => r.message(v)?, \
             other => *other = Some(B::C(r.new_message()?)), } } _ => {} } } if !self.a.is_empty() { \
             w.string(10, &self.a); } Ok(()) }",
            "fn read_with_a_long_name(&mut self, reader: &mut some::Reader<'_>) -> Result<(), some::DecodeError> { Ok(()) }",
            "const VALUES: &'static [(Self, &'static str)] = &[(Self::First, \"FIRST\"), (Self::Second, \"SECOND\"),];",
            "pub static S: a::B = a::B { name: \"a name that is not all that short\", list: &[], number: -1 };",
        ];
        for item in items {
            let file = syn::parse_str(item).expect("is Rust");
            let printed = print(item).map_err(|Unknown| item).expect("is known");
            assert_eq!(printed, prettyplease::unparse(&file));
        }
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        let items = [
            "#[serde(default)] struct A;",
            "fn f() { a < b; }",
            "fn f() { x!(a); }",
            "fn f() { if a { 1 } else { 2 } }",
            "fn f() { match a { 1 => { b } } }",
            "unsafe impl A for B {}",
            "union U { a: u8 }",
        ];
        for item in items {
            assert_eq!(print(item), Err(Unknown), "{item}");
        }
    }
}
