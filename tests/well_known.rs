//! The option `well_known_types=generate` together with `json` and `text`: the types that the
//! program has for itself look like the runtime's.

#[path = "../fixtures/well_known/golden/mod.rs"]
mod proto;

use proto::acme::Event;
use proto::google::protobuf::value::Kind;
use proto::google::protobuf::{Any, Duration, Timestamp, Value};
use rustrpc::{json, text};

const EVENT: &str = concat!(
    r#"{"at":"1970-01-01T00:00:01Z","lengths":["1.500s","-2s"],"mask":"a,bC","#,
    r#""value":[null,1,{"k":true}],"objects":{"o":{"x":"y"}},"count":"7","bytes":"AAE="}"#
);

#[test]
fn generated_well_known_types_have_the_json_of_their_own() {
    let event: Event = json::from_str(EVENT).expect("is of that form");
    assert_eq!(event.at, Some(Timestamp { seconds: 1, ..Default::default() }));
    assert_eq!(event.lengths[0], Duration { seconds: 1, nanos: 500_000_000, ..Default::default() });
    assert_eq!(json::to_string(&event).as_deref(), Ok(EVENT));

    let null: Event = json::from_str(r#"{"value":null,"at":null}"#).expect("is of that form");
    assert!(matches!(null.value, Some(Value { kind: Some(Kind::NullValue(_)), .. })));
    assert_eq!((json::to_string(&null).as_deref(), null.at), (Ok(r#"{"value":null}"#), None));
    assert!(json::from_str::<Event>(r#"{"at":"yesterday"}"#).is_err());
}

#[test]
fn a_generated_any_has_the_text_of_the_runtimes() {
    let any = Any { type_url: "x.test/acme.Event".into(), value: vec![1], ..Default::default() };
    let event = Event { any: Some(any), ..Event::default() };
    let text = text::to_string(&event);
    assert_eq!(text, "any {\n  type_url: \"x.test/acme.Event\"\n  value: \"\\001\"\n}\n");
    assert_eq!(text::from_str::<Event>(&text), Ok(event));
}
