//! Tokens to text.

mod attributes;
mod line;
mod print;
mod signature;
mod statements;
mod types;
mod values;

use crate::tokens::{DOC_LINE_END, Tokens};
use print::Printer;

/// A file's text, formatted piece by piece: the tokens of a large package would take a hundred
/// times the memory of its text.
#[derive(Debug, Default)]
pub(crate) struct Text {
    text: String,
}

impl Text {
    /// Formats items, with a blank line between those that take more than one line.
    ///
    /// # Errors
    /// When the tokens are not Rust, which is a fault of the generator.
    pub(crate) fn add(&mut self, tokens: Tokens) -> syn::Result<()> {
        let mut printer = Printer::new(&tokens);
        printer.file()?;
        let formatted = printer.finish();
        if !formatted.is_empty() && !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.reserve(formatted.len() + formatted.len() / 8);
        space(&formatted, &mut self.text);
        Ok(())
    }

    /// The text of all pieces.
    pub(crate) fn finish(self) -> String {
        self.text
    }
}

/// A line directly inside a file, a module, an `impl` or a trait.
#[derive(Clone, Copy, PartialEq)]
enum Line {
    /// The line that opened the block around.
    Opening,
    /// Documentation or an attribute, which belong to what follows.
    Attribute,
    /// An item that ends on its own line, such as a constant.
    Short,
    /// The start of a longer item, or one of its later lines.
    Start,
    /// The end of a longer item.
    End,
}

/// Puts a blank line in front of each item, where the formatter puts none. The formatter's
/// indentation tells which lines are directly inside a block of items.
fn space(text: &str, spaced: &mut String) {
    let mut depth = 0;
    let mut previous = Line::Opening;
    for line in text.lines().filter(|line| !line.trim_start().is_empty()) {
        let content = line.trim_start();
        let indentation = (line.len() - content.len()) / 4;
        if indentation < depth {
            depth = indentation;
            previous = Line::End;
        } else if indentation == depth {
            let current = classify(content, previous);
            let first_of_item = matches!(previous, Line::Short | Line::End);
            let grouped = previous == Line::Short && current == Line::Short;
            if first_of_item && !grouped && current != Line::End {
                spaced.push('\n');
            }
            previous = current;
            if opens_items(content) {
                depth += 1;
                previous = Line::Opening;
            }
        } else if content.starts_with('.') && content.ends_with(';') && indentation == depth + 1 {
            // The last call of a chain that an item is made of.
            previous = Line::End;
        }
        push_line(line, content, spaced);
    }
}

/// Appends a line, or the lines of documentation that it holds.
fn push_line(line: &str, content: &str, text: &mut String) {
    let Some((first, others)) = line.split_once(DOC_LINE_END) else {
        text.push_str(line);
        text.push('\n');
        return;
    };
    let indentation = &line[..line.len() - content.len()];
    text.push_str(first);
    text.push('\n');
    for other in others.split(DOC_LINE_END) {
        text.push_str(indentation);
        text.push_str("///");
        text.push_str(other);
        text.push('\n');
    }
}

fn classify(content: &str, previous: Line) -> Line {
    if content.starts_with("//") || content.starts_with("#[") {
        Line::Attribute
    } else if content.starts_with(')') && previous == Line::Attribute {
        // The last line of an attribute that was broken into several.
        Line::Attribute
    } else if content.starts_with('}') {
        Line::End
    } else if content.ends_with([';', '}']) {
        if previous == Line::Start { Line::End } else { Line::Short }
    } else {
        Line::Start
    }
}

fn opens_items(content: &str) -> bool {
    let starts = ["pub mod ", "impl ", "impl<", "pub trait "];
    content.ends_with('{') && starts.iter().any(|start| content.starts_with(start))
}

#[cfg(test)]
mod tests {
    use crate::tokens::quote;

    #[test]
    fn items_are_parted_and_short_ones_kept_together() {
        let mut text = super::Text::default();
        text.add(quote! {
            #[doc = " A."]
            pub struct A { pub a: i32, pub b: i32 }
            impl A {
                pub const X: Self = Self(0);
                pub const Y: Self = Self(1);
                pub fn f() -> i32 { if true { 1 } else { 2 } }
                pub fn g() {}
            }
            pub mod a { #[doc = " First.\u{1f}\u{1f} Last."] pub struct B {} }
            pub const LONG: Type<WithParameters, WhichAreSo, LongThat> = Type::of("wrapped", "lines").and("more");
            pub const SHORT: u8 = 1;
        })
        .expect("is Rust");
        text.add(quote!(impl B {})).expect("is Rust");
        let expected = "\
/// A.
pub struct A {
    pub a: i32,
    pub b: i32,
}

impl A {
    pub const X: Self = Self(0);
    pub const Y: Self = Self(1);

    pub fn f() -> i32 {
        if true { 1 } else { 2 }
    }

    pub fn g() {}
}

pub mod a {
    /// First.
    ///
    /// Last.
    pub struct B {}
}

pub const LONG: Type<WithParameters, WhichAreSo, LongThat> = Type::of(\"wrapped\", \"lines\")
    .and(\"more\");

pub const SHORT: u8 = 1;

impl B {}
";
        assert_eq!(text.finish(), expected);
    }
}
