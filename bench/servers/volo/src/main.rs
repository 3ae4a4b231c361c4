//! volo-grpc's server under test: `bench-server-volo PORT`.

use std::net::SocketAddr;

use proto::bench::v1::{Bench, BenchServer, HelloReply, HelloRequest};
use volo_grpc::server::{Server, ServiceBuilder};
use volo_grpc::{Request, Response, Status};

#[allow(warnings, reason = "generated")]
mod proto {
    include!(concat!(env!("OUT_DIR"), "/volo_gen.rs"));
    pub use volo_gen::*;
}

struct Answers;

impl Bench for Answers {
    async fn say_hello(
        &self,
        request: Request<HelloRequest>,
    ) -> Result<Response<HelloReply>, Status> {
        let message = format!("Hello, {}!", request.get_ref().name).into();
        Ok(Response::new(HelloReply { message, ..Default::default() }))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("usage: bench-server-volo PORT")?.parse()?;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    let service = ServiceBuilder::new(BenchServer::new(Answers)).build();
    let address = volo::net::Address::from(SocketAddr::from(([127, 0, 0, 1], port)));
    tokio::select! {
        served = Server::new().add_service(service).run(address) => {
            served.map_err(|error| error.to_string().into())
        }
        _ = terminate.recv() => Ok(()),
    }
}
