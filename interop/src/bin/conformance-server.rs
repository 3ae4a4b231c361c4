//! The server that the connect conformance suite tests: told on standard input how to serve, it tells on standard output
//! where, and serves until it is stopped.

use std::process::ExitCode;

use interop::conformance::delimited;
use interop::conformance::server::Conformance;
use interop::proto::connectrpc::conformance::v1::{
    ConformanceServiceServer, ServerCompatRequest, ServerCompatResponse,
};
use rustrpc::tls::{Identity, Roots, ServerTls};
use rustrpc::{Compression, Server};

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("conformance-server: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), String> {
    let request: ServerCompatRequest = delimited::read(&mut tokio::io::stdin())
        .await
        .map_err(|error| error.to_string())?
        .ok_or("nothing on standard input: the suite says there how to serve")?;
    let mut server = Server::builder()
        .compress(Compression::Gzip)
        .add_service(ConformanceServiceServer::new(Conformance));
    if request.message_receive_limit > 0 {
        server = server.max_received_message_size(request.message_receive_limit as usize);
    }
    let mut pem_cert = Vec::new();
    if request.use_tls {
        let creds = request.server_creds.ok_or("TLS, but nothing to prove ourselves with")?;
        let identity = Identity::from_pem(&creds.cert, &creds.key);
        let mut tls = ServerTls::new(identity.map_err(|error| error.to_string())?);
        if !request.client_tls_cert.is_empty() {
            let clients = Roots::from_pem(&request.client_tls_cert);
            tls = tls.require_client_certificates(clients.map_err(|error| error.to_string())?);
        }
        server = server.tls(tls);
        pem_cert = creds.cert;
    }
    let bound = server.bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
    let port = bound.local_addr().port().ok_or("bound to no port")?;
    let host = "127.0.0.1".to_owned();
    let response = ServerCompatResponse { host, port: port.into(), pem_cert, ..Default::default() };
    delimited::write(&mut tokio::io::stdout(), &response)
        .await
        .map_err(|error| error.to_string())?;
    bound.serve().await.map_err(|error| error.to_string())
}
