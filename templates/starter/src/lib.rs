//! The service, as `src/main.rs` runs it and `tests/hello.rs` tests it.

use rustrpc::{Request, Response, Status, Stream};

use crate::proto::hello::v1::{
    HelloService, SayHelloRequest, SayHelloResponse, SayHellosRequest, SayHellosResponse,
};

/// Generated from `proto/`; the README says how.
pub mod proto;

/// Greets whoever calls.
#[derive(Debug, Default)]
pub struct Greeter;

impl HelloService for Greeter {
    async fn say_hello(
        &self,
        request: Request<SayHelloRequest>,
    ) -> Result<Response<SayHelloResponse>, Status> {
        let greeting = greeting(&request.into_inner().name)?;
        Ok(Response::new(SayHelloResponse {
            greeting,
            ..Default::default()
        }))
    }

    async fn say_hellos(
        &self,
        request: Request<SayHellosRequest>,
    ) -> Result<
        Response<impl Stream<Item = Result<SayHellosResponse, Status>> + Send + 'static>,
        Status,
    > {
        let SayHellosRequest { name, times, .. } = request.into_inner();
        let greeting = greeting(&name)?;
        let greetings = (1..=times).map(move |n| {
            Ok(SayHellosResponse {
                greeting: format!("{n}. {greeting}"),
                ..Default::default()
            })
        });
        Ok(Response::new(rustrpc::stream::iter(greetings)))
    }
}

fn greeting(name: &str) -> Result<String, Status> {
    if name.is_empty() {
        return Err(Status::invalid_argument(
            "the name is empty: whom shall I greet?",
        ));
    }
    Ok(format!("Hello, {name}!"))
}
