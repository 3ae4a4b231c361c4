//! tonic's server under test: `bench-server-tonic PORT [--tuned] [CERTIFICATE KEY]`.
//!
//! `--tuned` is tonic at its best on one core: a current-thread runtime (whose scheduler has no
//! LIFO slot to run the connection task after every finished call).

use std::pin::Pin;
use std::time::{Duration, Instant};

use proto::bench_server::{Bench, BenchServer};
use proto::{
    Chunk, DownloadRequest, ExchangeRequest, HelloReply, HelloRequest, SlowHelloRequest,
    UploadReply,
};
use tokio_stream::Stream;
use tonic::transport::{Identity, ServerTlsConfig};
use tonic::{Request, Response, Status, Streaming};

mod proto {
    tonic::include_proto!("bench.v1");
}

/// Far above what the loads send.
const MESSAGE_LIMIT: usize = 256 << 20;

struct Answers;

type Chunks = Pin<Box<dyn Stream<Item = Result<Chunk, Status>> + Send>>;

#[tonic::async_trait]
impl Bench for Answers {
    async fn say_hello(
        &self,
        request: Request<HelloRequest>,
    ) -> Result<Response<HelloReply>, Status> {
        Ok(Response::new(hello(&request.into_inner().name)))
    }

    async fn say_hello_later(
        &self,
        request: Request<HelloRequest>,
    ) -> Result<Response<HelloReply>, Status> {
        let name = request.into_inner().name;
        let reply = tokio::spawn(async move { hello(&name) }).await;
        Ok(Response::new(reply.map_err(|error| Status::internal(error.to_string()))?))
    }

    async fn say_hello_after(
        &self,
        request: Request<SlowHelloRequest>,
    ) -> Result<Response<HelloReply>, Status> {
        let request = request.into_inner();
        tokio::time::sleep(Duration::from_micros(request.microseconds.into())).await;
        Ok(Response::new(hello(&request.name)))
    }

    async fn say_hello_slowly(
        &self,
        request: Request<SlowHelloRequest>,
    ) -> Result<Response<HelloReply>, Status> {
        let request = request.into_inner();
        let until = Instant::now() + Duration::from_micros(request.microseconds.into());
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        Ok(Response::new(hello(&request.name)))
    }

    async fn exchange(&self, request: Request<ExchangeRequest>) -> Result<Response<Chunk>, Status> {
        Ok(Response::new(chunk(request.into_inner().reply_size)))
    }

    type DownloadStream = Chunks;

    async fn download(
        &self,
        request: Request<DownloadRequest>,
    ) -> Result<Response<Chunks>, Status> {
        let DownloadRequest { size, count } = request.into_inner();
        let chunks = (0..count).map(move |_| Ok(chunk(size)));
        Ok(Response::new(Box::pin(tokio_stream::iter(chunks))))
    }

    async fn upload(
        &self,
        request: Request<Streaming<Chunk>>,
    ) -> Result<Response<UploadReply>, Status> {
        let mut stream = request.into_inner();
        let mut reply = UploadReply::default();
        while let Some(chunk) = stream.message().await? {
            reply.chunks += 1;
            reply.bytes += chunk.data.len() as u64;
        }
        Ok(Response::new(reply))
    }

    type EchoStream = Streaming<Chunk>;

    async fn echo(
        &self,
        request: Request<Streaming<Chunk>>,
    ) -> Result<Response<Streaming<Chunk>>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

fn hello(name: &str) -> HelloReply {
    HelloReply { message: format!("Hello, {name}!") }
}

fn chunk(size: u32) -> Chunk {
    Chunk { data: vec![7; size as usize] }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let usage = "usage: bench-server-tonic PORT [--tuned] [CERTIFICATE KEY]";
    let port: u16 = arguments.next().ok_or(usage)?.parse()?;
    let mut runtime = match arguments.next_if_eq("--tuned") {
        Some(_) => tokio::runtime::Builder::new_current_thread(),
        None => tokio::runtime::Builder::new_multi_thread(),
    };
    let identity = match (arguments.next(), arguments.next()) {
        (Some(certificate), Some(key)) => {
            Some(Identity::from_pem(std::fs::read(certificate)?, std::fs::read(key)?))
        }
        _ => None,
    };
    runtime.enable_all().build()?.block_on(serve(port, identity))
}

async fn serve(port: u16, identity: Option<Identity>) -> Result<(), Box<dyn std::error::Error>> {
    let service = BenchServer::new(Answers)
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT);
    let mut server = tonic::transport::Server::builder().tcp_nodelay(true);
    if let Some(identity) = identity {
        server = server.tls_config(ServerTlsConfig::new().identity(identity))?;
    }
    let serve = server.add_service(service).serve(([127, 0, 0, 1], port).into());
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        served = serve => served?,
        _ = terminate.recv() => {}
    }
    Ok(())
}
