//! Our client under test: `bench-client-rustrpc PORT [--tuned] [--server PID] SCENARIO…`.

use std::time::Duration;

use bench_load::{Client, Failure, NAME, TENANT, TOKEN, check_amount, check_greeting};
use proto::bench::v1::{
    BenchClient, Chunk, DownloadRequest, ExchangeRequest, HelloRequest, SlowHelloRequest,
};
use rustrpc::Channel;

mod proto {
    include!(concat!(env!("OUT_DIR"), "/mod.rs"));
}

/// Far above what the loads send.
const MESSAGE_LIMIT: usize = 256 << 20;

#[derive(Clone)]
struct Calls(BenchClient);

impl Client for Calls {
    async fn connect(port: u16) -> Result<Self, Failure> {
        let channel = Channel::builder(format!("http://127.0.0.1:{port}"))
            .max_connections(1)
            .max_received_message_size(MESSAGE_LIMIT)
            .connect()
            .await?;
        Ok(Calls(BenchClient::new(channel)))
    }

    async fn hello(&self) -> Result<(), Failure> {
        let reply = self.0.say_hello(hello_request()).await?;
        check_greeting(&reply.message)
    }

    async fn hello_within(&self, timeout: Duration) -> Result<(), Failure> {
        let reply = self.0.say_hello(hello_request()).timeout(timeout).await?;
        check_greeting(&reply.message)
    }

    async fn hello_labelled(&self, timeout: Duration, id: &str) -> Result<(), Failure> {
        let call = self.0.say_hello(hello_request()).timeout(timeout);
        let call = call.metadata("x-tenant", TENANT).metadata("x-request-id", id);
        let reply = call.metadata("authorization", TOKEN).await?;
        check_greeting(&reply.message)
    }

    async fn hello_later(&self) -> Result<(), Failure> {
        let reply = self.0.say_hello_later(hello_request()).await?;
        check_greeting(&reply.message)
    }

    async fn hello_after(&self, microseconds: u32) -> Result<(), Failure> {
        let reply = self.0.say_hello_after(slow_hello_request(microseconds)).await?;
        check_greeting(&reply.message)
    }

    async fn hello_slowly(&self, microseconds: u32) -> Result<(), Failure> {
        let reply = self.0.say_hello_slowly(slow_hello_request(microseconds)).await?;
        check_greeting(&reply.message)
    }

    async fn exchange(&self, sent: u32, received: u32) -> Result<(), Failure> {
        let data = vec![7; sent as usize];
        let request = ExchangeRequest { data, reply_size: received, ..Default::default() };
        let reply = self.0.exchange(request).await?;
        check_amount("bytes", reply.data.len() as u64, received.into())
    }

    async fn download(&self, size: u32, count: u32) -> Result<(), Failure> {
        let request = DownloadRequest { size, count, ..Default::default() };
        let mut chunks = self.0.download(request).await?;
        let (mut messages, mut bytes) = (0, 0);
        while let Some(chunk) = chunks.message().await? {
            messages += 1;
            bytes += chunk.data.len() as u64;
        }
        check_amount("messages", messages, count.into())?;
        check_amount("bytes", bytes, u64::from(size) * u64::from(count))
    }

    async fn upload(&self, size: u32, count: u32) -> Result<(), Failure> {
        let chunks = rustrpc::stream::iter((0..count).map(move |_| chunk(size)));
        let reply = self.0.upload().stream(chunks).await?;
        check_amount("messages", reply.chunks, count.into())?;
        check_amount("bytes", reply.bytes, u64::from(size) * u64::from(count))
    }

    async fn ping_pong(&self, size: u32, count: u32) -> Result<(), Failure> {
        let (pings, mut pongs) = self.0.echo().start();
        for _ in 0..count {
            pings.send(chunk(size)).await?;
            let pong = pongs.message().await?.ok_or("the stream ended early")?;
            check_amount("bytes", pong.data.len() as u64, size.into())?;
        }
        pings.finish();
        check_amount("messages too many", pongs.message().await?.into_iter().count() as u64, 0)
    }

    async fn flood(&self, size: u32, count: u32) -> Result<(), Failure> {
        let chunks = rustrpc::stream::iter((0..count).map(move |_| chunk(size)));
        let mut back = self.0.echo().stream(chunks);
        let mut messages = 0;
        while let Some(chunk) = back.message().await? {
            check_amount("bytes", chunk.data.len() as u64, size.into())?;
            messages += 1;
        }
        check_amount("messages", messages, count.into())
    }
}

fn hello_request() -> HelloRequest {
    HelloRequest { name: NAME.to_owned(), ..Default::default() }
}

fn slow_hello_request(microseconds: u32) -> SlowHelloRequest {
    SlowHelloRequest { name: NAME.to_owned(), microseconds, ..Default::default() }
}

fn chunk(size: u32) -> Chunk {
    Chunk { data: vec![7; size as usize], ..Default::default() }
}

fn main() -> Result<(), Failure> {
    bench_load::main::<Calls>()
}
