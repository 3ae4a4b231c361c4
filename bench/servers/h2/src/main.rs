//! The h2 crate by itself, with a fixed answer: `bench-server-h2 PORT`.

use std::error::Error;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response};
use tokio::net::{TcpListener, TcpStream};

const MESSAGE: &[u8] = b"\0\0\0\0\x0f\x0a\x0dHello, world!";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::args().nth(1).ok_or("usage: bench-server-h2 PORT")?.parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            _ = terminate.recv() => return Ok(()),
        };
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream));
    }
}

async fn serve(stream: TcpStream) -> Result<(), h2::Error> {
    let mut connection = h2::server::handshake(stream).await?;
    while let Some(request) = connection.accept().await {
        let (request, mut respond) = request?;
        // One task to a call, as the stacks above h2 have it.
        tokio::spawn(async move {
            let mut body = request.into_body();
            while let Some(data) = body.data().await {
                let length = data?.len();
                body.flow_control().release_capacity(length)?;
            }
            let mut response = Response::new(());
            let content_type = HeaderValue::from_static("application/grpc");
            response.headers_mut().insert("content-type", content_type);
            let mut stream = respond.send_response(response, false)?;
            stream.send_data(Bytes::from_static(MESSAGE), false)?;
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", HeaderValue::from_static("0"));
            stream.send_trailers(trailers)
        });
    }
    Ok(())
}
