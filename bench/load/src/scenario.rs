//! Which calls a load makes.

use crate::Failure;

/// A load, in words: `hello CHANNELS STREAMS CALLS` and so on, as [`Scenario::words`] writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// Unary calls, so many in flight on each of so many channels.
    Hello { channels: u32, streams: u32, calls: u32 },
    /// Like `Hello`, each with a deadline.
    Within { channels: u32, streams: u32, calls: u32 },
    /// Like `Within`, each with metadata too: what a service in production is told.
    Labelled { channels: u32, streams: u32, calls: u32 },
    /// Small unary calls when they are due, so many a second, whatever has become of those before; at most so many
    /// in flight on each of so many channels. How long one took is counted from when it was due.
    Paced { channels: u32, streams: u32, rate: u32, calls: u32 },
    /// Like `Hello`, answered by another task of the server.
    Later { channels: u32, streams: u32, calls: u32 },
    /// Like `Hello`, answered by a handler that waits on a timer of a millisecond.
    After { channels: u32, streams: u32, calls: u32 },
    /// Unary calls that send and receive so many bytes, a few in flight on one channel.
    Exchange { sent: u32, received: u32, calls: u32 },
    /// Streams of `count` messages of `size` bytes from the server, one after the other.
    Download { size: u32, count: u32, calls: u32 },
    /// Streams of `count` messages of `size` bytes to the server, one after the other.
    Upload { size: u32, count: u32, calls: u32 },
    /// One stream both ways, one message under way at a time.
    PingPong { size: u32, count: u32 },
    /// One stream both ways, as fast as it goes.
    Flood { size: u32, count: u32 },
    /// Small unary calls, one at a time, beside nothing, for a comparison with the next two.
    BesideNothing { calls: u32 },
    /// Small unary calls, one at a time, on a channel whose server computes 20 ms for another call, again and again.
    BesideSlow { calls: u32 },
    /// Small unary calls, one at a time, on a channel that transfers messages of 100 MiB both ways meanwhile.
    BesideLarge { calls: u32 },
}

impl Scenario {
    /// The words on a client's command line.
    pub fn words(self) -> Vec<String> {
        let (name, numbers) = self.parts();
        std::iter::once(name.to_owned()).chain(numbers.iter().map(u32::to_string)).collect()
    }

    /// What [`words`](Self::words) wrote.
    pub fn from_words(words: &[String]) -> Result<Self, Failure> {
        let (name, numbers) = words.split_first().ok_or("which scenario?")?;
        let numbers = numbers.iter().map(|word| word.parse()).collect::<Result<Vec<u32>, _>>()?;
        Ok(match (name.as_str(), numbers.as_slice()) {
            ("hello", &[channels, streams, calls]) => Self::Hello { channels, streams, calls },
            ("within", &[channels, streams, calls]) => Self::Within { channels, streams, calls },
            ("labelled", &[channels, streams, calls]) => {
                Self::Labelled { channels, streams, calls }
            }
            ("paced", &[channels, streams, rate, calls]) => {
                Self::Paced { channels, streams, rate, calls }
            }
            ("later", &[channels, streams, calls]) => Self::Later { channels, streams, calls },
            ("after", &[channels, streams, calls]) => Self::After { channels, streams, calls },
            ("exchange", &[sent, received, calls]) => Self::Exchange { sent, received, calls },
            ("download", &[size, count, calls]) => Self::Download { size, count, calls },
            ("upload", &[size, count, calls]) => Self::Upload { size, count, calls },
            ("ping-pong", &[size, count]) => Self::PingPong { size, count },
            ("flood", &[size, count]) => Self::Flood { size, count },
            ("beside-nothing", &[calls]) => Self::BesideNothing { calls },
            ("beside-slow", &[calls]) => Self::BesideSlow { calls },
            ("beside-large", &[calls]) => Self::BesideLarge { calls },
            _ => return Err(format!("no such scenario: {}", words.join(" ")).into()),
        })
    }

    fn parts(self) -> (&'static str, Vec<u32>) {
        match self {
            Self::Hello { channels, streams, calls } => ("hello", vec![channels, streams, calls]),
            Self::Within { channels, streams, calls } => ("within", vec![channels, streams, calls]),
            Self::Labelled { channels, streams, calls } => {
                ("labelled", vec![channels, streams, calls])
            }
            Self::Paced { channels, streams, rate, calls } => {
                ("paced", vec![channels, streams, rate, calls])
            }
            Self::Later { channels, streams, calls } => ("later", vec![channels, streams, calls]),
            Self::After { channels, streams, calls } => ("after", vec![channels, streams, calls]),
            Self::Exchange { sent, received, calls } => ("exchange", vec![sent, received, calls]),
            Self::Download { size, count, calls } => ("download", vec![size, count, calls]),
            Self::Upload { size, count, calls } => ("upload", vec![size, count, calls]),
            Self::PingPong { size, count } => ("ping-pong", vec![size, count]),
            Self::Flood { size, count } => ("flood", vec![size, count]),
            Self::BesideNothing { calls } => ("beside-nothing", vec![calls]),
            Self::BesideSlow { calls } => ("beside-slow", vec![calls]),
            Self::BesideLarge { calls } => ("beside-large", vec![calls]),
        }
    }
}
