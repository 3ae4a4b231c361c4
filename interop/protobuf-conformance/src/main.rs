//! The program that the runner of protobuf's conformance tests runs: requests come in on the
//! standard input and are answered on the standard output, each with its length in front.
//!
//! It knows the test messages of the folders that `PROTOBUF_CONFORMANCE_PROTOS` named when it was
//! built (separated as in `PATH`), and skips all tests of others. `cargo xtask judges
//! protobuf-conformance` does all of that.
//!
//! With `--dynamic` it answers by way of dynamic messages instead of generated code, with `--views`
//! by the views of encoded messages.

mod dynamic;
mod exchange;
mod proto {
    include!(concat!(env!("OUT_DIR"), "/mod.rs"));
}

use std::io::{self, Read, Write};
use std::process::ExitCode;

use exchange::{Way, answer};
use proto::conformance::ConformanceRequest;
use rustrpc::Message;

fn main() -> ExitCode {
    // Older runners hand a program its own name as an argument.
    let given = |argument| std::env::args().any(|given| given == argument);
    let way = match (given("--dynamic"), given("--views")) {
        (true, _) => Way::Dynamic(dynamic::pool()),
        (false, true) => Way::Views,
        (false, false) => Way::Generated,
    };
    match serve(&mut io::stdin().lock(), &mut io::stdout().lock(), &way) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("protobuf-conformance: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Answers requests until there are no more.
fn serve(input: &mut impl Read, output: &mut impl Write, way: &Way) -> io::Result<()> {
    let mut length = [0; 4];
    while read_length(input, &mut length)? {
        let mut request = Vec::new();
        let expected = u64::from(u32::from_le_bytes(length));
        if input.take(expected).read_to_end(&mut request)? as u64 != expected {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let request = ConformanceRequest::decode(&request).map_err(io::Error::other)?;
        let response = answer(request, way).encode_to_vec();
        let length = u32::try_from(response.len()).map_err(io::Error::other)?;
        output.write_all(&length.to_le_bytes())?;
        output.write_all(&response)?;
        output.flush()?;
    }
    Ok(())
}

/// Reads a length; false when the input ended before it.
fn read_length(input: &mut impl Read, length: &mut [u8; 4]) -> io::Result<bool> {
    match input.read_exact(length) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::conformance::ConformanceResponse;
    use crate::proto::conformance::conformance_response::Result as Outcome;

    #[test]
    fn requests_are_answered_in_turn() {
        let mut input = Vec::new();
        for name in ["conformance.FailureSet", "acme.Unknown"] {
            let request = ConformanceRequest { message_type: name.into(), ..Default::default() };
            let request = request.encode_to_vec();
            input.extend_from_slice(&(request.len() as u32).to_le_bytes());
            input.extend_from_slice(&request);
        }
        let mut output = Vec::new();
        serve(&mut input.as_slice(), &mut output, &Way::Generated).expect("both are requests");
        let mut outcomes = Vec::new();
        let mut rest = output.as_slice();
        while let Some((length, behind)) = rest.split_first_chunk::<4>() {
            let (response, behind) = behind.split_at(u32::from_le_bytes(*length) as usize);
            outcomes.push(ConformanceResponse::decode(response).expect("a response").result);
            rest = behind;
        }
        assert_eq!(outcomes[0], Some(Outcome::ProtobufPayload(Vec::new())));
        assert!(matches!(outcomes[1], Some(Outcome::Skipped(_))), "{outcomes:?}");
        assert_eq!(outcomes.len(), 2);
    }

    #[test]
    fn a_request_that_is_cut_off_is_an_error() {
        serve(&mut &[5, 0, 0, 0, 1][..], &mut Vec::new(), &Way::Generated)
            .expect_err("four bytes are missing");
    }
}
