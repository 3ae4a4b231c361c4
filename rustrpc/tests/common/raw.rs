//! A peer that speaks HTTP/2 correctly and gRPC as badly as a test wants.
#![allow(dead_code, reason = "each test program uses its part")]

use std::time::Instant;

use rustrpc::http2::{Config, Connection, Event, Field, Input, Output, Payload, Reason, StreamKey};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) struct RawPeer {
    stream: TcpStream,
    pub(crate) core: Connection,
    seen: Vec<Seen>,
}

/// An event of the engine that owns what it tells.
#[derive(Debug)]
pub(crate) enum Seen {
    Headers { stream: StreamKey, fields: Vec<(String, String)>, end_stream: bool },
    Data { stream: StreamKey, data: Vec<u8>, end_stream: bool },
    Trailers { fields: Vec<(String, String)> },
    Reset { reason: Reason },
    Closed,
}

impl RawPeer {
    pub(crate) fn server(stream: TcpStream) -> Self {
        Self {
            stream,
            core: Connection::server(Config::default(), Instant::now()),
            seen: Vec::new(),
        }
    }

    pub(crate) async fn client(target: &str) -> Self {
        let stream = TcpStream::connect(target).await.expect("it listens");
        Self {
            stream,
            core: Connection::client(Config::default(), Instant::now()),
            seen: Vec::new(),
        }
    }

    /// Writes what the engine has to say.
    pub(crate) async fn flush(&mut self) {
        let mut output = Output::new();
        loop {
            self.core.poll_transmit(&mut output);
            if output.is_empty() {
                return;
            }
            let bytes = output.to_vec();
            output.advance(bytes.len());
            if self.stream.write_all(&bytes).await.is_err() {
                return;
            }
        }
    }

    /// The next thing that the other side did.
    pub(crate) async fn next(&mut self) -> Seen {
        loop {
            self.flush().await;
            if !self.seen.is_empty() {
                return self.seen.remove(0);
            }
            let mut buffer = vec![0; 64 * 1024];
            let length = self.stream.read(&mut buffer).await.unwrap_or(0);
            if length == 0 {
                return Seen::Closed;
            }
            let mut input = Input::new(&buffer[..length]);
            while let Some(event) = self.core.poll_event(&mut input, Instant::now()) {
                self.seen.extend(owned(event));
            }
            for seen in &self.seen {
                if let Seen::Data { stream, data, .. } = seen {
                    self.core.release(*stream, u32::try_from(data.len()).expect("it fits a frame"));
                }
            }
        }
    }

    /// A whole request as a client: answers its stream.
    pub(crate) fn request(&mut self, fields: &[(&str, &str)], body: &[u8], end: bool) -> StreamKey {
        let fields: Vec<_> = fields.iter().map(|(name, value)| Field::new(*name, *value)).collect();
        let bodiless = end && body.is_empty();
        let stream = self.core.open(&fields, bodiless).expect("there is room");
        if !bodiless {
            self.core.send_data(stream, Payload::Copy(body), end).expect("it is open");
        }
        stream
    }

    /// Everything that comes on one stream until it ends: the fields that end it and the data.
    pub(crate) async fn answer(&mut self) -> (Vec<(String, String)>, Vec<u8>) {
        let (mut all, mut body) = (Vec::new(), Vec::new());
        loop {
            match self.next().await {
                Seen::Headers { fields, end_stream, .. } => {
                    all.extend(fields);
                    if end_stream {
                        return (all, body);
                    }
                }
                Seen::Data { data, end_stream, .. } => {
                    body.extend(data);
                    if end_stream {
                        return (all, body);
                    }
                }
                Seen::Trailers { fields } => {
                    all.extend(fields);
                    return (all, body);
                }
                // After a complete answer a server may tell that it wants no more of the request.
                Seen::Reset { reason: Reason::NO_ERROR } => {}
                other => panic!("no answer, but {other:?}"),
            }
        }
    }
}

pub(crate) fn value<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

fn owned(event: Event<'_>) -> Option<Seen> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let list = |fields: &rustrpc::http2::FieldBlock| {
        let status = fields.status().map(|status| (":status".to_owned(), status.to_string()));
        let path = fields.path().map(|path| (":path".to_owned(), text(path)));
        let regular = fields.iter().map(|field| (text(field.name), text(field.value)));
        status.into_iter().chain(path).chain(regular).collect()
    };
    match event {
        Event::Headers { stream, fields, end_stream } => {
            Some(Seen::Headers { stream, fields: list(&fields), end_stream })
        }
        Event::Data { stream, data, end_stream } => {
            Some(Seen::Data { stream, data: data.to_vec(), end_stream })
        }
        Event::Trailers { fields, .. } => Some(Seen::Trailers { fields: list(&fields) }),
        Event::Reset { reason, .. } => Some(Seen::Reset { reason }),
        Event::Closed(_) => Some(Seen::Closed),
        _ => None,
    }
}
