//! Our answer to the benchmark: `bench-server-rustrpc PORT`.

use proto::bench::greeter::v1::{Greeter, GreeterServer, HelloReply, HelloRequest};
use rustrpc::{Request, Response, Server, Status};

mod proto {
    include!(concat!(env!("OUT_DIR"), "/mod.rs"));
}

struct Hello;

impl Greeter for Hello {
    async fn say_hello(
        &self,
        request: Request<HelloRequest>,
    ) -> Result<Response<HelloReply>, Status> {
        let name = request.into_inner().name;
        Ok(Response::new(HelloReply {
            message: format!("Hello, {name}!"),
            ..Default::default()
        }))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).ok_or("usage: bench-server-rustrpc PORT")?;
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    Server::builder()
        .add_service(GreeterServer::new(Hello))
        .serve_with_shutdown(format!("127.0.0.1:{port}").as_str(), async move {
            terminate.recv().await;
        })
        .await?;
    Ok(())
}
