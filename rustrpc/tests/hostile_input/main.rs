//! What input may cost that was made to cost much: memory stays within a small multiple of its
//! length, whatever it claims, in each format, as messages, views and messages by their descriptors.
//!
//! The multiple is that of the types themselves: two bytes are enough for an empty element, and in
//! memory it is as large as its type. Beyond that nothing is taken. No claimed length is believed;
//! where elements can be counted in advance a vector grows once, to the number that is there, and
//! where they can't it doubles, so that it takes three times as much while it is copied.

mod binary;
#[cfg(feature = "reflect")]
mod dynamic;
mod json;
mod text;
mod views;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// Counts what each thread allocates.
struct Counting;

std::thread_local! {
    static CURRENT: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// Notes that this thread holds so much more, or less.
fn count(bytes: isize) {
    let current = CURRENT.get() + bytes;
    CURRENT.set(current);
    PEAK.set(PEAK.get().max(current));
}

// SAFETY: every call is the system's allocator's; only numbers are kept beside, which have no
// destructors and so can be reached as long as the thread runs.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's promise is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's promise is the same.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What may be allocated beside, whatever the input: an error, a buffer that a thread keeps.
const NOISE: usize = 20_000;

/// How many times as large as its content a vector is while it grows by doubling: the old half
/// stands beside the new whole, which may be filled by half and one.
const GROWING: usize = 3;

/// What `read` gives, and the most memory that this thread held for it meanwhile.
fn measured<T>(read: impl FnOnce() -> T) -> (T, usize) {
    let before = CURRENT.get();
    PEAK.set(before);
    let read = read();
    (read, PEAK.get().abs_diff(before))
}

/// Asserts a bound, and says by how much it was missed.
#[track_caller]
fn assert_within(peak: usize, bound: usize, input: usize) {
    assert!(peak <= bound + NOISE, "{peak} bytes for an input of {input}, and not {bound}");
}

/// A field of bytes: tag, length, content.
fn delimited(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut field = vec![tag];
    let mut length = content.len();
    while length >= 0x80 {
        field.push(length as u8 | 0x80);
        length >>= 7;
    }
    field.push(length as u8);
    field.extend_from_slice(content);
    field
}

/// A list in a value in a list, from the inside out.
fn nested_lists(depth: usize) -> Vec<u8> {
    (0..depth).fold(Vec::new(), |inner, _| delimited(0x32, &delimited(0x0a, &inner)))
}

/// The entries of a `google.protobuf.Struct`, with a key of three letters each and without a value.
fn entries(count: usize) -> Vec<u8> {
    (0..count).flat_map(|at| delimited(0x0a, &delimited(0x0a, key(at).as_bytes()))).collect()
}

/// Keys of three letters, 17,576 of them.
fn key(at: usize) -> String {
    let letter = |at: usize| char::from(b'a' + (at % 26) as u8);
    [letter(at / 676), letter(at / 26), letter(at)].iter().collect()
}
