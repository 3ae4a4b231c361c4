//! `google.protobuf.Timestamp`: to and from the clock and RFC 3339.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Timestamp, rfc3339};

/// Nanoseconds in a second.
const NANOS: i32 = 1_000_000_000;

impl Timestamp {
    /// 0001-01-01T00:00:00Z, the first point in time there is.
    pub const MIN: Self = Self { seconds: -62_135_596_800, nanos: 0 };

    /// 9999-12-31T23:59:59.999999999Z, the last.
    pub const MAX: Self = Self { seconds: 253_402_300_799, nanos: NANOS - 1 };

    /// The time now, by the system's clock.
    #[must_use]
    pub fn now() -> Self {
        Self::saturating_from(SystemTime::now())
    }

    /// Whether it lies between [`MIN`](Self::MIN) and [`MAX`](Self::MAX) and its nanoseconds are
    /// less than a second. Only what a peer sent can fail to be so.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        (Self::MIN.seconds..=Self::MAX.seconds).contains(&self.seconds)
            && (0..NANOS).contains(&self.nanos)
    }

    /// The nearest timestamp there is.
    fn saturating_from(time: SystemTime) -> Self {
        let limit = if time < UNIX_EPOCH { Self::MIN } else { Self::MAX };
        Self::try_from(time).unwrap_or(limit)
    }
}

/// Why something is no [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampError {
    /// It is before the year 1 or after the year 9999, its nanoseconds are not within a second, or
    /// the system's clock can't express it.
    OutOfRange,
    /// The text is not a date and a time as RFC 3339 writes them.
    Malformed,
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        let seconds = |duration: Duration| i64::try_from(duration.as_secs());
        // Below a thousand million: it fits.
        let nanos = |duration: Duration| duration.subsec_nanos() as i32;
        let timestamp = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => seconds(after).map(|seconds| Self { seconds, nanos: nanos(after) }),
            Err(before) => {
                let before = before.duration();
                // Nanoseconds count forward, from the second before.
                seconds(before).map(|seconds| match nanos(before) {
                    0 => Self { seconds: -seconds, nanos: 0 },
                    nanos => Self { seconds: -seconds - 1, nanos: NANOS - nanos },
                })
            }
        };
        timestamp.ok().filter(Self::is_valid).ok_or(TimestampError::OutOfRange)
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampError> {
        if !timestamp.is_valid() {
            return Err(TimestampError::OutOfRange);
        }
        let seconds = Duration::from_secs(timestamp.seconds.unsigned_abs());
        let time = if timestamp.seconds < 0 {
            UNIX_EPOCH.checked_sub(seconds)
        } else {
            UNIX_EPOCH.checked_add(seconds)
        };
        let nanos = Duration::from_nanos(u64::from(timestamp.nanos.unsigned_abs()));
        time.and_then(|time| time.checked_add(nanos)).ok_or(TimestampError::OutOfRange)
    }
}

/// As RFC 3339 writes it, in UTC, with as many digits for the fraction as it takes (none, three,
/// six or nine): `1972-01-01T10:00:20.021Z`. A timestamp that is not valid shows its numbers.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_valid() {
            rfc3339::write(f, self.seconds, self.nanos)
        } else {
            write!(f, "invalid timestamp ({} s, {} ns)", self.seconds, self.nanos)
        }
    }
}

/// From a date and a time as RFC 3339 writes them, in any time zone, the letters in upper case and
/// the fraction of up to nine digits.
impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let (seconds, nanos) = rfc3339::parse(text).ok_or(TimestampError::Malformed)?;
        let timestamp = Self { seconds, nanos };
        if timestamp.is_valid() { Ok(timestamp) } else { Err(TimestampError::OutOfRange) }
    }
}

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OutOfRange => "the time is not within the years 1 to 9999",
            Self::Malformed => "the text is no time such as 1972-01-01T10:00:20.021Z",
        })
    }
}

impl std::error::Error for TimestampError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, nanos: i32) -> Timestamp {
        Timestamp { seconds, nanos }
    }

    #[test]
    fn the_clock_goes_there_and_back() {
        for timestamp in [
            at(0, 0),
            at(0, 1),
            at(-1, 0),
            at(-1, 999_999_999),
            at(1_700_000_000, 123_456_789),
            Timestamp::MIN,
            Timestamp::MAX,
        ] {
            let time = SystemTime::try_from(timestamp).unwrap();
            assert_eq!(Timestamp::try_from(time), Ok(timestamp));
        }
        let half_before = UNIX_EPOCH - Duration::from_millis(500);
        assert_eq!(Timestamp::try_from(half_before), Ok(at(-1, 500_000_000)));
    }

    #[test]
    fn what_is_out_of_range_is_refused() {
        for timestamp in [
            at(Timestamp::MIN.seconds - 1, 0),
            at(Timestamp::MAX.seconds + 1, 0),
            at(0, -1),
            at(0, NANOS),
            at(i64::MIN, i32::MIN),
        ] {
            assert!(!timestamp.is_valid());
            assert_eq!(SystemTime::try_from(timestamp), Err(TimestampError::OutOfRange));
            assert!(timestamp.to_string().starts_with("invalid timestamp"));
        }
        let too_late = UNIX_EPOCH + Duration::from_secs(253_402_300_800);
        assert_eq!(Timestamp::try_from(too_late), Err(TimestampError::OutOfRange));
        assert_eq!(Timestamp::saturating_from(too_late), Timestamp::MAX);
    }

    #[test]
    fn text_is_rfc_3339() {
        for (timestamp, text) in [
            (at(0, 0), "1970-01-01T00:00:00Z"),
            (at(63_108_020, 21_000_000), "1972-01-01T10:00:20.021Z"),
            (at(951_782_400, 1_000), "2000-02-29T00:00:00.000001Z"),
            (at(-1, 999_999_999), "1969-12-31T23:59:59.999999999Z"),
            (Timestamp::MIN, "0001-01-01T00:00:00Z"),
            (Timestamp::MAX, "9999-12-31T23:59:59.999999999Z"),
        ] {
            assert_eq!(timestamp.to_string(), text);
            assert_eq!(text.parse(), Ok(timestamp));
        }
        assert_eq!("1970-01-01T01:00:00.5+01:00".parse(), Ok(at(0, 500_000_000)));
        assert_eq!("1969-12-31T16:30:00-07:30".parse(), Ok(at(0, 0)));
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "1970-01-01",
            "1970-01-01T00:00:00",
            "1970-01-01t00:00:00Z",
            "1970-01-01T00:00:00z",
            "1970-01-01 00:00:00Z",
            "1970-1-01T00:00:00Z",
            "1970-13-01T00:00:00Z",
            "1970-00-01T00:00:00Z",
            "1970-02-29T00:00:00Z",
            "1900-02-29T00:00:00Z",
            "1970-01-01T24:00:00Z",
            "1970-01-01T00:60:00Z",
            "1970-01-01T00:00:60Z",
            "1970-01-01T00:00:00.Z",
            "1970-01-01T00:00:00.0123456789Z",
            "1970-01-01T00:00:00+1:00",
            "1970-01-01T00:00:00+24:00",
            "1970-01-01T00:00:00ZZ",
            "+970-01-01T00:00:00Z",
            "19700-01-01T00:00:00Z",
            "1970-01-01T00:00:00ü",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError::Malformed), "{text}");
        }
        for text in
            ["0000-12-31T23:59:59Z", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"]
        {
            assert_eq!(text.parse::<Timestamp>(), Err(TimestampError::OutOfRange), "{text}");
        }
    }
}
