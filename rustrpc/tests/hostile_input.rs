//! What bytes may cost that were made to cost much: memory stays within a small multiple of their
//! length, whatever they claim.
//!
//! The multiple is that of the types themselves: two bytes are enough for an empty element, and in
//! memory it is as large as its type. Beyond that nothing is taken: no claimed length is believed,
//! and a vector grows once, to the number of elements that are there.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustrpc::types::{BytesValue, Empty, FieldMask, ListValue, StringValue, Struct, Value};
use rustrpc::wire::DecodeErrorCause;
use rustrpc::{DecodeError, Message};

/// Counts what is allocated.
struct Counting;

static CURRENT: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is the system's allocator's; only numbers are kept beside.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let current = CURRENT.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(current, Ordering::Relaxed);
        // SAFETY: the caller's promise is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        CURRENT.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promise is the same.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// One test at a time has the counters.
static TURN: Mutex<()> = Mutex::new(());

/// What the threads of the tests themselves may allocate meanwhile.
const NOISE: usize = 20_000;

/// Decodes the bytes; the outcome, and the most memory it held meanwhile.
fn decode<M: Message>(bytes: &[u8]) -> (Result<M, DecodeError>, usize) {
    let before = CURRENT.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let decoded = M::decode(bytes);
    (decoded, PEAK.load(Ordering::Relaxed) - before)
}

/// `count` times the same bytes.
fn times(bytes: &[u8], count: usize) -> Vec<u8> {
    bytes.repeat(count)
}

#[test]
fn lengths_that_are_only_claimed_cost_nothing() {
    let _turn = TURN.lock();
    let claims: [&[u8]; 4] = [
        b"\x0a\xff\xff\xff\x7f",
        b"\x0a\xff\xff\xff\xff\x0f",
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    ];
    for claim in claims {
        let (decoded, peak) = decode::<BytesValue>(claim);
        assert_eq!(decoded.unwrap_err().cause(), DecodeErrorCause::Truncated);
        assert!(peak < NOISE, "{peak} bytes");
        let (decoded, peak) = decode::<ListValue>(claim);
        assert_eq!(decoded.unwrap_err().cause(), DecodeErrorCause::Truncated);
        assert!(peak < NOISE, "{peak} bytes");
    }
}

#[test]
fn messages_that_are_too_deep_are_refused_before_they_cost_much() {
    let _turn = TURN.lock();
    // A list in a value in a list, from the inside out.
    let mut bytes = Vec::new();
    for _ in 0..2000 {
        for tag in [0x0a, 0x32] {
            let mut outer = vec![tag];
            let mut length = bytes.len();
            while length >= 0x80 {
                outer.push(length as u8 | 0x80);
                length >>= 7;
            }
            outer.push(length as u8);
            outer.extend(&bytes);
            bytes = outer;
        }
    }
    let (decoded, peak) = decode::<Value>(&bytes);
    assert_eq!(decoded.unwrap_err().cause(), DecodeErrorCause::TooDeep);
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn millions_of_empty_elements_take_their_size_and_no_more() {
    let _turn = TURN.lock();
    let bytes = times(b"\x0a\x00", 1_000_000);
    let (decoded, peak) = decode::<ListValue>(&bytes);
    assert_eq!(decoded.unwrap().values.len(), 1_000_000);
    assert!(peak <= 1_000_000 * size_of::<Value>() + NOISE, "{peak} bytes");
    let (decoded, peak) = decode::<FieldMask>(&bytes);
    assert_eq!(decoded.unwrap().paths.len(), 1_000_000);
    assert!(peak <= 1_000_000 * size_of::<String>() + NOISE, "{peak} bytes");
}

#[test]
fn millions_of_entries_with_one_key_take_the_room_of_few() {
    let _turn = TURN.lock();
    let (decoded, peak) = decode::<Struct>(&times(b"\x0a\x00", 1_000_000));
    assert_eq!(decoded.unwrap().fields.len(), 1);
    assert!(peak < 1_000_000, "{peak} bytes");
}

#[test]
fn a_field_that_comes_again_and_again_is_held_once() {
    let _turn = TURN.lock();
    let (decoded, peak) = decode::<StringValue>(&times(b"\x0a\x05again", 300_000));
    assert_eq!(decoded.unwrap().value, "again");
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn unknown_fields_and_groups_take_three_times_their_length_at_most() {
    let _turn = TURN.lock();
    // One after the other, with something in them, and as deep as may be. While the vector that
    // keeps them grows, its old half stands beside the new whole.
    let deep = [times(b"\x0b", 99), times(b"\x0c", 99)].concat();
    for record in [&b"\x0b\x0c"[..], b"\x0b\x12\x03abc\x0c", b"\x08\x01", &deep] {
        let bytes = times(record, 1_000_000 / record.len());
        let (decoded, peak) = decode::<Empty>(&bytes);
        assert_eq!(decoded.unwrap().unknown_fields.as_bytes(), bytes);
        assert!(peak <= 3 * bytes.len() + NOISE, "{peak} bytes for {}", bytes.len());
    }
    let (decoded, peak) = decode::<Empty>(&times(b"\x0b", 1_000_000));
    assert_eq!(decoded.unwrap_err().cause(), DecodeErrorCause::TooDeep);
    assert!(peak < NOISE, "{peak} bytes");
}
