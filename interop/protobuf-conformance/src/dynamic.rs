//! The same exchange by way of dynamic messages: nothing but descriptors says what they are.

use rustrpc::reflect::{DescriptorPool, DynamicMessage};
use rustrpc::{json, text};

use crate::proto::conformance::conformance_request::Payload;
use crate::proto::conformance::conformance_response::Result as Outcome;
use crate::proto::conformance::{ConformanceRequest, TestCategory, WireFormat};

/// The descriptors of all that was compiled in.
pub(crate) fn pool() -> DescriptorPool {
    DescriptorPool::embedded(crate::proto::descriptors::FILES)
        .expect("the files were compiled in one run")
}

pub(crate) fn exchange(request: &ConformanceRequest, pool: &DescriptorPool) -> Outcome {
    let Some(descriptor) = pool.message(&request.message_type) else {
        return Outcome::Skipped(format!("{} was not compiled in", request.message_type));
    };
    let lenient = request.test_category == TestCategory::JsonIgnoreUnknownParsingTest;
    let parsed = match &request.payload {
        Some(Payload::ProtobufPayload(bytes)) => {
            DynamicMessage::decode(descriptor, bytes).map_err(|error| error.to_string())
        }
        Some(Payload::JsonPayload(text)) => {
            let parser = json::Parser::new().ignore_unknown(lenient);
            DynamicMessage::from_json(descriptor, text, &parser).map_err(|error| error.to_string())
        }
        Some(Payload::TextPayload(text)) => {
            let parser = text::Parser::new();
            DynamicMessage::from_text(descriptor, text, &parser).map_err(|error| error.to_string())
        }
        None => return Outcome::Skipped("the payload's format is not known here".to_owned()),
    };
    let message = match parsed {
        Ok(message) => message,
        Err(error) => return Outcome::ParseError(error),
    };
    match request.requested_output_format {
        WireFormat::Protobuf => Outcome::ProtobufPayload(message.encode_to_vec()),
        WireFormat::Json => match message.to_json(&json::Printer::new()) {
            Ok(text) => Outcome::JsonPayload(text),
            Err(error) => Outcome::SerializeError(error.to_string()),
        },
        WireFormat::TextFormat => {
            let printer = text::Printer::new().unknown_fields(request.print_unknown_fields);
            Outcome::TextPayload(message.to_text(&printer))
        }
        other => Outcome::Skipped(format!("there is no format {other:?} here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustrpc::Message;

    #[test]
    fn messages_change_their_format() {
        let request = |payload, requested_output_format| ConformanceRequest {
            payload: Some(payload),
            requested_output_format,
            message_type: ConformanceRequest::NAME.into(),
            ..Default::default()
        };
        let pool = pool();
        let json = Payload::JsonPayload(r#"{"textPayload": "x"}"#.into());
        let binary = exchange(&request(json, WireFormat::Protobuf), &pool);
        assert_eq!(binary, Outcome::ProtobufPayload(b"\x42\x01x".to_vec()));
        let binary = Payload::ProtobufPayload(b"\x42\x01x".to_vec());
        let json = exchange(&request(binary, WireFormat::Json), &pool);
        assert_eq!(json, Outcome::JsonPayload(r#"{"textPayload":"x"}"#.into()));
        let malformed = request(Payload::ProtobufPayload(vec![8]), WireFormat::Json);
        assert!(matches!(exchange(&malformed, &pool), Outcome::ParseError(_)));
    }
}
