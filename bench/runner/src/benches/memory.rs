//! Memory of servers that have much open and nothing to do.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::options::Options;
use crate::server::{Kind, Server};
use crate::table::Table;

const CONNECTIONS: usize = 10_000;
const STREAMS: usize = 10_000;
const STREAMS_EACH: usize = 100;

/// How long a server is left alone before its memory is looked at.
const REST: Duration = Duration::from_secs(3);

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
const SETTINGS: u8 = 4;
const SETTINGS_ACK: &[u8] = b"\0\0\0\x04\x01\0\0\0\0";

pub fn run(_: &Options) -> Result<(), Box<dyn Error>> {
    let mut table =
        Table::new(format!("Memory of a server, KiB, with {CONNECTIONS} of each open"), 2);
    for kind in Kind::ALL {
        table.add(kind.name(), "idle connection", connections(kind)? / 1024.0);
        table.add(kind.name(), "open stream", streams(kind)? / 1024.0);
    }
    print!("{table}");
    Ok(())
}

/// Bytes per idle connection.
fn connections(kind: Kind) -> Result<f64, Box<dyn Error>> {
    let server = Server::start(kind)?;
    let _first = connect(&server)?;
    let before = server.memory()?;
    let open = (0..CONNECTIONS).map(|_| connect(&server)).collect::<Result<Vec<_>, _>>()?;
    std::thread::sleep(REST);
    let each = (server.memory()? - before) / CONNECTIONS as f64;
    drop(open);
    Ok(each)
}

/// Bytes per open stream, its connection not counted.
fn streams(kind: Kind) -> Result<f64, Box<dyn Error>> {
    let server = Server::start(kind)?;
    let count = STREAMS / STREAMS_EACH;
    let mut open = (0..count).map(|_| connect(&server)).collect::<Result<Vec<_>, _>>()?;
    // The first stream of a connection brings what all its streams share.
    open.iter_mut().try_for_each(|connection| open_stream(connection, 1))?;
    std::thread::sleep(REST);
    let before = server.memory()?;
    for connection in &mut open {
        for stream in 1..STREAMS_EACH as u32 {
            open_stream(connection, 2 * stream + 1)?;
        }
    }
    std::thread::sleep(REST);
    let each = (server.memory()? - before) / (STREAMS - count) as f64;
    drop(open);
    Ok(each)
}

/// A connection after its handshake (RFC 9113 §3.4).
fn connect(server: &Server) -> Result<TcpStream, Box<dyn Error>> {
    let mut connection = TcpStream::connect(("127.0.0.1", server.port))?;
    connection.set_read_timeout(Some(Duration::from_secs(10)))?;
    connection.write_all(PREFACE)?;
    // The server's SETTINGS and its acknowledgement of ours, in whatever order.
    for _ in 0..2 {
        while read_frame(&mut connection)? != SETTINGS {}
    }
    connection.write_all(SETTINGS_ACK)?;
    Ok(connection)
}

/// Reads a frame and returns its type.
fn read_frame(connection: &mut TcpStream) -> Result<u8, Box<dyn Error>> {
    let mut head = [0; 9];
    connection.read_exact(&mut head)?;
    let [a, b, c, kind, ..] = head;
    let mut payload = vec![0; u32::from_be_bytes([0, a, b, c]) as usize];
    connection.read_exact(&mut payload)?;
    Ok(kind)
}

/// Opens a call that streams to the server and sends nothing yet.
fn open_stream(connection: &mut TcpStream, stream: u32) -> Result<(), Box<dyn Error>> {
    let mut block = Vec::new();
    for (name, value) in [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", "/bench.v1.Bench/Upload"),
        (":authority", "localhost"),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
    ] {
        // A literal field without indexing (RFC 7541 §6.2.2); all of these are short.
        block.push(0);
        for text in [name, value] {
            block.push(u8::try_from(text.len())?);
            block.extend_from_slice(text.as_bytes());
        }
    }
    let [_, a, b, c] = u32::try_from(block.len())?.to_be_bytes();
    // HEADERS with END_HEADERS.
    let mut frame = vec![a, b, c, 1, 4];
    frame.extend_from_slice(&stream.to_be_bytes());
    frame.extend_from_slice(&block);
    Ok(connection.write_all(&frame)?)
}
