//! Holds our marshalling against prost's on bytes that are nearly, or not at all, a message.
//!
//! `cargo run --release [SECONDS [SEED]]`. Every difference must have its reason, or this stops at
//! it and prints the bytes:
//!
//! - Where prost refuses a known field with another wire type, we keep it as an unknown one, as the
//!   specification wants it. For maps prost does not look at the wire type at all, and so takes
//!   their bytes for something else.
//! - What both accept has the same content.

mod mutate;

use std::error::Error;
use std::time::{Duration, Instant};

use mutate::Random;
use prost::Message as _;
use rustrpc::Message as _;

#[allow(dead_code, reason = "only one message of them is compared")]
mod ours {
    include!(concat!(env!("OUT_DIR"), "/rustrpc/mod.rs"));
    pub use acme::modern::Everything;
}

#[allow(dead_code, reason = "only one message of them is compared")]
mod prosts {
    include!(concat!(env!("OUT_DIR"), "/prost/mod.rs"));
    pub use acme::modern::Everything;
}

/// How many inputs were treated how.
#[derive(Debug, Default)]
struct Counts {
    accepted_by_both: u64,
    refused_by_both: u64,
    other_wire_type: u64,
    map_of_other_wire_type: u64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let seconds = arguments.next().map_or(Ok(10), |text| text.parse())?;
    let seed = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let mut random = Random::new(seed);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut counts = Counts::default();
    let mut corpus: Vec<Vec<u8>> = vec![Vec::new()];
    while Instant::now() < end {
        for _ in 0..1000 {
            let bytes = mutate::mutated(&corpus, &mut random);
            match compare(&bytes, &mut counts) {
                // What is accepted is a good start for more.
                Ok(true) if bytes.len() < 2000 => {
                    let place = random.below(512);
                    match corpus.get_mut(place) {
                        Some(old) => *old = bytes,
                        None => corpus.push(bytes),
                    }
                }
                Ok(_) => {}
                Err(_) if may_have_odd_map(&bytes) => counts.map_of_other_wire_type += 1,
                Err(difference) => {
                    return Err(format!(
                        "{difference}\nbytes: {}, seed {seed}",
                        bytes.escape_ascii()
                    )
                    .into());
                }
            }
        }
    }
    println!("{counts:?}, seed {seed}");
    Ok(())
}

/// Whether the bytes hold what may be the tag of a map with a wire type that is not that of maps.
fn may_have_odd_map(bytes: &[u8]) -> bool {
    bytes.array_windows().any(|[first, second]| {
        // Two bytes are all that the tags of fields 61 to 66 take.
        let tag = u32::from(first & 0x7f) | u32::from(*second) << 7;
        first & 0x80 != 0 && (61..=66).contains(&(tag >> 3)) && tag & 7 != 2
    })
}

/// Whether both accept the bytes; an error when they differ without a reason.
fn compare(bytes: &[u8], counts: &mut Counts) -> Result<bool, String> {
    let ours = ours::Everything::decode(bytes);
    let prost = prosts::Everything::decode(bytes);
    match (ours, prost) {
        (Err(_), Err(_)) => {
            counts.refused_by_both += 1;
            Ok(false)
        }
        (Ok(_), Err(error)) if error.to_string().contains("invalid wire type") => {
            counts.other_wire_type += 1;
            Ok(false)
        }
        (Ok(_), Err(error)) => Err(format!("only prost refuses: {error}")),
        (Err(error), Ok(_)) => Err(format!("only we refuse: {error}")),
        (Ok(ours), Ok(prost)) => {
            counts.accepted_by_both += 1;
            let again = ours.encode_to_vec();
            if again.len() != ours.encoded_len() {
                return Err("the length differs from the encoded bytes".to_owned());
            }
            let by_prost = prosts::Everything::decode(&*again)
                .map_err(|error| format!("prost refuses what we write: {error}"))?;
            // Bytes and not messages are compared, because of NaN.
            if by_prost.encode_to_vec() != prost.encode_to_vec() {
                return Err("the content differs".to_owned());
            }
            Ok(true)
        }
    }
}
