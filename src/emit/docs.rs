//! Attributes that stand in front of an item: documentation, deprecation, what the user asked for.

use crate::tokens::{DOC_LINE_END, Kind, Tokens, quote};

use crate::model::Comments;

/// The comments as `///` lines: a single token, since most of what is generated is documentation.
pub(crate) fn docs(comments: &Comments) -> Tokens {
    if comments.is_empty() {
        return Tokens::new();
    }
    let mut text = String::new();
    for (index, line) in comments.lines.iter().enumerate() {
        if index > 0 {
            text.push(DOC_LINE_END);
        }
        if !line.is_empty() {
            text.push(' ');
            text.push_str(line);
        }
    }
    let mut tokens = Tokens::new();
    tokens.push(Kind::Documentation, &text);
    tokens
}

/// One `///` line.
pub(crate) fn doc_line(line: &str) -> Tokens {
    let mut tokens = Tokens::new();
    tokens.push(Kind::Documentation, &format!(" {line}"));
    tokens
}

/// `#[deprecated]` where the .proto says so.
pub(crate) fn deprecated(deprecated: bool) -> Tokens {
    if deprecated { quote!(#[deprecated]) } else { Tokens::new() }
}

/// The attributes from options.
pub(crate) fn attributes(attributes: &[String]) -> Tokens {
    // They were parsed when the options were; source that is Rust always is a token stream.
    attributes.iter().flat_map(|attribute| Tokens::parse(attribute)).collect()
}
