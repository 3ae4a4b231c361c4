//! Numbers and bools, as they are read.

use std::fmt::Debug;

use super::read;
use crate::text::Text;

fn refused<T: Text + Debug>(texts: &[&str], problem: &str) {
    for text in texts {
        let error = read::<T>(text).expect_err(text);
        assert!(error.contains(problem), "{text}: {error}");
    }
}

#[test]
fn integers_are_decimal_octal_or_hexadecimal() {
    let numbers = [
        ("0", 0),
        ("-0", 0),
        ("10", 10),
        ("- 10", -10),
        ("-# a comment\n10", -10),
        ("0x1F", 31),
        ("-0X1f", -31),
        ("017", 15),
        ("-017", -15),
        ("00", 0),
        ("2147483647", i32::MAX),
        ("0x7FFFFFFF", i32::MAX),
        ("017777777777", i32::MAX),
        ("-2147483648", i32::MIN),
        ("-0x80000000", i32::MIN),
        ("-020000000000", i32::MIN),
    ];
    for (text, number) in numbers {
        assert_eq!(read::<i32>(text), Ok(number), "{text}");
    }
    assert_eq!(read::<u32>("0xFFFFFFFF"), Ok(u32::MAX));
    assert_eq!(read::<i64>("-01000000000000000000000"), Ok(i64::MIN));
    assert_eq!(read::<i64>("9223372036854775807"), Ok(i64::MAX));
    assert_eq!(read::<u64>("01777777777777777777777"), Ok(u64::MAX));
    assert_eq!(read::<u64>("18446744073709551615"), Ok(u64::MAX));
}

#[test]
fn integers_out_of_range_are_refused() {
    let range = "is out of range for int32: -2147483648 to 2147483647";
    refused::<i32>(
        &["2147483648", "-2147483649", "0x80000000", "-020000000001", "99999999999999999999"],
        range,
    );
    refused::<u32>(&["4294967296", "-1", "-0", "- 0"], "is out of range for uint32: 0 to");
    refused::<i64>(
        &["9223372036854775808", "-0x8000000000000001", "18446744073709551616"],
        "is out of range for int64",
    );
    refused::<u64>(&["18446744073709551616", "0x10000000000000000", "-0"], "for uint64");
}

#[test]
fn what_is_no_integer_is_refused() {
    refused::<i32>(&["1.0", "1e3", "10f", "1.", ".5"], "int32 takes whole numbers only, not");
    refused::<i32>(
        &["09", "08", "0x", "0xg", "018", "1_000", "10bar", "1.2.3", "01.5", "1..", "0b1", "1e"],
        "is no number",
    );
    refused::<i32>(&["", "x", "\"1\"", "+1", "--1", "inf", "{}", "[1]"], "expected a number");
    assert_eq!(
        read::<i32>("12x"),
        Err("text format, line 1 column 1: `12x` is no number".to_owned())
    );
}

#[test]
fn floats_are_decimal() {
    let numbers = [
        ("0", 0.0),
        ("1", 1.0),
        ("1.5", 1.5),
        ("-1.5", -1.5),
        ("- 1.5", -1.5),
        ("1.", 1.0),
        (".5", 0.5),
        ("-.5e1", -5.0),
        ("1e3", 1000.0),
        ("1E+3", 1000.0),
        ("1.5e-1", 0.15),
        ("10f", 10.0),
        ("10F", 10.0),
        ("1.5f", 1.5),
        ("1.f", 1.0),
        ("1e3f", 1000.0),
        ("0f", 0.0),
        ("18446744073709551616", 18_446_744_073_709_551_616.0),
        ("1e9999", f64::INFINITY),
        ("-1e18446744073709551616", f64::NEG_INFINITY),
        ("1e-18446744073709551616", 0.0),
    ];
    for (text, number) in numbers {
        assert_eq!(read::<f64>(text).map(f64::to_bits), Ok(number.to_bits()), "{text}");
    }
    for text in ["-0", "-0.0", "-0f", "- 0", "-1e-9999"] {
        let read = read::<f64>(text).map(f64::to_bits);
        assert_eq!(read, Ok((-0.0_f64).to_bits()), "{text}");
    }
    assert_eq!(read::<f32>("1e39"), Ok(f32::INFINITY));
    assert_eq!(read::<f32>("3.4028235e+38"), Ok(f32::MAX));
    // Rounded once, from the digits, and not by way of a double.
    assert_eq!(read::<f32>("0.50000008940696716308594"), Ok(0.500_000_1));
    refused::<f64>(&["0x1", "-0x1", "012", "-012", "00"], "takes decimal numbers only, not");
    refused::<f64>(&["1e", "1e+", "1.5x", "1.5ff", "0x1p3", "1.5.1", "09"], "is no number");
    refused::<f64>(&["", "\"1\"", "{}", "+1", "."], "expected a number for double");
    refused::<f64>(&["infinite", "na", "e5"], "expected a number, inf or nan for double");
}

#[test]
fn what_is_no_number_has_names_in_any_case() {
    for text in ["inf", "Inf", "INFINITY", "inFinity"] {
        assert_eq!(read::<f64>(text), Ok(f64::INFINITY), "{text}");
        assert_eq!(read::<f32>(&format!("- {text}")), Ok(f32::NEG_INFINITY), "{text}");
    }
    for text in ["nan", "NaN", "-nan", "-NAN"] {
        assert!(read::<f64>(text).is_ok_and(f64::is_nan), "{text}");
        assert!(read::<f32>(text).is_ok_and(f32::is_nan), "{text}");
    }
}

#[test]
fn bools_are_words_or_0_and_1() {
    for text in ["true", "True", "t", "1", "0x1", "01"] {
        assert_eq!(read::<bool>(text), Ok(true), "{text}");
    }
    for text in ["false", "False", "f", "0", "0x0", "00"] {
        assert_eq!(read::<bool>(text), Ok(false), "{text}");
    }
    refused::<bool>(&["TRUE", "yes", "T", "\"true\"", "-0", ""], "expected true or false, found");
    refused::<bool>(&["2", "0x10"], "is out of range for bool: 0 to 1");
}
