//! Marshalling: what is generated for `fixtures/codec` is golden, compiles, and reads and writes
//! the bytes that the protobuf specification asks for.

#[path = "../fixtures/codec/golden/mod.rs"]
mod proto;

use proto::acme::legacy::{Guest, Mood, Rush, Table, guest, table};
use proto::acme::modern::{Color, Everything, Person, everything};
use rustrpc::types::Timestamp;
use rustrpc::{DecodeError, Message};

#[test]
fn the_person_record_takes_33_bytes() {
    let person = Person {
        user_name: "Martin".into(),
        favourite_number: 1337,
        interests: vec!["daydreaming".into(), "hacking".into()],
        ..Person::default()
    };
    let bytes = person.encode_to_vec();
    assert_eq!(bytes, b"\x0a\x06Martin\x10\xb9\x0a\x1a\x0bdaydreaming\x1a\x07hacking");
    assert_eq!(bytes.len(), 33);
    assert_eq!(Person::decode(&bytes), Ok(person));
}

/// A message with every field set.
fn everything() -> Everything {
    let person = Person { user_name: "Ada".into(), ..Person::default() };
    let inner = Everything { int32: -1, floats: vec![0.5], ..Everything::default() };
    Everything {
        int32: i32::MIN,
        int64: i64::MIN,
        uint32: u32::MAX,
        uint64: u64::MAX,
        sint32: i32::MIN,
        sint64: i64::MIN,
        fixed32: 1,
        fixed64: 2,
        sfixed32: -3,
        sfixed64: -4,
        float: -0.0,
        double: f64::MIN_POSITIVE,
        bool: true,
        string: "grüße".into(),
        bytes: vec![0, 255],
        color: Color::Deep,
        person: Some(person.clone()),
        maybe_int32: Some(0),
        maybe_double: Some(0.0),
        maybe_bool: Some(false),
        maybe_string: Some(String::new()),
        maybe_bytes: Some(Vec::new()),
        maybe_color: Some(Color::Unspecified),
        int32s: vec![0, 1, -1, 300, i32::MIN],
        int64s: vec![0, 1, -1, 300, i64::MIN],
        uint32s: vec![0, 1, 300, u32::MAX],
        uint64s: vec![0, 1, 300, u64::MAX],
        sint32s: vec![0, 1, -1, i32::MAX, i32::MIN],
        sint64s: vec![0, 1, -1, i64::MAX, i64::MIN],
        fixed32s: vec![0, u32::MAX],
        fixed64s: vec![0, u64::MAX],
        sfixed32s: vec![0, -1],
        sfixed64s: vec![0, -1],
        floats: vec![0.0, 1.5, f32::INFINITY],
        doubles: vec![0.0, 1.5, f64::NEG_INFINITY],
        bools: vec![true, false, true],
        strings: vec![String::new(), "a".into(), "ü".repeat(200)],
        blobs: vec![Vec::new(), vec![7; 300]],
        colors: vec![Color::Red, Color(99), Color::Deep],
        people: vec![person.clone(), Person::default()],
        loose_int32s: vec![0, -1],
        loose_doubles: vec![0.0, 2.5],
        loose_colors: vec![Color::Unspecified, Color(-9)],
        labels: [("a".into(), 1), (String::new(), 0)].into(),
        names: [(-1, "x".into()), (0, String::new())].into(),
        choices: [(true, Color::Red), (false, Color(1000))].into(),
        crowd: [(-2, person.clone()), (3, Person::default())].into(),
        pages: [(7, rustrpc::Bytes::from_static(b"page"))].into(),
        nested: [("n".into(), inner.clone())].into(),
        either: Some(everything::Either::Whole(Box::new(inner.clone()))),
        inner: Some(Box::new(inner)),
        at: Some(Timestamp { seconds: 1, nanos: 2 }),
        ..Everything::default()
    }
}

#[test]
fn everything_survives_a_round_trip() {
    let message = everything();
    let bytes = message.encode_to_vec();
    assert_eq!(Everything::decode(&bytes), Ok(message));
    assert_eq!(Everything::default().encode_to_vec(), b"");
}

#[test]
fn each_case_of_a_oneof_is_written_even_when_it_is_the_default() {
    use everything::Either::{Body, Number, Raw, Text, Tint, Whole};
    let cases = [
        (Number(0), &b"\xb8\x04\0"[..]),
        (Text(String::new()), b"\xc2\x04\0"),
        (Raw(Vec::new()), b"\xca\x04\0"),
        (Tint(Color::Unspecified), b"\xd0\x04\0"),
        (Body(Person::default()), b"\xda\x04\0"),
        (Whole(Box::default()), b"\x82\x7d\0"),
    ];
    for (either, bytes) in cases {
        let message = Everything { either: Some(either), ..Everything::default() };
        assert_eq!(message.encode_to_vec(), bytes);
        assert_eq!(Everything::decode(bytes), Ok(message));
    }
}

#[test]
fn fields_are_written_in_the_order_of_their_numbers() {
    let message = Everything {
        at: Some(Timestamp::default()),
        inner: Some(Box::default()),
        people: vec![
            Person { favourite_number: 1, ..Person::default() },
            Person { favourite_number: 2, ..Person::default() },
        ],
        int32: 1,
        ..Everything::default()
    };
    let expected =
        b"\x08\x01\xfa\x02\x02\x10\x01\xfa\x02\x02\x10\x02\x82\x97\x22\0\xfa\xff\xff\xff\x0f\0";
    assert_eq!(message.encode_to_vec(), expected);
}

fn guest(name: &str) -> Guest {
    Guest { name: Some(name.into()), ..Guest::default() }
}

#[test]
fn groups_closed_enums_and_extensions_survive() {
    let mut legacy = Guest {
        mood: Some(Mood::Gloomy),
        moods: vec![Mood::Merry, Mood::Gloomy],
        packed_moods: vec![Mood::Merry],
        rush_by_hour: [(12, Rush::Busy), (3, Rush::Quiet)].into(),
        seat: Some(guest::Seat { row: Some(3), side: Some("l".into()), ..Default::default() }),
        visit: vec![
            guest::Visit { minutes: Some(-5), bills: vec![1.5, 0.0], ..Default::default() },
            guest::Visit::default(),
        ],
        reach: Some(guest::Reach::Letter(guest::Letter {
            street: Some("Hauptstraße".into()),
            ..Default::default()
        })),
        partner: Some(Box::new(guest("partner"))),
        children: vec![guest("child")],
        friends: [("f".into(), guest("friend"))].into(),
        numbers: vec![1, -1],
        packed_numbers: vec![2, -2],
        ..guest("guest")
    };
    let bytes = legacy.encode_to_vec();
    assert_eq!(Guest::decode(&bytes), Ok(legacy.clone()));

    // An extension, and moods that are none.
    let unknown = b"\x10\x09\x18\x07\x22\x02\x05\x02\x2a\x04\x08\x01\x10\x08\x48\x04\xa0\x06\x01";
    let decoded = Guest::decode(&[&bytes, &unknown[..]].concat()).unwrap();
    assert_eq!(
        format!("{:?}", decoded.unknown_fields),
        "{2: 9, 3: 7, 4: 5, 5: b\"\\x08\\x01\\x10\\x08\", 9: 4, 100: 1}"
    );
    legacy.packed_moods.push(Mood::Merry);
    legacy.unknown_fields = decoded.unknown_fields.clone();
    assert_eq!(decoded, legacy);
    assert_eq!(Guest::decode(&decoded.encode_to_vec()), Ok(decoded));
}

#[test]
fn a_default_is_told_from_a_value() {
    let mut guest = guest("x");
    assert_eq!((guest.mood, guest.mood()), (None, Mood::Merry));
    guest.mood = Some(Mood::Gloomy);
    assert_eq!(guest.mood(), Mood::Gloomy);
}

#[test]
fn a_required_field_that_is_missing_is_named() {
    let missing = |result: Result<Table, DecodeError>| result.unwrap_err().to_string();
    let in_list = Table { guests: vec![guest("a"), Guest::default()], ..Table::default() };
    assert_eq!(
        missing(Table::decode(&in_list.encode_to_vec())),
        "invalid acme.legacy.Table, byte 7: the required field acme.legacy.Guest.name is missing"
    );
    let seat = Guest { seat: Some(guest::Seat::default()), ..guest("a") };
    let in_group = Table { head: Some(table::Head::Guest(seat)), ..Table::default() };
    assert!(
        missing(Table::decode(&in_group.encode_to_vec())).contains("acme.legacy.Guest.Seat.row")
    );
    let friend = Guest { friends: [("f".into(), Guest::default())].into(), ..guest("a") };
    let in_map = Table { guests: vec![friend], ..Table::default() };
    assert!(missing(Table::decode(&in_map.encode_to_vec())).contains("acme.legacy.Guest.name"));
    assert!(Table::decode(b"").is_ok());
}
