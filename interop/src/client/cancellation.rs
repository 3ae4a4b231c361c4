//! Calls that end early.

use std::time::Duration;

use rustrpc::client::Sender;
use rustrpc::{Code, Message};

use super::{expect, payload};
use crate::proto::grpc::testing::TestServiceClient;

pub(super) async fn after_begin(client: &TestServiceClient) -> Result<(), String> {
    let (requests, answer) = client.streaming_input_call().start();
    // Whoever drops the answer gives up the call.
    drop(answer);
    refused(&requests, payload::input(27_182)).await
}

pub(super) async fn after_first_response(client: &TestServiceClient) -> Result<(), String> {
    let (requests, mut answers) = client.full_duplex_call().start();
    let mut request = payload::outputs(&[31_415]);
    request.payload = Some(payload::zeros(27_182));
    expect::success("sending", requests.send(request.clone()).await)?;
    let answer = expect::success("the answer", answers.message().await)?.unwrap_or_default();
    payload::expect_zeros(answer.payload.as_ref(), 31_415)?;
    drop(answers);
    refused(&requests, request).await
}

/// Sends until the call is known to be over, which it must be as cancelled. What was sent before that fits the window.
async fn refused<T: Message + Clone>(requests: &Sender<T>, request: T) -> Result<(), String> {
    loop {
        match requests.send(request.clone()).await {
            Ok(()) => tokio::task::yield_now().await,
            outcome => return expect::failure("sending", outcome, Code::Cancelled).map(drop),
        }
    }
}

pub(super) async fn timeout(client: &TestServiceClient) -> Result<(), String> {
    let (requests, mut answers) =
        client.full_duplex_call().timeout(Duration::from_millis(1)).start();
    let mut request = payload::outputs(&[]);
    request.payload = Some(payload::zeros(27_182));
    // The deadline may well pass before it is sent.
    let _ = requests.send(request).await;
    expect::failure("the stream", answers.message().await, Code::DeadlineExceeded).map(drop)
}
