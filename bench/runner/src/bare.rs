//! The floor of large messages: their memory and a socket, and nothing around them.

use std::collections::VecDeque;
use std::error::Error;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// As many as are in flight of the calls beside which this stands.
const ALIVE: usize = 4;

/// CPU time for each MB, in microseconds.
pub struct Cost {
    pub sending: f64,
    pub receiving: f64,
}

/// Hands `count` messages of `size` bytes from one thread to another, made anew by the one and read
/// into new memory by the other.
pub fn run(size: u32, count: u32) -> Result<Cost, Box<dyn Error>> {
    let size = size as usize;
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let mut sending = TcpStream::connect(listener.local_addr()?)?;
    let (receiving, _) = listener.accept()?;
    let sender = thread::spawn(move || {
        repeated(count, || {
            let message = vec![7; size];
            sending.write_all(&message)?;
            Ok(message)
        })
    });
    let receiver = thread::spawn(move || {
        repeated(count, || {
            let mut message = Vec::with_capacity(size);
            (&receiving).take(size as u64).read_to_end(&mut message)?;
            Ok(message)
        })
    });
    let megabytes = f64::from(count) * size as f64 / 1e6;
    let micros = |thread: thread::JoinHandle<io::Result<f64>>| {
        thread.join().map_err(|_| "a thread of the floor panicked")?.map_err(Box::<dyn Error>::from)
    };
    Ok(Cost { sending: micros(sender)? / megabytes, receiving: micros(receiver)? / megabytes })
}

/// The CPU time of this thread for doing something so often, where the last few messages are kept.
fn repeated(count: u32, mut once: impl FnMut() -> io::Result<Vec<u8>>) -> io::Result<f64> {
    let mut alive = VecDeque::new();
    let before = bench_load::thread_cpu_micros()?;
    for _ in 0..count {
        if alive.len() == ALIVE {
            alive.pop_front();
        }
        alive.push_back(once()?);
    }
    Ok(bench_load::thread_cpu_micros()? - before)
}
