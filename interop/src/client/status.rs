//! Calls that end with the status they ask for, or that nobody answers.

use rustrpc::{Channel, Code};

use super::expect;
use crate::proto::grpc::testing::{
    EchoStatus, Empty, SimpleRequest, StreamingOutputCallRequest, TestServiceClient,
    UnimplementedServiceClient,
};

const MESSAGE: &str = "test status message";
/// Whitespace that a header cannot hold, and characters within and beyond the basic plane.
const SPECIAL: &str = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n";

pub(super) async fn code_and_message(client: &TestServiceClient) -> Result<(), String> {
    unary(client, MESSAGE).await?;
    let (requests, mut answers) = client.full_duplex_call().start();
    let request =
        StreamingOutputCallRequest { response_status: status(MESSAGE), ..Default::default() };
    expect::success("sending", requests.send(request).await)?;
    drop(requests);
    let failure = expect::failure("the stream", answers.message().await, Code::Unknown)?;
    expect::equal("the message", failure.message(), MESSAGE)
}

pub(super) async fn special_message(client: &TestServiceClient) -> Result<(), String> {
    unary(client, SPECIAL).await
}

pub(super) async fn unimplemented_method(client: &TestServiceClient) -> Result<(), String> {
    let outcome = client.unimplemented_call(Empty::default()).await;
    expect::failure("the call", outcome, Code::Unimplemented).map(drop)
}

pub(super) async fn unimplemented_service(channel: Channel) -> Result<(), String> {
    let client = UnimplementedServiceClient::new(channel);
    let outcome = client.unimplemented_call(Empty::default()).await;
    expect::failure("the call", outcome, Code::Unimplemented).map(drop)
}

async fn unary(client: &TestServiceClient, message: &str) -> Result<(), String> {
    let request = SimpleRequest { response_status: status(message), ..Default::default() };
    let failure = expect::failure("the call", client.unary_call(request).await, Code::Unknown)?;
    expect::equal("the message", failure.message(), message)
}

fn status(message: &str) -> Option<EchoStatus> {
    let code = Code::Unknown.into();
    Some(EchoStatus { code, message: message.to_owned(), ..Default::default() })
}
