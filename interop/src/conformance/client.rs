//! The suite's client: makes the call that each test describes, and tells how it went.

mod streams;
mod unary;

use std::time::Duration;

use rustrpc::tls::{ClientTls, Identity, Roots, TlsError};
use rustrpc::{Channel, Compression, Message, Metadata, Status};

use super::echo;
use crate::proto::connectrpc::conformance::v1::{
    self as suite, ClientCompatRequest, ClientCompatResponse, ClientErrorResult,
    ClientResponseResult, ConformanceServiceClient, client_compat_request::cancel::CancelTiming,
    client_compat_response,
};

/// How many calls are made at a time.
pub const CONCURRENT_TESTS: usize = 8;

/// Runs one test.
pub async fn run(test: ClientCompatRequest) -> ClientCompatResponse {
    let test_name = test.test_name.clone();
    let result = match call(test).await {
        Ok(result) => client_compat_response::Result::Response(result),
        Err(message) => client_compat_response::Result::Error(ClientErrorResult {
            message,
            ..Default::default()
        }),
    };
    ClientCompatResponse { test_name, result: Some(result), ..Default::default() }
}

async fn call(test: ClientCompatRequest) -> Result<ClientResponseResult, String> {
    let test = Test::read(test)?;
    let client = ConformanceServiceClient::new(test.connect().await?);
    match test.method.as_str() {
        "Unary" => unary::unary(&client, &test).await,
        "IdempotentUnary" => unary::idempotent_unary(&client, &test).await,
        "Unimplemented" => unary::unimplemented(&client, &test).await,
        "ClientStream" => streams::client_stream(&client, &test).await,
        "ServerStream" => streams::server_stream(&client, &test).await,
        "BidiStream" => streams::bidi_stream(&client, &test).await,
        other => Err(format!("no method is called {other}")),
    }
}

/// A test in our terms.
#[derive(Debug)]
struct Test {
    address: String,
    tls: Option<ClientTls>,
    method: String,
    full_duplex: bool,
    metadata: Metadata,
    compression: Compression,
    requests: Vec<rustrpc::types::Any>,
    request_delay: Duration,
    timeout: Option<Duration>,
    receive_limit: Option<usize>,
    cancel: Option<CancelTiming>,
}

impl Test {
    /// # Errors
    /// When the test asks for what we do not have.
    fn read(test: ClientCompatRequest) -> Result<Self, String> {
        if test.protocol != suite::Protocol::Grpc {
            return Err("only gRPC is supported so far".to_owned());
        }
        let tls = tls(&test).map_err(|error| error.to_string())?;
        let scheme = if tls.is_some() { "https" } else { "http" };
        let compression = match test.compression {
            suite::Compression::Unspecified | suite::Compression::Identity => Compression::Identity,
            suite::Compression::Gzip => Compression::Gzip,
            other => return Err(format!("compression {other:?} is not supported")),
        };
        let metadata = echo::metadata(&test.request_headers).map_err(|error| error.to_string())?;
        Ok(Self {
            address: format!("{scheme}://{}:{}", test.host, test.port),
            tls,
            method: test.method.ok_or("the test names no method")?,
            full_duplex: test.stream_type == suite::StreamType::FullDuplexBidiStream,
            metadata,
            compression,
            requests: test.request_messages,
            request_delay: Duration::from_millis(test.request_delay_ms.into()),
            timeout: test.timeout_ms.map(|timeout| Duration::from_millis(timeout.into())),
            receive_limit: (test.message_receive_limit > 0)
                .then_some(test.message_receive_limit as usize),
            cancel: test.cancel.and_then(|cancel| cancel.cancel_timing),
        })
    }

    async fn connect(&self) -> Result<Channel, String> {
        let mut channel = Channel::builder(&self.address).compress(self.compression);
        if let Some(timeout) = self.timeout {
            channel = channel.timeout(timeout);
        }
        if let Some(tls) = &self.tls {
            channel = channel.tls(tls.clone());
        }
        if let Some(limit) = self.receive_limit {
            channel = channel.max_received_message_size(limit);
        }
        channel.connect().await.map_err(|status| format!("{}: {status}", self.address))
    }

    /// The requests, as the method's type.
    fn requests<T: Message>(&self) -> Result<Vec<T>, String> {
        let unpack =
            |any: &rustrpc::types::Any| any.unpack::<T>().map_err(|error| error.to_string());
        self.requests.iter().map(unpack).collect()
    }

    fn only_request<T: Message>(&self) -> Result<T, String> {
        let mut requests = self.requests()?;
        match (requests.pop(), requests.len()) {
            (Some(request), 0) => Ok(request),
            (_, more) => Err(format!("{} takes one request, not {}", self.method, more + 1)),
        }
    }

    /// How long after the last request the call is cancelled, when that is when it is.
    fn cancel_after_close(&self) -> Option<Duration> {
        match self.cancel {
            Some(CancelTiming::AfterCloseSendMs(after)) => {
                Some(Duration::from_millis(after.into()))
            }
            _ => None,
        }
    }

    fn cancels_before_close(&self) -> bool {
        matches!(self.cancel, Some(CancelTiming::BeforeCloseSend(_)))
    }

    /// After how many answers the call is cancelled, when that is when it is.
    fn cancel_after_answers(&self) -> Option<usize> {
        match self.cancel {
            Some(CancelTiming::AfterNumResponses(answers)) => Some(answers as usize),
            _ => None,
        }
    }
}

/// How to encrypt, if the test wants it.
fn tls(test: &ClientCompatRequest) -> Result<Option<ClientTls>, TlsError> {
    if test.server_tls_cert.is_empty() {
        return Ok(None);
    }
    let mut tls = ClientTls::new().roots(Roots::from_pem(&test.server_tls_cert)?);
    if let Some(creds) = &test.client_tls_creds {
        tls = tls.identity(Identity::from_pem(&creds.cert, &creds.key)?);
    }
    Ok(Some(tls))
}

/// How a call that was given up ends.
fn cancelled() -> Status {
    Status::cancelled("the call was cancelled as the test wants")
}

/// What came before the failure, and the failure.
fn failed(
    payloads: Vec<suite::ConformancePayload>,
    headers: &Metadata,
    status: &Status,
) -> ClientResponseResult {
    ClientResponseResult {
        response_headers: echo::headers(headers),
        payloads,
        error: Some(echo::error(status)),
        response_trailers: echo::headers(status.metadata()),
        ..Default::default()
    }
}
