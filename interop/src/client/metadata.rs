//! Metadata there and back.

use rustrpc::Metadata;

use super::{expect, payload};
use crate::proto::grpc::testing::TestServiceClient;
use crate::test_service::{ECHO_INITIAL, ECHO_TRAILING};

const INITIAL: &str = "test_initial_metadata_value";
const TRAILING: &[u8] = &[0xab, 0xab, 0xab];

pub(super) async fn custom(client: &TestServiceClient) -> Result<(), String> {
    let call = client.unary_call(payload::large());
    let call = call.metadata(ECHO_INITIAL, INITIAL).metadata_bin(ECHO_TRAILING, TRAILING);
    let answer = expect::success("the unary call", call.response().await)?;
    echoed(answer.metadata(), answer.trailers())?;

    let call = client.full_duplex_call();
    let call = call.metadata(ECHO_INITIAL, INITIAL).metadata_bin(ECHO_TRAILING, TRAILING);
    let (requests, mut answers) = call.start();
    let mut request = payload::outputs(&[payload::LARGE_RESPONSE]);
    request.payload = Some(payload::zeros(payload::LARGE_REQUEST));
    expect::success("sending", requests.send(request).await)?;
    drop(requests);
    while let Some(answer) = expect::success("an answer", answers.message().await)? {
        payload::expect_zeros(answer.payload.as_ref(), payload::LARGE_RESPONSE)?;
    }
    echoed(answers.metadata(), answers.trailers().ok_or("the stream ended without trailers")?)
}

fn echoed(initial: &Metadata, trailing: &Metadata) -> Result<(), String> {
    expect::equal(ECHO_INITIAL, initial.get(ECHO_INITIAL), Some(INITIAL))?;
    expect::equal(ECHO_TRAILING, trailing.get_bin(ECHO_TRAILING).as_deref(), Some(TRAILING))
}
