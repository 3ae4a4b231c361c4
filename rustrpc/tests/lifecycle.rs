//! Connections and servers that come and go.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{Echo, EchoClient, EchoServer, Plain, live, run};
use rustrpc::server::LocalAddress;
use rustrpc::types::StringValue;
use rustrpc::{Channel, Code, Request, Response, Server, Status};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot};

/// Answers when it is told to.
#[derive(Clone)]
struct Held {
    started: Arc<Semaphore>,
    go_on: Arc<Semaphore>,
}

impl Default for Held {
    fn default() -> Self {
        Self { started: Arc::new(Semaphore::new(0)), go_on: Arc::new(Semaphore::new(0)) }
    }
}

async fn take(semaphore: &Semaphore) {
    semaphore.acquire().await.expect("it is never closed").forget();
}

impl Echo for Held {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        if request.message().value != "quick" {
            self.started.add_permits(1);
            take(&self.go_on).await;
        }
        Ok(Response::new(request.into_inner()))
    }
}

#[tokio::test]
async fn a_server_that_stops_lets_calls_finish() {
    live(async {
        let held = Held::default();
        let bound =
            Server::builder().add_service(EchoServer::new(held.clone())).bind("127.0.0.1:0").await;
        let bound = bound.expect("a free port");
        let target = bound.local_addr().to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let server =
            tokio::spawn(bound.serve_with_shutdown(async { stopped.await.unwrap_or_default() }));
        let client = EchoClient::connect(target).await.expect("reachable");
        let call = tokio::spawn(client.unary("slow").into_future());
        take(&held.started).await;
        stop.send(()).expect("it serves");
        // No new connection is taken, and the old one takes no new calls once it is told so.
        while client.unary("quick").await.is_ok() {
            tokio::task::yield_now().await;
        }
        assert!(!server.is_finished());
        held.go_on.add_permits(1);
        assert_eq!(call.await.expect("no panic").expect("answered").value, "slow");
        server.await.expect("no panic").expect("it served");
    })
    .await;
}

#[tokio::test]
async fn draining_has_an_end() {
    live(async {
        let held = Held::default();
        let server = Server::builder().drain_timeout(Duration::from_millis(50));
        let bound = server.add_service(EchoServer::new(held.clone())).bind("127.0.0.1:0").await;
        let bound = bound.expect("a free port");
        let target = bound.local_addr().to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let server =
            tokio::spawn(bound.serve_with_shutdown(async { stopped.await.unwrap_or_default() }));
        let client = EchoClient::connect(target).await.expect("reachable");
        let call = tokio::spawn(client.unary("slow").into_future());
        take(&held.started).await;
        stop.send(()).expect("it serves");
        server.await.expect("no panic").expect("it served");
        assert_eq!(call.await.expect("no panic").expect_err("cut off").code(), Code::Unavailable);
    })
    .await;
}

#[tokio::test]
async fn a_lost_connection_is_unavailable_and_made_again() {
    live(async {
        let held = Held::default();
        let server = || {
            Server::builder()
                .drain_timeout(Duration::ZERO)
                .add_service(EchoServer::new(held.clone()))
        };
        let bound = server().bind("127.0.0.1:0").await.expect("a free port");
        let address = bound.local_addr().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let serving =
            tokio::spawn(bound.serve_with_shutdown(async { stopped.await.unwrap_or_default() }));
        let channel = Channel::builder(address.to_string()).max_backoff(Duration::from_millis(20));
        let client = EchoClient::new(channel.connect().await.expect("reachable"));
        let call = tokio::spawn(client.unary("slow").into_future());
        take(&held.started).await;
        stop.send(()).expect("it serves");
        let status = call.await.expect("no panic").expect_err("cut off");
        assert_eq!(status.code(), Code::Unavailable);
        assert!(status.message().contains(&address.to_string()), "{status}");
        serving.await.expect("no panic").expect("it served");

        let status = client.unary("quick").await.expect_err("nobody is there");
        assert_eq!(status.code(), Code::Unavailable);
        assert!(status.message().contains(&address.to_string()), "{status}");
        assert!(std::error::Error::source(&status).is_some(), "{status:?}");

        let patient = tokio::spawn(client.unary("quick").wait_for_ready(true).into_future());
        run(server().bind(address.to_string()).await.expect("its old port"));
        assert_eq!(patient.await.expect("no panic").expect("answered").value, "quick");
        client.unary("quick").await.expect("answered");
    })
    .await;
}

#[tokio::test]
async fn connecting_says_what_went_wrong() {
    live(async {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = nobody.local_addr().expect("bound");
        drop(nobody);
        let status = EchoClient::connect(address.to_string()).await.expect_err("nobody is there");
        assert_eq!(status.code(), Code::Unavailable);
        assert!(
            status.message().contains("cannot connect to")
                && status.message().contains(&address.to_string())
        );
        let error = Server::builder().bind("no port").await.expect_err("malformed");
        assert!(error.to_string().contains("no port"), "{error}");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_given_up() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = silent.local_addr().expect("bound").to_string();
    let builder = Channel::builder(&address).connect_timeout(Duration::from_secs(3));
    let status = builder.connect().await.expect_err("it says nothing");
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.message().contains("handshake"), "{status}");
}

#[cfg(unix)]
#[tokio::test]
async fn unix_sockets_serve_too() {
    live(async {
        let path = std::env::temp_dir().join(format!("rustrpc-{}.sock", std::process::id()));
        let target = format!("unix:{}", path.display());
        // What a killed server leaves behind is in nobody's way.
        drop(std::os::unix::net::UnixListener::bind(&path).expect("a fresh path"));
        let bound =
            Server::builder().add_service(EchoServer::new(Plain)).bind(target.as_str()).await;
        let bound = bound.expect("a stale socket is replaced");
        assert_eq!(bound.local_addr(), &LocalAddress::Unix(path.clone()));
        assert!(Server::builder().bind(target.as_str()).await.is_err(), "it is in use");
        let (stop, stopped) = oneshot::channel::<()>();
        let serving =
            tokio::spawn(bound.serve_with_shutdown(async { stopped.await.unwrap_or_default() }));
        let client = EchoClient::connect(&target).await.expect("reachable");
        assert_eq!(client.unary("x").await.expect("answered").value, "x");
        drop(client);
        stop.send(()).expect("it serves");
        serving.await.expect("no panic").expect("it served");
        assert!(!path.exists(), "the socket is removed");
    })
    .await;
}

#[tokio::test]
async fn a_socket_that_listens_already_is_served() {
    live(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let server = Server::builder().add_service(EchoServer::new(Plain));
        let bound = server.listen_on(listener).expect("it has an address");
        assert_eq!(bound.local_addr(), &LocalAddress::Tcp(address));
        run(bound);
        let client = EchoClient::connect(&format!("http://{address}")).await.expect("reachable");
        assert_eq!(client.unary("x").await.expect("answered").value, "x");
    })
    .await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_of_a_given_unix_socket_stays() {
    live(async {
        let path = std::env::temp_dir().join(format!("rustrpc-given-{}.sock", std::process::id()));
        let listener = tokio::net::UnixListener::bind(&path).expect("a fresh path");
        let server = Server::builder().add_service(EchoServer::new(Plain));
        let bound = server.listen_on(listener).expect("it has an address");
        assert_eq!(bound.local_addr(), &LocalAddress::Unix(path.clone()));
        bound.serve_with_shutdown(async {}).await.expect("it served");
        assert!(path.exists(), "whoever made it may serve on it again");
        std::fs::remove_file(&path).expect("it is there");
    })
    .await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn abstract_unix_sockets_serve_too() {
    live(async {
        let target = format!("unix-abstract:rustrpc-{}", std::process::id());
        run(Server::builder()
            .add_service(EchoServer::new(Plain))
            .bind(target.as_str())
            .await
            .expect("a fresh name"));
        let client = EchoClient::connect(&target).await.expect("reachable");
        assert_eq!(client.unary("x").await.expect("answered").value, "x");
    })
    .await;
}

#[tokio::test]
async fn calls_beyond_the_limit_of_streams_wait_their_turn() {
    live(async {
        let held = Held::default();
        let server = Server::builder()
            .max_concurrent_streams(2)
            .add_service(EchoServer::new(held.clone()))
            .build();
        let builder = Channel::in_process_builder(server).max_connections(2);
        let client = EchoClient::new(builder.connect().await.expect("in process"));
        let calls: Vec<_> =
            (0..7).map(|_| tokio::spawn(client.unary("slow").into_future())).collect();
        for _ in 0..4 {
            take(&held.started).await;
        }
        let status =
            client.unary("slow").timeout(Duration::from_millis(20)).await.expect_err("no place");
        assert_eq!(status.code(), Code::DeadlineExceeded);
        for call in &calls {
            assert!(!call.is_finished());
        }
        held.go_on.add_permits(calls.len());
        for call in calls {
            call.await.expect("no panic").expect("answered");
        }
    })
    .await;
}

#[tokio::test]
async fn last_words_are_not_lost_on_a_client_that_still_sends() {
    live(async {
        let server = Server::builder().drain_timeout(Duration::ZERO);
        let bound = server.add_service(EchoServer::new(Plain)).bind("127.0.0.1:0").await;
        let bound = bound.expect("a free port");
        let target = bound.local_addr().to_string();
        let (stop, stopped) = oneshot::channel::<()>();
        let server =
            tokio::spawn(bound.serve_with_shutdown(async { stopped.await.unwrap_or_default() }));
        let mut client = TcpStream::connect(target).await.expect("it listens");
        let empty_settings = b"\0\0\0\x04\0\0\0\0\0";
        client.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.expect("it reads");
        client.write_all(empty_settings).await.expect("it reads");
        client.read_exact(&mut [0; 9]).await.expect("the server's SETTINGS");
        stop.send(()).expect("it serves");
        let mut said = Vec::new();
        client.read_to_end(&mut said).await.expect("GOAWAY and the end");
        // A socket that nobody reads any more would refuse the second of these.
        for _ in 0..2 {
            client.write_all(&[0; 1000]).await.expect("it is still heard");
        }
        drop(client);
        server.await.expect("no panic").expect("it served");
    })
    .await;
}
