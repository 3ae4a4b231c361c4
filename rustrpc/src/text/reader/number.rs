//! Numbers: decimal, octal and hexadecimal, with or without a fraction.

use std::ops::Neg;
use std::str::FromStr;

use super::{TextError, TextReader, is_letter, shown};

/// A number without its sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number<'a> {
    /// A whole number: its digits to that base.
    Whole { base: u32, digits: &'a str },
    /// A number with a fraction, an exponent or the suffix `f`, which is left out.
    Float(&'a str),
}

impl<'a> TextReader<'a> {
    /// A whole number from `least` to `most`. Types without a sign take no `-0` either.
    pub(crate) fn integer(
        &mut self,
        kind: &str,
        least: i128,
        most: i128,
    ) -> Result<i128, TextError> {
        self.peek();
        let start = self.at;
        let negative = self.takes(b'-');
        let number = self.number(kind)?;
        let Number::Whole { base, digits } = number else {
            let text = shown(self.text.get(start..self.at).unwrap_or_default());
            let problem = format!("{kind} takes whole numbers only, not {text}");
            return Err(self.error_at(start, problem));
        };
        let value = match u64::from_str_radix(digits, base) {
            Ok(magnitude) if negative => Some(-i128::from(magnitude)),
            Ok(magnitude) => Some(i128::from(magnitude)),
            Err(_) => None,
        };
        let signed = !negative || least < 0;
        value.filter(|value| signed && (least..=most).contains(value)).ok_or_else(|| {
            let text = shown(self.text.get(start..self.at).unwrap_or_default());
            let problem = format!("{text} is out of range for {kind}: {least} to {most}");
            self.error_at(start, problem)
        })
    }

    /// A decimal number, or the name of what is none. What is too large is infinite.
    pub(crate) fn float<F>(&mut self, kind: &str) -> Result<F, TextError>
    where
        F: FromStr + From<f32> + Neg<Output = F>,
    {
        self.peek();
        let start = self.at;
        let negative = self.takes(b'-');
        let at = self.at;
        let magnitude = match self.word().map(str::to_ascii_lowercase).as_deref() {
            Some("inf" | "infinity") => Some(F::from(f32::INFINITY)),
            Some("nan") => Some(F::from(f32::NAN)),
            Some(_) => {
                self.at = at;
                return Err(self.unexpected(&format!("a number, inf or nan for {kind}")));
            }
            None => match self.number(kind)? {
                Number::Float(text) | Number::Whole { base: 10, digits: text } => text.parse().ok(),
                Number::Whole { .. } => None,
            },
        };
        match magnitude {
            Some(magnitude) if negative => Ok(-magnitude),
            Some(magnitude) => Ok(magnitude),
            None => {
                let text = shown(self.text.get(start..self.at).unwrap_or_default());
                let problem = format!("{kind} takes decimal numbers only, not {text}");
                Err(self.error_at(start, problem))
            }
        }
    }

    /// Takes a number without a sign, for a value of that kind; without a kind, there may be other
    /// values as well.
    pub(super) fn number(&mut self, kind: &str) -> Result<Number<'a>, TextError> {
        self.peek();
        let (start, rest) = (self.at, self.rest());
        let digits = |from: usize, is_digit: fn(&u8) -> bool| {
            let rest = rest.get(from..).unwrap_or_default();
            rest.iter().position(|byte| !is_digit(byte)).unwrap_or(rest.len())
        };
        let decimal = |from| digits(from, u8::is_ascii_digit);
        let text = |from, to| self.text.get(start + from..start + to).unwrap_or_default();
        let (number, length) = match rest {
            [b'0', b'x' | b'X', ..] => {
                let end = 2 + digits(2, u8::is_ascii_hexdigit);
                (Number::Whole { base: 16, digits: text(2, end) }, end)
            }
            [b'0', b'0'..=b'9', ..] => {
                let end = 1 + digits(1, |byte| matches!(byte, b'0'..=b'7'));
                (Number::Whole { base: 8, digits: text(1, end) }, end)
            }
            [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..] => {
                let whole = decimal(0);
                let mut end = whole;
                if rest.get(end) == Some(&b'.') {
                    end += 1 + decimal(end + 1);
                }
                if let Some(b'e' | b'E') = rest.get(end) {
                    let sign = usize::from(matches!(rest.get(end + 1), Some(b'+' | b'-')));
                    let count = decimal(end + 1 + sign);
                    end += if count == 0 { 0 } else { 1 + sign + count };
                }
                let suffix = usize::from(matches!(rest.get(end), Some(b'f' | b'F')));
                if end + suffix == whole {
                    (Number::Whole { base: 10, digits: text(0, end) }, end)
                } else {
                    (Number::Float(text(0, end)), end + suffix)
                }
            }
            _ if kind.is_empty() => return Err(self.unexpected("a value")),
            _ => return Err(self.unexpected(&format!("a number for {kind}"))),
        };
        // Whatever could belong to the number and does not makes it none: `0x`, `09`, `1e`, `10bar`.
        let misfit = |byte: &u8| is_letter(*byte) || byte.is_ascii_digit() || *byte == b'.';
        let is_empty = matches!(number, Number::Whole { digits: "", .. });
        if is_empty || rest.get(length).is_some_and(misfit) {
            let end = length + digits(length, |byte| is_letter(*byte) || byte.is_ascii_digit());
            let end = if end == length && !is_empty { length + 1 } else { end };
            let problem = format!("`{}` is no number", shown(text(0, end)));
            return Err(self.error(problem));
        }
        self.at += length;
        Ok(number)
    }
}
