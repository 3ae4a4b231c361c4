//! One request of the runner: a message taken in one format and given back in another.

use rustrpc::json::{self, Json, JsonType};
use rustrpc::reflect::DescriptorPool;
use rustrpc::text::{self, Text, TextType};
use rustrpc::view::HasView;
use rustrpc::{ExtensionEntry, MessageView};

use crate::dynamic;
use crate::proto::conformance::conformance_request::Payload;
use crate::proto::conformance::conformance_response::Result as Outcome;
use crate::proto::conformance::{
    ConformanceRequest, ConformanceResponse, TestCategory, WireFormat,
};

// `TESTED`, `JSON_TYPES`, `TEXT_TYPES` and `EXTENSIONS`.
include!(concat!(env!("OUT_DIR"), "/tested.rs"));

const JSON: json::Printer = json::Printer::new().types(JSON_TYPES).extensions(EXTENSIONS);
const TEXT: text::Printer = text::Printer::new().types(TEXT_TYPES).extensions(EXTENSIONS);

/// A message type of the tests.
struct Tested {
    name: &'static str,
    exchange: fn(&ConformanceRequest, views: bool) -> Outcome,
}

/// What messages are while they are handed back.
pub(crate) enum Way {
    /// Generated structs.
    Generated,
    /// The same, but seen by their views where they come in encoded.
    Views,
    /// Dynamic messages of a pool.
    Dynamic(DescriptorPool),
}

/// What the runner wants to know.
pub(crate) fn answer(request: ConformanceRequest, way: &Way) -> ConformanceResponse {
    let outcome = match TESTED.iter().find(|tested| tested.name == request.message_type) {
        Some(tested) => match way {
            Way::Generated => (tested.exchange)(&request, false),
            Way::Views => (tested.exchange)(&request, true),
            Way::Dynamic(pool) => dynamic::exchange(&request, pool),
        },
        // No test is known to fail.
        None if request.message_type == "conformance.FailureSet" => {
            Outcome::ProtobufPayload(Vec::new())
        }
        None => Outcome::Skipped(format!("{} was not compiled in", request.message_type)),
    };
    ConformanceResponse { result: Some(outcome), ..Default::default() }
}

impl Tested {
    const fn of<M: HasView + Json + Text>() -> Self {
        Self { name: M::NAME, exchange: exchange::<M> }
    }
}

fn exchange<M: HasView + Json + Text>(request: &ConformanceRequest, views: bool) -> Outcome {
    let lenient = request.test_category == TestCategory::JsonIgnoreUnknownParsingTest;
    let parsed = match &request.payload {
        Some(Payload::ProtobufPayload(bytes)) => {
            let decoded = match views {
                true => M::View::decode(bytes).map(|view| view.to_message()),
                false => M::decode(bytes),
            };
            decoded.map_err(|error| error.to_string())
        }
        Some(Payload::JsonPayload(text)) => json::Parser::new()
            .ignore_unknown(lenient)
            .types(JSON_TYPES)
            .extensions(EXTENSIONS)
            .from_str::<M>(text)
            .map_err(|error| error.to_string()),
        Some(Payload::TextPayload(text)) => text::Parser::new()
            .types(TEXT_TYPES)
            .extensions(EXTENSIONS)
            .from_str::<M>(text)
            .map_err(|error| error.to_string()),
        None => return Outcome::Skipped("the payload's format is not known here".to_owned()),
    };
    let message = match parsed {
        Ok(message) => message,
        Err(error) => return Outcome::ParseError(error),
    };
    match request.requested_output_format {
        WireFormat::Protobuf => Outcome::ProtobufPayload(message.encode_to_vec()),
        WireFormat::Json => match JSON.to_string(&message) {
            Ok(text) => Outcome::JsonPayload(text),
            Err(error) => Outcome::SerializeError(error.to_string()),
        },
        WireFormat::TextFormat => {
            let printer = TEXT.unknown_fields(request.print_unknown_fields);
            Outcome::TextPayload(printer.to_string(&message))
        }
        other => Outcome::Skipped(format!("there is no format {other:?} here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustrpc::Message;

    fn exchanged(payload: Payload, output: WireFormat) -> Outcome {
        let request = ConformanceRequest {
            payload: Some(payload),
            requested_output_format: output,
            message_type: ConformanceRequest::NAME.into(),
            ..Default::default()
        };
        let [outcome, seen] =
            [Way::Generated, Way::Views].map(|way| answer(request.clone(), &way).result);
        assert_eq!(outcome, seen);
        outcome.expect("every request has an outcome")
    }

    #[test]
    fn messages_change_their_format() {
        let json = Payload::JsonPayload(r#"{"textPayload": "x"}"#.into());
        let binary = exchanged(json, WireFormat::Protobuf);
        assert_eq!(binary, Outcome::ProtobufPayload(b"\x42\x01x".to_vec()));
        let json = exchanged(Payload::ProtobufPayload(b"\x42\x01x".to_vec()), WireFormat::Json);
        assert_eq!(json, Outcome::JsonPayload(r#"{"textPayload":"x"}"#.into()));
        let text =
            exchanged(Payload::ProtobufPayload(b"\x42\x01x".to_vec()), WireFormat::TextFormat);
        assert_eq!(text, Outcome::TextPayload("text_payload: \"x\"\n".into()));
        let binary =
            exchanged(Payload::TextPayload("text_payload: 'x'".into()), WireFormat::Protobuf);
        assert_eq!(binary, Outcome::ProtobufPayload(b"\x42\x01x".to_vec()));
    }

    #[test]
    fn unknown_fields_are_shown_on_demand() {
        for (print_unknown_fields, text) in [(false, ""), (true, "100: 5\n")] {
            let request = ConformanceRequest {
                payload: Some(Payload::ProtobufPayload(b"\xa0\x06\x05".to_vec())),
                requested_output_format: WireFormat::TextFormat,
                message_type: ConformanceRequest::NAME.into(),
                print_unknown_fields,
                ..Default::default()
            };
            assert_eq!(
                answer(request, &Way::Generated).result,
                Some(Outcome::TextPayload(text.into()))
            );
        }
    }

    #[test]
    fn what_is_malformed_is_refused() {
        for payload in [
            Payload::ProtobufPayload(vec![8]),
            Payload::JsonPayload("{".into()),
            Payload::TextPayload("{".into()),
        ] {
            let outcome = exchanged(payload, WireFormat::Json);
            assert!(matches!(outcome, Outcome::ParseError(_)), "{outcome:?}");
        }
    }
}
