//! Numbers, bare or as strings.

use std::str::FromStr;

use super::{JsonError, JsonReader, shown};

/// An integer type of protobuf.
pub trait Integer: Sized {
    /// The smallest and the largest value, for errors.
    const RANGE: &'static str;

    /// The number, if it is in range.
    fn of(negative: bool, magnitude: u64) -> Option<Self>;
}

macro_rules! integers {
    ($($integer:ty: $range:literal;)*) => {
        $(impl Integer for $integer {
            const RANGE: &'static str = $range;

            #[inline]
            fn of(negative: bool, magnitude: u64) -> Option<Self> {
                let value = i128::from(magnitude);
                Self::try_from(if negative { -value } else { value }).ok()
            }
        })*
    };
}

integers! {
    i32: "-2147483648 to 2147483647";
    i64: "-9223372036854775808 to 9223372036854775807";
    u32: "0 to 4294967295";
    u64: "0 to 18446744073709551615";
}

/// A floating-point type of protobuf.
pub trait Float: FromStr {
    const NAN: Self;
    const INFINITY: Self;
    const NEG_INFINITY: Self;

    fn is_infinite(&self) -> bool;
}

macro_rules! floats {
    ($($float:ident)*) => {
        $(impl Float for $float {
            const NAN: Self = $float::NAN;
            const INFINITY: Self = $float::INFINITY;
            const NEG_INFINITY: Self = $float::NEG_INFINITY;

            fn is_infinite(&self) -> bool {
                $float::is_infinite(*self)
            }
        })*
    };
}

floats!(f32 f64);

impl<'a> JsonReader<'a> {
    /// A whole number, bare or in quotes, with an exponent or a fraction of zeros if need be.
    #[inline]
    pub fn integer<I: Integer>(&mut self, kind: &str) -> Result<I, JsonError> {
        let quoted = self.peek() == Some(b'"');
        let rest = self.rest();
        let (negative, digits) = match rest.get(usize::from(quoted)..) {
            Some([b'-', digits @ ..]) => (true, digits),
            Some(digits) => (false, digits),
            None => (false, rest),
        };
        let mut magnitude = 0_u64;
        let mut count = 0;
        while let Some(digit @ b'0'..=b'9') = digits.get(count) {
            magnitude = magnitude.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
            count += 1;
        }
        // Up to 19 digits can't have overflowed. Everything unusual goes the long way.
        let canonical = matches!((count, digits.first()), (1, _) | (2..=19, Some(b'1'..=b'9')));
        let ended = match digits.get(count) {
            Some(b'"') => quoted,
            Some(b'.' | b'e' | b'E') => false,
            _ => !quoted,
        };
        if canonical
            && ended
            && let Some(value) = I::of(negative, magnitude)
        {
            self.at += count + usize::from(negative) + 2 * usize::from(quoted);
            return Ok(value);
        }
        self.unusual_integer(kind)
    }

    #[cold]
    fn unusual_integer<I: Integer>(&mut self, kind: &str) -> Result<I, JsonError> {
        let start = self.at;
        let text = match self.peek() {
            Some(b'"') => self.string()?,
            Some(b'-' | b'0'..=b'9') => self.number()?.into(),
            _ => return Err(self.unexpected(&format!("a number for {kind}"))),
        };
        let misfit = match parts(&text) {
            Ok((negative, magnitude)) => match I::of(negative, magnitude) {
                Some(value) => return Ok(value),
                None => Misfit::Range,
            },
            Err(misfit) => misfit,
        };
        let text = shown(&text);
        let problem = match misfit {
            Misfit::NoNumber => format!("expected a number for {kind}, found \"{text}\""),
            Misfit::Fraction => format!("{kind} takes whole numbers only, not {text}"),
            Misfit::Range => format!("{text} is out of range for {kind}: {}", I::RANGE),
        };
        Err(self.error_at(start, problem))
    }

    /// A number, bare or in quotes, or the name of what is none.
    pub fn float<F: Float>(&mut self, kind: &str) -> Result<F, JsonError> {
        let start = match self.peek() {
            Some(b'"') => {
                let start = self.at;
                let text = self.string()?;
                match &*text {
                    "NaN" => return Ok(F::NAN),
                    "Infinity" => return Ok(F::INFINITY),
                    "-Infinity" => return Ok(F::NEG_INFINITY),
                    text if number_length(text.as_bytes()) != Some(text.len()) => {
                        let text = shown(text);
                        let problem = format!(
                            "expected a number, \"NaN\", \"Infinity\" or \"-Infinity\" \
                             for {kind}, found \"{text}\""
                        );
                        return Err(self.error_at(start, problem));
                    }
                    text => return self.finite(text, start, kind),
                }
            }
            Some(b'-' | b'0'..=b'9') => self.at,
            _ => return Err(self.unexpected(&format!("a number for {kind}"))),
        };
        let text = self.number()?;
        self.finite(text, start, kind)
    }

    fn finite<F: Float>(&self, text: &str, start: usize, kind: &str) -> Result<F, JsonError> {
        match text.parse::<F>() {
            Ok(value) if !value.is_infinite() => Ok(value),
            _ => {
                let problem = format!("{} is out of range for {kind}", shown(text));
                Err(self.error_at(start, problem))
            }
        }
    }

    /// The text of a bare number.
    pub(super) fn number(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        let Some(length) = number_length(self.rest()) else {
            return Err(self.error("a number needs digits before and after its point and its `e`"));
        };
        self.at += length;
        if let Some(b'0'..=b'9') = self.rest().first() {
            return Err(self.error_at(start, "a number may not begin with a zero"));
        }
        Ok(self.text.get(start..self.at).expect("a number is ASCII"))
    }
}

/// The whole number that is all of `text`.
pub(in crate::json) fn integer_of<I: Integer>(text: &str) -> Option<I> {
    let (negative, magnitude) = parts(text).ok()?;
    I::of(negative, magnitude)
}

/// Why text is not a whole number.
#[derive(Debug, PartialEq, Eq)]
enum Misfit {
    NoNumber,
    Fraction,
    Range,
}

/// The sign and the magnitude of a whole number, exactly, whatever its exponent.
fn parts(text: &str) -> Result<(bool, u64), Misfit> {
    if number_length(text.as_bytes()) != Some(text.len()) {
        return Err(Misfit::NoNumber);
    }
    let (negative, text) = match text.strip_prefix('-') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        // An exponent beyond 32 bits is as good as the largest there is.
        Some((mantissa, exponent)) => (
            mantissa,
            exponent.parse().unwrap_or(if exponent.starts_with('-') { i32::MIN } else { i32::MAX }),
        ),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(fraction.bytes()).map(|digit| digit - b'0');
    let significant = match digits().rev().position(|digit| digit != 0) {
        None => return Ok((negative, 0)),
        Some(zeros) => whole.len() + fraction.len() - zeros,
    };
    // The point stands behind so many digits.
    let point = i64::from(exponent) + whole.len() as i64;
    if point < significant as i64 {
        return Err(Misfit::Fraction);
    }
    let mut magnitude = 0_u64;
    let mut zeros = point - significant as i64;
    for digit in digits().take(significant) {
        magnitude = shifted(magnitude, digit)?;
    }
    while zeros > 0 {
        // At most twenty rounds: the magnitude is not 0.
        magnitude = shifted(magnitude, 0)?;
        zeros -= 1;
    }
    Ok((negative, magnitude))
}

fn shifted(magnitude: u64, digit: u8) -> Result<u64, Misfit> {
    magnitude
        .checked_mul(10)
        .and_then(|magnitude| magnitude.checked_add(u64::from(digit)))
        .ok_or(Misfit::Range)
}

/// How long the number at the beginning of `text` is by JSON's grammar.
#[inline]
fn number_length(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| {
        let rest = text.get(from..).unwrap_or_default();
        rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len())
    };
    let mut at = usize::from(text.first() == Some(&b'-'));
    at += match text.get(at) {
        Some(b'0') => 1,
        Some(b'1'..=b'9') => digits(at),
        _ => return None,
    };
    if text.get(at) == Some(&b'.') {
        let count = digits(at + 1);
        at += 1 + Some(count).filter(|count| *count > 0)?;
    }
    if let Some(b'e' | b'E') = text.get(at) {
        at += 1 + usize::from(matches!(text.get(at + 1), Some(b'+' | b'-')));
        let count = digits(at);
        at += Some(count).filter(|count| *count > 0)?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_exact_whatever_their_form() {
        let values = [
            ("0", 0),
            ("-0", 0),
            ("0e99999999999", 0),
            ("1e5", 100_000),
            ("1.5e1", 15),
            ("100e-2", 1),
            ("120000.000", 120_000),
            ("9007199254740993", 9_007_199_254_740_993),
            ("9.223372036854775807e18", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ];
        for (text, value) in values {
            assert_eq!(integer_of::<i64>(text), Some(value), "{text}");
        }
        assert_eq!(integer_of::<u64>("18446744073709551615"), Some(u64::MAX));
    }

    #[test]
    fn what_is_no_whole_number_is_told_apart() {
        for text in ["", "-", "+1", "01", "1.", ".5", "1e", "0x1", " 1", "1 ", "Infinity", "1e5.0"]
        {
            assert_eq!(parts(text), Err(Misfit::NoNumber), "{text}");
        }
        for text in ["0.5", "1e-1", "15e-1", "1e-99999999999", "1.0000000000000000000000001"] {
            assert_eq!(parts(text), Err(Misfit::Fraction), "{text}");
        }
        for text in ["18446744073709551616", "1e20", "1e999999999", "99999999999999999999999"] {
            assert_eq!(parts(text), Err(Misfit::Range), "{text}");
        }
        assert_eq!(integer_of::<u32>("-1"), None);
        assert_eq!(integer_of::<i32>("2147483648"), None);
    }
}
