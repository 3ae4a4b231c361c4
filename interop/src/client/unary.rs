//! One request, one answer.

use std::time::{SystemTime, UNIX_EPOCH};

use super::{expect, payload};
use crate::proto::grpc::testing::{Empty, Payload, SimpleRequest, TestServiceClient};

pub(super) async fn empty(client: &TestServiceClient) -> Result<(), String> {
    let answer = expect::success("the call", client.empty_call(Empty::default()).await)?;
    expect::equal("the answer", answer, Empty::default())
}

pub(super) async fn large(client: &TestServiceClient) -> Result<(), String> {
    let answer = expect::success("the call", client.unary_call(payload::large()).await)?;
    payload::expect_zeros(answer.payload.as_ref(), payload::LARGE_RESPONSE)
}

/// The answer holds the time, so it is the same only when something cached it.
pub(super) async fn cacheable(client: &TestServiceClient) -> Result<(), String> {
    let call = async |body: String| {
        let payload = Payload { body: body.into_bytes(), ..Default::default() };
        let request = SimpleRequest { payload: Some(payload), ..Default::default() };
        let call = client.cacheable_unary_call(request).metadata("x-user-ip", "1.2.3.4");
        expect::success("the call", call.await)
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let first = call(now.to_string()).await?;
    expect::equal("the second answer", call(now.to_string()).await?, first.clone())?;
    let third = call(format!("{now}, another")).await?;
    expect::equal("another request has the same answer", third == first, false)
}
