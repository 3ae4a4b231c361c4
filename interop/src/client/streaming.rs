//! Streams of requests, of answers, and of both.

use super::payload::{REQUEST_SIZES, RESPONSE_SIZES};
use super::{expect, payload};
use crate::proto::grpc::testing::TestServiceClient;

pub(super) async fn client(client: &TestServiceClient) -> Result<(), String> {
    let (requests, answer) = client.streaming_input_call().start();
    for size in REQUEST_SIZES {
        expect::success("sending", requests.send(payload::input(size)).await)?;
    }
    drop(requests);
    let answer = expect::success("the call", answer.await)?;
    expect::equal("the sum of all sizes", answer.aggregated_payload_size, 74_922)
}

pub(super) async fn server(client: &TestServiceClient) -> Result<(), String> {
    let call = client.streaming_output_call(payload::outputs(&RESPONSE_SIZES));
    let mut answers = expect::success("the call", call.await)?;
    for size in RESPONSE_SIZES {
        let answer = expect::success("an answer", answers.message().await)?;
        payload::expect_zeros(answer.unwrap_or_default().payload.as_ref(), size)?;
    }
    let rest = expect::success("the end", answers.message().await)?;
    expect::equal("an answer too many", rest, None)
}

pub(super) async fn ping_pong(client: &TestServiceClient) -> Result<(), String> {
    let (requests, mut answers) = client.full_duplex_call().start();
    for (request_size, size) in REQUEST_SIZES.into_iter().zip(RESPONSE_SIZES) {
        let mut ping = payload::outputs(&[size]);
        ping.payload = Some(payload::zeros(request_size));
        expect::success("sending", requests.send(ping).await)?;
        let pong = expect::success("an answer", answers.message().await)?;
        payload::expect_zeros(pong.unwrap_or_default().payload.as_ref(), size)?;
    }
    drop(requests);
    let rest = expect::success("the end", answers.message().await)?;
    expect::equal("an answer too many", rest, None)
}

pub(super) async fn empty(client: &TestServiceClient) -> Result<(), String> {
    let (requests, mut answers) = client.full_duplex_call().start();
    drop(requests);
    let rest = expect::success("the end", answers.message().await)?;
    expect::equal("an answer to nothing", rest, None)
}
