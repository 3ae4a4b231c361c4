//! What holds values together: names, separators, braces, lists and maps.

use std::collections::{BTreeMap, HashMap};

use super::read;
use crate::text::{Name, Parser, TextError, TextReader};

/// The names and numbers of a message, with names of messages in front.
fn outline(text: &str) -> Result<Vec<String>, String> {
    fn fields(r: &mut TextReader<'_>, at: &str, out: &mut Vec<String>) -> Result<(), TextError> {
        while let Some(name) = r.name()? {
            let name = match name {
                Name::Field(name) => format!("{at}{name}"),
                Name::Bracketed(name) => format!("{at}[{name}]"),
            };
            let has_colon = r.takes(b':');
            r.elements(|r| match r.peek() {
                Some(b'{' | b'<') => r.braced(|r| fields(r, &format!("{name}."), out)),
                _ if has_colon => {
                    let number = r.integer("int32", 0, 9)?;
                    out.push(format!("{name}={number}"));
                    Ok(())
                }
                _ => Err(r.unexpected("`:`")),
            })?;
            r.separator();
        }
        Ok(())
    }
    let mut r = TextReader::new(text, Parser::new());
    let mut out = Vec::new();
    match fields(&mut r, "", &mut out) {
        Ok(()) => Ok(out),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn fields_are_told_apart_by_white_space_and_separators() {
    let texts = [
        "a: 1 b: 2",
        "a:1,b:2",
        "a:1;b:2;",
        "a : 1 , b : 2 ,",
        "\ta:\r\n1\x0b\x0cb:2",
        "# first\na: 1 # second\nb: # third\n2 #last",
        "a: [1] b: [2]",
    ];
    for text in texts {
        assert_eq!(outline(text), Ok(vec!["a=1".into(), "b=2".into()]), "{text}");
    }
    assert_eq!(outline(" # nothing"), Ok(vec![]));
    assert_eq!(outline("a: [] a: [1, 2] a: 3").map(|out| out.len()), Ok(3));
}

#[test]
fn messages_stand_in_braces_or_angle_brackets() {
    for text in ["m { a: 1 }", "m: { a: 1, }", "m<a:1;>", "m: <\na: 1\n>", "m [{a: 1}]"] {
        assert_eq!(outline(text), Ok(vec!["m.a=1".into()]), "{text}");
    }
    assert_eq!(outline("m: {} m {} m <>, m [] m: [{}, <>]"), Ok(vec![]));
    assert_eq!(outline("m { m < m { a: 1 } > }"), Ok(vec!["m.m.m.a=1".into()]));
}

#[test]
fn names_in_brackets_may_have_white_space_between_their_parts() {
    for text in ["[acme.x]: 1", "[ acme . x ] : 1", "[acme # why\n.x]: 1"] {
        assert_eq!(outline(text), Ok(vec!["[acme.x]=1".into()]), "{text}");
    }
    let url = "[type.googleapis.com/acme.X] { a: 1 }";
    assert_eq!(outline(url), Ok(vec!["[type.googleapis.com/acme.X].a=1".into()]));
    assert_eq!(outline("[a-b.c~d/%20x/acme.X]: 1"), Ok(vec!["[a-b.c~d/%20x/acme.X]=1".into()]));
}

#[test]
fn malformed_structure_is_refused() {
    let refusals = [
        ("a 1", "line 1 column 3: expected `:`, found a number"),
        ("a", "column 2: expected `:`, found the end of the text"),
        ("a:", "expected a number for int32, found the end of the text"),
        ("a: 1,, b: 2", "column 6: expected a field, found `,`"),
        ("a: 1;;", "column 6: expected a field, found `;`"),
        (", a: 1", "column 1: expected a field, found `,`"),
        ("m { a: 1,, }", "column 10: expected a field or `}`, found `,`"),
        ("m {", "column 4: expected a field or `}`, found the end of the text"),
        ("m <a: 1", "expected a field or `>`, found the end of the text"),
        ("m { > }", "expected a field or `}`, found `>`"),
        ("m < }", "expected a field or `>`, found `}`"),
        ("}", "expected a field, found `}`"),
        ("a: [1", "expected `,` or `]`, found the end of the text"),
        ("a: [1; 2]", "column 6: expected `,` or `]`, found `;`"),
        ("a: [1 2]", "expected `,` or `]`, found a number"),
        ("a: [1,]", "expected a number for int32, found `]`"),
        ("a: [,]", "expected a number for int32, found `,`"),
        ("a: [[1]]", "expected a number for int32, found a list"),
        ("12: 1", "column 1: a field has to be given by its name, not by its number"),
        ("\"a\": 1", "expected a field, found a string"),
        ("[]: 1", "expected the full name of an extension, or the URL of a type, found `]`"),
        ("[acme x]: 1", "column 7: expected `.`, `/` or `]`, found `x`"),
        ("[acme.x: 1", "expected `]`, found `:`"),
        ("é: 1", "column 1: expected a field, found `é`"),
        ("a: 1 /* no */", "expected a field, found `/`"),
        ("\n\n  ä", "line 3 column 3: expected a field, found `ä`"),
    ];
    for (text, problem) in refusals {
        let error = outline(text).expect_err(text);
        assert!(error.contains(problem), "{text}: {error}");
    }
}

#[test]
fn messages_are_nested_up_to_the_limit() {
    let nested = |depth| format!("{}a: 1{}", "m {".repeat(depth), "}".repeat(depth));
    assert!(outline(&nested(100)).is_ok());
    let error = outline(&nested(101)).expect_err("one too many");
    assert!(error.contains("line 1 column 303: nested deeper than 100 levels"), "{error}");
    let mut skipped = TextReader::new(": ", Parser::new());
    assert!(skipped.skip().is_err());
    let text = format!(": {}", nested(101).trim_start_matches("m "));
    let error = TextReader::new(&text, Parser::new()).skip().expect_err("one too many");
    assert!(error.problem().contains("nested deeper"), "{error}");
}

#[test]
fn whatever_is_well_formed_is_passed_over() {
    let values = [
        ": 1",
        ": -0x1f",
        ": 0.5f",
        ": inf",
        ": - inf",
        ": NAME",
        ": -NAME",
        ": 'a' \"b\"",
        ": []",
        ": [1, -2.5]",
        ": ['a', NAME]",
        " {}",
        ": <>",
        " { a: 1 b { [x.y/z] { c: 'd' } } e: [] }",
        " [{}, <a: 1>]",
        ": [{ a: 1; }, {}]",
        ": { 'x': 1 }",
    ];
    for value in values {
        let mut r = TextReader::new(value, Parser::new());
        let passed = r.skip().map(|()| r.peek());
        match value {
            ": { 'x': 1 }" => assert!(passed.is_err(), "{value}"),
            _ => assert_eq!(passed, Ok(None), "{value}"),
        }
    }
    for value in ["", " 1", " NAME", ":", ": -", ": - {}", ": [1", ": 'a", ": 09", " [1]", ": {"] {
        let mut r = TextReader::new(value, Parser::new());
        r.skip().expect_err(value);
    }
}

#[test]
fn the_entries_of_maps_are_messages_of_key_and_value() {
    let text = "{ key: 'a' value: 1 }";
    let mut map = HashMap::<String, i32>::new();
    let read_into = |map: &mut HashMap<String, i32>, text: &str| {
        let mut r = TextReader::new(text, Parser::new());
        r.field(map).map_err(|error| error.to_string())
    };
    assert_eq!(read_into(&mut map, text), Ok(()));
    assert_eq!(read_into(&mut map, ": [{ value: 2, key: 'b' }, {}, <key: 'a'>]"), Ok(()));
    // What is missing has its default, and the last of equal keys stays.
    let expected = [("a".to_owned(), 0), ("b".to_owned(), 2), (String::new(), 0)];
    assert_eq!(map, HashMap::from(expected));
    let refusals = [
        ("{ key: 'a' key: 'b' }", "[3].key, line 1 column 12: the field is given twice"),
        ("{ kee: 'a' }", "a map's entry has no field `kee`"),
        (": 1", "expected a message in `{` and `}`, found a number"),
    ];
    for (text, problem) in refusals {
        let error = read_into(&mut map, text).expect_err(text);
        assert!(error.contains(problem), "{text}: {error}");
    }
    assert_eq!(read("{ key: -1 value: t }"), Ok(BTreeMap::from([(-1_i64, true)])));
}
