//! Dates and times as RFC 3339 writes them, in the proleptic Gregorian calendar.

use std::fmt;

const SECONDS_OF_DAY: i64 = 86_400;

/// Writes a point in time in UTC: seconds since 1970, and nanoseconds in addition.
pub(super) fn write(f: &mut fmt::Formatter<'_>, seconds: i64, nanos: i32) -> fmt::Result {
    let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_OF_DAY));
    let of_day = seconds.rem_euclid(SECONDS_OF_DAY);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
    write_fraction(f, nanos)?;
    f.write_str("Z")
}

/// Writes `.5` as `.500`: three, six or nine digits, nothing at all for zero.
pub(super) fn write_fraction(f: &mut fmt::Formatter<'_>, nanos: i32) -> fmt::Result {
    match nanos {
        0 => Ok(()),
        _ if nanos % 1_000_000 == 0 => write!(f, ".{:03}", nanos / 1_000_000),
        _ if nanos % 1_000 == 0 => write!(f, ".{:06}", nanos / 1_000),
        _ => write!(f, ".{nanos:09}"),
    }
}

/// Seconds since 1970 and nanoseconds of a text such as `1972-01-01T10:00:20.021+01:00`.
pub(super) fn parse(text: &str) -> Option<(i64, i32)> {
    let mut rest = text;
    let year = number(&mut rest, 4)?;
    let month = number(literal(&mut rest, "-")?, 2)?;
    let day = number(literal(&mut rest, "-")?, 2)?;
    let hour = number(literal(&mut rest, "T")?, 2)?;
    let minute = number(literal(&mut rest, ":")?, 2)?;
    let second = number(literal(&mut rest, ":")?, 2)?;
    let nanos = fraction(&mut rest)?;
    let offset = offset(rest)?;
    let date_exists = (1..=12).contains(&month) && (1..=days_of_month(year, month)).contains(&day);
    if !date_exists || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let of_day = hour * 3600 + minute * 60 + second;
    Some((days_from_civil(year, month, day) * SECONDS_OF_DAY + of_day - offset, nanos))
}

/// Nanoseconds of `.021`, of up to nine digits; zero when there is no point.
pub(super) fn fraction(rest: &mut &str) -> Option<i32> {
    let Some(digits) = rest.strip_prefix('.') else { return Some(0) };
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, behind) = digits.split_at(length);
    if !(1..=9).contains(&length) {
        return None;
    }
    *rest = behind;
    // Nine digits with the zeros behind them: below a thousand million.
    let zeros = std::iter::repeat_n(b'0', 9 - length);
    Some(digits.bytes().chain(zeros).fold(0, |nanos, digit| nanos * 10 + i32::from(digit - b'0')))
}

/// Seconds that the time zone is ahead of UTC.
fn offset(mut rest: &str) -> Option<i64> {
    if rest == "Z" {
        return Some(0);
    }
    let sign = match rest.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    rest = rest.get(1..)?;
    let hours = number(&mut rest, 2)?;
    let minutes = number(literal(&mut rest, ":")?, 2)?;
    (rest.is_empty() && hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// A number of exactly so many digits.
fn number(rest: &mut &str, digits: usize) -> Option<i64> {
    let (number, behind) = rest.split_at_checked(digits)?;
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    *rest = behind;
    number.parse().ok()
}

fn literal<'r, 't>(rest: &'r mut &'t str, expected: &str) -> Option<&'r mut &'t str> {
    *rest = rest.strip_prefix(expected)?;
    Some(rest)
}

fn days_of_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of a Gregorian era of 400 years, and from the first of March of the year 0 to 1970.
const ERA: i64 = 146_097;
const DAYS_TO_1970: i64 = 719_468;

/// Days since 1970-01-01 of a date. Years are taken to begin in March, so that a leap day is the
/// last of its year.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * ERA + day_of_era - DAYS_TO_1970
}

/// The inverse of [`days_from_civil`]: year, month and day.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_1970;
    let (era, day_of_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_ten_thousand_years_goes_there_and_back() {
        let first = days_from_civil(0, 1, 1);
        let mut expected = (0, 1, 1);
        for days in first..=days_from_civil(9999, 12, 31) {
            assert_eq!(civil_from_days(days), expected);
            let (year, month, day) = expected;
            assert_eq!(days_from_civil(year, month, day), days);
            expected = if day < days_of_month(year, month) {
                (year, month, day + 1)
            } else if month < 12 {
                (year, month + 1, 1)
            } else {
                (year + 1, 1, 1)
            };
        }
        assert_eq!(civil_from_days(0), (1970, 1, 1));
    }
}
