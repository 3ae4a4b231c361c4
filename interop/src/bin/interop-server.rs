//! Serves gRPC's test service, with the flags of the official interop servers.

use std::process::ExitCode;

use interop::flags::Flags;
use interop::proto::grpc::testing::TestServiceServer;
use interop::test_service::Tester;
use rustrpc::Server;

const FLAGS: &[(&str, &str)] = &[
    ("port", "where to listen on loopback (8080 unless given; 0 for any)"),
    ("use_tls", "whether to encrypt (false unless given)"),
    ("tls_cert_file", "the chain of certificates, in PEM"),
    ("tls_key_file", "the private key, in PEM"),
];

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("interop-server: {problem}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), String> {
    let flags = Flags::of_process(FLAGS)?;
    let address = format!("127.0.0.1:{}", flags.value("port", 8080_u16)?);
    let mut server = Server::builder().add_service(TestServiceServer::new(Tester::default()));
    if let Some(tls) = flags.server_tls()? {
        server = server.tls(tls);
    }
    let bound = server.bind(address).await.map_err(|error| error.to_string())?;
    println!("listening on {}", bound.local_addr());
    bound.serve().await.map_err(|error| error.to_string())
}
