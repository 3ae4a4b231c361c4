//! Calls with a stream in one direction or both.

use std::future::pending;

use rustrpc::{Message, Status, Streaming};

use super::unary;
use super::{Test, cancelled, failed};
use crate::conformance::echo;
use crate::proto::connectrpc::conformance::v1::{
    BidiStreamRequest, BidiStreamResponse, ClientResponseResult, ClientStreamRequest,
    ConformancePayload, ConformanceServiceClient, ServerStreamResponse,
};

pub(super) async fn client_stream(
    client: &ConformanceServiceClient,
    test: &Test,
) -> Result<ClientResponseResult, String> {
    let (sender, answer) = client.client_stream().with_metadata(&test.metadata).start();
    let messages = test.requests::<ClientStreamRequest>()?;
    let total = messages.len();
    let mut sent = 0;
    for message in messages {
        tokio::time::sleep(test.request_delay).await;
        if sender.send(message).await.is_err() {
            break;
        }
        sent += 1;
    }
    let outcome = if test.cancels_before_close() {
        drop(answer);
        Err(cancelled())
    } else {
        sender.finish();
        tokio::select! {
            outcome = answer.response() => outcome,
            () = cancellation(test) => Err(cancelled()),
        }
    };
    let mut result = unary::result(outcome, |answer| answer.payload);
    result.num_unsent_requests = count(total - sent);
    Ok(result)
}

pub(super) async fn server_stream(
    client: &ConformanceServiceClient,
    test: &Test,
) -> Result<ClientResponseResult, String> {
    let call = client.server_stream(test.only_request()?).with_metadata(&test.metadata);
    let call = tokio::select! {
        started = call.into_future() => started,
        () = cancellation(test) => Err(cancelled()),
    };
    let mut answers = match call {
        Ok(answers) => Answers::new(answers),
        Err(status) => return Ok(failed(Vec::new(), status.headers(), &status)),
    };
    answers.read_all(test).await;
    Ok(answers.result())
}

pub(super) async fn bidi_stream(
    client: &ConformanceServiceClient,
    test: &Test,
) -> Result<ClientResponseResult, String> {
    let (sender, answers) = client.bidi_stream().with_metadata(&test.metadata).start();
    let mut answers = Answers::<BidiStreamResponse>::new(answers);
    let messages = test.requests::<BidiStreamRequest>()?;
    let total = messages.len();
    let mut sent = 0;
    for message in messages {
        tokio::time::sleep(test.request_delay).await;
        if answers.end.is_some() || sender.send(message).await.is_err() {
            break;
        }
        sent += 1;
        if test.full_duplex {
            answers.read_one(test).await;
        }
    }
    if test.cancels_before_close() {
        answers.cancel();
    }
    sender.finish();
    answers.read_all(test).await;
    let mut result = answers.result();
    result.num_unsent_requests = count(total - sent);
    Ok(result)
}

/// A stream of answers and what came of it so far.
struct Answers<T> {
    stream: Streaming<T>,
    payloads: Vec<ConformancePayload>,
    /// How it ended, once it has.
    end: Option<Result<(), Status>>,
}

/// An answer of a stream, which is nothing but a payload in every case.
trait StreamResponse: Message {
    fn payload(self) -> Option<ConformancePayload>;
}

impl StreamResponse for ServerStreamResponse {
    fn payload(self) -> Option<ConformancePayload> {
        self.payload
    }
}

impl StreamResponse for BidiStreamResponse {
    fn payload(self) -> Option<ConformancePayload> {
        self.payload
    }
}

impl<T: StreamResponse> Answers<T> {
    fn new(stream: Streaming<T>) -> Self {
        Self { stream, payloads: Vec::new(), end: None }
    }

    async fn read_one(&mut self, test: &Test) {
        match self.stream.message().await {
            Ok(Some(answer)) => {
                self.payloads.push(answer.payload().unwrap_or_default());
                if test.cancel_after_answers() == Some(self.payloads.len()) {
                    self.cancel();
                }
            }
            Ok(None) => self.end = Some(Ok(())),
            Err(status) => self.end = Some(Err(status)),
        }
    }

    async fn read_all(&mut self, test: &Test) {
        let mut cancellation = std::pin::pin!(cancellation(test));
        while self.end.is_none() {
            tokio::select! {
                () = self.read_one(test) => {}
                () = &mut cancellation => self.cancel(),
            }
        }
    }

    fn cancel(&mut self) {
        self.end = Some(Err(cancelled()));
    }

    /// Dropping the stream with it, which is what cancels the call when it has not ended.
    fn result(self) -> ClientResponseResult {
        let Self { stream, payloads, end } = self;
        match end {
            Some(Err(status)) => failed(payloads, stream.metadata(), &status),
            _ => ClientResponseResult {
                response_headers: echo::headers(stream.metadata()),
                payloads,
                response_trailers: stream.trailers().map(echo::headers).unwrap_or_default(),
                ..Default::default()
            },
        }
    }
}

async fn cancellation(test: &Test) {
    match test.cancel_after_close() {
        Some(after) => tokio::time::sleep(after).await,
        None => pending().await,
    }
}

fn count(requests: usize) -> i32 {
    i32::try_from(requests).unwrap_or(i32::MAX)
}
