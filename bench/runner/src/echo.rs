//! The load of the TCP floor: as many bytes as small calls have, there and back.

use std::error::Error;
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::h2load::Shape;
use crate::server::{Kind, Server};

/// About what a call at depth takes on the wire in each direction: HEADERS whose fields are all indexed, and DATA.
const CALL: usize = 40;

/// Server CPU, in microseconds, for the bytes of each call.
pub fn run(shape: Shape, calls: u32) -> Result<f64, Box<dyn Error>> {
    let server = Server::start(Kind::Echo)?;
    let open = |_| {
        let connection = TcpStream::connect(("127.0.0.1", server.port))?;
        connection.set_nodelay(true)?;
        Ok(connection)
    };
    let mut connections =
        (0..shape.connections).map(open).collect::<Result<Vec<TcpStream>, std::io::Error>>()?;
    let mut bytes = vec![0; CALL * shape.streams as usize];
    let rounds = (calls / (shape.connections * shape.streams)).max(1);
    let before = server.cpu_micros()?;
    for _ in 0..rounds {
        connections.iter_mut().try_for_each(|connection| connection.write_all(&bytes))?;
        connections.iter_mut().try_for_each(|connection| connection.read_exact(&mut bytes))?;
    }
    let made = f64::from(rounds * shape.connections * shape.streams);
    let each = (server.cpu_micros()? - before) / made;
    server.stop()?;
    Ok(each)
}
