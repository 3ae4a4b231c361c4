//! Tokens of Rust as text with marks: what `emit` makes and `format` prints.
//!
//! A token is a few numbers and some characters in the text of all of them, and putting tokens
//! behind others copies two runs of memory. With `proc_macro2`, each token is an allocation or
//! two, which was a third of all that the generator did.

mod append;
mod quotation;
mod source;

pub(crate) use append::{Append, ByteString};
pub(crate) use quotation::{quote, quote_pair};

/// Parts the lines of documentation inside of one token. Comments hold no control characters.
pub(crate) const DOC_LINE_END: char = '\u{1f}';

/// A token by its kind and its place in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    start: u32,
    end: u32,
    close: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A name, or a keyword that stands where a name could, such as `self`.
    Word,
    /// A keyword that has a space behind it.
    Keyword,
    Literal,
    Lifetime,
    Operator,
    Open,
    Close,
    /// Documentation of what follows: its lines without `///`, parted by [`DOC_LINE_END`].
    Documentation,
}

/// A run of tokens, brackets flattened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tokens {
    text: String,
    tokens: Vec<Token>,
}

/// Which tokens have a space behind them though they look like names; sorted.
const KEYWORDS: &[&str] = &[
    "as", "async", "const", "dyn", "else", "enum", "fn", "for", "if", "impl", "in", "let", "match",
    "mod", "move", "mut", "pub", "ref", "return", "static", "struct", "trait", "type", "unsafe",
    "use", "where", "while",
];

impl Token {
    /// Of an opening bracket: the index of the closing one. Of others: their own.
    pub(crate) fn close(self) -> usize {
        self.close as usize
    }
}

impl Kind {
    /// The kind of a token that is no bracket and no documentation, by its spelling.
    pub(crate) const fn of(token: &str) -> Self {
        match token.as_bytes() {
            [b'\'', _] => Self::Lifetime,
            [b'\'', middle @ .., last] if *last != b'\'' && !middle.is_empty() => Self::Lifetime,
            [b'b' | b'c', b'"', ..] | [b'b', b'\'', ..] | [b'"' | b'\'' | b'0'..=b'9', ..] => {
                Self::Literal
            }
            [b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.., ..] => {
                if is_keyword(token) {
                    Self::Keyword
                } else {
                    Self::Word
                }
            }
            _ => Self::Operator,
        }
    }
}

/// Whether the token is one of [`KEYWORDS`].
const fn is_keyword(token: &str) -> bool {
    let mut index = 0;
    while index < KEYWORDS.len() {
        if is_same(KEYWORDS[index].as_bytes(), token.as_bytes()) {
            return true;
        }
        index += 1;
    }
    false
}

/// `a == b`, which constants cannot say.
const fn is_same(mut a: &[u8], mut b: &[u8]) -> bool {
    while let ([first_a, rest_a @ ..], [first_b, rest_b @ ..]) = (a, b) {
        if *first_a != *first_b {
            return false;
        }
        (a, b) = (rest_a, rest_b);
    }
    a.is_empty() && b.is_empty()
}

impl Tokens {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With room for what so much source makes, and some values in it.
    pub(crate) fn with_room_for(source: &str) -> Self {
        let length = source.len();
        Self { text: String::with_capacity(length * 2), tokens: Vec::with_capacity(length / 2 + 4) }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// How long the text of all tokens is, without a space between them.
    pub(crate) fn text_len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn at(&self, index: usize) -> Token {
        self.tokens[index]
    }

    pub(crate) fn text(&self, index: usize) -> &str {
        let token = self.tokens[index];
        &self.text[token.start as usize..token.end as usize]
    }

    /// Whether there is such a token, which is no literal and no documentation.
    pub(crate) fn is(&self, index: usize, text: &str) -> bool {
        self.tokens.get(index).is_some_and(|token| {
            !matches!(token.kind, Kind::Literal | Kind::Documentation)
                && self.text[token.start as usize..token.end as usize] == *text
        })
    }

    /// A token that is no bracket.
    pub(crate) fn push(&mut self, kind: Kind, token: &str) {
        let start = self.position();
        self.text.push_str(token);
        self.note(kind, start);
    }

    /// What a value stands for, behind what is there.
    pub(crate) fn add(&mut self, value: impl Append) {
        value.append_to(self);
    }

    /// A word that was not known when the program was built.
    pub(crate) fn word(word: &str) -> Self {
        let mut tokens = Self { text: String::new(), tokens: Vec::with_capacity(1) };
        tokens.push(Kind::Word, word);
        tokens
    }

    /// An opening bracket; what it gives is for [`Tokens::close`].
    pub(crate) fn open(&mut self, bracket: &str) -> usize {
        self.push(Kind::Open, bracket);
        self.tokens.len() - 1
    }

    /// The bracket that closes the one at `open`.
    pub(crate) fn close(&mut self, open: usize, bracket: &str) {
        self.tokens[open].close = index(self.tokens.len());
        self.push(Kind::Close, bracket);
    }

    /// The items, each followed by `separator`, but for the last one.
    pub(crate) fn joined<T: Append>(items: impl IntoIterator<Item = T>, separator: &str) -> Self {
        let mut tokens = Self::new();
        for item in items {
            if !tokens.is_empty() {
                tokens.push(Kind::Operator, separator);
            }
            item.append_to(&mut tokens);
        }
        tokens
    }

    /// The marks on a token whose text begins at `start` and has just been written.
    fn note(&mut self, kind: Kind, start: u32) {
        let close = index(self.tokens.len());
        self.tokens.push(Token { kind, start, end: self.position(), close });
    }

    fn position(&self) -> u32 {
        index(self.text.len())
    }
}

impl FromIterator<Tokens> for Tokens {
    fn from_iter<I: IntoIterator<Item = Tokens>>(all: I) -> Self {
        let mut all = all.into_iter();
        let mut tokens = all.next().unwrap_or_default();
        all.for_each(|more| tokens.add(more));
        tokens
    }
}

/// A place in tokens or in their text. Tokens are made one item of a file after another, and
/// protobuf has no file of four gigabytes.
fn index(place: usize) -> u32 {
    u32::try_from(place).expect("an item has less than four gigabytes")
}
