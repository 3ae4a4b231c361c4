//! tonic's client under test: `bench-client-tonic PORT [--tuned] [--server PID] SCENARIO…`.

use std::time::Duration;

use bench_load::{Client, Failure, NAME, TENANT, TOKEN, check_amount, check_greeting};
use proto::bench_client::BenchClient;
use proto::{Chunk, DownloadRequest, ExchangeRequest, HelloRequest, SlowHelloRequest};
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::MetadataValue;
use tonic::transport::Channel;

mod proto {
    tonic::include_proto!("bench.v1");
}

/// Far above what the loads send.
const MESSAGE_LIMIT: usize = 256 << 20;

#[derive(Clone)]
struct Calls(BenchClient<Channel>);

impl Client for Calls {
    async fn connect(port: u16) -> Result<Self, Failure> {
        let client = BenchClient::connect(format!("http://127.0.0.1:{port}")).await?;
        Ok(Calls(
            client
                .max_decoding_message_size(MESSAGE_LIMIT)
                .max_encoding_message_size(MESSAGE_LIMIT),
        ))
    }

    async fn hello(&self) -> Result<(), Failure> {
        let reply = self.0.clone().say_hello(hello_request()).await?;
        check_greeting(&reply.get_ref().message)
    }

    async fn hello_within(&self, timeout: Duration) -> Result<(), Failure> {
        let mut request = tonic::Request::new(hello_request());
        request.set_timeout(timeout);
        let reply = self.0.clone().say_hello(request).await?;
        check_greeting(&reply.get_ref().message)
    }

    async fn hello_labelled(&self, timeout: Duration, id: &str) -> Result<(), Failure> {
        let mut request = tonic::Request::new(hello_request());
        request.set_timeout(timeout);
        let metadata = request.metadata_mut();
        metadata.insert("x-tenant", MetadataValue::from_static(TENANT));
        metadata.insert("x-request-id", id.parse()?);
        metadata.insert("authorization", MetadataValue::from_static(TOKEN));
        let reply = self.0.clone().say_hello(request).await?;
        check_greeting(&reply.get_ref().message)
    }

    async fn hello_later(&self) -> Result<(), Failure> {
        let reply = self.0.clone().say_hello_later(hello_request()).await?;
        check_greeting(&reply.get_ref().message)
    }

    async fn hello_after(&self, microseconds: u32) -> Result<(), Failure> {
        let reply = self.0.clone().say_hello_after(slow_hello_request(microseconds)).await?;
        check_greeting(&reply.get_ref().message)
    }

    async fn hello_slowly(&self, microseconds: u32) -> Result<(), Failure> {
        let reply = self.0.clone().say_hello_slowly(slow_hello_request(microseconds)).await?;
        check_greeting(&reply.get_ref().message)
    }

    async fn exchange(&self, sent: u32, received: u32) -> Result<(), Failure> {
        let request = ExchangeRequest { data: vec![7; sent as usize], reply_size: received };
        let reply = self.0.clone().exchange(request).await?;
        check_amount("bytes", reply.get_ref().data.len() as u64, received.into())
    }

    async fn download(&self, size: u32, count: u32) -> Result<(), Failure> {
        let reply = self.0.clone().download(DownloadRequest { size, count }).await?;
        let mut chunks = reply.into_inner();
        let (mut messages, mut bytes) = (0, 0);
        while let Some(chunk) = chunks.message().await? {
            messages += 1;
            bytes += chunk.data.len() as u64;
        }
        check_amount("messages", messages, count.into())?;
        check_amount("bytes", bytes, u64::from(size) * u64::from(count))
    }

    async fn upload(&self, size: u32, count: u32) -> Result<(), Failure> {
        let chunks = tokio_stream::iter((0..count).map(move |_| chunk(size)));
        let reply = self.0.clone().upload(chunks).await?.into_inner();
        check_amount("messages", reply.chunks, count.into())?;
        check_amount("bytes", reply.bytes, u64::from(size) * u64::from(count))
    }

    async fn ping_pong(&self, size: u32, count: u32) -> Result<(), Failure> {
        let (pings, stream) = tokio::sync::mpsc::channel(1);
        let mut pongs = self.0.clone().echo(ReceiverStream::new(stream)).await?.into_inner();
        for _ in 0..count {
            pings.send(chunk(size)).await?;
            let pong = pongs.message().await?.ok_or("the stream ended early")?;
            check_amount("bytes", pong.data.len() as u64, size.into())?;
        }
        drop(pings);
        check_amount("messages too many", pongs.message().await?.into_iter().count() as u64, 0)
    }

    async fn flood(&self, size: u32, count: u32) -> Result<(), Failure> {
        let chunks = tokio_stream::iter((0..count).map(move |_| chunk(size)));
        let mut back = self.0.clone().echo(chunks).await?.into_inner();
        let mut messages = 0;
        while let Some(chunk) = back.message().await? {
            check_amount("bytes", chunk.data.len() as u64, size.into())?;
            messages += 1;
        }
        check_amount("messages", messages, count.into())
    }
}

fn hello_request() -> HelloRequest {
    HelloRequest { name: NAME.to_owned() }
}

fn slow_hello_request(microseconds: u32) -> SlowHelloRequest {
    SlowHelloRequest { name: NAME.to_owned(), microseconds }
}

fn chunk(size: u32) -> Chunk {
    Chunk { data: vec![7; size as usize] }
}

fn main() -> Result<(), Failure> {
    bench_load::main::<Calls>()
}
