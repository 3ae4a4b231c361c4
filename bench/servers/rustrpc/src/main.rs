//! Our server under test: `bench-server-rustrpc PORT [--tuned] [CERTIFICATE KEY]`; tuned is a current-thread runtime,
//! and TLS is spoken with a certificate.

use std::time::{Duration, Instant};

use proto::bench::v1::{
    Bench, BenchServer, Chunk, DownloadRequest, ExchangeRequest, HelloReply, HelloRequest,
    SlowHelloRequest, UploadReply,
};
use rustrpc::tls::{Identity, ServerTls};
use rustrpc::{Request, Response, Server, Status, Stream, Streaming};

mod proto {
    include!(concat!(env!("OUT_DIR"), "/mod.rs"));
}

/// Far above what the loads send.
const MESSAGE_LIMIT: usize = 256 << 20;

struct Answers;

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

    async fn download(
        &self,
        request: Request<DownloadRequest>,
    ) -> Result<Response<impl Stream<Item = Result<Chunk, Status>> + Send + 'static>, Status> {
        let DownloadRequest { size, count, .. } = request.into_inner();
        Ok(Response::new(rustrpc::stream::iter((0..count).map(move |_| Ok(chunk(size))))))
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

    async fn echo(
        &self,
        request: Request<Streaming<Chunk>>,
    ) -> Result<Response<impl Stream<Item = Result<Chunk, Status>> + Send + 'static>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

fn hello(name: &str) -> HelloReply {
    HelloReply { message: format!("Hello, {name}!"), ..Default::default() }
}

fn chunk(size: u32) -> Chunk {
    Chunk { data: vec![7; size as usize], ..Default::default() }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).peekable();
    let port =
        arguments.next().ok_or("usage: bench-server-rustrpc PORT [--tuned] [CERTIFICATE KEY]")?;
    let mut runtime = match arguments.next_if_eq("--tuned") {
        Some(_) => tokio::runtime::Builder::new_current_thread(),
        None => tokio::runtime::Builder::new_multi_thread(),
    };
    let tls = match (arguments.next(), arguments.next()) {
        (Some(certificate), Some(key)) => {
            Some(ServerTls::new(Identity::from_files(certificate, key)?))
        }
        _ => None,
    };
    runtime.enable_all().build()?.block_on(serve(format!("127.0.0.1:{port}"), tls))
}

async fn serve(address: String, tls: Option<ServerTls>) -> Result<(), Box<dyn std::error::Error>> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let mut server = Server::builder()
        .max_received_message_size(MESSAGE_LIMIT)
        .drain_timeout(Duration::from_millis(100))
        .add_service(BenchServer::new(Answers));
    if let Some(tls) = tls {
        server = server.tls(tls);
    }
    server
        .serve_with_shutdown(address.as_str(), async move {
            terminate.recv().await;
        })
        .await?;
    Ok(())
}
