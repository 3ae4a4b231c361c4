//! Marshalling side by side: ours, prost and buffa, decode and encode, in one run.
//!
//! `bench-codec codec [SHAPE]` prints nanoseconds per message, the best of many rounds that take
//! turns, so that whatever else the machine does hits all alike.

mod samples;

use std::hint::black_box;
use std::time::{Duration, Instant};

mod ours {
    include!(concat!(env!("OUT_DIR"), "/rustrpc/mod.rs"));
    pub use shapes::*;
}

#[allow(dead_code, reason = "the oneof's and the enum's names are not called for")]
mod prosts {
    include!(concat!(env!("OUT_DIR"), "/prost/shapes.rs"));
}

#[allow(warnings, reason = "generated")]
mod buffas {
    include!(concat!(env!("OUT_DIR"), "/buffa/mod.rs"));
    pub use shapes::*;
}

/// One contender at one shape and one direction.
struct Entry<'a> {
    name: &'static str,
    /// Runs it so many times; the loop is inside, so that calling it costs nothing.
    run: Box<dyn FnMut(u32) + 'a>,
    best: f64,
}

fn main() {
    // The first argument is the bench's name, for programs that know several.
    let only = std::env::args().skip(2).find(|argument| !argument.starts_with('-'));
    let wanted = |shape: &str| only.as_deref().is_none_or(|only| only == shape);
    macro_rules! shapes {
        ($($shape:literal: $message:ident from $sample:expr;)*) => {
            $(
                if wanted($shape) {
                    let bytes = rustrpc::Message::encode_to_vec(&$sample);
                    compare!($shape, $message, &bytes);
                }
            )*
        };
    }
    macro_rules! compare {
        ($shape:literal, $message:ident, $bytes:expr) => {{
            let bytes: &[u8] = $bytes;
            let our: ours::$message = rustrpc::Message::decode(bytes).unwrap();
            let prost = <prosts::$message as prost::Message>::decode(bytes).unwrap();
            let buffa = <buffas::$message as buffa::Message>::decode_from_slice(bytes).unwrap();
            println!("\n{} ({} bytes)", $shape, bytes.len());
            report(
                "decode",
                vec![
                    entry("rustrpc", || {
                        let message: ours::$message =
                            rustrpc::Message::decode(black_box(bytes)).unwrap();
                        black_box(&message);
                    }),
                    entry("prost", || {
                        let message: prosts::$message =
                            prost::Message::decode(black_box(bytes)).unwrap();
                        black_box(&message);
                    }),
                    entry("buffa", || {
                        let message: buffas::$message =
                            buffa::Message::decode_from_slice(black_box(bytes)).unwrap();
                        black_box(&message);
                    }),
                ],
            );
            let mut writer = rustrpc::gencode::Writer::new();
            let (mut a, mut b) = (Vec::new(), Vec::new());
            report(
                "encode, buffer kept",
                vec![
                    entry("rustrpc", || {
                        black_box(writer.encode(black_box(&our)));
                    }),
                    entry("prost", || {
                        a.clear();
                        prost::Message::encode(black_box(&prost), &mut a).unwrap();
                        black_box(&a);
                    }),
                    entry("buffa", || {
                        b.clear();
                        buffa::Message::encode(black_box(&buffa), &mut b);
                        black_box(&b);
                    }),
                ],
            );
            report(
                "encode to a new Vec",
                vec![
                    entry("rustrpc", || {
                        black_box(rustrpc::Message::encode_to_vec(black_box(&our)));
                    }),
                    entry("prost", || {
                        black_box(prost::Message::encode_to_vec(black_box(&prost)));
                    }),
                    entry("buffa", || {
                        black_box(buffa::Message::encode_to_vec(black_box(&buffa)));
                    }),
                ],
            );
        }};
    }
    shapes! {
        "small": Small from samples::small();
        "medium": Medium from samples::medium();
        "numbers": Numbers from samples::numbers();
        "one-byte": Numbers from samples::one_byte();
        "fixed": Numbers from samples::fixed();
        "blob": Blob from samples::blob();
    }
}

fn entry<'a>(name: &'static str, mut run: impl FnMut() + 'a) -> Entry<'a> {
    let run = move |count| {
        for _ in 0..count {
            run();
        }
    };
    Entry { name, run: Box::new(run), best: f64::INFINITY }
}

/// Lets the entries take turns and prints the best of each.
fn report(what: &str, mut entries: Vec<Entry<'_>>) {
    const ROUNDS: usize = 40;
    const ROUND: Duration = Duration::from_millis(4);
    let counts: Vec<u32> = entries.iter_mut().map(|entry| count(&mut entry.run, ROUND)).collect();
    for _ in 0..ROUNDS {
        for (entry, count) in entries.iter_mut().zip(&counts) {
            let start = Instant::now();
            (entry.run)(*count);
            let each = start.elapsed().as_secs_f64() * 1e9 / f64::from(*count);
            entry.best = entry.best.min(each);
        }
    }
    let ours = entries[0].best;
    print!("  {what:<20}");
    for entry in &entries {
        print!("  {} {:>10.1}", entry.name, entry.best);
        if entry.name != "rustrpc" {
            print!(" ({:.2}x)", entry.best / ours);
        }
    }
    println!();
}

/// How often `run` fits into `time`.
fn count(run: &mut dyn FnMut(u32), time: Duration) -> u32 {
    let mut count = 1;
    loop {
        let start = Instant::now();
        run(count);
        let took = start.elapsed();
        if took >= time / 2 {
            let fits = f64::from(count) * time.as_secs_f64() / took.as_secs_f64();
            return (fits as u32).max(1);
        }
        count *= 2;
    }
}
