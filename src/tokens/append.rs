//! What can stand in a `quote!`.

use proc_macro2::Literal;

use super::{Kind, Tokens, index};
use crate::model::Name;

/// A value that is tokens.
pub(crate) trait Append {
    fn append_to(&self, tokens: &mut Tokens);
}

/// A byte string's content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByteString<'b>(pub(crate) &'b [u8]);

impl Append for Tokens {
    fn append_to(&self, tokens: &mut Tokens) {
        let (text, count) = (tokens.position(), index(tokens.tokens.len()));
        tokens.text.push_str(&self.text);
        // The sums are checked here once: no token reaches further than the last one.
        let _ = (tokens.position(), index(tokens.tokens.len() + self.tokens.len()));
        tokens.tokens.extend(self.tokens.iter().map(|token| super::Token {
            kind: token.kind,
            start: token.start + text,
            end: token.end + text,
            close: token.close + count,
        }));
    }
}

impl<T: Append + ?Sized> Append for &T {
    fn append_to(&self, tokens: &mut Tokens) {
        (**self).append_to(tokens);
    }
}

/// Nothing for `None`.
impl<T: Append> Append for Option<T> {
    fn append_to(&self, tokens: &mut Tokens) {
        if let Some(value) = self {
            value.append_to(tokens);
        }
    }
}

impl Append for Name {
    fn append_to(&self, tokens: &mut Tokens) {
        tokens.push(Kind::Word, self.as_str());
    }
}

/// As a string literal.
impl Append for str {
    fn append_to(&self, tokens: &mut Tokens) {
        let plain = |byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\';
        if !self.bytes().all(plain) {
            tokens.push(Kind::Literal, &Literal::string(self).to_string());
            return;
        }
        let start = tokens.position();
        tokens.text.extend(["\"", self, "\""]);
        tokens.note(Kind::Literal, start);
    }
}

/// As a string literal.
impl Append for String {
    fn append_to(&self, tokens: &mut Tokens) {
        self.as_str().append_to(tokens);
    }
}

impl Append for ByteString<'_> {
    fn append_to(&self, tokens: &mut Tokens) {
        tokens.push(Kind::Literal, &Literal::byte_string(self.0).to_string());
    }
}

impl Append for bool {
    fn append_to(&self, tokens: &mut Tokens) {
        tokens.push(Kind::Word, if *self { "true" } else { "false" });
    }
}

/// As a literal without a suffix, its sign in front of it as a token of its own.
macro_rules! numbers {
    ($($number:ty: $digits:expr,)*) => {$(
        impl Append for $number {
            fn append_to(&self, tokens: &mut Tokens) {
                let digits: String = $digits(self);
                let unsigned = digits.strip_prefix('-');
                if unsigned.is_some() {
                    tokens.push(Kind::Operator, "-");
                }
                tokens.push(Kind::Literal, unsigned.unwrap_or(&digits));
            }
        }
    )*};
}

numbers! {
    i32: ToString::to_string,
    u32: ToString::to_string,
    usize: ToString::to_string,
    i128: ToString::to_string,
    // Only finite ones are literals.
    f32: |number: &f32| Literal::f32_unsuffixed(*number).to_string(),
    f64: |number: &f64| Literal::f64_unsuffixed(*number).to_string(),
}
