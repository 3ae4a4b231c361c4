//! The option `text`: what is generated for `fixtures/text` is golden, compiles and keeps every
//! message as it was.

#[path = "../fixtures/text/golden/mod.rs"]
mod proto;

use std::fmt::Debug;

use proto::acme::archive::{Folder, Mood, folder};
use proto::acme::editions::{Delimited, EXTENSIONS, Outside, ROOMS, WEIGHT, delimited};
use proto::acme::press::{self, Article, article};
use rustrpc::text::{self, Parser, Printer, Text, TextType};
use rustrpc::types::{Any, Duration, StringValue};
use rustrpc::{Extendable, ExtensionEntry, Message};

/// Refusals: a text and what the error ends with or contains.
fn refused<M: Message + Text + Debug>(parser: Parser, refusals: &[(&str, &str)]) {
    for (text, problem) in refusals {
        let error = parser.from_str::<M>(text).expect_err(text).to_string();
        assert!(error.contains(problem), "{text}: {error}");
    }
}

#[test]
fn every_field_survives_text_and_binary() {
    let article = article();
    let text = text::to_string(&article);
    assert_eq!(text, ARTICLE);
    for printer in [Printer::new(), Printer::new().single_line(true)] {
        let text = printer.to_string(&article);
        let read: Article = text::from_str(&text).expect("it was just written");
        assert_eq!(read, article);
        assert_eq!(Article::decode(&read.encode_to_vec()).as_ref(), Ok(&article));
    }
    assert_eq!(text::from_slice::<Article>(ARTICLE.as_bytes()), Ok(article));
}

#[test]
fn names_that_hide_the_prelude_do_no_harm() {
    let ok = press::Ok {
        some: Some(press::ok::Some::Result(press::Result::default())),
        ..Default::default()
    };
    assert_eq!(text::to_string(&ok), "result {}\n");
    assert_eq!(text::from_str::<press::Ok>("result {}"), Ok(ok));
    assert_eq!(text::from_str::<press::None>(""), Ok(press::None::default()));
}

#[test]
fn errors_name_message_path_and_place() {
    let errors = [
        (
            "related [{}, {\n  words: 'x'\n}]",
            "acme.press.Article, related[1].words, line 2 column 10: \
             expected a number for int32, found a string",
        ),
        (
            "tags: 'a' tags: ['b', 'c', 1]",
            "acme.press.Article, tags[3], line 1 column 28: expected a string, found a number",
        ),
        (
            "folder { id: 1 mood: 3 }",
            "acme.press.Article, folder.mood, line 1 column 22: \
             acme.archive.Mood has no value `3`; it has FINE, GLOOMY",
        ),
        (
            "folder { id: 1 ID: 1 }",
            "acme.press.Article, folder, line 1 column 16: acme.archive.Folder has no field `ID`; \
             remove it, or have unknown fields ignored",
        ),
        (
            "folder {}",
            "acme.press.Article, line 1 column 10: \
             the required field acme.archive.Folder.id is missing",
        ),
        (
            "by_truth { key: true value: SECTION_ARTS }",
            "acme.press.Article, by_truth[0].value, line 1 column 29: acme.press.Article.Section \
             has no value `SECTION_ARTS`; it has SECTION_UNSPECIFIED, SECTION_NEWS, SECTION_SPORT",
        ),
    ];
    for (text, message) in errors {
        let error = text::from_str::<Article>(text).expect_err(text);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.message(), "acme.press.Article");
        assert!((error.line(), error.column()) > (1, 1) && !error.problem().is_empty());
    }
    let error = text::from_slice::<Article>(b"title: '\xff'").expect_err("no UTF-8");
    assert_eq!(
        error.to_string(),
        "acme.press.Article, line 1 column 9: the text is not UTF-8, which text format has to be"
    );
}

#[test]
fn singular_fields_and_oneofs_are_set_once() {
    let twice = "the field is given twice; keep one";
    let oneof = "another field of the same oneof is set already; keep one";
    refused::<Article>(
        Parser::new(),
        &[
            ("words: 1 words: 1", twice),
            ("words: 0 words: 1", "words, line 1 column 10: the field is given twice"),
            ("note: 'a' note: 'b'", twice),
            ("attachment {} attachment {}", twice),
            ("number: 1 number: 1", twice),
            ("number: 1 staff {}", oneof),
            ("name: '' desk: 0", "desk, line 1 column 10: another field of the same oneof"),
            ("words: [1]", "expected a number for int32, found a list"),
            ("folder [{ id: 1 }]", "expected a message in `{` and `}`, found a list"),
            ("folder: 1", "expected a message"),
            ("words { }", "expected `:`, found a message"),
            ("pages [1]", "expected `:`, found a list"),
        ],
    );
    let article = text::from_str::<Article>("related {} related: { words: 1 } related: []");
    assert_eq!(article.map(|article| article.related.len()), Ok(2));
}

#[test]
fn groups_go_by_the_names_of_their_messages() {
    let expected = Folder {
        id: Some(1),
        sheet: vec![folder::Sheet { text: Some("x".into()), ..Default::default() }; 2],
        cover: Some(folder::Cover::default()),
        ..Folder::default()
    };
    assert_eq!(
        Printer::new().single_line(true).to_string(&expected),
        "id: 1 Sheet { text: \"x\" } Sheet { text: \"x\" } Cover {}"
    );
    for text in [
        "id: 1 Sheet { text: 'x' } Sheet: < text: 'x' > Cover {}",
        "id: 1 sheet [{ text: 'x' }] Sheet [{ text: 'x' }] cover: {}",
    ] {
        assert_eq!(text::from_str::<Folder>(text).as_ref(), Ok(&expected), "{text}");
    }
    refused::<Folder>(
        Parser::new(),
        &[
            ("id: 1 SHEET {}", "acme.archive.Folder has no field `SHEET`"),
            ("id: 1 Cover {} cover {}", "the field is given twice"),
        ],
    );
    let delimited = Delimited {
        part: Some(delimited::Part { number: Some(1), ..Default::default() }),
        other: Some(delimited::Part::default()),
        outside: Some(Outside::default()),
        ..Delimited::default()
    };
    let text = "Part { number: 1 } other {} outside {}";
    assert_eq!(Printer::new().single_line(true).to_string(&delimited), text);
    assert_eq!(text::from_str::<Delimited>(text), Ok(delimited));
}

#[test]
fn reserved_names_are_passed_over() {
    let text = "shelf: 5 id: 1; lent_to { name: 'x' since: [1, 2] }, shelf: ['a', 'b'] shelf <>";
    assert_eq!(text::from_str::<Folder>(text), Ok(Folder { id: Some(1), ..Folder::default() }));
    refused::<Folder>(Parser::new(), &[("id: 1 shelf: {", "expected a field or `}`")]);
}

#[test]
fn enums_are_names_or_numbers() {
    let folder: Folder = text::from_str("id: 1 moods: [FINE, 2, 0x1]").expect("all are declared");
    assert_eq!(folder.moods, [Mood::Fine, Mood::Gloomy, Mood::Fine]);
    let article: Article = text::from_str("section: 7 sections: [-1, SECTION_NEWS, -2147483648]")
        .expect("an open enum has any number");
    assert_eq!(
        Printer::new().single_line(true).to_string(&article),
        "section: 7 sections: SECTION_SPORT sections: SECTION_NEWS sections: -2147483648"
    );
    refused::<Folder>(
        Parser::new(),
        &[
            ("mood: NEW", "acme.archive.Mood has no value `NEW`; it has FINE, GLOOMY"),
            ("mood: 0", "acme.archive.Mood has no value `0`"),
            ("mood: 2147483648", "is out of range for acme.archive.Mood"),
            ("mood: 'FINE'", "expected a number for acme.archive.Mood, found a string"),
        ],
    );
}

#[test]
fn unknown_fields_are_ignored_on_demand() {
    let lenient = Parser::new().ignore_unknown(true);
    let text = "new: 1 id: 2 [acme.other]: 'x', [acme.more] { a: [1] } newer [{}, < x: 1.5 >]";
    assert_eq!(lenient.from_str::<Folder>(text), Ok(Folder { id: Some(2), ..Folder::default() }));
    refused::<Folder>(
        Parser::new(),
        &[
            ("id: 1 new: 1", "acme.archive.Folder has no field `new`"),
            ("id: 1 [acme.x]: 1", "acme.archive.Folder has no extension `acme.x` that is known"),
        ],
    );
    refused::<Folder>(lenient, &[("id: 1 new { x }", "expected `:` or a message")]);
}

#[test]
fn unknown_fields_are_printed_by_number_on_demand() {
    let bytes = b"\x08\x01\xa0\x06\x05\xaa\x06\x03abc\xb2\x06\x02\x08\x07";
    let folder = Folder::decode(bytes).expect("well-formed");
    let single = Printer::new().single_line(true);
    assert_eq!(single.to_string(&folder), "id: 1");
    let text = single.unknown_fields(true).to_string(&folder);
    assert_eq!(text, "id: 1 100: 5 101: \"abc\" 102 { 1: 7 }");
    refused::<Folder>(
        Parser::new().ignore_unknown(true),
        &[(&text, "column 7: a field has to be given by its name, not by its number")],
    );
}

#[test]
fn extensions_are_named_in_brackets() {
    static LISTS: &[&[ExtensionEntry]] = &[EXTENSIONS];
    let parser = Parser::new().extensions(LISTS);
    let printer = Printer::new().extensions(LISTS).single_line(true).unknown_fields(true);
    let text = "id: 1 [acme.editions.weight]: -5 [acme.editions.about] { Part { number: 2 } } \
                [acme.editions.rooms]: 1 [acme.editions.rooms]: 2 [acme.editions.tours] {}";
    let folder: Folder = parser.from_str(text).expect("the extensions are known");
    assert_eq!(folder.extension(WEIGHT), Ok(Some(-5)));
    assert_eq!(folder.extension(ROOMS).as_deref(), Ok(&[1, 2][..]));
    assert_eq!(printer.to_string(&folder), text);
    let listed = "id: 1 [acme.editions.rooms]: [1, 2] [acme.editions.tours] [<>] \
                  [acme.editions.weight]: -5 [acme.editions.about]: { Part { number: 2 } }";
    assert_eq!(
        parser.from_str::<Folder>(listed).map(|read| printer.to_string(&read)),
        Ok(text.into())
    );
    // They travel in binary, and whoever does not know them leaves them out.
    let decoded = Folder::decode(&folder.encode_to_vec()).expect("it was just encoded");
    assert_eq!(printer.to_string(&decoded), text);
    assert_eq!(text::to_string(&folder), "id: 1\n");
    // Bytes that are no such extension are unknown fields.
    let other = Folder::decode(b"\x08\x01\xaa\x06\x01\xff\xa0\x06\x09").expect("well-formed");
    let text = "id: 1 [acme.editions.weight]: -5 101: \"\\377\"";
    assert_eq!(printer.to_string(&other), text);
    refused::<Folder>(
        parser,
        &[
            (
                "id: 1 [acme.editions.weight]: 'x'",
                "acme.archive.Folder, [acme.editions.weight], line 1 column 31: expected a number",
            ),
            (
                "id: 1 [acme.editions.weight]: 1 [acme.editions.weight]: 1",
                "[acme.editions.weight], line 1 column 33: the field is given twice; keep one",
            ),
            ("id: 1 [acme.editions.rooms]: [1, x]", "[acme.editions.rooms][1], line 1 column 34"),
            (
                "id: 1 [acme.editions.Part] {}",
                "has no extension `acme.editions.Part` that is known",
            ),
            ("id: 1 [acme.editions.Delimited] {}", "has no extension `acme.editions.Delimited`"),
        ],
    );
    let refused = parser.from_str::<Article>("[acme.editions.weight]: 1").expect_err("of a Folder");
    assert!(refused.problem().contains("has no extension `acme.editions.weight`"), "{refused}");
}

#[test]
fn an_any_is_spelled_out_where_its_type_is_known() {
    static TYPES: &[TextType] = &[TextType::of::<Folder>()];
    let (parser, printer) =
        (Parser::new().types(TYPES), Printer::new().types(TYPES).single_line(true));
    let folder = Folder { id: Some(1), ..Folder::default() };
    let article = |any| Article { attachment: Some(any), ..Article::default() };
    let known = article(Any::pack(&folder));
    let text = "attachment { [type.googleapis.com/acme.archive.Folder] { id: 1 } }";
    assert_eq!(printer.to_string(&known), text);
    for text in [text, "attachment: { [ type.googleapis.com / acme.archive.Folder ]: < id: 1 >; }"]
    {
        assert_eq!(parser.from_str::<Article>(text).as_ref(), Ok(&known), "{text}");
    }
    // Who does not know the type sees bytes, which anyone can read.
    let raw = "attachment { type_url: \"type.googleapis.com/acme.archive.Folder\" \
               value: \"\\010\\001\" }";
    assert_eq!(Printer::new().single_line(true).to_string(&known), raw);
    assert_eq!(text::from_str::<Article>(raw).as_ref(), Ok(&known));
    // Nor is anything spelled out that could not be read again.
    for any in [
        Any { value: b"\x08".to_vec(), ..Any::pack(&folder) },
        Any { type_url: "a] {/acme.archive.Folder".into(), ..Any::pack(&folder) },
        Any { type_url: "acme.archive.Folder".into(), ..Any::default() },
        Any { value: b"x".to_vec(), ..Any::default() },
        Any::default(),
    ] {
        let any = article(any);
        let text = printer.to_string(&any);
        assert!(!text.contains('['), "{text}");
        assert_eq!(parser.from_str::<Article>(&text), Ok(any), "{text}");
    }
    let nested = Any::pack(&Any::pack(&StringValue { value: "x".into() }));
    assert_eq!(
        text::to_string(&nested),
        "[type.googleapis.com/google.protobuf.Any] {\n  \
           [type.googleapis.com/google.protobuf.StringValue] {\n    value: \"x\"\n  }\n}\n"
    );
    assert_eq!(text::from_str(&text::to_string(&nested)).as_ref(), Ok(&nested));
}

#[test]
fn an_any_that_does_not_fit_is_refused() {
    let twice = "the field is given twice";
    refused::<Any>(
        Parser::new(),
        &[
            ("[type.googleapis.com/unknown] { a: 1 }", "the type \"type.googleapis.com/unknown\""),
            ("[google.protobuf.Duration] { seconds: 1 }", "has to be a URL such as"),
            ("type_url: '' type_url: ''", twice),
            ("value: '' value: ''", twice),
            ("type_url: 'x' [a/google.protobuf.Empty] {}", "line 1 column 15: the field is given"),
            ("[a/google.protobuf.Empty] {} value: ''", twice),
            ("[a/google.protobuf.Empty] {} [a/google.protobuf.Empty] {}", twice),
            ("[a/google.protobuf.Duration]: 1", "expected a message"),
            (
                "[a/google.protobuf.Duration] { seconds: x }",
                "google.protobuf.Any, [a/google.protobuf.Duration].seconds, line 1 column 41",
            ),
            ("other: 1", "google.protobuf.Any has no field `other`"),
        ],
    );
    let lenient = Parser::new().ignore_unknown(true);
    let any: Any = lenient
        .from_str("other: 1 [a/google.protobuf.Duration] { x: 1 nanos: 2 }")
        .expect("what is unknown is ignored");
    assert_eq!(any.unpack::<Duration>(), Ok(Duration { seconds: 0, nanos: 2 }));
}

/// Messages in an `Any` in an `Any`, which cost little space on the wire.
#[test]
fn what_an_any_holds_is_shown_up_to_a_depth() {
    let mut any = Any::default();
    for _ in 0..500 {
        any = Any::pack(&any);
    }
    let text = text::to_string(&any);
    assert_eq!(text.matches("[type.googleapis.com/google.protobuf.Any] {").count(), 10);
    assert_eq!(text::from_str::<Any>(&text), Ok(any));
}

fn article() -> Article {
    let related = Article { title: "B".into(), words: 1, ..Article::default() };
    Article {
        title: "Grüße\n\"A\"".into(),
        words: -3,
        balance: i64::MIN,
        checksum: u32::MAX,
        readers: u64::MAX,
        score: 0.1,
        weight: -0.0,
        printed: true,
        scan: vec![0, 0xff, b'x'],
        section: article::Section::Sport,
        tags: vec!["a".into(), String::new()],
        pages: vec![1, 0, -1],
        related: vec![related.clone(), Article::default()],
        votes: [("y".into(), 2), ("x".into(), 0)].into(),
        drafts: [(-1, related)].into(),
        by_truth: [(true, article::Section::News), (false, article::Section(9))].into(),
        note: Some(String::new()),
        author: Some(article::Author::Number(0)),
        attachment: Some(Any::pack(&Duration { seconds: 1, nanos: 0 })),
        folder: Some(Folder {
            id: Some(0),
            mood: Some(Mood::Fine),
            next: Some(Box::new(Folder { id: Some(1), ..Folder::default() })),
            ..Folder::default()
        }),
        sections: vec![article::Section::Unspecified],
        r#type: true,
        ..Article::default()
    }
}

const ARTICLE: &str = r#"title: "Grüße\n\"A\""
words: -3
balance: -9223372036854775808
checksum: 4294967295
readers: 18446744073709551615
score: 0.1
weight: -0
printed: true
scan: "\000\377x"
section: SECTION_SPORT
tags: "a"
tags: ""
pages: 1
pages: 0
pages: -1
related {
  title: "B"
  words: 1
}
related {}
votes {
  key: "x"
  value: 0
}
votes {
  key: "y"
  value: 2
}
drafts {
  key: -1
  value {
    title: "B"
    words: 1
  }
}
by_truth {
  key: false
  value: 9
}
by_truth {
  key: true
  value: SECTION_NEWS
}
note: ""
number: 0
attachment {
  [type.googleapis.com/google.protobuf.Duration] {
    seconds: 1
  }
}
folder {
  id: 0
  mood: FINE
  next {
    id: 1
  }
}
sections: SECTION_UNSPECIFIED
type: true
"#;
