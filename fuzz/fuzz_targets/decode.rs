//! Marshalling against prost's: both accept the same bytes, and find the same in them.
//!
//! Where they differ it has its reason:
//!
//! - A known field of another wire type prost refuses; we keep it as an unknown one, as the
//!   specification wants it.
//! - In front of a map's entry prost does not look at the wire type at all, and so takes what
//!   follows for a length.
#![no_main]

use libfuzzer_sys::fuzz_target;
use prost::Message as _;
use rustrpc::Message as _;

#[allow(dead_code, reason = "only one message of them is compared")]
#[path = "../../fixtures/codec/golden/mod.rs"]
mod ours;

#[allow(dead_code, reason = "only one message of them is compared")]
mod prosts {
    include!(concat!(env!("OUT_DIR"), "/mod.rs"));
}

use ours::acme::modern::Everything;
use prosts::acme::modern::Everything as ProstsEverything;

fuzz_target!(|data: &[u8]| {
    match (Everything::decode(data), ProstsEverything::decode(data)) {
        (Err(_), Err(_)) => {}
        (Ok(_), Err(error)) if error.to_string().contains("invalid wire type") => {}
        _ if has_odd_map(data) => {}
        (Ok(_), Err(error)) => panic!("only prost refuses: {error}"),
        (Err(error), Ok(_)) => panic!("only we refuse: {error}"),
        (Ok(ours), Ok(prosts)) => {
            let again = ours.encode_to_vec();
            assert_eq!(again.len(), ours.encoded_len());
            let decoded = Everything::decode(&again).expect("it was just encoded");
            let by_prost = ProstsEverything::decode(&*again).expect("it was just encoded");
            // Bytes are compared, not messages, because of NaN. prost has its maps in order.
            let prosts = prosts.encode_to_vec();
            assert_eq!(by_prost.encode_to_vec(), prosts);
            let decoded = ProstsEverything::decode(&*decoded.encode_to_vec()).expect("the same");
            assert_eq!(decoded.encode_to_vec(), prosts);
        }
    }
});

/// What stands between two ends, for what is of interest here.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Everything,
    /// An entry of `Everything.nested`.
    Entry,
    Other,
}

/// Whether a map's entry has another wire type than entries have.
fn has_odd_map(mut bytes: &[u8]) -> bool {
    walk(&mut bytes, Inside::Everything) == Err(Stop::OddMap)
}

#[derive(PartialEq)]
enum Stop {
    OddMap,
    Malformed,
}

/// Goes over fields up to the end, of the bytes or of a group.
fn walk(bytes: &mut &[u8], inside: Inside) -> Result<(), Stop> {
    while !bytes.is_empty() {
        let tag = varint(bytes)?;
        let number = tag >> 3;
        match tag & 7 {
            2 => {
                let length = usize::try_from(varint(bytes)?).map_err(|_| Stop::Malformed)?;
                let mut content = skip(bytes, length)?;
                let within = match (inside, number) {
                    (Inside::Everything, 66) => Inside::Entry,
                    (Inside::Everything, 2000 | 70_000) | (Inside::Entry, 2) => Inside::Everything,
                    _ => continue,
                };
                walk(&mut content, within)?;
            }
            _ if inside == Inside::Everything && (61..=66).contains(&number) => {
                return Err(Stop::OddMap);
            }
            0 => drop(varint(bytes)?),
            1 => drop(skip(bytes, 8)?),
            3 => walk(bytes, Inside::Other)?,
            4 => return Ok(()),
            5 => drop(skip(bytes, 4)?),
            _ => return Err(Stop::Malformed),
        }
    }
    Ok(())
}

fn varint(bytes: &mut &[u8]) -> Result<u64, Stop> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(Stop::Malformed)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Stop::Malformed)
}

fn skip<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], Stop> {
    let (skipped, rest) = bytes.split_at_checked(length).ok_or(Stop::Malformed)?;
    *bytes = rest;
    Ok(skipped)
}
