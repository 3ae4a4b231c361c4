//! Deadlines, and the field that tells them: `grpc-timeout` (gRPC's `PROTOCOL-HTTP2.md`), at most
//! eight digits and a unit.

use std::time::{Duration, Instant};

const MAX_DIGITS: usize = 8;
const MAX_VALUE: u64 = 99_999_999;

/// The duration of a received `grpc-timeout`; `None` when it is malformed.
pub(crate) fn parse_timeout(text: &[u8]) -> Option<Duration> {
    let (unit, digits) = text.split_last()?;
    if digits.is_empty() || digits.len() > MAX_DIGITS || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0'));
    Some(match unit {
        b'H' => Duration::from_secs(value * 3600),
        b'M' => Duration::from_secs(value * 60),
        b'S' => Duration::from_secs(value),
        b'm' => Duration::from_millis(value),
        b'u' => Duration::from_micros(value),
        b'n' => Duration::from_nanos(value),
        _ => return None,
    })
}

/// When a call must be complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline {
    pub(crate) at: Instant,
    /// How long the caller gave it, if it began with that.
    said: Option<Duration>,
}

impl Deadline {
    pub(crate) fn at(at: Instant) -> Self {
        Self { at, said: None }
    }

    /// So long after `now`; none if that is beyond what the clock can say.
    pub(crate) fn after(now: Instant, timeout: Duration) -> Option<Self> {
        Some(Self { at: now.checked_add(timeout)?, said: Some(timeout) })
    }

    /// What the server is told at `now`.
    ///
    /// What is left differs from call to call, if only by microseconds, and would make the fields of
    /// each request new ones to both sides. So it is what the caller said as long as a hundredth of
    /// that has not passed: the server then gives up a little later than the client, which is the one
    /// to tell. What comes from a point in time is not rounded.
    pub(crate) fn timeout(&self, now: Instant) -> Timeout {
        let left = self.at.saturating_duration_since(now);
        match self.said {
            Some(said) if said - left.min(said) <= said / 100 => Timeout::Said(said),
            _ => Timeout::Left(left),
        }
    }
}

/// A time-out as the server is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timeout {
    /// In the caller's words, which other calls are likely to share.
    Said(Duration),
    /// What is left, which is hardly ever the same.
    Left(Duration),
}

/// The text of a duration for `grpc-timeout`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TimeoutText {
    /// Digits and unit, at the end.
    bytes: [u8; MAX_DIGITS + 1],
    start: usize,
}

impl TimeoutText {
    /// In the finest unit whose number has at most eight digits. It is rounded up, so that the peer
    /// does not give up before this side does; only what is beyond 584 years is cut to that.
    pub(crate) fn new(timeout: Duration) -> Self {
        const HOUR: u64 = 3_600_000_000_000;
        let nanos = u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX);
        let finer = [
            (1, b'n'),
            (1_000, b'u'),
            (1_000_000, b'm'),
            (1_000_000_000, b'S'),
            (60_000_000_000, b'M'),
        ];
        let fits = |(length, _): &(u64, u8)| nanos <= MAX_VALUE * length;
        let (length, unit) = finer.into_iter().find(fits).unwrap_or((HOUR, b'H'));
        let mut value = nanos.div_ceil(length);
        let mut text = Self { bytes: [unit; MAX_DIGITS + 1], start: MAX_DIGITS };
        loop {
            text.start -= 1;
            text.bytes[text.start] = b'0' + (value % 10) as u8;
            value /= 10;
            if value == 0 {
                return text;
            }
        }
    }
}

impl AsRef<[u8]> for TimeoutText {
    fn as_ref(&self) -> &[u8] {
        &self.bytes[self.start..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read() {
        let table = [
            ("1H", Duration::from_secs(3600)),
            ("2M", Duration::from_secs(120)),
            ("3S", Duration::from_secs(3)),
            ("4m", Duration::from_millis(4)),
            ("5u", Duration::from_micros(5)),
            ("6n", Duration::from_nanos(6)),
            ("0n", Duration::ZERO),
            ("99999999H", Duration::from_secs(99_999_999 * 3600)),
        ];
        for (text, timeout) in table {
            assert_eq!(parse_timeout(text.as_bytes()), Some(timeout), "{text}");
        }
    }

    #[test]
    fn malformed_timeouts_are_refused() {
        for text in ["", "S", "10", "123456789S", "-1S", "1.5S", "1s", "1 S", "+1S"] {
            assert_eq!(parse_timeout(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn written_timeouts_never_shrink() {
        let table = [
            (Duration::from_nanos(99_999_999), "99999999n"),
            (Duration::from_nanos(100_000_001), "100001u"),
            (Duration::from_secs(100), "100000m"),
            (Duration::from_secs(100_000), "100000S"),
            (Duration::ZERO, "0n"),
            (Duration::from_secs(3 * 365 * 24 * 3600), "94608000S"),
            (Duration::from_secs(4 * 365 * 24 * 3600), "2102400M"),
            (Duration::MAX, "5124096H"),
        ];
        for (timeout, text) in table {
            assert_eq!(TimeoutText::new(timeout).as_ref(), text.as_bytes());
        }
        for seconds in 0..60 {
            let timeout = Duration::from_nanos(7).saturating_mul(1 << seconds.min(31));
            let read = parse_timeout(TimeoutText::new(timeout).as_ref());
            assert!(read.is_some_and(|read| read >= timeout));
        }
    }

    #[test]
    fn what_the_caller_said_is_repeated_while_hardly_any_of_it_has_passed() {
        let now = crate::testing::epoch();
        let second = Duration::from_secs(1);
        let deadline = Deadline::after(now, second).expect("soon");
        let told = |passed| deadline.timeout(now + Duration::from_millis(passed));
        assert_eq!(deadline.at, now + second);
        assert_eq!(told(0), Timeout::Said(second));
        assert_eq!(told(10), Timeout::Said(second));
        assert_eq!(told(11), Timeout::Left(Duration::from_millis(989)));
        assert_eq!(told(999), Timeout::Left(Duration::from_millis(1)));
        assert_eq!(told(1001), Timeout::Left(Duration::ZERO));
        // Whoever names a point in time means that.
        assert_eq!(Deadline::at(now + second).timeout(now), Timeout::Left(second));
        assert_eq!(Deadline::after(now, Duration::MAX), None);
    }
}
