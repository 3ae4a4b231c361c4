//! Strings and bytes, as they are read.

use super::read;

#[test]
fn strings_come_in_either_quote_and_in_parts() {
    let strings = [
        (r#""""#, ""),
        (r#""Hello, World!""#, "Hello, World!"),
        (r#"'it is "quoted"'"#, r#"it is "quoted""#),
        (r#""first" 'second'"#, "firstsecond"),
        ("'first'\n  # a comment\n  \"second\"'third'", "firstsecondthird"),
        ("\"tab\tand grüße\"", "tab\tand grüße"),
    ];
    for (text, string) in strings {
        assert_eq!(read::<String>(text).as_deref(), Ok(string), "{text}");
    }
}

#[test]
fn every_escape_is_read() {
    let escapes: [(&str, &[u8]); 14] = [
        (r"'\a\b\f\n\r\t\v'", b"\x07\x08\x0c\n\r\t\x0b"),
        (r#"'\?\\\'\"'"#, b"?\\'\""),
        (r"'\0'", b"\0"),
        (r"'\1234'", b"\x534"),
        (r"'\5Hello'", b"\x05Hello"),
        (r"'\18'", b"\x018"),
        (r"'\377'", b"\xff"),
        (r"'\x41\x4'", b"A\x04"),
        (r"'\x213'", b"!3"),
        (r"'\xFHello'", b"\x0fHello"),
        (r"'\xff'", b"\xff"),
        (r"'\u1234'", "\u{1234}".as_bytes()),
        (r"'\U00001234\U00010437'", "\u{1234}\u{10437}".as_bytes()),
        (r"'\u00e4b'", "äb".as_bytes()),
    ];
    for (text, bytes) in escapes {
        assert_eq!(read::<Vec<u8>>(text).as_deref(), Ok(bytes), "{text}");
    }
    // An escape may be a part of a character, even across the parts of a string.
    assert_eq!(read::<String>(r"'\341\210\264'").as_deref(), Ok("\u{1234}"));
    assert_eq!(read::<String>(r"'\xe1\x88' '\xb4'").as_deref(), Ok("\u{1234}"));
    assert_eq!(read::<bytes::Bytes>(r"'\xff'").as_deref(), Ok(&b"\xff"[..]));
}

#[test]
fn malformed_strings_are_refused() {
    let refusals = [
        ("'first\nsecond'", "column 7: a string ends where its line does; write the line break"),
        ("'a\0b'", "column 3: write the character NUL as `\\000`"),
        ("  'abc", "column 3: the string is not ended by `'`"),
        ("\"abc'", "column 1: the string is not ended by `\"`"),
        ("'abc\\'", "column 1: the string is not ended by `'`"),
        (r"'\q'", "column 2: there is no such escape"),
        ("'\\", "column 2: there is no such escape"),
        (r"'\x'", "`\\x` needs one or two hexadecimal digits"),
        (r"'\400'", "column 2: an octal escape goes up to `\\377`"),
        (r"'\u123'", "`\\u` needs four hexadecimal digits"),
        (r"'\U0001043'", "`\\U` needs eight hexadecimal digits"),
        (r"'\U00110000'", "there is no such character"),
        (r"'\UFFFFFFFF'", "there is no such character"),
        (r"'\ud801\udc37'", "there is no such character"),
        (r"'\udc00'", "there is no such character"),
        (r"'\U0000d800'", "there is no such character"),
        (r"'\300'", "column 1: the escapes in the string make it no valid UTF-8"),
        (r"'\xc0'", "make it no valid UTF-8"),
        ("abc", "expected a string, found `abc`"),
        ("", "expected a string, found the end of the text"),
        ("12", "expected a string, found a number"),
    ];
    for (text, problem) in refusals {
        let error = read::<String>(text).expect_err(text);
        assert!(error.contains(problem), "{text}: {error}");
    }
}
