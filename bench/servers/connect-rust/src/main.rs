//! connect-rust's server under test: `bench-server-connect-rust PORT [--tuned]`; tuned is a current-thread runtime.

use std::error::Error;
use std::sync::Arc;

use connectrpc::{RequestContext, Response, Router, Server, ServiceRequest, ServiceResult};
use proto::bench::v1::{Bench, HelloReply, HelloRequest};

#[allow(warnings, reason = "generated")]
mod proto {
    connectrpc::include_generated!();
}

struct Answers;

impl Bench for Answers {
    #[allow(refining_impl_trait, reason = "the reply as it is, where any form of it might be")]
    async fn say_hello(
        &self,
        _: RequestContext,
        request: ServiceRequest<'_, HelloRequest>,
    ) -> ServiceResult<HelloReply> {
        Response::ok(HelloReply {
            message: format!("Hello, {}!", request.name),
            ..Default::default()
        })
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().ok_or("usage: bench-server-connect-rust PORT [--tuned]")?;
    let mut runtime = match arguments.next().as_deref() {
        Some("--tuned") => tokio::runtime::Builder::new_current_thread(),
        _ => tokio::runtime::Builder::new_multi_thread(),
    };
    runtime.enable_all().build()?.block_on(async move {
        let router = Router::new().add_service(Arc::new(Answers));
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            served = Server::new(router).serve(format!("127.0.0.1:{port}").parse()?) => {
                served.map_err(|error| error.to_string().into())
            }
            _ = terminate.recv() => Ok(()),
        }
    })
}
