//! A server that runs out of file descriptors, in a process of its own that may have few.
#![cfg(unix)]

mod common;

use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use common::{EchoClient, EchoServer, Plain, live};
use rustrpc::Server;

/// Set in the process that has few descriptors.
const CHILD: &str = "RUSTRPC_TEST_FEW_DESCRIPTORS";
const DESCRIPTORS: usize = 64;

#[test]
fn accepting_survives_a_lack_of_descriptors() {
    if std::env::var_os(CHILD).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        return runtime.expect("a runtime").block_on(live(run_out_and_recover()));
    }
    let limited = format!("ulimit -n {DESCRIPTORS} && exec \"$0\" \"$@\"");
    let program = std::env::current_exe().expect("this program has a path");
    let mut child = Command::new("sh");
    child.arg("-c").arg(limited).arg(program);
    child.args(["--exact", "accepting_survives_a_lack_of_descriptors", "--nocapture"]);
    let ended = child.env(CHILD, "1").output().expect("a shell");
    let said = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{said}\n{}", String::from_utf8_lossy(&ended.stderr));
    assert!(said.contains("ran out and recovered"), "{said}");
}

async fn run_out_and_recover() {
    let server = Server::builder().add_service(EchoServer::new(Plain));
    let bound = server.bind("127.0.0.1:0").await.expect("a free port");
    let address = bound.local_addr().to_string();
    tokio::spawn(bound.serve());
    // The server has not run yet: these wait in the system's queue, and take all descriptors.
    let mut taken = Vec::new();
    let refused = loop {
        match TcpStream::connect(&address) {
            Ok(stream) => taken.push(stream),
            Err(error) => break error,
        }
        assert!(taken.len() < DESCRIPTORS, "there is no limit");
    };
    // Linux and the BSDs agree on the number of EMFILE.
    assert_eq!(refused.raw_os_error(), Some(24), "{refused}");
    // It finds no descriptor for the first one that waits, several times over.
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(taken);
    let client = EchoClient::connect(address).await.expect("it accepts again");
    assert_eq!(client.unary("word").await.expect("answered").value, "word");
    println!("ran out and recovered");
}
