//! Messages that are mostly one large `bytes` field, every byte of which is compared.

use std::time::Duration;

use rustrpc::server::Service;
use rustrpc::types::BytesValue;
use rustrpc::{
    Channel, Compression, Idempotency, MethodDescriptor, MethodKind, Request, Response, Server,
    ServiceDescriptor, Streaming,
};

static METHODS: ServiceDescriptor = ServiceDescriptor {
    name: "test.Blobs",
    file: None,
    methods: &[
        method("/test.Blobs/Reverse", "Reverse", MethodKind::Unary),
        method("/test.Blobs/ReverseAll", "ReverseAll", MethodKind::BidiStreaming),
    ],
};

const fn method(path: &'static str, name: &'static str, kind: MethodKind) -> MethodDescriptor {
    MethodDescriptor { path, service: "test.Blobs", name, kind, idempotency: Idempotency::Unknown }
}

/// Answers what it gets, back to front.
struct Blobs;

impl Service for Blobs {
    fn descriptor(&self) -> &'static ServiceDescriptor {
        &METHODS
    }

    fn call(&self, method: usize, call: rustrpc::gencode::ServerCall) -> rustrpc::gencode::Reply {
        match method {
            0 => call.unary(|request: Request<BytesValue>| async move {
                Ok(Response::new(reversed(request.into_inner())))
            }),
            1 => call.bidi_streaming(
                |request: Request<Streaming<BytesValue>>, responses| async move {
                    let (sender, answers) = rustrpc::stream::channel(1);
                    let copy = async move {
                        let mut blobs = request.into_inner();
                        while let Ok(Some(blob)) = blobs.message().await {
                            sender.send(Ok(reversed(blob))).await.expect("somebody reads");
                        }
                    };
                    tokio::join!(copy, responses.send(Ok(Response::new(answers))));
                },
            ),
            _ => call.unimplemented(),
        }
    }
}

fn reversed(mut blob: BytesValue) -> BytesValue {
    blob.value.reverse();
    blob
}

fn blob(length: usize, seed: u8) -> BytesValue {
    BytesValue { value: (0..length).map(|at| seed ^ (at % 251) as u8).collect() }
}

const LENGTHS: [usize; 8] = [1 << 20, 5, 32_768, 16_384, 70_000, 3_000_001, 0, 33_000];

/// Nothing here takes nearly as long.
const LIVENESS: Duration = Duration::from_secs(60);

async fn live(test: impl Future<Output = ()>) {
    tokio::time::timeout(LIVENESS, test).await.expect("it hangs");
}

fn ways() -> impl Iterator<Item = Compression> {
    [
        Compression::Identity,
        #[cfg(feature = "gzip")]
        Compression::Gzip,
    ]
    .into_iter()
}

fn channel() -> Channel {
    Channel::in_process(Server::builder().add_service(Blobs).build())
}

#[tokio::test]
async fn unary_calls_side_by_side() {
    live(async {
        let channel = channel();
        for compression in ways() {
            let calls = LENGTHS.into_iter().zip(1..).map(|(length, seed)| {
                let channel = channel.clone();
                tokio::spawn(async move {
                    let call = channel.unary(&METHODS.methods[0], blob(length, seed));
                    let answer: BytesValue = call.compress(compression).await.expect("answered");
                    assert!(answer == reversed(blob(length, seed)), "{length} bytes");
                })
            });
            for call in calls.collect::<Vec<_>>() {
                call.await.expect("no panic");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn one_stream_of_large_and_small_ones() {
    live(async {
        let channel = channel();
        let blobs = || LENGTHS.into_iter().chain(LENGTHS.into_iter().rev()).zip(1..);
        let sent = blobs().map(|(length, seed)| blob(length, seed));
        let call = channel.bidi_streaming::<BytesValue, BytesValue>(&METHODS.methods[1]);
        let mut answers = call.stream(rustrpc::stream::iter(sent));
        for (length, seed) in blobs() {
            let answer = answers.message().await.expect("no failure").expect("not the end");
            assert!(answer == reversed(blob(length, seed)), "{length} bytes");
        }
        assert!(answers.message().await.expect("no failure").is_none());
    })
    .await;
}
