//! Starts a server, makes a unary and a streaming call, prints the answers and ends.

use std::error::Error;

use example_greeter::{
    Polyglot,
    proto::greeter::v1::{GreetRequest, GreeterClient, GreeterServer},
};
use rustrpc::Server;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server =
        Server::builder().add_service(GreeterServer::new(Polyglot)).bind("127.0.0.1:0").await?;
    let target = format!("http://{}", server.local_addr());
    println!("serving on {target}");
    tokio::spawn(server.serve());

    let greeter = GreeterClient::connect(target).await?;
    let request = GreetRequest { name: "Ferris".to_owned(), ..Default::default() };

    let greeting = greeter.greet(request.clone()).await?;
    println!("one answer: {}", greeting.text);

    let mut greetings = greeter.greet_in_all(request).await?;
    while let Some(greeting) = greetings.message().await? {
        println!("a stream of them: {} ({})", greeting.text, greeting.language);
    }
    Ok(())
}
