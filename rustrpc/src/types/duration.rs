//! `google.protobuf.Duration`: to and from the standard library's, and as text.

use std::fmt;
use std::str::FromStr;

use super::{Duration, rfc3339};

/// Nanoseconds in a second.
const NANOS: i32 = 1_000_000_000;

/// The most seconds in either direction, about 10,000 years.
const MOST_SECONDS: i64 = 315_576_000_000;

impl Duration {
    /// The shortest (most negative) duration there is.
    pub const MIN: Self = Self { seconds: -MOST_SECONDS, nanos: -(NANOS - 1) };

    /// The longest.
    pub const MAX: Self = Self { seconds: MOST_SECONDS, nanos: NANOS - 1 };

    /// Whether it lies between [`MIN`](Self::MIN) and [`MAX`](Self::MAX), its nanoseconds are less
    /// than a second, and both parts have the same sign. Only what a peer sent can fail to be so.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let same_sign = match self.seconds.signum() {
            1 => self.nanos >= 0,
            -1 => self.nanos <= 0,
            _ => true,
        };
        self.seconds.unsigned_abs() <= MOST_SECONDS.unsigned_abs()
            && self.nanos.unsigned_abs() < NANOS.unsigned_abs()
            && same_sign
    }

    /// Whether it goes backwards.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.seconds < 0 || self.nanos < 0
    }
}

/// Why something is no duration of the type that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DurationError {
    /// It is longer than about 10,000 years, or its parts are not what they may be.
    OutOfRange,
    /// It is negative, which the standard library's durations can't be.
    Negative,
    /// The text is no number of seconds such as `1.5s`.
    Malformed,
}

impl TryFrom<std::time::Duration> for Duration {
    type Error = DurationError;

    fn try_from(duration: std::time::Duration) -> Result<Self, DurationError> {
        let seconds = i64::try_from(duration.as_secs()).map_err(|_| DurationError::OutOfRange)?;
        // Below a thousand million: it fits.
        let converted = Self { seconds, nanos: duration.subsec_nanos() as i32 };
        if converted.is_valid() { Ok(converted) } else { Err(DurationError::OutOfRange) }
    }
}

impl TryFrom<Duration> for std::time::Duration {
    type Error = DurationError;

    fn try_from(duration: Duration) -> Result<Self, DurationError> {
        if !duration.is_valid() {
            return Err(DurationError::OutOfRange);
        }
        if duration.is_negative() {
            return Err(DurationError::Negative);
        }
        Ok(Self::new(duration.seconds.unsigned_abs(), duration.nanos.unsigned_abs()))
    }
}

/// In seconds, with as many digits for the fraction as it takes (none, three, six or nine):
/// `-1.500s`. A duration that is not valid shows its numbers.
impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_valid() {
            return write!(f, "invalid duration ({} s, {} ns)", self.seconds, self.nanos);
        }
        if self.is_negative() {
            f.write_str("-")?;
        }
        write!(f, "{}", self.seconds.unsigned_abs())?;
        rfc3339::write_fraction(f, self.nanos.abs())?;
        f.write_str("s")
    }
}

/// From a number of seconds with up to nine digits for the fraction and an `s` behind it.
impl FromStr for Duration {
    type Err = DurationError;

    fn from_str(text: &str) -> Result<Self, DurationError> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, text),
        };
        let length = digits.bytes().take_while(u8::is_ascii_digit).count();
        let (whole, mut rest) = digits.split_at(length);
        let nanos = rfc3339::fraction(&mut rest).ok_or(DurationError::Malformed)?;
        if whole.is_empty() || rest != "s" {
            return Err(DurationError::Malformed);
        }
        let seconds: i64 = whole.parse().map_err(|_| DurationError::OutOfRange)?;
        let duration = Self { seconds: i64::from(sign) * seconds, nanos: sign * nanos };
        if duration.is_valid() { Ok(duration) } else { Err(DurationError::OutOfRange) }
    }
}

impl fmt::Display for DurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfRange => "the duration is longer than 315,576,000,000 s or malformed",
            Self::Negative => "the duration is negative",
            Self::Malformed => "the text is no duration such as 1.5s",
        })
    }
}

impl std::error::Error for DurationError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(seconds: i64, nanos: i32) -> Duration {
        Duration { seconds, nanos }
    }

    #[test]
    fn the_standard_librarys_go_there_and_back() {
        for duration in [of(0, 0), of(0, 1), of(1, 999_999_999), Duration::MAX] {
            let std = std::time::Duration::try_from(duration).unwrap();
            assert_eq!(Duration::try_from(std), Ok(duration));
        }
        let too_long = std::time::Duration::from_secs(u64::MAX);
        assert_eq!(Duration::try_from(too_long), Err(DurationError::OutOfRange));
    }

    #[test]
    fn negative_and_invalid_ones_are_told_apart() {
        let std = |duration| std::time::Duration::try_from(duration);
        assert_eq!(std(of(0, -1)), Err(DurationError::Negative));
        assert_eq!(std(Duration::MIN), Err(DurationError::Negative));
        for duration in [of(1, -1), of(-1, 1), of(0, NANOS), of(i64::MIN, 0), of(0, i32::MIN)] {
            assert_eq!(std(duration), Err(DurationError::OutOfRange));
            assert!(duration.to_string().starts_with("invalid duration"));
        }
    }

    #[test]
    fn text_is_seconds() {
        for (duration, text) in [
            (of(0, 0), "0s"),
            (of(1, 500_000_000), "1.500s"),
            (of(0, -1_000), "-0.000001s"),
            (of(-3, -1), "-3.000000001s"),
            (Duration::MAX, "315576000000.999999999s"),
        ] {
            assert_eq!(duration.to_string(), text);
            assert_eq!(text.parse(), Ok(duration));
        }
        assert_eq!("1.5s".parse(), Ok(of(1, 500_000_000)));
        for text in ["", "s", "1", "1.s", ".5s", "1.0123456789s", "+1s", "--1s", "1 s", "1e3s"] {
            assert_eq!(text.parse::<Duration>(), Err(DurationError::Malformed), "{text}");
        }
        for text in ["315576000001s", "-315576000001s", "99999999999999999999s"] {
            assert_eq!(text.parse::<Duration>(), Err(DurationError::OutOfRange), "{text}");
        }
    }
}
