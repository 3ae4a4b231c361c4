//! Floors, not servers: `bench-server-floors PORT frames|echo [CERTIFICATE KEY]`.
//!
//! `frames` walks HTTP/2 frames and gives a fixed answer to every request that ends, decoding nothing: what is left of a
//! call when all of gRPC is taken away. `echo` sends back whatever arrives: what is left without HTTP/2.

use std::error::Error;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{TlsAcceptor, rustls};

const FRAME_HEADER: usize = 9;
const PREFACE: usize = 24;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const END_STREAM: u8 = 1;
const ACK: u8 = 1;

/// `SETTINGS` that allow many streams, and a connection window that never fills.
const GREETING: &[u8] = b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\x10\0\0\0\x04\x08\0\0\0\0\0\x7f\0\0\0";

/// `:status: 200` and the content type, then the message, then `grpc-status: 0`; stream identifiers are filled in.
const HEADERS: &[u8] = b"\x88\x0f\x10\x10application/grpc";
const MESSAGE: &[u8] = b"\0\0\0\0\x0f\x0a\x0dHello, world!";
const TRAILERS: &[u8] = b"\0\x0bgrpc-status\x010";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: bench-server-floors PORT frames|echo [CERTIFICATE KEY]";
    let port: u16 = arguments.next().ok_or(usage)?.parse()?;
    let frames = match arguments.next().as_deref() {
        Some("frames") => true,
        Some("echo") => false,
        _ => return Err(usage.into()),
    };
    let tls = match (arguments.next(), arguments.next()) {
        (Some(certificate), Some(key)) => Some(acceptor(&certificate, &key)?),
        _ => None,
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            _ = terminate.recv() => return Ok(()),
        };
        stream.set_nodelay(true)?;
        let tls = tls.clone();
        // A peer that goes away ends its own connection only.
        tokio::spawn(async move {
            match tls {
                Some(tls) => walk(tls.accept(stream).await?).await,
                None if frames => walk(stream).await,
                None => echo(stream).await,
            }
        });
    }
}

fn acceptor(certificate: &str, key: &str) -> Result<TlsAcceptor, Box<dyn Error>> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<_, _>>()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key)?)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config).into())
}

async fn echo(mut stream: TcpStream) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            read => stream.write_all(&buffer[..read]).await?,
        }
    }
}

async fn walk(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> std::io::Result<()> {
    let mut input = Vec::with_capacity(64 << 10);
    let mut output = GREETING.to_vec();
    let mut start = PREFACE;
    while stream.read_buf(&mut input).await? > 0 {
        while let Some(header) = input.get(start..start + FRAME_HEADER) {
            let length = u32::from_be_bytes([0, header[0], header[1], header[2]]) as usize;
            let (kind, flags, identifier) =
                (header[3], header[4], [header[5], header[6], header[7], header[8]]);
            let Some(payload) = input.get(start + FRAME_HEADER..start + FRAME_HEADER + length)
            else {
                break;
            };
            match kind {
                // DATA or HEADERS that end a request.
                0 | 1 if flags & END_STREAM != 0 => {
                    frame(&mut output, 1, 4, identifier, HEADERS);
                    frame(&mut output, 0, 0, identifier, MESSAGE);
                    frame(&mut output, 1, 5, identifier, TRAILERS);
                }
                SETTINGS if flags & ACK == 0 => frame(&mut output, SETTINGS, ACK, [0; 4], b""),
                PING if flags & ACK == 0 => frame(&mut output, PING, ACK, [0; 4], payload),
                _ => {}
            }
            start += FRAME_HEADER + length;
        }
        if start <= input.len() {
            input.drain(..start);
            start = 0;
        }
        stream.write_all(&output).await?;
        stream.flush().await?;
        output.clear();
    }
    Ok(())
}

fn frame(output: &mut Vec<u8>, kind: u8, flags: u8, identifier: [u8; 4], payload: &[u8]) {
    let length = u32::try_from(payload.len()).expect("frames of the floor are short");
    output.extend_from_slice(&length.to_be_bytes()[1..]);
    output.extend_from_slice(&[kind, flags]);
    output.extend_from_slice(&identifier);
    output.extend_from_slice(payload);
}
