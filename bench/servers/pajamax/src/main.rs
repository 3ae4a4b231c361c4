//! pajamax' server under test, synchronous and unary only: `bench-server-pajamax PORT`.

use proto::{Bench, BenchServer, HelloReply, HelloRequest};

#[allow(warnings, reason = "generated")]
mod proto {
    include!(concat!(env!("OUT_DIR"), "/bench.v1.rs"));
}

struct Answers;

impl Bench for Answers {
    fn say_hello(&self, request: HelloRequest) -> pajamax::Response<HelloReply> {
        Ok(HelloReply { message: format!("Hello, {}!", request.name) })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let port = std::env::args().nth(1).ok_or("usage: bench-server-pajamax PORT")?;
    pajamax::Config::new()
        .max_concurrent_connections(10_000)
        .add_service(BenchServer::new(Answers))
        .serve(format!("127.0.0.1:{port}"))?;
    Ok(())
}
