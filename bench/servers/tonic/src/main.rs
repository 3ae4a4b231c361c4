//! tonic's answer to the benchmark: `bench-server-tonic PORT [--tuned]`.
//!
//! `--tuned` is tonic at its best on one core: a current-thread runtime (whose scheduler has no
//! LIFO slot to run the connection task after every finished call).

use greeter::greeter_server::{Greeter, GreeterServer};
use greeter::{HelloReply, HelloRequest};
use tonic::{Request, Response, Status};

mod greeter {
    tonic::include_proto!("bench.greeter.v1");
}

struct Hello;

#[tonic::async_trait]
impl Greeter for Hello {
    async fn say_hello(
        &self,
        request: Request<HelloRequest>,
    ) -> Result<Response<HelloReply>, Status> {
        let name = request.into_inner().name;
        Ok(Response::new(HelloReply { message: format!("Hello, {name}!") }))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().ok_or("usage: bench-server-tonic PORT [--tuned]")?.parse()?;
    let tuned = arguments.next().is_some_and(|flag| flag == "--tuned");
    let mut builder = if tuned {
        tokio::runtime::Builder::new_current_thread()
    } else {
        tokio::runtime::Builder::new_multi_thread()
    };
    builder.enable_all().build()?.block_on(async move {
        let serve = tonic::transport::Server::builder()
            .tcp_nodelay(true)
            .add_service(GreeterServer::new(Hello))
            .serve(([127, 0, 0, 1], port).into());
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            served = serve => served?,
            _ = terminate.recv() => {}
        }
        Ok(())
    })
}
