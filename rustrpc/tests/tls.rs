//! TLS over sockets, from both sides, with certificates that are made here.

#[path = "common/certificates.rs"]
mod certificates;
mod common;
#[path = "common/secure.rs"]
mod secure;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use certificates::{Authority, Leaf};
use common::{Echo, EchoClient, EchoServer, Plain, live, text_of};
use rustrpc::server::LocalAddress;
use rustrpc::tls::rustls::pki_types::ServerName;
use rustrpc::tls::rustls::{self, ClientConfig, ServerConfig};
use rustrpc::tls::{ClientTls, ServerTls};
use rustrpc::types::StringValue;
use rustrpc::{Channel, Code, Request, Response, Server, Status};
use secure::{connect, observed, refusal, serve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

/// Answers with the certificate by which the client has proved who it is.
struct WhoAmI;

impl Echo for WhoAmI {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        let certificates = request.peer_certificates();
        let first: &[u8] = certificates.first().map_or(b"nobody", |certificate| certificate);
        Ok(Response::new(text_of(format!("{first:?}"))))
    }
}

#[tokio::test]
async fn calls_of_all_kinds_are_encrypted() {
    live(async {
        let authority = Authority::new();
        let port = serve(Plain, ServerTls::new(authority.leaf().identity())).await;
        let tls = ClientTls::new().roots(authority.roots());
        let client = connect(port, tls.clone()).await.expect("it is trusted");
        assert_eq!(client.unary("word").await.expect("answered").value, "word");
        let words = rustrpc::stream::iter(["a", "b"].map(text_of));
        assert_eq!(client.collect().stream(words).await.expect("answered").value, "a,b");
        let words = rustrpc::stream::iter(["a", "b"].map(text_of));
        let mut replies = client.chat().stream(words);
        assert_eq!(replies.message().await.expect("it goes on").expect("a word").value, "a");
        // Many records in each direction.
        let long = "x".repeat(3_000_000);
        assert_eq!(client.unary(&*long).await.expect("answered").value.len(), long.len());
        // Without a scheme the settings decide.
        let channel = Channel::builder(format!("localhost:{port}")).tls(tls).connect().await;
        let client = EchoClient::new(channel.expect("it is trusted by its name as well"));
        assert_eq!(client.unary("word").await.expect("answered").value, "word");
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn unix_sockets_are_encrypted_too() {
    live(async {
        let authority = Authority::new();
        let path = std::env::temp_dir().join(format!("rustrpc-tls-{}.sock", std::process::id()));
        let address = format!("unix:{}", path.display());
        let server = Server::builder().tls(ServerTls::new(authority.leaf().identity()));
        let bound = server.add_service(EchoServer::new(Plain)).bind(&address).await;
        let bound = bound.expect("the path is free");
        assert!(matches!(bound.local_addr(), LocalAddress::Unix(_)));
        let (stop, stopped) = oneshot::channel::<()>();
        let server =
            tokio::spawn(bound.serve_with_shutdown(async { stopped.await.unwrap_or_default() }));
        let tls = ClientTls::new().roots(authority.roots());
        let client = Channel::builder(&address).tls(tls).connect().await;
        let client = EchoClient::new(client.expect("it is trusted as localhost"));
        assert_eq!(client.unary("word").await.expect("answered").value, "word");
        let status = EchoClient::connect(&address).await.expect_err("plaintext");
        assert!(status.message().contains("https://"), "{status}");
        stop.send(()).expect("it serves");
        server.await.expect("no panic").expect("it served");
    })
    .await;
}

#[tokio::test]
async fn a_client_proves_who_it_is() {
    live(async {
        let authority = Authority::new();
        let strangers = Authority::new();
        let (mine, theirs) = (authority.leaf(), strangers.leaf());
        let tls = ServerTls::new(authority.leaf().identity());
        let (tls, mut failures) = observed(tls.require_client_certificates(authority.roots()));
        let port = serve(WhoAmI, tls).await;
        let tls = ClientTls::new().roots(authority.roots());

        let client = connect(port, tls.clone().identity(mine.identity())).await;
        let answer = client.expect("it is known").unary("who?").await.expect("answered");
        assert_eq!(answer.value, format!("{:?}", mine.der));

        let refused = refusal(port, tls.clone()).await;
        assert!(refused.contains("`ClientTls::identity`"), "{refused}");
        let observed = failures.recv().await.expect("it serves on");
        assert!(observed.contains("requires client certificates"), "{observed}");

        let refused = refusal(port, tls.identity(theirs.identity())).await;
        assert!(refused.contains("issuer of this client's certificate"), "{refused}");
        let observed = failures.recv().await.expect("it serves on");
        assert!(observed.contains("none of the roots for client certificates"), "{observed}");
    })
    .await;
}

#[tokio::test]
async fn a_client_may_prove_who_it_is() {
    live(async {
        let authority = Authority::new();
        let (mine, theirs) = (authority.leaf(), Authority::new().leaf());
        let tls = ServerTls::new(authority.leaf().identity());
        let port = serve(WhoAmI, tls.request_client_certificates(authority.roots())).await;
        let tls = ClientTls::new().roots(authority.roots());
        for (tls, name) in
            [(tls.clone(), &b"nobody"[..]), (tls.clone().identity(mine.identity()), &mine.der)]
        {
            let client = connect(port, tls).await.expect("it is served");
            let answer = client.unary("who?").await.expect("answered");
            assert_eq!(answer.value, format!("{name:?}"));
        }
        let refused = refusal(port, tls.identity(theirs.identity())).await;
        assert!(refused.contains("issuer of this client's certificate"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_not_trusted_is_refused_with_the_cure() {
    live(async {
        let authority = Authority::new();
        let named = authority.leaf_for(&["orders.example"], |_| {});
        let expired = authority.leaf_for(&["127.0.0.1"], |params| {
            params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        });
        let early = authority.leaf_for(&["127.0.0.1"], |params| {
            params.not_before = rcgen::date_time_ymd(2999, 1, 1);
        });
        let tls = || ClientTls::new().roots(authority.roots());
        let of = async |leaf: Leaf| serve(Plain, ServerTls::new(leaf.identity())).await;

        let port = of(authority.leaf()).await;
        let refused = refusal(port, ClientTls::new().roots(Authority::new().roots())).await;
        assert!(refused.contains("`ClientTls::roots`"), "{refused}");
        let address = format!("127.0.0.1:{port}");
        assert!(refused.contains(&address), "{refused}");

        let refused = refusal(of(expired).await, tls()).await;
        assert!(refused.contains("has to be renewed"), "{refused}");
        let refused = refusal(of(early).await, tls()).await;
        assert!(refused.contains("the clock of this machine"), "{refused}");

        let port = of(named).await;
        let refused = refusal(port, tls()).await;
        assert!(refused.contains("`ClientTls::server_name`"), "{refused}");
        assert!(refused.contains("orders.example"), "{refused}");
        let client = connect(port, tls().server_name("orders.example")).await;
        client.expect("it is for that name").unary("word").await.expect("answered");
    })
    .await;
}

#[tokio::test]
async fn plaintext_and_tls_that_meet_are_told() {
    live(async {
        let authority = Authority::new();
        let tls = ServerTls::new(authority.leaf().identity());
        let (tls, mut failures) = observed(tls);
        let port = serve(Plain, tls).await;
        let status = EchoClient::connect(format!("http://127.0.0.1:{port}")).await;
        let status = status.expect_err("the server speaks TLS");
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert!(status.message().contains("https://"), "{status}");
        let observed = failures.recv().await.expect("it serves on");
        assert!(observed.contains("http://"), "{observed}");

        let plain = common::serve(Plain).await;
        let port = plain.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        let refused = refusal(port, ClientTls::new().roots(authority.roots())).await;
        assert!(refused.contains("use http://"), "{refused}");

        // One that hangs up without a word, as many proxies do.
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move { while listener.accept().await.is_ok() {} });
        let refused = refusal(port, ClientTls::new().roots(authority.roots())).await;
        assert!(refused.contains("does it speak TLS"), "{refused}");
    })
    .await;
}

/// A rustls configuration of a client that trusts `authority` and offers `protocols`.
fn client_config(authority: &Authority, protocols: &[&str]) -> ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    let certificate = pem::first(&authority.pem);
    roots.add(certificate).expect("a certificate");
    let builder = ClientConfig::builder_with_provider(ring());
    let builder = builder.with_safe_default_protocol_versions().expect("ring has them");
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    config
}

fn server_config(leaf: &Leaf, protocols: &[&str]) -> ServerConfig {
    let builder = ServerConfig::builder_with_provider(ring());
    let builder = builder.with_safe_default_protocol_versions().expect("ring has them");
    let mut config = builder
        .with_no_client_auth()
        .with_single_cert(vec![pem::first(&leaf.certificate)], pem::key(&leaf.key))
        .expect("they belong together");
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    config
}

fn ring() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

mod pem {
    use rustrpc::tls::rustls::pki_types::pem::PemObject as _;
    use rustrpc::tls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

    pub(super) fn first(text: &str) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(text.as_bytes()).expect("a certificate")
    }

    pub(super) fn key(text: &str) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_slice(text.as_bytes()).expect("a key")
    }
}

type RawClient = tokio_rustls::client::TlsStream<TcpStream>;

/// Connects below HTTP/2.
async fn raw(port: u16, config: ClientConfig) -> std::io::Result<RawClient> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    let name = ServerName::try_from("localhost").expect("a name");
    tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

#[tokio::test]
async fn http2_has_to_be_agreed_on() {
    live(async {
        let authority = Authority::new();
        let leaf = authority.leaf();
        let (tls, mut failures) = observed(ServerTls::new(leaf.identity()));
        let port = serve(Plain, tls).await;

        // Others than h2 are refused within the handshake.
        let error = raw(port, client_config(&authority, &["http/1.1"])).await;
        error.expect_err("it has no h2");
        let observed = failures.recv().await.expect("it serves on");
        assert!(observed.contains("ALPN h2"), "{observed}");

        // Nothing at all is answered by GOAWAY, and the end.
        let mut client = raw(port, client_config(&authority, &[])).await.expect("TLS is fine");
        let mut said = Vec::new();
        client.read_to_end(&mut said).await.expect("it ends with close_notify");
        let text = String::from_utf8_lossy(&said);
        assert!(text.contains("has to be agreed on by ALPN"), "{text}");

        // Servers that do not agree are refused by clients.
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(server_config(&leaf, &[])));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let Ok(mut stream) = acceptor.accept(stream).await else { continue };
                stream.read_to_end(&mut Vec::new()).await.ok();
            }
        });
        let status = connect(port, ClientTls::new().roots(authority.roots())).await;
        let status = status.expect_err("it has no h2");
        assert!(status.message().contains("ALPN (h2)"), "{status}");
    })
    .await;
}

#[tokio::test]
async fn ready_configurations_are_used() {
    live(async {
        let authority = Authority::new();
        let leaf = authority.leaf();
        let tls = ServerTls::with_config(server_config(&leaf, &[]));
        let reloader = tls.reloader();
        let port = serve(Plain, tls).await;
        for protocols in [&[][..], &["h2"]] {
            let tls = ClientTls::with_config(client_config(&authority, protocols));
            let client = connect(port, tls).await.expect("it is trusted");
            assert_eq!(client.unary("word").await.expect("answered").value, "word");
        }
        // The older version.
        let mut roots = rustls::RootCertStore::empty();
        roots.add(pem::first(&authority.pem)).expect("a certificate");
        let config = ClientConfig::builder_with_provider(ring())
            .with_protocol_versions(&[&rustls::version::TLS12])
            .expect("ring has it")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = connect(port, ClientTls::with_config(config)).await.expect("it is trusted");
        assert_eq!(client.unary("word").await.expect("answered").value, "word");

        let error = reloader.reload().expect_err("it came from no file");
        assert!(error.to_string().contains("replace_config"), "{error}");
        let others = server_config(&Authority::new().leaf(), &["h2", "http/1.1"]);
        reloader.replace_config(others).expect("it has h2");
        refusal(port, ClientTls::new().roots(authority.roots())).await;
        let error = reloader.replace_config(server_config(&leaf, &["http/1.1"]));
        assert!(error.expect_err("it lacks h2").to_string().contains("alpn_protocols"));
    })
    .await;
}

#[tokio::test]
async fn settings_that_contradict_each_other_are_named() {
    let authority = Authority::new();
    let tls = ServerTls::with_config(server_config(&authority.leaf(), &[]));
    let tls = tls.require_client_certificates(authority.roots());
    let error = Server::builder().tls(tls).bind("127.0.0.1:0").await.expect_err("a contradiction");
    assert!(error.to_string().contains("verifier"), "{error}");

    let config = client_config(&authority, &[]);
    let tls = ClientTls::with_config(config).roots(authority.roots());
    let name = ClientTls::new().roots(authority.roots()).server_name("not a name");
    let fine = || ClientTls::new().roots(authority.roots());
    for (builder, part) in [
        (Channel::builder("https://localhost:1").tls(tls), "with_config"),
        (Channel::builder("https://localhost:1").tls(name), "not a name"),
        (Channel::builder("http://localhost:1").tls(fine()), "say https://"),
        (Channel::in_process_builder(EchoServer::new(Plain)).tls(fine()), "no use"),
    ] {
        let status = builder.connect_lazy().expect_err(part);
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
        assert!(status.message().contains(part), "{status}");
    }
}

#[tokio::test]
async fn ends_are_told_from_cuts() {
    live(async {
        let authority = Authority::new();
        let leaf = authority.leaf();
        // A server that stops says so by close_notify.
        let tls = ServerTls::new(leaf.identity());
        let server = Server::builder().tls(tls).drain_timeout(Duration::ZERO);
        let bound = server.add_service(EchoServer::new(Plain)).bind("127.0.0.1:0").await;
        let bound = bound.expect("a free port");
        let port = bound.local_addr().port().expect("TCP");
        let (stop, stopped) = oneshot::channel::<()>();
        let server =
            tokio::spawn(bound.serve_with_shutdown(async { stopped.await.unwrap_or_default() }));
        let mut client = raw(port, client_config(&authority, &["h2"])).await.expect("trusted");
        client
            .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
            .await
            .expect("it reads");
        client.read_exact(&mut [0; 9]).await.expect("the server speaks first as well");
        stop.send(()).expect("it serves");
        client.read_to_end(&mut Vec::new()).await.expect("the end is no cut");
        drop(client);
        server.await.expect("no panic").expect("it served");

        // A server that is cut off in the middle of a call.
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(server_config(&leaf, &["h2"])));
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&kept);
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let mut stream = acceptor.accept(stream).await.expect("it trusts");
            stream.write_all(b"\0\0\0\x04\0\0\0\0\0").await.expect("it reads");
            // Until a part of the message is there.
            stream.read_exact(&mut [0; 5_000]).await.expect("it writes");
            let (mut stream, session) = stream.into_inner();
            stream.shutdown().await.ok();
            keep.lock().expect("no panic").push((stream, session));
        });
        let client = connect(port, ClientTls::new().roots(authority.roots())).await;
        let status = client
            .expect("it is trusted")
            .unary("x".repeat(10_000))
            .await
            .expect_err("it is cut off");
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        assert!(status.message().contains("close_notify"), "{status}");
        drop(kept);
    })
    .await;
}
