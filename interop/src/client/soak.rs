//! The same call over and over, on one channel or on as many.

use std::time::{Duration, Instant};

use super::{Target, expect, payload};
use crate::proto::grpc::testing::{SimpleRequest, TestServiceClient};

/// What the soak cases do, by the flags of the official clients.
#[derive(Clone, Debug)]
pub struct Soak {
    /// How many calls.
    pub iterations: u32,
    /// How many may fail or be late.
    pub max_failures: u32,
    /// When a call is late.
    pub max_latency: Duration,
    /// When the case is over, whatever has been done.
    pub overall: Duration,
    /// Bytes in each request.
    pub request_size: usize,
    /// Bytes in each answer.
    pub response_size: i32,
}

pub(super) async fn calls(client: &TestServiceClient, soak: &Soak) -> Result<(), String> {
    repeat(soak, async || call(client, soak).await).await
}

pub(super) async fn channels(target: &Target) -> Result<(), String> {
    repeat(&target.soak, async || {
        let client = TestServiceClient::new(target.connect().await?);
        call(&client, &target.soak).await
    })
    .await
}

async fn repeat(
    soak: &Soak,
    mut iteration: impl AsyncFnMut() -> Result<(), String>,
) -> Result<(), String> {
    let over = Instant::now() + soak.overall;
    let mut failures = Vec::new();
    for number in 1..=soak.iterations {
        let start = Instant::now();
        if start >= over {
            return Err(format!(
                "only {} of {} calls in {:?}",
                number - 1,
                soak.iterations,
                soak.overall
            ));
        }
        let outcome = iteration().await;
        let took = start.elapsed();
        match outcome {
            Err(problem) => failures.push(format!("call {number}: {problem}")),
            Ok(()) if took > soak.max_latency => {
                failures.push(format!("call {number} took {took:?}"))
            }
            Ok(()) => {}
        }
    }
    if failures.len() > soak.max_failures as usize {
        return Err(format!(
            "{} of {} calls failed:\n{}",
            failures.len(),
            soak.iterations,
            failures.join("\n")
        ));
    }
    Ok(())
}

async fn call(client: &TestServiceClient, soak: &Soak) -> Result<(), String> {
    let request = SimpleRequest {
        payload: Some(payload::zeros(soak.request_size)),
        response_size: soak.response_size,
        ..Default::default()
    };
    let answer = expect::success("the call", client.unary_call(request).await)?;
    payload::expect_zeros(answer.payload.as_ref(), soak.response_size.unsigned_abs() as usize)
}
