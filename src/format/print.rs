//! Items straight to text, in the style of `prettyplease` and without a syntax tree.
//!
//! Only what the generator writes every day is understood, and only while lines have to be broken in
//! well-known ways. Whatever else comes is refused, and goes to `prettyplease`.

use super::line::line;
use super::values::Value;
use crate::tokens::{Kind, Tokens};

/// The printer does not know how this is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unknown;

/// What `prettyplease` fills a line up to.
const WIDTH: usize = 89;

/// So much room a line has at the least, however deep it is indented.
const LEAST: usize = 60;

#[derive(Debug)]
pub(super) struct Printer<'t> {
    pub(super) tokens: &'t Tokens,
    pub(super) text: String,
}

impl<'t> Printer<'t> {
    pub(super) fn new(tokens: &'t Tokens) -> Self {
        Self { tokens, text: String::with_capacity(tokens.text_len() * 2) }
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
        let opened = match block {
            "impl m" => self.implementation(head, open, depth),
            _ => self.opening(head, open, depth),
        };
        if let Err(unknown) = opened {
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
                let Some(colon) = self.find(head, equals, ":") else { return Err(Unknown) };
                self.indent(depth);
                line(self.tokens, head, colon, &mut self.text)?;
                self.text.push_str(": ");
                self.r#type(colon + 1, equals, depth, " = ".len())?;
                self.text.push_str(" = ");
                let (start, end) = (equals + 1, end - 1);
                self.value(Value { start, end, depth, behind: 1, leads: false })?;
                self.text.push_str(";\n");
                Ok(())
            }
            "type" => self.single(head, end, depth, ""),
            "fn" => self.function(head, end, depth),
            _ => Err(Unknown),
        }
    }

    /// Fields or variants.
    fn list(&mut self, open: usize, depth: usize) -> Result<(), Unknown> {
        let close = self.tokens.at(open).close();
        let mut at = open + 1;
        while at < close {
            let head = self.attributes(at, close, depth + 1)?;
            let end = self.end_of_element(head, close);
            self.member(head, end, depth + 1, 1)?;
            at = end + 1;
        }
        Ok(())
    }

    fn function(&mut self, head: usize, end: usize, depth: usize) -> Result<(), Unknown> {
        let open = self.find(head, end, "{").ok_or(Unknown)?;
        self.signature(head, open, depth)?;
        self.block(open, depth)?;
        self.closing(open, depth);
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
    pub(super) fn opening(
        &mut self,
        head: usize,
        open: usize,
        depth: usize,
    ) -> Result<(), Unknown> {
        self.indent(depth);
        let before = self.text.len();
        line(self.tokens, head, open, &mut self.text)?;
        let empty = self.tokens.at(open).close() == open + 1;
        self.text.push_str(if empty { " {}\n" } else { " {\n" });
        self.fits(before, depth, 1)
    }

    pub(super) fn closing(&mut self, open: usize, depth: usize) {
        if self.tokens.at(open).close() != open + 1 {
            self.indent(depth);
            self.text.push_str("}\n");
        }
    }

    /// Whether the line since `before` is short enough; `end` characters of it end the line.
    pub(super) fn fits(&self, before: usize, depth: usize, end: usize) -> Result<(), Unknown> {
        let first = self.text[before..].find('\n').unwrap_or(self.text.len() - before - end);
        if first + depth * 4 <= WIDTH.max(depth * 4 + LEAST) { Ok(()) } else { Err(Unknown) }
    }

    /// Whether the last line has room for so many more characters.
    pub(super) fn has_room(&self, behind: usize) -> bool {
        let line = &self.text[self.text.rfind('\n').map_or(0, |index| index + 1)..];
        let indentation = line.len() - line.trim_start_matches(' ').len();
        line.len() + behind <= WIDTH.max(indentation + LEAST)
    }

    pub(super) fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.text.push_str("    ");
        }
    }

    /// The first token of a text outside of brackets, an opening bracket among them.
    pub(super) fn find(&self, start: usize, end: usize, text: &str) -> Option<usize> {
        let mut at = start;
        while at < end {
            if self.tokens.is(at, text) {
                return Some(at);
            }
            at = self.tokens.at(at).close() + 1;
        }
        None
    }

    /// The comma behind an element, or the end of the list. Generics have commas too.
    pub(super) fn end_of_element(&self, start: usize, end: usize) -> usize {
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
            at = self.tokens.at(at).close() + 1;
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
        let mut angles = 0usize;
        while at < end {
            match self.tokens.text(at) {
                _ if matches!(self.tokens.at(at).kind, Kind::Literal | Kind::Documentation) => {}
                ";" => return at + 1,
                "<" => angles += 1,
                ">" => angles = angles.saturating_sub(1),
                // Between angles, it is the parameter of a trait.
                "=" if angles == 0 => valued = true,
                "{" if !valued => return self.tokens.at(at).close() + 1,
                _ => {}
            }
            at = self.tokens.at(at).close() + 1;
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
        let tokens = Tokens::parse(&items).expect("golden files are Rust");
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
        let tokens = Tokens::parse(item).expect("is made of tokens");
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
            "impl<T: Service> some::server::WithALongPath for ServiceServerWithAnEvenLongerNameThanThat<T> { \
             fn call(&self, method: usize, call: some::ServerCall<'_>) -> some::Reply { let service = a::clone(&self.0); \
             match method { 0 => call.unary(move |request| async move { <T as Service>::query(&service, request).await }), \
             _ => call.unimplemented(), } } }",
            "pub trait T: Send + Sync + 'static { fn f(&self, request: some::Request<A>,) -> impl std::future::Future<Output = \
             Result<some::Response<impl some::Stream<Item = Result<B, some::Status>> + Send + 'static>, some::Status>> + Send { \
             async { Err::<some::Response<some::Streaming<B>>, some::Status>(some::gencode::unimplemented(&S.methods[0])) } } }",
            "fn write(&self) { w.map::<rustrpc::gencode::kind::String, rustrpc::gencode::kind::Message<a::B>>(34, &self.labels); \
             match &self.a { Some(a_module_of_a_message_with_a_long_name::AndAOneofInIt::AnotherCaseOfIt(v)) => { w.message(8, v); } \
             Some(module_of_a_message::AndAOneofInIt::AnotherCase(v)) => *other = Some(a::policy::Policy::DataMaskingPolicy(r.new()?)), \
             12 => r.message(self.a_field_with_a_very_long_name_in_it.get_or_insert_default())?, _ => {} } }",
            "pub struct S { pub of_a_long_type: Option<crate::proto::google::ads::googleads::v24::common::DateRange>, \
             pub of_a_long_path: crate::proto::google::ads::googleads::v24::enums::display_ad_format_setting_enum::Setting, }",
            "pub enum E { Update(crate::proto::google::ads::googleads::v24::resources::ConversionGoalCampaignConfiguration), }",
            "const NAME: &'static str = \"a string that is too long for a line of ninety characters, but where should it end\";",
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
