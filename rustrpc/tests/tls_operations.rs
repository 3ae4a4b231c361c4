//! TLS in the life of a server: peers that dawdle, shutdown, and certificates that are renewed.

#[path = "common/certificates.rs"]
mod certificates;
mod common;
#[path = "common/secure.rs"]
mod secure;

use std::time::Duration;

use certificates::{Authority, Leaf};
use common::{EchoServer, Plain, live};
use rustrpc::Server;
use rustrpc::tls::{ClientTls, Identity, Roots, ServerTls};
use secure::{connect, observed, refusal, serve};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use tokio::sync::oneshot;

#[tokio::test]
async fn slow_handshakes_keep_nobody_out() {
    live(async {
        let authority = Authority::new();
        let tls = ServerTls::new(authority.leaf().identity()).max_handshakes(2);
        let (tls, mut failures) = observed(tls);
        let port = serve(Plain, tls).await;
        let mut silent = Vec::new();
        for _ in 0..4 {
            silent.push(TcpStream::connect(("127.0.0.1", port)).await.expect("it listens"));
        }
        let tls = ClientTls::new().roots(authority.roots());
        let client = connect(port, tls).await.expect("there is room in the end");
        assert_eq!(client.unary("word").await.expect("answered").value, "word");
        let observed = failures.recv().await.expect("it serves on");
        assert!(observed.contains("max_handshakes"), "{observed}");
        let gone = silent[0].read(&mut [0; 1]).await;
        assert!(!matches!(gone, Ok(1..)), "the first one had to go");
    })
    .await;
}

#[tokio::test]
async fn a_handshake_has_its_time() {
    live(async {
        let authority = Authority::new();
        let tls = ServerTls::new(authority.leaf().identity());
        let (tls, mut failures) = observed(tls.handshake_timeout(Duration::from_millis(50)));
        let port = serve(Plain, tls).await;
        let mut silent = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
        assert_eq!(silent.read(&mut [0; 1]).await.expect("it is closed"), 0);
        let observed = failures.recv().await.expect("it serves on");
        assert!(observed.contains("handshake_timeout"), "{observed}");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_stops_waits_for_no_handshake() {
    live(async {
        let authority = Authority::new();
        let hour = Duration::from_secs(3600);
        let tls = ServerTls::new(authority.leaf().identity()).handshake_timeout(hour);
        let server = Server::builder().tls(tls).drain_timeout(hour);
        let bound = server.add_service(EchoServer::new(Plain)).bind("127.0.0.1:0").await;
        let bound = bound.expect("a free port");
        let port = bound.local_addr().port().expect("TCP");
        let (stop, stopped) = oneshot::channel::<()>();
        let server =
            tokio::spawn(bound.serve_with_shutdown(async { stopped.await.unwrap_or_default() }));
        let _silent = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
        // Its turn to be accepted comes before that of the next one.
        let tls = ClientTls::new().roots(authority.roots());
        let client = connect(port, tls).await.expect("it serves");
        stop.send(()).expect("it serves");
        server.await.expect("no panic").expect("it served");
        client.unary("word").await.expect_err("nobody is there");
    })
    .await;
}

#[tokio::test]
async fn certificates_are_exchanged_while_serving() {
    live(async {
        let folder = std::env::temp_dir().join(format!("rustrpc-tls-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let (chain, key) = (folder.join("server.pem"), folder.join("server.key"));
        let ca = folder.join("clients.pem");
        let put = |leaf: &Leaf, clients: &Authority| {
            std::fs::write(&chain, &leaf.certificate).expect("it can be written");
            std::fs::write(&key, &leaf.key).expect("it can be written");
            std::fs::write(&ca, &clients.pem).expect("it can be written");
        };
        let (old, new) = (Authority::new(), Authority::new());
        put(&old.leaf(), &old);
        let identity = Identity::from_files(&chain, &key).expect("they were just written");
        let clients = Roots::from_file(&ca).expect("it was just written");
        let tls = ServerTls::new(identity).require_client_certificates(clients);
        let reloader = tls.reloader();
        let port = serve(Plain, tls).await;
        let by = |authority: &Authority| {
            ClientTls::new().roots(authority.roots()).identity(authority.leaf().identity())
        };

        let early = connect(port, by(&old)).await.expect("it is trusted");
        refusal(port, by(&new)).await;
        put(&new.leaf(), &new);
        refusal(port, by(&new)).await;
        reloader.reload().expect("the files are fine");
        let late = connect(port, by(&new)).await.expect("it is trusted now");
        refusal(port, by(&old)).await;
        for client in [&early, &late] {
            assert_eq!(client.unary("word").await.expect("answered").value, "word");
        }

        // A certificate whose key is not there yet.
        std::fs::write(&chain, &old.leaf().certificate).expect("it can be written");
        let error = reloader.reload().expect_err("the key belongs to another");
        assert!(error.to_string().contains("server.pem"), "{error}");
        connect(port, by(&new)).await.expect("it serves as before");

        let only_certificate = old.leaf_for(&["127.0.0.1"], |_| {}).identity();
        reloader.replace(only_certificate).expect("it is whole");
        let mixed = ClientTls::new().roots(old.roots()).identity(new.leaf().identity());
        connect(port, mixed).await.expect("the roots for clients stay");
        let error = reloader.reload().expect_err("it came from no file");
        assert!(error.to_string().contains("replace"), "{error}");
        std::fs::remove_dir_all(&folder).expect("it was just made");
    })
    .await;
}
