//! A service of all four kinds, written by hand in the shape that the generator writes, and what
//! tests of calls need around it.
#![allow(dead_code, reason = "each test program uses its part")]

pub(crate) mod script;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use rustrpc::client::{BidiStreamingCall, ClientStreamingCall, ServerStreamingCall, UnaryCall};
use rustrpc::server::{Bound, Service};
use rustrpc::types::StringValue;
use rustrpc::{
    Channel, Idempotency, MethodDescriptor, MethodKind, Request, Response, Server,
    ServiceDescriptor, Status, Stream, Streaming,
};

/// Nothing in these tests takes nearly as long: what does, hangs.
pub(crate) const LIVENESS: Duration = Duration::from_secs(30);

pub(crate) const ECHO: ServiceDescriptor = ServiceDescriptor {
    name: "test.Echo",
    file: None,
    methods: &[
        method("/test.Echo/Unary", "Unary", MethodKind::Unary),
        method("/test.Echo/Expand", "Expand", MethodKind::ServerStreaming),
        method("/test.Echo/Collect", "Collect", MethodKind::ClientStreaming),
        method("/test.Echo/Chat", "Chat", MethodKind::BidiStreaming),
    ],
};

/// The descriptor that calls refer to.
static METHODS: ServiceDescriptor = ECHO;

const fn method(path: &'static str, name: &'static str, kind: MethodKind) -> MethodDescriptor {
    MethodDescriptor { path, service: "test.Echo", name, kind, idempotency: Idempotency::Unknown }
}

pub(crate) trait Echo: Send + Sync + 'static {
    fn unary(
        &self,
        request: Request<StringValue>,
    ) -> impl Future<Output = Result<Response<StringValue>, Status>> + Send {
        let _ = request;
        async { Err(rustrpc::gencode::unimplemented(&METHODS.methods[0])) }
    }

    fn expand(
        &self,
        request: Request<StringValue>,
    ) -> impl Future<
        Output = Result<
            Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>,
            Status,
        >,
    > + Send {
        let _ = request;
        async {
            Err::<Response<Streaming<StringValue>>, _>(rustrpc::gencode::unimplemented(
                &METHODS.methods[1],
            ))
        }
    }

    fn collect(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> impl Future<Output = Result<Response<StringValue>, Status>> + Send {
        let _ = request;
        async { Err(rustrpc::gencode::unimplemented(&METHODS.methods[2])) }
    }

    fn chat(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> impl Future<
        Output = Result<
            Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>,
            Status,
        >,
    > + Send {
        let _ = request;
        async {
            Err::<Response<Streaming<StringValue>>, _>(rustrpc::gencode::unimplemented(
                &METHODS.methods[3],
            ))
        }
    }
}

#[derive(Debug)]
pub(crate) struct EchoServer<T>(Arc<T>);

impl<T: Echo> EchoServer<T> {
    pub(crate) fn new(service: T) -> Self {
        Self(Arc::new(service))
    }
}

impl<T: Echo> Service for EchoServer<T> {
    fn descriptor(&self) -> &'static ServiceDescriptor {
        &METHODS
    }

    fn call(&self, method: usize, call: rustrpc::gencode::ServerCall) -> rustrpc::gencode::Reply {
        let service = Arc::clone(&self.0);
        match method {
            0 => call.unary(move |request| async move { service.unary(request).await }),
            1 => call.server_streaming(move |request, responses| async move {
                responses.send(service.expand(request).await).await
            }),
            2 => {
                call.client_streaming(move |request| async move { service.collect(request).await })
            }
            3 => call.bidi_streaming(move |request, responses| async move {
                responses.send(service.chat(request).await).await
            }),
            _ => call.unimplemented(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct EchoClient {
    pub(crate) channel: Channel,
}

impl EchoClient {
    pub(crate) async fn connect(target: impl AsRef<str>) -> Result<Self, Status> {
        Ok(Self::new(Channel::connect(target).await?))
    }

    pub(crate) fn new(channel: Channel) -> Self {
        Self { channel }
    }

    pub(crate) fn unary(&self, text: impl Into<String>) -> UnaryCall<StringValue> {
        self.channel.unary(&METHODS.methods[0], text_of(text))
    }

    pub(crate) fn expand(&self, text: impl Into<String>) -> ServerStreamingCall<StringValue> {
        self.channel.server_streaming(&METHODS.methods[1], text_of(text))
    }

    pub(crate) fn collect(&self) -> ClientStreamingCall<StringValue, StringValue> {
        self.channel.client_streaming(&METHODS.methods[2])
    }

    pub(crate) fn chat(&self) -> BidiStreamingCall<StringValue, StringValue> {
        self.channel.bidi_streaming(&METHODS.methods[3])
    }
}

pub(crate) fn text_of(text: impl Into<String>) -> StringValue {
    StringValue { value: text.into() }
}

/// Echoes: unary as it is, a stream per comma-separated word, all words joined, word by word.
#[derive(Debug)]
pub(crate) struct Plain;

impl Echo for Plain {
    async fn unary(&self, request: Request<StringValue>) -> Result<Response<StringValue>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn expand(
        &self,
        request: Request<StringValue>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        let words: Vec<_> =
            request.message().value.split(',').map(|word| Ok(text_of(word))).collect();
        Ok(Response::new(rustrpc::stream::iter(words)))
    }

    async fn collect(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<StringValue>, Status> {
        let mut messages = request.into_inner();
        let mut words = Vec::new();
        while let Some(message) = messages.message().await? {
            words.push(message.value);
        }
        Ok(Response::new(text_of(words.join(","))))
    }

    async fn chat(
        &self,
        request: Request<Streaming<StringValue>>,
    ) -> Result<Response<impl Stream<Item = Result<StringValue, Status>> + Send + 'static>, Status>
    {
        Ok(Response::new(request.into_inner()))
    }
}

/// Serves at a free port for as long as the runtime lives, and says where.
pub(crate) async fn serve(service: impl Echo) -> String {
    let bound = Server::builder().add_service(EchoServer::new(service)).bind("127.0.0.1:0").await;
    run(bound.expect("a free port"))
}

/// Lets a bound server run, and says where.
pub(crate) fn run(bound: Bound) -> String {
    let target = bound.local_addr().to_string();
    tokio::spawn(bound.serve());
    target
}

/// Fails instead of hanging.
pub(crate) async fn live<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIVENESS, work).await.expect("it is done long before")
}
