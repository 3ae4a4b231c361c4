//! Numbers.

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
        match whole(wide) {
            Some(whole) => self.signed(whole),
            None if value.is_finite() => self.fraction(value),
            None => self.non_finite(wide),
        }
    }

    /// The shortest number that is read back as the same `double`.
    pub fn double(&mut self, value: f64) {
        match whole(value) {
            Some(whole) => self.signed(whole),
            None if value.is_finite() => self.fraction(value),
            None => self.non_finite(value),
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

    /// What is no number has a name.
    #[cold]
    fn non_finite(&mut self, value: f64) {
        self.literal(match value {
            f64::INFINITY => "\"Infinity\"",
            f64::NEG_INFINITY => "\"-Infinity\"",
            _ => "\"NaN\"",
        });
    }

    /// A finite number in its shortest form.
    fn fraction(&mut self, value: impl zmij::Float) {
        let mut buffer = zmij::Buffer::new();
        let text = buffer.format_finite(value);
        self.literal(text.strip_suffix(".0").unwrap_or(text));
    }
}

/// The whole number that the value is, if it is one that no other double is as near to. Not a
/// negative zero, which is written with its sign.
#[inline]
fn whole(value: f64) -> Option<i64> {
    /// Below this whole numbers and doubles are the same.
    const SAFE: u64 = 1 << 53;
    // Not by `fract`, which is a call of a function where the processor may be an old one.
    let whole = value as i64;
    let same = (whole as f64).to_bits() == value.to_bits();
    (same && whole.unsigned_abs() < SAFE).then_some(whole)
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
            (1e21, "1e+21"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (0.1 + 0.2, "0.30000000000000004"),
            (f64::NAN, "\"NaN\""),
            (f64::INFINITY, "\"Infinity\""),
            (f64::NEG_INFINITY, "\"-Infinity\""),
        ];
        for (value, text) in doubles {
            assert_eq!(written(|w| w.double(value)), text);
        }
        let floats = [(0.1, "0.1"), (16_777_216.0, "16777216"), (f32::MAX, "3.4028235e+38")];
        for (value, text) in floats {
            assert_eq!(written(|w| w.float(value)), text);
        }
    }

    #[test]
    fn fractions_have_as_many_digits_as_those_of_the_standard_library() {
        let digits = |text: &str| {
            let mantissa = text.split('e').next().unwrap_or_default();
            mantissa.replace(['-', '.'], "").trim_matches('0').len()
        };
        let mut bits = 1_u64;
        for _ in 0..10_000 {
            bits = bits.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            let (double, float) = (f64::from_bits(bits), f32::from_bits((bits >> 32) as u32));
            if double.is_finite() && double.fract() != 0.0 {
                let text = written(|w| w.double(double));
                assert_eq!(text.parse(), Ok(double));
                assert_eq!(digits(&text), digits(&format!("{double:?}")));
            }
            if float.is_finite() && float.fract() != 0.0 {
                let text = written(|w| w.float(float));
                assert_eq!(text.parse(), Ok(float));
                assert_eq!(digits(&text), digits(&format!("{float:?}")));
            }
        }
    }
}
