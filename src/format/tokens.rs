//! Tokens as text with marks: what a token stream holds, without an allocation for each token.

use std::fmt::Write;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A token by its kind and its place in the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    start: usize,
    end: usize,
    /// Of an opening bracket: the index of the closing one. Of others: their own.
    pub(super) close: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, or a keyword that stands where a name could, such as `self`.
    Word,
    /// A keyword that has a space behind it.
    Keyword,
    Literal,
    Lifetime,
    Operator,
    Open,
    Close,
}

/// A token stream, brackets flattened.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    text: String,
    tokens: Vec<Token>,
}

const KEYWORDS: &[&str] = &[
    "as", "async", "const", "dyn", "else", "enum", "fn", "for", "if", "impl", "in", "let", "match",
    "mod", "move", "mut", "pub", "ref", "return", "static", "struct", "trait", "type", "unsafe",
    "use", "where", "while",
];

impl Tokens {
    pub(super) fn new(stream: TokenStream) -> Self {
        let mut tokens = Self::default();
        tokens.read(stream);
        tokens
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn at(&self, index: usize) -> Token {
        self.tokens[index]
    }

    pub(super) fn text(&self, index: usize) -> &str {
        let token = self.tokens[index];
        &self.text[token.start..token.end]
    }

    pub(super) fn is(&self, index: usize, text: &str) -> bool {
        index < self.tokens.len()
            && self.tokens[index].kind != Kind::Literal
            && self.text(index) == text
    }

    /// The tokens as source that means the same.
    pub(super) fn source(&self, start: usize, end: usize) -> String {
        let mut source = String::new();
        for index in start..end {
            source.push_str(self.text(index));
            source.push(' ');
        }
        source
    }

    fn read(&mut self, stream: TokenStream) {
        let mut stream = stream.into_iter().peekable();
        while let Some(tree) = stream.next() {
            let start = self.text.len();
            let kind = match tree {
                TokenTree::Ident(ident) => {
                    self.write(&ident);
                    let keyword = KEYWORDS.binary_search(&&self.text[start..]).is_ok();
                    if keyword { Kind::Keyword } else { Kind::Word }
                }
                TokenTree::Literal(literal) => {
                    self.write(&literal);
                    Kind::Literal
                }
                TokenTree::Punct(punct) => {
                    self.text.push(punct.as_char());
                    let mut spacing = punct.spacing();
                    if punct.as_char() == '\'' {
                        if let Some(TokenTree::Ident(name)) = stream.next() {
                            self.write(&name);
                        }
                        self.push(Kind::Lifetime, start);
                        continue;
                    }
                    while spacing == Spacing::Joint
                        && let Some(TokenTree::Punct(next)) = stream.peek()
                        && joins(&self.text[start..], next.as_char())
                    {
                        self.text.push(next.as_char());
                        spacing = next.spacing();
                        stream.next();
                    }
                    Kind::Operator
                }
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ('(', ')'),
                        Delimiter::Brace => ('{', '}'),
                        Delimiter::Bracket => ('[', ']'),
                        Delimiter::None => {
                            self.read(group.stream());
                            continue;
                        }
                    };
                    self.text.push(open);
                    let index = self.tokens.len();
                    self.push(Kind::Open, start);
                    let inner = group.stream();
                    // What only one holds need not be copied to be taken apart.
                    drop(group);
                    self.read(inner);
                    let start = self.text.len();
                    self.text.push(close);
                    self.tokens[index].close = self.tokens.len();
                    self.push(Kind::Close, start);
                    continue;
                }
            };
            self.push(kind, start);
        }
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let close = self.tokens.len();
        self.tokens.push(Token { kind, start, end: self.text.len(), close });
    }

    fn write(&mut self, token: &dyn std::fmt::Display) {
        write!(self.text, "{token}").expect("a String takes all that is written");
    }
}

/// Whether a character makes a longer operator of one.
fn joins(operator: &str, next: char) -> bool {
    matches!(
        (operator, next),
        (":", ':')
            | ("-" | "=", '>')
            | ("=" | "!" | "+" | "-" | "*" | "<", '=')
            | ("&", '&')
            | ("|", '|')
            | (".", '.')
            | ("..", '=' | '.')
    )
}
