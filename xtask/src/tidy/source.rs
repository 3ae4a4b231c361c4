//! A Rust file as a flat run of tokens with their lines: enough to see paths, without comments or strings in the way.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// One token; groups are flattened into their brackets.
#[derive(Debug)]
pub(crate) struct Token {
    pub kind: Kind,
    /// Counted from 1.
    pub line: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Ident(String),
    /// `::`
    PathSeparator,
    Punct(char),
    Open(char),
    Close(char),
    Literal,
}

impl Token {
    pub(crate) fn ident(&self) -> Option<&str> {
        match &self.kind {
            Kind::Ident(name) => Some(name),
            _ => None,
        }
    }
}

/// A path as it stands in the code; a group in a `use` is spread out into one path for each of its leaves.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub segments: Vec<String>,
    /// What comes after `as`.
    pub alias: Option<String>,
    pub line: usize,
    /// Where it starts among the tokens.
    pub at: usize,
}

/// Splits `text` into tokens.
///
/// # Errors
/// Says what is not Rust about it.
pub(crate) fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let stream: TokenStream = text.parse().map_err(|error| format!("not Rust: {error}"))?;
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    Ok(tokens)
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    let mut trees = stream.into_iter().peekable();
    while let Some(tree) = trees.next() {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ('(', ')'),
                    Delimiter::Brace => ('{', '}'),
                    Delimiter::Bracket => ('[', ']'),
                    Delimiter::None => (' ', ' '),
                };
                into.push(Token { kind: Kind::Open(open), line });
                flatten(group.stream(), into);
                into.push(Token {
                    kind: Kind::Close(close),
                    line: group.span_close().start().line,
                });
            }
            TokenTree::Ident(ident) => {
                into.push(Token { kind: Kind::Ident(ident.to_string()), line });
            }
            TokenTree::Literal(_) => into.push(Token { kind: Kind::Literal, line }),
            TokenTree::Punct(first)
                if first.as_char() == ':' && first.spacing() == Spacing::Joint =>
            {
                match trees.peek() {
                    Some(TokenTree::Punct(second)) if second.as_char() == ':' => {
                        trees.next();
                        into.push(Token { kind: Kind::PathSeparator, line });
                    }
                    _ => into.push(Token { kind: Kind::Punct(':'), line }),
                }
            }
            TokenTree::Punct(punct) => {
                into.push(Token { kind: Kind::Punct(punct.as_char()), line });
            }
        }
    }
}

/// Every path in `tokens`, in order.
pub(crate) fn paths(tokens: &[Token]) -> Vec<Path> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        at = if tokens[at].ident().is_some() { path(tokens, at, &[], &mut found) } else { at + 1 };
    }
    found
}

/// Reads the path that starts with the identifier at `at`; answers where to go on.
fn path(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Path>) -> usize {
    let (start, line) = (at, tokens[at].line);
    let mut segments = prefix.to_vec();
    loop {
        match tokens.get(at).map(|token| &token.kind) {
            Some(Kind::Ident(name)) => segments.push(name.clone()),
            Some(Kind::Punct('*')) => segments.push("*".to_owned()),
            Some(Kind::Open('{')) => return group(tokens, at + 1, &segments, found),
            _ => break,
        }
        at += 1;
        if tokens.get(at).map(|token| &token.kind) != Some(&Kind::PathSeparator) {
            break;
        }
        at += 1;
    }
    let mut alias = None;
    if tokens.get(at).and_then(Token::ident) == Some("as") {
        alias = tokens.get(at + 1).and_then(Token::ident).map(str::to_owned);
        at += 2;
    }
    found.push(Path { segments, alias, line, at: start });
    at
}

/// Reads the leaves of a `use` group up to its closing brace.
fn group(tokens: &[Token], mut at: usize, prefix: &[String], found: &mut Vec<Path>) -> usize {
    while let Some(token) = tokens.get(at) {
        at = match token.kind {
            Kind::Close('}') => return at + 1,
            Kind::Ident(_) | Kind::Punct('*') => path(tokens, at, prefix, found).max(at + 1),
            _ => at + 1,
        };
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(code: &str) -> Vec<String> {
        let tokens = tokens(code).expect("the test's code is Rust");
        paths(&tokens).into_iter().map(|path| path.segments.join("::")).collect()
    }

    #[test]
    fn groups_are_spread_out() {
        assert_eq!(
            spelled("use crate::{rpc::{self, Status as S}, wire::*};"),
            ["use", "crate::rpc::self", "crate::rpc::Status", "crate::wire::*"]
        );
    }

    #[test]
    fn comments_and_strings_hold_no_paths() {
        assert_eq!(spelled("/* tokio::spawn */ fn f() { g(\"tokio::spawn\") }"), ["fn", "f", "g"]);
    }

    #[test]
    fn macros_are_looked_into() {
        assert!(spelled("m! { a => crate::http2::X }").contains(&"crate::http2::X".to_owned()));
    }
}
