//! Our client against our server: every interop case that needs no other kind of server.

use std::time::Duration;

use interop::client::{self, Soak, Target};
use interop::proto::grpc::testing::TestServiceServer;
use interop::test_service::Tester;
use rustrpc::Server;

/// Generous: it only ends a test that would otherwise hang.
const LIVENESS: Duration = Duration::from_secs(60);

/// A server of its own for one case, gone with the test's runtime.
async fn run(case: &str) -> Result<(), String> {
    let service = TestServiceServer::new(Tester::default());
    let bound = Server::builder().add_service(service).bind("127.0.0.1:0").await;
    let bound = bound.map_err(|error| error.to_string())?;
    let port = bound.local_addr().port().ok_or("bound to no port")?;
    tokio::spawn(bound.serve());
    let target = Target {
        address: format!("http://127.0.0.1:{port}"),
        tls: None,
        authority: None,
        soak: Soak {
            iterations: 10,
            max_failures: 0,
            max_latency: LIVENESS,
            overall: LIVENESS,
            request_size: 271_828,
            response_size: 314_159,
        },
    };
    let outcome = tokio::time::timeout(LIVENESS, client::run(case, &target)).await;
    outcome.unwrap_or_else(|_| Err(format!("not done after {LIVENESS:?}")))
}

macro_rules! cases {
    ($($case:ident)*) => {
        $(
            #[tokio::test]
            async fn $case() {
                assert_eq!(run(stringify!($case)).await, Ok(()));
            }
        )*

        /// What is left out here needs a server that plays tricks with HTTP/2.
        #[test]
        fn no_case_is_forgotten() {
            let here = [$(stringify!($case)),*];
            let missing: Vec<_> = client::CASES.iter().filter(|case| !here.contains(case)).collect();
            assert_eq!(
                missing,
                [
                    &"goaway",
                    &"max_streams",
                    &"ping",
                    &"rst_after_header",
                    &"rst_during_data",
                    &"rst_after_data",
                    &"data_frame_padding",
                ]
            );
        }
    };
}

cases! {
    empty_unary
    cacheable_unary
    large_unary
    client_compressed_unary
    client_compressed_unary_noprobe
    server_compressed_unary
    client_streaming
    client_compressed_streaming
    client_compressed_streaming_noprobe
    server_streaming
    server_compressed_streaming
    ping_pong
    empty_stream
    custom_metadata
    status_code_and_message
    special_status_message
    unimplemented_method
    unimplemented_service
    cancel_after_begin
    cancel_after_first_response
    timeout_on_sleeping_server
    rpc_soak
    channel_soak
}

#[tokio::test]
async fn an_unknown_case_is_refused() {
    let problem = run("no_such_case").await.expect_err("there is no such case");
    assert!(problem.contains("empty_unary"), "{problem}");
}
