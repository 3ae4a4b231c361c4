//! The test service that every gRPC implementation serves.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustrpc::rpc::CompressionSwitch;
use rustrpc::stream::{self, Receiver, Sender};
use rustrpc::{Code, Compression, Metadata, Request, Response, Status, Stream, Streaming};

use crate::proto::grpc::testing::{
    BoolValue, EchoStatus, Empty, Payload, SimpleRequest, SimpleResponse,
    StreamingInputCallRequest, StreamingInputCallResponse, StreamingOutputCallRequest,
    StreamingOutputCallResponse, TestService,
};

/// Metadata of a request that comes back in front of the answer.
pub const ECHO_INITIAL: &str = "x-grpc-test-echo-initial";
/// Metadata of a request that comes back behind the answer.
pub const ECHO_TRAILING: &str = "x-grpc-test-echo-trailing-bin";

/// The largest payload that is made for anyone, in bytes.
const LARGEST_PAYLOAD: usize = 64 << 20;
/// How many answers are kept for repeated cacheable requests.
const CACHED_ANSWERS: usize = 100;
/// How many answers may wait to be sent on a stream.
const WAITING_ANSWERS: usize = 4;

/// The implementation that `interop-server` serves.
#[derive(Debug, Default)]
pub struct Tester {
    /// Stands in for the cache between client and server that `cacheable_unary` is about.
    cache: Mutex<HashMap<Vec<u8>, SimpleResponse>>,
}

impl TestService for Tester {
    async fn empty_call(&self, request: Request<Empty>) -> Result<Response<Empty>, Status> {
        echo(request.metadata(), Response::new(Empty::default()))
    }

    async fn unary_call(
        &self,
        request: Request<SimpleRequest>,
    ) -> Result<Response<SimpleResponse>, Status> {
        let asked = request.message();
        check_compression(asked.expect_compressed.as_ref(), request.is_compressed())?;
        end_as_asked(asked.response_status.as_ref(), request.metadata())?;
        let payload = Some(zeros(asked.response_size)?);
        let response = Response::new(SimpleResponse { payload, ..Default::default() });
        echo(request.metadata(), response.compress(compression(asked.response_compressed.as_ref())))
    }

    async fn cacheable_unary_call(
        &self,
        request: Request<SimpleRequest>,
    ) -> Result<Response<SimpleResponse>, Status> {
        let key = request.into_inner().payload.unwrap_or_default().body;
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= CACHED_ANSWERS && !cache.contains_key(&key) {
            cache.clear();
        }
        let response = cache.entry(key).or_insert_with(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let body = now.as_nanos().to_string().into_bytes();
            let payload = Some(Payload { body, ..Default::default() });
            SimpleResponse { payload, ..Default::default() }
        });
        Ok(Response::new(response.clone()))
    }

    async fn streaming_output_call(
        &self,
        request: Request<StreamingOutputCallRequest>,
    ) -> Result<
        Response<impl Stream<Item = Result<StreamingOutputCallResponse, Status>> + Send + 'static>,
        Status,
    > {
        let (answers, response) = answers(request.metadata())?;
        let metadata = request.metadata().clone();
        let asked = request.into_inner();
        tokio::spawn(async move {
            if answers.send_all(&asked).await {
                answers.end_as_asked(asked.response_status.as_ref(), &metadata).await;
            }
        });
        Ok(response)
    }

    async fn streaming_input_call(
        &self,
        request: Request<Streaming<StreamingInputCallRequest>>,
    ) -> Result<Response<StreamingInputCallResponse>, Status> {
        let mut requests = request.into_inner();
        let mut sum = 0_usize;
        while let Some(request) = requests.message().await? {
            check_compression(request.expect_compressed.as_ref(), requests.is_compressed())?;
            sum += request.payload.unwrap_or_default().body.len();
        }
        let aggregated_payload_size = i32::try_from(sum)
            .map_err(|_| Status::out_of_range(format!("{sum} bytes do not fit the answer")))?;
        Ok(Response::new(StreamingInputCallResponse {
            aggregated_payload_size,
            ..Default::default()
        }))
    }

    async fn full_duplex_call(
        &self,
        request: Request<Streaming<StreamingOutputCallRequest>>,
    ) -> Result<
        Response<impl Stream<Item = Result<StreamingOutputCallResponse, Status>> + Send + 'static>,
        Status,
    > {
        let (answers, response) = answers(request.metadata())?;
        let metadata = request.metadata().clone();
        let mut requests = request.into_inner();
        tokio::spawn(async move {
            loop {
                let asked = match requests.message().await {
                    Ok(Some(asked)) => asked,
                    Ok(None) => break,
                    Err(status) => return answers.fail(status).await,
                };
                if !answers.send_all(&asked).await
                    || !answers.end_as_asked(asked.response_status.as_ref(), &metadata).await
                {
                    break;
                }
            }
        });
        Ok(response)
    }

    async fn half_duplex_call(
        &self,
        request: Request<Streaming<StreamingOutputCallRequest>>,
    ) -> Result<
        Response<impl Stream<Item = Result<StreamingOutputCallResponse, Status>> + Send + 'static>,
        Status,
    > {
        let (answers, response) = answers(request.metadata())?;
        let mut requests = request.into_inner();
        tokio::spawn(async move {
            let mut all = Vec::new();
            loop {
                match requests.message().await {
                    Ok(Some(asked)) => all.push(asked),
                    Ok(None) => break,
                    Err(status) => return answers.fail(status).await,
                }
            }
            for asked in &all {
                if !answers.send_all(asked).await {
                    break;
                }
            }
        });
        Ok(response)
    }
}

/// The task's end of a stream of answers.
struct Answers {
    sender: Sender<Result<Answer, Status>>,
}

/// The connection's end of a stream of answers: settles for each whether it is compressed.
struct AnswerStream {
    receiver: Receiver<Result<Answer, Status>>,
    switch: CompressionSwitch,
}

struct Answer {
    message: StreamingOutputCallResponse,
    compressed: bool,
}

/// A stream of answers that is fed by a task, since requests are awaited and pauses made between them.
fn answers(metadata: &Metadata) -> Result<(Answers, Response<AnswerStream>), Status> {
    let (sender, receiver) = stream::channel(WAITING_ANSWERS);
    let switch = CompressionSwitch::new(false);
    let response = Response::new(AnswerStream { receiver, switch: switch.clone() })
        .compress(Compression::Gzip)
        .compression_switch(switch);
    Ok((Answers { sender }, echo(metadata, response)?))
}

impl Answers {
    /// Sends what a request lists, in its time. False when nobody listens any more.
    async fn send_all(&self, asked: &StreamingOutputCallRequest) -> bool {
        for wanted in &asked.response_parameters {
            if let Ok(pause @ 1..) = u64::try_from(wanted.interval_us) {
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_micros(pause)) => {}
                    () = self.sender.closed() => return false,
                }
            }
            let answer = zeros(wanted.size).map(|payload| Answer {
                message: StreamingOutputCallResponse {
                    payload: Some(payload),
                    ..Default::default()
                },
                compressed: wanted.compressed.as_ref().is_some_and(|compressed| compressed.value),
            });
            let failed = answer.is_err();
            if self.sender.send(answer).await.is_err() || failed {
                return false;
            }
        }
        true
    }

    /// Ends the stream with the status that a request asks for. False when it asks for one.
    async fn end_as_asked(&self, status: Option<&EchoStatus>, metadata: &Metadata) -> bool {
        match end_as_asked(status, metadata) {
            Ok(()) => true,
            Err(status) => {
                self.fail(status).await;
                false
            }
        }
    }

    async fn fail(&self, status: Status) {
        // Nobody listening any more is no failure of ours.
        let _ = self.sender.send(Err(status)).await;
    }
}

impl Stream for AnswerStream {
    type Item = Result<StreamingOutputCallResponse, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let answer = ready!(Pin::new(&mut self.receiver).poll_next(context));
        Poll::Ready(answer.map(|answer| {
            answer.map(|answer| {
                self.switch.set(answer.compressed);
                answer.message
            })
        }))
    }
}

/// Puts the request's echo metadata on the response.
fn echo<T>(metadata: &Metadata, mut response: Response<T>) -> Result<Response<T>, Status> {
    for value in metadata.get_all(ECHO_INITIAL) {
        response.metadata_mut().append(ECHO_INITIAL, value)?;
    }
    *response.trailers_mut() = trailers(metadata)?;
    Ok(response)
}

fn trailers(metadata: &Metadata) -> Result<Metadata, Status> {
    let mut trailers = Metadata::new();
    for value in metadata.get_all_bin(ECHO_TRAILING) {
        trailers.append_bin(ECHO_TRAILING, value)?;
    }
    Ok(trailers)
}

/// Fails with the status that a request asks for, when it asks for one.
fn end_as_asked(status: Option<&EchoStatus>, metadata: &Metadata) -> Result<(), Status> {
    match status {
        Some(status) if status.code != 0 => {
            let failure = Status::new(Code::from_number(status.code), status.message.clone());
            Err(failure.with_metadata(trailers(metadata)?))
        }
        _ => Ok(()),
    }
}

fn check_compression(expected: Option<&BoolValue>, compressed: bool) -> Result<(), Status> {
    let said = |compressed| if compressed { "compressed" } else { "not compressed" };
    match expected {
        Some(expected) if expected.value != compressed => Err(Status::invalid_argument(format!(
            "the request came {}, and was to come {}",
            said(compressed),
            said(expected.value)
        ))),
        _ => Ok(()),
    }
}

fn compression(wanted: Option<&BoolValue>) -> Compression {
    if wanted.is_some_and(|wanted| wanted.value) {
        Compression::Gzip
    } else {
        Compression::Identity
    }
}

fn zeros(size: i32) -> Result<Payload, Status> {
    match usize::try_from(size) {
        Ok(size) if size <= LARGEST_PAYLOAD => {
            Ok(Payload { body: vec![0; size], ..Default::default() })
        }
        _ => Err(Status::invalid_argument(format!(
            "a payload of {size} bytes: ask for 0 to {LARGEST_PAYLOAD}"
        ))),
    }
}
