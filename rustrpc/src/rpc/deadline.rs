//! The `grpc-timeout` field (gRPC's `PROTOCOL-HTTP2.md`): at most eight digits and a unit.

use std::time::Duration;

const MAX_DIGITS: usize = 8;
const MAX_VALUE: u128 = 99_999_999;

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

/// A duration for `grpc-timeout`, in the finest unit whose number has at most eight digits. It is rounded up, so that the peer does not
/// give up before this side does.
pub(crate) fn format_timeout(timeout: Duration) -> String {
    let nanos = timeout.as_nanos();
    let units = [
        (1, 'n'),
        (1_000, 'u'),
        (1_000_000, 'm'),
        (1_000_000_000, 'S'),
        (60_000_000_000, 'M'),
        (3_600_000_000_000, 'H'),
    ];
    for (length, unit) in units {
        let value = nanos.div_ceil(length);
        if value <= MAX_VALUE {
            return format!("{value}{unit}");
        }
    }
    format!("{MAX_VALUE}H")
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
            (Duration::MAX, "99999999H"),
        ];
        for (timeout, text) in table {
            assert_eq!(format_timeout(timeout), text);
        }
        for seconds in 0..60 {
            let timeout = Duration::from_nanos(7).saturating_mul(1 << seconds.min(31));
            let read = parse_timeout(format_timeout(timeout).as_bytes());
            assert!(read.is_some_and(|read| read >= timeout));
        }
    }
}
