//! TLS in the life of a server: peers that dawdle, shutdown, and certificates that are renewed.

#[path = "common/certificates.rs"]
mod certificates;
mod common;
#[path = "common/secure.rs"]
mod secure;

use std::time::Duration;

use certificates::{Authority, Leaf};
use common::{EchoClient, EchoServer, Plain, live};
use rustrpc::tls::{ClientTls, Identity, Roots, ServerTls};
use rustrpc::{Channel, Server};
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

#[tokio::test]
async fn a_clients_certificate_is_exchanged_while_its_channels_are_in_use() {
    live(async {
        let folder = std::env::temp_dir().join(format!("rustrpc-client-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let (chain, key) = (folder.join("client.pem"), folder.join("client.key"));
        let ca = folder.join("servers.pem");
        let put = |authority: &Authority| {
            let leaf = authority.leaf();
            std::fs::write(&chain, &leaf.certificate).expect("it can be written");
            std::fs::write(&key, &leaf.key).expect("it can be written");
            std::fs::write(&ca, &authority.pem).expect("it can be written");
        };
        let (old, new) = (Authority::new(), Authority::new());
        let of = |authority: &Authority| {
            let tls = ServerTls::new(authority.leaf().identity());
            serve(Plain, tls.require_client_certificates(authority.roots()))
        };
        let (old_port, new_port) = (of(&old).await, of(&new).await);
        put(&old);
        let tls = ClientTls::new()
            .roots(Roots::from_file(&ca).expect("it was just written"))
            .identity(Identity::from_files(&chain, &key).expect("they were just written"));
        let reloader = tls.reloader();
        let early = connect(old_port, tls.clone()).await.expect("it is trusted");
        let waiting = Channel::builder(format!("https://127.0.0.1:{new_port}")).tls(tls.clone());
        let waiting = EchoClient::new(waiting.connect_lazy().expect("a fine target"));
        refusal(new_port, tls.clone()).await;

        put(&new);
        refusal(new_port, tls.clone()).await;
        reloader.reload().expect("the files are fine");
        assert_eq!(waiting.unary("word").await.expect("trusted now").value, "word");
        assert_eq!(early.unary("word").await.expect("it was open").value, "word");
        refusal(old_port, tls.clone()).await;

        std::fs::write(&chain, &old.leaf().certificate).expect("it can be written");
        let error = reloader.reload().expect_err("the key belongs to another");
        assert!(error.to_string().contains("client.pem"), "{error}");
        connect(new_port, tls.clone()).await.expect("it goes on as before");

        reloader.replace(old.leaf().identity()).expect("it is whole");
        refusal(new_port, tls.clone()).await;
        let error = reloader.reload().expect_err("it came from no file");
        assert!(error.to_string().contains("ClientReloader::replace"), "{error}");
        std::fs::remove_dir_all(&folder).expect("it was just made");
    })
    .await;
}

/// What is made of the same settings stays apart.
#[tokio::test]
async fn settings_that_are_made_from_others_leave_those_as_they_are() {
    live(async {
        let (one, other) = (Authority::new(), Authority::new());
        let base = ServerTls::new(one.leaf().identity());
        let strict = base.clone().require_client_certificates(one.roots());
        let stricter = base.clone().require_client_certificates(other.roots());
        let plain = ClientTls::new().roots(one.roots());
        let named = plain.clone().identity(one.leaf().identity());
        let (base, strict) = (serve(Plain, base).await, serve(Plain, strict).await);
        let stricter = serve(Plain, stricter).await;
        let client = connect(base, plain.clone()).await.expect("anybody is served");
        assert_eq!(client.unary("word").await.expect("answered").value, "word");
        let client = connect(strict, named.clone()).await.expect("it is known");
        assert_eq!(client.unary("word").await.expect("answered").value, "word");
        refusal(strict, plain).await;
        refusal(stricter, named).await;
    })
    .await;
}
