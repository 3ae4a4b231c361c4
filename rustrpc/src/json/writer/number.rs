//! Numbers.

use std::io::Write as _;

use super::JsonWriter;

/// `00` to `99`, one after the other.
const PAIRS: &[u8; 200] = b"00010203040506070809\
    10111213141516171819\
    20212223242526272829\
    30313233343536373839\
    40414243444546474849\
    50515253545556575859\
    60616263646566676869\
    70717273747576777879\
    80818283848586878889\
    90919293949596979899";

/// Of 64 bits: twenty digits, or nineteen and a sign.
const MOST_DIGITS: usize = 20;

impl JsonWriter {
    /// A number.
    #[inline]
    pub fn int32(&mut self, value: i32) {
        self.signed(value.into());
    }

    /// A number.
    #[inline]
    pub fn uint32(&mut self, value: u32) {
        self.unsigned(value.into());
    }

    /// A number as a string, since other programs' numbers have 53 bits.
    #[inline]
    pub fn int64(&mut self, value: i64) {
        self.quoted(value < 0, value.unsigned_abs());
    }

    /// A number as a string.
    #[inline]
    pub fn uint64(&mut self, value: u64) {
        self.quoted(false, value);
    }

    /// The shortest number that is read back as the same `float`.
    pub fn float(&mut self, value: f32) {
        let wide = f64::from(value);
        if wide.fract() == 0.0 && wide.abs() < SAFE && !is_negative_zero(wide) {
            self.signed(wide as i64);
        } else if !self.non_finite(wide) {
            self.fraction(format_args!("{value:?}"));
        }
    }

    /// The shortest number that is read back as the same `double`.
    pub fn double(&mut self, value: f64) {
        if value.fract() == 0.0 && value.abs() < SAFE && !is_negative_zero(value) {
            self.signed(value as i64);
        } else if !self.short_decimal(value) && !self.non_finite(value) {
            self.fraction(format_args!("{value:?}"));
        }
    }

    /// The digits of a number.
    #[inline]
    pub(in crate::json) fn signed(&mut self, value: i64) {
        // What is left in front of the digits is the sign.
        let mut buffer = [b'-'; MOST_DIGITS + 1];
        let start = digits_of(value.unsigned_abs(), &mut buffer) - usize::from(value < 0);
        self.text.extend_from_slice(&buffer[start..]);
    }

    #[inline]
    fn quoted(&mut self, negative: bool, magnitude: u64) {
        // What is left on both sides of the digits are the quotes.
        let mut buffer = [b'"'; MOST_DIGITS + 3];
        let mut start = digits_of(magnitude, &mut buffer[..MOST_DIGITS + 2]);
        if negative {
            start -= 1;
            buffer[start] = b'-';
        }
        self.text.extend_from_slice(&buffer[start - 1..]);
    }

    /// The digits of a number.
    #[inline]
    pub(in crate::json) fn unsigned(&mut self, value: u64) {
        if value < 10 {
            // Less than 10, so one digit.
            return self.text.push(b'0' + value as u8);
        }
        let mut digits = [0; MOST_DIGITS];
        let start = digits_of(value, &mut digits);
        self.text.extend_from_slice(&digits[start..]);
    }

    /// A number with few decimals, such as a price, which is told without long arithmetic: a
    /// decimal of up to 15 digits is the nearest one to just one `double`, and the quotient of two
    /// whole numbers below 2^53 is rounded correctly, so that comparing them is proof.
    fn short_decimal(&mut self, value: f64) -> bool {
        let magnitude = value.abs();
        if !(1e-3..1e9).contains(&magnitude) {
            return false;
        }
        let mut scale = 1.0;
        for decimals in 1..=5 {
            scale *= 10.0;
            let scaled = (magnitude * scale).round();
            if scaled / scale == magnitude {
                if value < 0.0 {
                    self.text.push(b'-');
                }
                let (scaled, scale) = (scaled as u64, scale as u64);
                self.unsigned(scaled / scale);
                let mut digits = [b'0'; MOST_DIGITS];
                digits_of(scaled % scale, &mut digits);
                let start = MOST_DIGITS - decimals;
                self.text.push(b'.');
                self.text.extend_from_slice(&digits[start..]);
                return true;
            }
        }
        false
    }

    /// What is no number has a name.
    fn non_finite(&mut self, value: f64) -> bool {
        if value.is_finite() {
            return false;
        }
        self.literal(match value {
            f64::INFINITY => "\"Infinity\"",
            f64::NEG_INFINITY => "\"-Infinity\"",
            _ => "\"NaN\"",
        });
        true
    }

    /// A finite number as `Debug` shows it, which is the shortest form and JSON as well.
    fn fraction(&mut self, shown: std::fmt::Arguments<'_>) {
        let start = self.text.len();
        self.text.write_fmt(shown).expect("a Vec takes all that is written");
        if self.text[start..].ends_with(b".0") {
            self.text.truncate(self.text.len() - 2);
        }
    }
}

/// Below this whole numbers and doubles are the same.
const SAFE: f64 = (1_u64 << 53) as f64;

fn is_negative_zero(value: f64) -> bool {
    value.to_bits() == (-0.0_f64).to_bits()
}

/// Puts the decimal digits at the end of `digits`; where they start.
#[inline]
fn digits_of(mut value: u64, digits: &mut [u8]) -> usize {
    let mut start = digits.len();
    while value >= 100 {
        let pair = (value % 100) as usize * 2;
        value /= 100;
        start -= 2;
        digits[start..start + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    }
    if value >= 10 {
        let pair = value as usize * 2;
        start -= 2;
        digits[start..start + 2].copy_from_slice(&PAIRS[pair..pair + 2]);
    } else {
        start -= 1;
        digits[start] = b'0' + value as u8;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Printer;

    fn written(write: impl FnOnce(&mut JsonWriter)) -> String {
        let mut writer = JsonWriter::new(Printer::new(), Vec::new());
        write(&mut writer);
        String::from_utf8(writer.finish("").expect("numbers can be written")).expect("ASCII")
    }

    #[test]
    fn whole_numbers_at_their_limits() {
        assert_eq!(written(|w| w.int32(i32::MIN)), "-2147483648");
        assert_eq!(written(|w| w.int32(7)), "7");
        assert_eq!(written(|w| w.int64(i64::MIN)), "\"-9223372036854775808\"");
        assert_eq!(written(|w| w.uint64(u64::MAX)), "\"18446744073709551615\"");
        for power in 0..19 {
            let number = 10_i64.pow(power);
            assert_eq!(written(|w| w.signed(number)), number.to_string());
            assert_eq!(written(|w| w.signed(number - 1)), (number - 1).to_string());
        }
    }

    #[test]
    fn fractions_are_the_shortest_that_read_back() {
        let doubles = [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.5, "1.5"),
            (-19.99, "-19.99"),
            (0.001, "0.001"),
            (100.05, "100.05"),
            (3.0e-7, "3e-7"),
            (1e21, "1e21"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (f64::MAX, "1.7976931348623157e308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NAN, "\"NaN\""),
            (f64::INFINITY, "\"Infinity\""),
            (f64::NEG_INFINITY, "\"-Infinity\""),
        ];
        for (value, text) in doubles {
            assert_eq!(written(|w| w.double(value)), text);
        }
        let floats = [(0.1, "0.1"), (16_777_216.0, "16777216"), (f32::MAX, "3.4028235e38")];
        for (value, text) in floats {
            assert_eq!(written(|w| w.float(value)), text);
        }
    }

    #[test]
    fn short_decimals_agree_with_the_general_way() {
        for whole in [0_u64, 1, 7, 999, 123_456_789] {
            for thousandth in 1..1000_u32 {
                let value = whole as f64 + f64::from(thousandth) / 1000.0;
                let text = written(|w| w.double(value));
                assert_eq!(text, format!("{value:?}").trim_end_matches(".0"));
            }
        }
    }
}
