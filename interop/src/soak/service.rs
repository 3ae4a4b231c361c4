//! The server of a soak: every answer carries the ticket of its request.

use std::sync::Arc;
use std::time::Duration;

use rustrpc::server::ServerBuilder;
use rustrpc::stream;
use rustrpc::tls::ServerTls;
use rustrpc::{Request, Response, Server, Status, Stream, Streaming};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::proto::grpc::testing::{
    SimpleRequest, SimpleResponse, StreamingInputCallRequest, StreamingInputCallResponse,
    StreamingOutputCallRequest, StreamingOutputCallResponse, TestService, TestServiceServer,
};

use super::LIVENESS;
use super::ledger::Ledger;
use super::ticket::Ticket;

/// Where the answer to a stream of requests has its ticket.
pub(super) const CALL: &str = "soak-call";

/// How long a server that drains waits for its calls, which are far shorter.
const DRAIN: Duration = Duration::from_secs(10);

/// Which of a server's two entrances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entrance {
    Plain,
    Encrypted,
}

/// A server that runs, with an entrance of each kind.
pub(super) struct Host {
    ledger: Arc<Ledger>,
    tls: ServerTls,
    plain: Listener,
    encrypted: Listener,
}

/// One entrance.
struct Listener {
    port: u16,
    shutdown: oneshot::Sender<()>,
    task: JoinHandle<Result<(), rustrpc::server::ServeError>>,
}

impl Host {
    pub(super) async fn start(ledger: Arc<Ledger>, tls: ServerTls) -> Result<Self, String> {
        Self::start_on([0, 0], ledger, tls).await
    }

    async fn start_on(
        [plain, encrypted]: [u16; 2],
        ledger: Arc<Ledger>,
        tls: ServerTls,
    ) -> Result<Self, String> {
        let server = || {
            let service = TestServiceServer::new(Echo { ledger: Arc::clone(&ledger) });
            Server::builder().add_service(service).drain_timeout(DRAIN)
        };
        let plain = Listener::start(server(), plain).await?;
        let encrypted = Listener::start(server().tls(tls.clone()), encrypted).await?;
        Ok(Self { ledger, tls, plain, encrypted })
    }

    pub(super) fn port(&self, entrance: Entrance) -> u16 {
        match entrance {
            Entrance::Plain => self.plain.port,
            Entrance::Encrypted => self.encrypted.port,
        }
    }

    /// Lets the calls end that run, and takes no more.
    pub(super) async fn stop(self) -> Result<(), String> {
        let (plain, encrypted) = tokio::join!(self.plain.stop(), self.encrypted.stop());
        plain.and(encrypted)
    }

    /// Stops, stays away for a while and starts again on the same ports.
    pub(super) async fn restart(self, away: Duration) -> Result<Self, String> {
        let ports = [self.plain.port, self.encrypted.port];
        let (ledger, tls) = (Arc::clone(&self.ledger), self.tls.clone());
        self.stop().await?;
        tokio::time::sleep(away).await;
        Self::start_on(ports, ledger, tls).await
    }
}

impl Listener {
    async fn start(server: ServerBuilder, port: u16) -> Result<Self, String> {
        let bound = server.bind(format!("127.0.0.1:{port}")).await;
        let bound = bound.map_err(|error| error.to_string())?;
        let port = bound.local_addr().port().ok_or("bound to no port")?;
        let (shutdown, asked) = oneshot::channel();
        let task = tokio::spawn(bound.serve_with_shutdown(async {
            // Being forgotten is being asked as well.
            let _ = asked.await;
        }));
        Ok(Self { port, shutdown, task })
    }

    async fn stop(self) -> Result<(), String> {
        let _ = self.shutdown.send(());
        let outcome = tokio::time::timeout(LIVENESS, self.task).await;
        let outcome = outcome.map_err(|_| format!("the server is not drained after {LIVENESS:?}"));
        outcome?.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
    }
}

struct Echo {
    ledger: Arc<Ledger>,
}

impl TestService for Echo {
    async fn unary_call(
        &self,
        request: Request<SimpleRequest>,
    ) -> Result<Response<SimpleResponse>, Status> {
        let asked = request.into_inner();
        let (ticket, _) = read(asked.payload.as_ref())?;
        let _visit = self.ledger.enter(ticket.call);
        pause(ticket.pause).await;
        let payload = Some(ticket.payload(size(asked.response_size)?));
        Ok(Response::new(SimpleResponse { payload, ..Default::default() }))
    }

    async fn streaming_output_call(
        &self,
        request: Request<StreamingOutputCallRequest>,
    ) -> Result<
        Response<impl Stream<Item = Result<StreamingOutputCallResponse, Status>> + Send + 'static>,
        Status,
    > {
        let asked = request.into_inner();
        let (ticket, _) = read(asked.payload.as_ref())?;
        let visit = self.ledger.enter(ticket.call);
        let (sender, receiver) = stream::channel(2);
        tokio::spawn(async move {
            let _visit = visit;
            for (index, wanted) in (0..).zip(&asked.response_parameters) {
                let answer = size(wanted.size).map(|size| output(Ticket { index, ..ticket }, size));
                tokio::select! {
                    () = pause(ticket.pause) => {}
                    () = sender.closed() => return,
                }
                if sender.send(answer).await.is_err() {
                    return;
                }
            }
        });
        Ok(Response::new(receiver))
    }

    async fn streaming_input_call(
        &self,
        request: Request<Streaming<StreamingInputCallRequest>>,
    ) -> Result<Response<StreamingInputCallResponse>, Status> {
        let mut requests = request.into_inner();
        let (mut first, mut visit, mut sum) = (None, None, 0);
        let mut next = 0;
        while let Some(request) = requests.message().await? {
            let (ticket, size) = read(request.payload.as_ref())?;
            let call = *first.get_or_insert(ticket.call);
            visit.get_or_insert_with(|| self.ledger.enter(call));
            if (ticket.call, ticket.index) != (call, next) {
                let problem = format!("request {next} of call {call} is {ticket:?}");
                self.ledger.report(problem.clone());
                return Err(Status::data_loss(problem));
            }
            next += 1;
            sum += size;
            pause(ticket.pause).await;
        }
        let aggregated_payload_size =
            i32::try_from(sum).map_err(|error| Status::out_of_range(error.to_string()))?;
        let answer = StreamingInputCallResponse { aggregated_payload_size, ..Default::default() };
        let mut response = Response::new(answer);
        response.trailers_mut().insert(CALL, first.unwrap_or_default().to_string())?;
        Ok(response)
    }

    async fn full_duplex_call(
        &self,
        request: Request<Streaming<StreamingOutputCallRequest>>,
    ) -> Result<
        Response<impl Stream<Item = Result<StreamingOutputCallResponse, Status>> + Send + 'static>,
        Status,
    > {
        let mut requests = request.into_inner();
        let (sender, receiver) = stream::channel(2);
        let ledger = Arc::clone(&self.ledger);
        tokio::spawn(async move {
            let mut visit = None;
            loop {
                let request = tokio::select! {
                    request = requests.message() => request,
                    () = sender.closed() => return,
                };
                let answer = match request {
                    Ok(Some(request)) => read(request.payload.as_ref()),
                    Ok(None) => return,
                    Err(status) => Err(status),
                };
                if let Ok((ticket, _)) = &answer {
                    visit.get_or_insert_with(|| ledger.enter(ticket.call));
                    pause(ticket.pause).await;
                }
                let failed = answer.is_err();
                let answer = answer.map(|(ticket, size)| output(ticket, size));
                if sender.send(answer).await.is_err() || failed {
                    return;
                }
            }
        });
        Ok(Response::new(receiver))
    }
}

fn output(ticket: Ticket, size: usize) -> StreamingOutputCallResponse {
    StreamingOutputCallResponse { payload: Some(ticket.payload(size)), ..Default::default() }
}

fn read(payload: Option<&crate::proto::grpc::testing::Payload>) -> Result<(Ticket, usize), Status> {
    Ticket::read(payload).map_err(Status::data_loss)
}

fn size(asked: i32) -> Result<usize, Status> {
    usize::try_from(asked).map_err(|error| Status::invalid_argument(error.to_string()))
}

async fn pause(millis: u32) {
    if millis > 0 {
        tokio::time::sleep(Duration::from_millis(u64::from(millis))).await;
    }
}
