//! Calls with one request and one answer.

use std::future::pending;

use rustrpc::client::UnaryCall;
use rustrpc::{Message, Response, Status};

use super::{Test, cancelled, failed};
use crate::conformance::echo;
use crate::proto::connectrpc::conformance::v1::{
    ClientResponseResult, ConformancePayload, ConformanceServiceClient,
};

pub(super) async fn unary(
    client: &ConformanceServiceClient,
    test: &Test,
) -> Result<ClientResponseResult, String> {
    let call = client.unary(test.only_request()?);
    Ok(result(make(call, test).await, |answer| answer.payload))
}

pub(super) async fn idempotent_unary(
    client: &ConformanceServiceClient,
    test: &Test,
) -> Result<ClientResponseResult, String> {
    let call = client.idempotent_unary(test.only_request()?);
    Ok(result(make(call, test).await, |answer| answer.payload))
}

pub(super) async fn unimplemented(
    client: &ConformanceServiceClient,
    test: &Test,
) -> Result<ClientResponseResult, String> {
    let call = client.unimplemented(test.only_request()?);
    Ok(result(make(call, test).await, |_| None))
}

/// Makes the call, and drops it when the test wants it cancelled.
async fn make<T: Message>(call: UnaryCall<T>, test: &Test) -> Result<Response<T>, Status> {
    let cancellation = async {
        match test.cancel_after_close() {
            Some(after) => tokio::time::sleep(after).await,
            None => pending().await,
        }
    };
    tokio::select! {
        outcome = call.with_metadata(&test.metadata).response() => outcome,
        () = cancellation => Err(cancelled()),
    }
}

/// The result of a call with one answer.
pub(super) fn result<T>(
    outcome: Result<Response<T>, Status>,
    payload: impl FnOnce(T) -> Option<ConformancePayload>,
) -> ClientResponseResult {
    match outcome {
        Ok(response) => {
            let response_headers = echo::headers(response.metadata());
            let response_trailers = echo::headers(response.trailers());
            // An answer without a payload is an answer all the same.
            let payloads = vec![payload(response.into_inner()).unwrap_or_default()];
            ClientResponseResult {
                response_headers,
                payloads,
                response_trailers,
                ..Default::default()
            }
        }
        Err(status) => failed(Vec::new(), status.headers(), &status),
    }
}
