//! Calls to a server that does something with HTTP/2 that clients must be able to take.

use super::{expect, payload, unary};
use crate::proto::grpc::testing::TestServiceClient;

/// How many calls are made at once to a server that allows one stream.
const AT_ONCE: usize = 10;

/// The server says GOAWAY after each call, so the second needs another connection.
pub(super) async fn goaway(client: &TestServiceClient) -> Result<(), String> {
    unary::large(client).await?;
    unary::large(client).await
}

/// The server allows one stream at a time and ends the connection when there are more.
pub(super) async fn max_streams(client: &TestServiceClient) -> Result<(), String> {
    unary::large(client).await?;
    let calls: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { unary::large(&client).await })
        })
        .collect();
    for call in calls {
        call.await.map_err(|error| error.to_string())??;
    }
    Ok(())
}

/// The server resets the stream before its trailers, so whatever has come is not an answer.
pub(super) async fn reset(client: &TestServiceClient) -> Result<(), String> {
    match client.unary_call(payload::large()).await {
        Ok(_) => Err("expected a failure, got an answer".to_owned()),
        Err(status) => expect::equal("no message", status.message().is_empty(), false),
    }
}
