//! Markdown that rustdoc takes as text.
//!
//! People write comments in .proto files without rustdoc in mind. Read as they stand, an indented
//! line is a Rust example that is compiled and run as a test, `[0, 1)` is a link to nowhere, and
//! `<name>` is a tag that nobody closes. Here such text is kept readable and made harmless: code
//! goes between fences that say it is text, and what only looks like markup is escaped.

mod inline;

use std::borrow::Cow;

/// The lines of a comment as Markdown.
pub(super) fn lines(comment: &str) -> Vec<String> {
    let mut writer = Writer::default();
    let unindented = unindent(comment);
    for line in &unindented {
        writer.line(line);
    }
    writer.finish()
}

/// The lines without trailing space, without the space that all of them start with, and without
/// blank lines at either end.
fn unindent(comment: &str) -> Vec<Cow<'_, str>> {
    let lines: Vec<_> = comment.lines().map(visible).collect();
    let first = lines.iter().position(|line| !line.is_empty()).unwrap_or(lines.len());
    let last = lines.iter().rposition(|line| !line.is_empty()).map_or(first, |last| last + 1);
    let filled = lines[first..last].iter().filter(|line| !line.is_empty());
    let common = filled.map(|line| indentation(line)).min().unwrap_or(0);
    let lines = lines.into_iter().take(last).skip(first);
    lines
        .map(|line| match line {
            Cow::Borrowed(line) => Cow::Borrowed(line.get(common..).unwrap_or_default()),
            Cow::Owned(line) => Cow::Owned(line.get(common..).unwrap_or_default().to_owned()),
        })
        .collect()
}

/// A line as one sees it: control characters have no place in documentation, and tabs are four
/// spaces.
fn visible(line: &str) -> Cow<'_, str> {
    if !line.contains(char::is_control) {
        return Cow::Borrowed(line.trim_end());
    }
    let spaced = line.replace('\t', "    ");
    let visible: String = spaced.chars().filter(|c| !c.is_control()).collect();
    Cow::Owned(visible.trim_end().to_owned())
}

/// Decides line by line what is text and what is code.
#[derive(Default)]
struct Writer {
    output: Vec<String>,
    /// Lines of text not yet written: markup such as `` ` `` may reach from one to the next.
    text: Vec<String>,
    block: Block,
    /// Where the content of the list items starts that the text is in, outermost first.
    lists: Vec<usize>,
    /// Blank lines not yet written: at the end of code they belong behind its fence.
    blank: usize,
}

#[derive(Default, PartialEq)]
enum Block {
    /// Nothing is open: the next indented line is code.
    #[default]
    None,
    /// A paragraph, which takes indented lines in.
    Paragraph,
    /// Indented code, behind the given column.
    Indented(usize),
    /// Code between fences, which the given text closes.
    Fenced(String),
}

impl Writer {
    fn line(&mut self, line: &str) {
        if let Block::Fenced(fence) = &self.block {
            if line.trim_start().starts_with(fence.as_str()) {
                self.output.push(fence.clone());
                self.block = Block::None;
            } else {
                self.output.push(line.to_owned());
            }
            return;
        }
        if line.is_empty() {
            self.end_text();
            if self.block == Block::Paragraph {
                self.block = Block::None;
            }
            self.blank += 1;
            return;
        }
        let column = indentation(line);
        if let Block::Indented(content) = self.block {
            if column >= content + 4 {
                self.write_blank();
                self.output.push(line[content + 4..].to_owned());
                return;
            }
            self.end_code();
        }
        if self.block == Block::None && self.blank > 0 {
            // After a blank line only what is indented is still in a list.
            self.lists.retain(|&content| column >= content);
        }
        let content = self.lists.last().copied().unwrap_or(0).min(column);
        if self.block == Block::None && column >= content + 4 {
            self.end_text();
            self.write_blank();
            self.output.push("```text".to_owned());
            self.output.push(line[content + 4..].to_owned());
            self.block = Block::Indented(content);
            return;
        }
        self.visible(line, column);
    }

    /// A line that is not code.
    fn visible(&mut self, line: &str, column: usize) {
        let text = &line[column..];
        if let Some(fence) = fence(text) {
            self.end_text();
            self.write_blank();
            self.output.push(format!("{fence}{}", language(&text[fence.len()..])));
            self.block = Block::Fenced(fence);
            return;
        }
        self.write_blank();
        let (markers, rest) = markers(text);
        if !markers.is_empty() {
            self.end_text();
            self.lists.retain(|&content| content <= column);
            self.lists.push(column + markers.len());
            self.text.push(format!("{}{markers}{rest}", &line[..column]).trim_end().to_owned());
            self.block = if rest.is_empty() { Block::None } else { Block::Paragraph };
        } else if text.starts_with('#') || is_rule(text) {
            self.end_text();
            self.text.push(line.to_owned());
            self.end_text();
            self.block = Block::None;
        } else {
            self.text.push(line.to_owned());
            self.block = Block::Paragraph;
        }
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text).join("\n");
            self.output.extend(inline::escape(&text).lines().map(str::to_owned));
        }
    }

    fn end_code(&mut self) {
        self.output.push("```".to_owned());
        self.block = Block::None;
    }

    fn write_blank(&mut self) {
        // However many there were, one parts the paragraphs; code keeps them all.
        let count =
            if matches!(self.block, Block::Indented(_)) { self.blank } else { self.blank.min(1) };
        self.output.extend(std::iter::repeat_n(String::new(), count));
        self.blank = 0;
    }

    fn finish(mut self) -> Vec<String> {
        self.end_text();
        match &self.block {
            Block::Fenced(fence) => self.output.push(fence.clone()),
            Block::Indented(_) => self.end_code(),
            Block::None | Block::Paragraph => {}
        }
        self.output
    }
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// The run of backticks or tildes that starts a fenced block.
fn fence(text: &str) -> Option<String> {
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let length = text.len() - text.trim_start_matches(mark).len();
    // A backtick further on makes it a code span rather than a fence.
    let inline = mark == '`' && text[length..].contains('`');
    (length >= 3 && !inline).then(|| mark.to_string().repeat(length))
}

/// What to write behind an opening fence so that rustdoc takes the code for text.
fn language(info: &str) -> &str {
    const OTHERS: &[&str] = &[
        "bash",
        "c",
        "cpp",
        "css",
        "go",
        "html",
        "http",
        "java",
        "javascript",
        "js",
        "json",
        "markdown",
        "md",
        "proto",
        "protobuf",
        "py",
        "python",
        "ruby",
        "sh",
        "shell",
        "sql",
        "text",
        "textproto",
        "toml",
        "ts",
        "txt",
        "typescript",
        "xml",
        "yaml",
    ];
    let info = info.trim();
    if OTHERS.contains(&info) { info } else { "text" }
}

/// Splits the markers of quotes and list items from a line, with one space behind each: more of it
/// would make the rest code.
fn markers(text: &str) -> (String, &str) {
    let mut markers = String::new();
    let mut rest = text;
    while let Some(length) = marker_length(rest) {
        markers.push_str(&rest[..length]);
        markers.push(' ');
        rest = rest[length..].trim_start_matches(' ');
        // Two markers in one line are rare, and nested lists of many are an attack.
        if markers.len() > 16 {
            break;
        }
    }
    (markers, rest)
}

fn marker_length(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let length = match text.as_bytes().get(digits)? {
        b'-' | b'*' | b'+' if digits == 0 => 1,
        b'.' | b')' if (1..10).contains(&digits) => digits + 1,
        b'>' if digits == 0 => return Some(1),
        _ => return None,
    };
    let followed = text[length..].is_empty() || text[length..].starts_with(' ');
    (followed && !is_rule(text)).then_some(length)
}

/// Whether a line is drawn as a rule or underlines a heading.
fn is_rule(text: &str) -> bool {
    let marks: Vec<char> = text.chars().filter(|c| *c != ' ').collect();
    marks.len() >= 3
        && matches!(marks[0], '-' | '*' | '_' | '=')
        && marks.iter().all(|mark| *mark == marks[0])
}

#[cfg(test)]
mod tests;
