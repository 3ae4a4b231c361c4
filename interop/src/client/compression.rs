//! Compressed messages in either direction, next to messages that are not.

use rustrpc::{Code, Compression};

use super::{expect, payload};
use crate::proto::grpc::testing::{
    BoolValue, ResponseParameters, SimpleRequest, StreamingInputCallRequest,
    StreamingOutputCallRequest, TestServiceClient,
};

pub(super) async fn client_unary(client: &TestServiceClient, probe: bool) -> Result<(), String> {
    let request =
        |compressed| SimpleRequest { expect_compressed: flag(compressed), ..payload::large() };
    if probe {
        let lie = client.unary_call(request(true)).await;
        expect::failure("a request that is not compressed", lie, Code::InvalidArgument)?;
    }
    for compressed in [true, false] {
        let call = client.unary_call(request(compressed)).compress(compression(compressed));
        let answer = expect::success("the call", call.await)?;
        payload::expect_zeros(answer.payload.as_ref(), payload::LARGE_RESPONSE)?;
    }
    Ok(())
}

pub(super) async fn server_unary(client: &TestServiceClient) -> Result<(), String> {
    for compressed in [true, false] {
        let request = SimpleRequest { response_compressed: flag(compressed), ..payload::large() };
        let answer = expect::success("the call", client.unary_call(request).response().await)?;
        expect::equal("whether the answer is compressed", answer.is_compressed(), compressed)?;
        payload::expect_zeros(answer.message().payload.as_ref(), payload::LARGE_RESPONSE)?;
    }
    Ok(())
}

pub(super) async fn client_streaming(
    client: &TestServiceClient,
    probe: bool,
) -> Result<(), String> {
    let request = |size, compressed| StreamingInputCallRequest {
        expect_compressed: flag(compressed),
        ..payload::input(size)
    };
    if probe {
        let (requests, answer) = client.streaming_input_call().start();
        // The server may refuse it before all of it is sent.
        let _ = requests.send(request(27_182, true)).await;
        drop(requests);
        expect::failure("a request that is not compressed", answer.await, Code::InvalidArgument)?;
    }
    let (requests, answer) = client.streaming_input_call().compress(Compression::Gzip).start();
    expect::success("sending", requests.send(request(27_182, true)).await)?;
    expect::success(
        "sending",
        requests.send_as(request(45_904, false), Compression::Identity).await,
    )?;
    drop(requests);
    let answer = expect::success("the call", answer.await)?;
    expect::equal("the sum of all sizes", answer.aggregated_payload_size, 73_086)
}

pub(super) async fn server_streaming(client: &TestServiceClient) -> Result<(), String> {
    let wanted = [(31_415, true), (92_653, false)];
    let parameters = |&(size, compressed)| ResponseParameters {
        size,
        compressed: flag(compressed),
        ..Default::default()
    };
    let request = StreamingOutputCallRequest {
        response_parameters: wanted.iter().map(parameters).collect(),
        ..Default::default()
    };
    let mut answers = expect::success("the call", client.streaming_output_call(request).await)?;
    for (size, compressed) in wanted {
        let answer = expect::success("an answer", answers.message().await)?.unwrap_or_default();
        expect::equal("whether the answer is compressed", answers.is_compressed(), compressed)?;
        payload::expect_zeros(answer.payload.as_ref(), size.unsigned_abs() as usize)?;
    }
    let rest = expect::success("the end", answers.message().await)?;
    expect::equal("an answer too many", rest, None)
}

fn flag(value: bool) -> Option<BoolValue> {
    Some(BoolValue { value, ..Default::default() })
}

fn compression(on: bool) -> Compression {
    if on { Compression::Gzip } else { Compression::Identity }
}
