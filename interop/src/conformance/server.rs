//! The suite's service: answers as each request says, and echoes what it heard.

use std::time::{Duration, Instant};

use rustrpc::stream::{self, Sender};
use rustrpc::types::Any;
use rustrpc::{Message, Metadata, Request, Response, Status, Stream, Streaming};

use super::echo;
use crate::proto::connectrpc::conformance::v1::{
    BidiStreamRequest, BidiStreamResponse, ClientStreamRequest, ClientStreamResponse,
    ConformancePayload, ConformanceService, IdempotentUnaryRequest, IdempotentUnaryResponse,
    ServerStreamRequest, ServerStreamResponse, StreamResponseDefinition, UnaryRequest,
    UnaryResponse, UnaryResponseDefinition, conformance_payload::RequestInfo,
    unary_response_definition,
};

/// The implementation that `conformance-server` serves.
#[derive(Debug)]
pub struct Conformance;

impl ConformanceService for Conformance {
    async fn unary(
        &self,
        request: Request<UnaryRequest>,
    ) -> Result<Response<UnaryResponse>, Status> {
        let call = Call::of(&request);
        let message = request.message();
        let requests = vec![Any::pack(message)];
        let response = call.answer_once(message.response_definition.as_ref(), requests).await?;
        Ok(response.map(|payload| UnaryResponse { payload: Some(payload), ..Default::default() }))
    }

    async fn idempotent_unary(
        &self,
        request: Request<IdempotentUnaryRequest>,
    ) -> Result<Response<IdempotentUnaryResponse>, Status> {
        let call = Call::of(&request);
        let message = request.message();
        let requests = vec![Any::pack(message)];
        let response = call.answer_once(message.response_definition.as_ref(), requests).await?;
        Ok(response.map(|payload| IdempotentUnaryResponse {
            payload: Some(payload),
            ..Default::default()
        }))
    }

    async fn client_stream(
        &self,
        request: Request<Streaming<ClientStreamRequest>>,
    ) -> Result<Response<ClientStreamResponse>, Status> {
        let call = Call::of(&request);
        let mut stream = request.into_inner();
        let mut definition = None;
        let mut requests = Vec::new();
        while let Some(message) = stream.message().await? {
            requests.push(Any::pack(&message));
            if requests.len() == 1 {
                definition = message.response_definition;
            }
        }
        let response = call.answer_once(definition.as_ref(), requests).await?;
        Ok(response
            .map(|payload| ClientStreamResponse { payload: Some(payload), ..Default::default() }))
    }

    async fn server_stream(
        &self,
        request: Request<ServerStreamRequest>,
    ) -> Result<
        Response<impl Stream<Item = Result<ServerStreamResponse, Status>> + Send + 'static>,
        Status,
    > {
        let call = Call::of(&request);
        let message = request.into_inner();
        let requests = vec![Any::pack(&message)];
        let definition = message.response_definition.unwrap_or_default();
        let (sender, stream) = stream::channel(1);
        let response = announce(&definition, stream)?;
        tokio::spawn(async move {
            let mut answers = Answers { call, definition, sender, sent: 0 };
            answers.finish(requests).await;
        });
        Ok(response)
    }

    async fn bidi_stream(
        &self,
        request: Request<Streaming<BidiStreamRequest>>,
    ) -> Result<
        Response<impl Stream<Item = Result<BidiStreamResponse, Status>> + Send + 'static>,
        Status,
    > {
        let call = Call::of(&request);
        let mut requests = request.into_inner();
        let first = requests.message().await?;
        let definition = first.as_ref().and_then(|first| first.response_definition.clone());
        let definition = definition.unwrap_or_default();
        let (sender, stream) = stream::channel(1);
        let response = announce(&definition, stream)?;
        tokio::spawn(async move {
            let mut answers = Answers { call, definition, sender, sent: 0 };
            let outcome = match first {
                Some(first) if first.full_duplex => answers.alternate(first, &mut requests).await,
                Some(first) => collect(first, &mut requests).await,
                None => Ok(Vec::new()),
            };
            match outcome {
                Ok(unanswered) => answers.finish(unanswered).await,
                Err(status) => answers.fail(status).await,
            }
        });
        Ok(response)
    }
}

/// What was heard of a call beside its messages.
#[derive(Clone, Debug)]
struct Call {
    metadata: Metadata,
    deadline: Option<Instant>,
}

/// The answers of a stream on their way.
struct Answers<T> {
    call: Call,
    definition: StreamResponseDefinition,
    sender: Sender<Result<T, Status>>,
    sent: usize,
}

/// A response of a stream, which is nothing but a payload in every case.
trait StreamResponse: Send + 'static {
    fn of(payload: ConformancePayload) -> Self;
}

impl StreamResponse for ServerStreamResponse {
    fn of(payload: ConformancePayload) -> Self {
        Self { payload: Some(payload), ..Default::default() }
    }
}

impl StreamResponse for BidiStreamResponse {
    fn of(payload: ConformancePayload) -> Self {
        Self { payload: Some(payload), ..Default::default() }
    }
}

impl Call {
    fn of<T>(request: &Request<T>) -> Self {
        Self { metadata: request.metadata().clone(), deadline: request.deadline() }
    }

    /// The echo of everything.
    fn info(&self, requests: Vec<Any>) -> RequestInfo {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        RequestInfo {
            request_headers: echo::headers(&self.metadata),
            timeout_ms: left.map(|left| i64::try_from(left.as_millis()).unwrap_or(i64::MAX)),
            requests,
            ..Default::default()
        }
    }

    /// The one answer of a call that has one.
    async fn answer_once(
        &self,
        definition: Option<&UnaryResponseDefinition>,
        requests: Vec<Any>,
    ) -> Result<Response<ConformancePayload>, Status> {
        let info = self.info(requests);
        let Some(definition) = definition else {
            return Ok(Response::new(ConformancePayload {
                request_info: Some(info),
                ..Default::default()
            }));
        };
        let headers = echo::metadata(&definition.response_headers)?;
        let trailers = echo::metadata(&definition.response_trailers)?;
        pause(definition.response_delay_ms).await;
        let data = match definition.response.clone() {
            Some(unary_response_definition::Response::Error(mut error)) => {
                error.details.push(Any::pack(&info));
                // A failed call has one set of metadata, which holds what belongs to either.
                let mut metadata = headers;
                metadata.extend(&trailers);
                return Err(echo::status(error).with_metadata(metadata));
            }
            Some(unary_response_definition::Response::ResponseData(data)) => data,
            None => Vec::new(),
        };
        let mut response = Response::new(ConformancePayload {
            data,
            request_info: Some(info),
            ..Default::default()
        });
        *response.metadata_mut() = headers;
        *response.trailers_mut() = trailers;
        Ok(response)
    }
}

impl<T: StreamResponse> Answers<T> {
    /// Answers each request as it comes, while there are answers; the requests that then remain without one.
    async fn alternate(
        &mut self,
        first: BidiStreamRequest,
        requests: &mut Streaming<BidiStreamRequest>,
    ) -> Result<Vec<Any>, Status> {
        let mut next = Some(first);
        while let Some(request) = next {
            let request = Any::pack(&request);
            if self.sent == self.definition.response_data.len() {
                return Ok(vec![request]);
            }
            let info = if self.sent == 0 {
                self.call.info(vec![request])
            } else {
                RequestInfo { requests: vec![request], ..Default::default() }
            };
            if !self.send(Some(info)).await {
                return Err(Status::cancelled("the client is gone"));
            }
            next = requests.message().await?;
        }
        Ok(Vec::new())
    }

    /// Sends the answers that are left, and ends the stream as it was defined.
    async fn finish(&mut self, requests: Vec<Any>) {
        let mut info = (self.sent == 0).then(|| self.call.info(requests));
        while self.sent < self.definition.response_data.len() {
            if !self.send(info.take()).await {
                return;
            }
        }
        if let Some(mut error) = self.definition.error.take() {
            error.details.extend(info.map(|info| Any::pack(&info)));
            self.fail(echo::status(error)).await;
        }
    }

    /// Sends the next answer in its time. False when nobody listens any more.
    async fn send(&mut self, request_info: Option<RequestInfo>) -> bool {
        let data = self.definition.response_data.get(self.sent).cloned().unwrap_or_default();
        self.sent += 1;
        pause(self.definition.response_delay_ms).await;
        let payload = ConformancePayload { data, request_info, ..Default::default() };
        self.sender.send(Ok(T::of(payload))).await.is_ok()
    }

    async fn fail(&mut self, status: Status) {
        let trailers = echo::metadata(&self.definition.response_trailers);
        let status = trailers.map_or_else(Status::from, |trailers| status.with_metadata(trailers));
        // Nobody listening any more is no failure of ours.
        let _ = self.sender.send(Err(status)).await;
    }
}

/// The response of a stream with its metadata, which goes out before the first answer is there.
fn announce<S>(definition: &StreamResponseDefinition, stream: S) -> Result<Response<S>, Status> {
    let mut response = Response::new(stream);
    *response.metadata_mut() = echo::metadata(&definition.response_headers)?;
    *response.trailers_mut() = echo::metadata(&definition.response_trailers)?;
    Ok(response)
}

/// All requests of a stream, once the last of them has come.
async fn collect<T: Message>(first: T, stream: &mut Streaming<T>) -> Result<Vec<Any>, Status> {
    let mut requests = vec![Any::pack(&first)];
    while let Some(request) = stream.message().await? {
        requests.push(Any::pack(&request));
    }
    Ok(requests)
}

async fn pause(milliseconds: u32) {
    if milliseconds > 0 {
        tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
    }
}
