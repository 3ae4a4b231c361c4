//! The clients of a soak: one call of a random kind after the other, each answer looked at.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustrpc::{Code, Status};

use crate::proto::grpc::testing::{
    Payload, ResponseParameters, SimpleRequest, StreamingInputCallRequest,
    StreamingOutputCallRequest, TestServiceClient,
};

use super::ledger::Ledger;
use super::random::Random;
use super::service::CALL;
use super::ticket::Ticket;
use super::weather::Weather;
use super::{Address, LIVENESS};

pub(super) struct Caller {
    client: TestServiceClient,
    /// Where clients for one call go.
    addresses: [Address; 2],
    ledger: Arc<Ledger>,
    weather: Arc<Weather>,
    random: Random,
}

/// One call as it is to be.
#[derive(Debug)]
struct Call {
    kind: Kind,
    ticket: Ticket,
    /// Of each message.
    sizes: Vec<usize>,
    deadline: Option<Duration>,
    /// When it is given up.
    patience: Option<Duration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Unary,
    ServerStreaming,
    ClientStreaming,
    PingPong,
    Flood,
}

/// Why a call has no right answer.
enum Failure {
    Status(Status),
    /// There is one, and it is wrong.
    Wrong(String),
}

impl Caller {
    pub(super) fn new(
        client: TestServiceClient,
        addresses: [Address; 2],
        ledger: Arc<Ledger>,
        weather: Arc<Weather>,
        seed: u64,
    ) -> Self {
        Self { client, addresses, ledger, weather, random: Random::new(seed) }
    }

    /// Calls until it is over.
    pub(super) async fn work(mut self, over: Instant) {
        while Instant::now() < over {
            let call = self.plan();
            let client = match self.random.chance(50) {
                false => Ok(self.client.clone()),
                true => self.addresses[self.random.below(2) as usize].client(1),
            };
            match client {
                Ok(client) => self.make(client, &call).await,
                Err(problem) => self.ledger.report(problem),
            }
            let pause = self.random.millis(120);
            tokio::time::sleep(pause).await;
        }
    }

    fn plan(&mut self) -> Call {
        let random = &mut self.random;
        let kind = match random.below(10) {
            0..=4 => Kind::Unary,
            5 => Kind::ServerStreaming,
            6 => Kind::ClientStreaming,
            7 | 8 => Kind::PingPong,
            _ => Kind::Flood,
        };
        let messages = if kind == Kind::Unary { 1 } else { random.below(12) };
        let pause = if random.chance(3) { random.below(30) } else { 0 };
        Call {
            kind,
            ticket: Ticket { call: self.ledger.issue(), index: 0, pause },
            sizes: (0..messages).map(|_| random.size()).collect(),
            deadline: random.chance(8).then(|| Duration::from_millis(1) + random.millis(60)),
            patience: random.chance(8).then(|| random.millis(40)),
        }
    }

    async fn make(&self, client: TestServiceClient, call: &Call) {
        let before = self.weather.now();
        let bounded = tokio::time::timeout(LIVENESS, perform(&client, call));
        let outcome = match call.patience {
            None => bounded.await,
            Some(patience) => tokio::select! {
                outcome = bounded => outcome,
                () = tokio::time::sleep(patience) => return self.count(call, "given up"),
            },
        };
        let name = call.ticket.call;
        match outcome {
            Err(_) => self.ledger.report(format!("call {name} hangs: {call:?}")),
            Ok(Ok(())) => self.count(call, "answered"),
            Ok(Err(Failure::Wrong(problem))) => {
                self.ledger.report(format!("call {name}: {problem}: {call:?}"));
            }
            Ok(Err(Failure::Status(status))) => match status.code() {
                Code::DeadlineExceeded if call.deadline.is_some() => {
                    self.count(call, "too late");
                }
                Code::Unavailable if !self.weather.has_been_calm_since(before) => {
                    self.count(call, "unavailable in a disturbance");
                }
                _ => self.ledger.report(format!("call {name} failed: {status}: {call:?}")),
            },
        }
    }

    fn count(&self, call: &Call, outcome: &str) {
        self.ledger.count(format!("{:?}: {outcome}", call.kind));
    }
}

async fn perform(client: &TestServiceClient, call: &Call) -> Result<(), Failure> {
    match call.kind {
        Kind::Unary => unary(client, call).await,
        Kind::ServerStreaming => server_streaming(client, call).await,
        Kind::ClientStreaming => client_streaming(client, call).await,
        Kind::PingPong => ping_pong(client, call).await,
        Kind::Flood => flood(client, call).await,
    }
}

async fn unary(client: &TestServiceClient, call: &Call) -> Result<(), Failure> {
    let size = call.sizes[0];
    let request = SimpleRequest {
        // The answer is of another size than the request.
        payload: Some(call.ticket.payload(size / 2)),
        response_size: size as i32,
        ..Default::default()
    };
    let mut unary = client.unary_call(request);
    if let Some(deadline) = call.deadline {
        unary = unary.timeout(deadline);
    }
    let answer = unary.await?;
    check(call, 0, answer.payload.as_ref())
}

async fn server_streaming(client: &TestServiceClient, call: &Call) -> Result<(), Failure> {
    let parameters = |size: &usize| ResponseParameters { size: *size as i32, ..Default::default() };
    let mut streaming = client.streaming_output_call(StreamingOutputCallRequest {
        response_parameters: call.sizes.iter().map(parameters).collect(),
        payload: Some(call.ticket.payload(0)),
        ..Default::default()
    });
    if let Some(deadline) = call.deadline {
        streaming = streaming.timeout(deadline);
    }
    let mut answers = streaming.start();
    for index in 0..call.sizes.len() {
        let answer = answers.message().await?;
        check(call, index, answer.as_ref().and_then(|answer| answer.payload.as_ref()))?;
    }
    expect_end(answers.message().await?.is_none())
}

async fn client_streaming(client: &TestServiceClient, call: &Call) -> Result<(), Failure> {
    let mut streaming = client.streaming_input_call();
    if let Some(deadline) = call.deadline {
        streaming = streaming.timeout(deadline);
    }
    let (requests, answer) = streaming.start();
    for index in 0..call.sizes.len() {
        let payload = Some(payload(call, index));
        let request = StreamingInputCallRequest { payload, ..Default::default() };
        if requests.send(request).await.is_err() {
            // The response says why.
            break;
        }
    }
    requests.finish();
    let response = answer.response().await?;
    let owner = response.trailers().get(CALL).unwrap_or_default().to_owned();
    let expected = if call.sizes.is_empty() { 0 } else { call.ticket.call };
    if owner != expected.to_string() {
        return Err(Failure::Wrong(format!("it has the answer of call {owner:?}")));
    }
    let (got, sent) = (response.message().aggregated_payload_size, call.sizes.iter().sum());
    if usize::try_from(got) != Ok(sent) {
        return Err(Failure::Wrong(format!("{got} of {sent} bytes have arrived")));
    }
    Ok(())
}

async fn ping_pong(client: &TestServiceClient, call: &Call) -> Result<(), Failure> {
    let mut duplex = client.full_duplex_call();
    if let Some(deadline) = call.deadline {
        duplex = duplex.timeout(deadline);
    }
    let (requests, mut answers) = duplex.start();
    for index in 0..call.sizes.len() {
        let payload = Some(payload(call, index));
        let request = StreamingOutputCallRequest { payload, ..Default::default() };
        if let Err(status) = requests.send(request).await {
            // What the receiving half says counts.
            answers.message().await?;
            return Err(Failure::Status(status));
        }
        let answer = answers.message().await?;
        check(call, index, answer.as_ref().and_then(|answer| answer.payload.as_ref()))?;
    }
    requests.finish();
    expect_end(answers.message().await?.is_none())
}

async fn flood(client: &TestServiceClient, call: &Call) -> Result<(), Failure> {
    let mut duplex = client.full_duplex_call();
    if let Some(deadline) = call.deadline {
        duplex = duplex.timeout(deadline);
    }
    let requests: Vec<_> = (0..call.sizes.len())
        .map(|index| StreamingOutputCallRequest {
            payload: Some(payload(call, index)),
            ..Default::default()
        })
        .collect();
    let mut answers = duplex.stream(rustrpc::stream::iter(requests));
    for index in 0..call.sizes.len() {
        let answer = answers.message().await?;
        check(call, index, answer.as_ref().and_then(|answer| answer.payload.as_ref()))?;
    }
    expect_end(answers.message().await?.is_none())
}

fn payload(call: &Call, index: usize) -> Payload {
    Ticket { index: index as u32, ..call.ticket }.payload(call.sizes[index])
}

/// Holds an answer against what was asked.
fn check(call: &Call, index: usize, payload: Option<&Payload>) -> Result<(), Failure> {
    let expected = (Ticket { index: index as u32, ..call.ticket }, call.sizes[index]);
    match Ticket::read(payload) {
        Ok(got) if got == expected => Ok(()),
        Ok(got) => Err(Failure::Wrong(format!("{got:?} came in place of {expected:?}"))),
        Err(problem) => Err(Failure::Wrong(format!("in place of {expected:?}: {problem}"))),
    }
}

fn expect_end(ended: bool) -> Result<(), Failure> {
    if ended { Ok(()) } else { Err(Failure::Wrong("an answer too many".to_owned())) }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}
