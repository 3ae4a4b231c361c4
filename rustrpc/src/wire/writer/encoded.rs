//! What is made of a message that is written whole, by the writer that each thread keeps.
//!
//! Compiled once for all messages: `write`, which writes the message, is called where it points.

use std::cell::Cell;

use super::Writer;

/// The encoded message.
pub(in crate::wire) fn to_vec(write: &dyn Fn(&mut Writer)) -> Vec<u8> {
    with_scratch(|scratch| {
        let length = scratch.measure(write);
        let written = scratch.as_slice();
        if written.len() != length {
            Writer::exactly(write, length, &[])
        } else if length <= KEPT {
            written.to_vec()
        } else {
            // Too large to keep the memory: it is handed on.
            scratch.take_vec()
        }
    })
}

/// Appends the encoded message to `buffer`.
pub(in crate::wire) fn append(buffer: &mut Vec<u8>, write: &dyn Fn(&mut Writer)) {
    with_scratch(|scratch| {
        scratch.clear();
        write(scratch);
        buffer.extend_from_slice(scratch.as_slice());
    });
}

/// Appends `front` and the encoded message to `buffer`, or gives its length when there is something
/// large in it.
pub(in crate::wire) fn append_unless_large(
    front: &[u8],
    buffer: &mut Vec<u8>,
    write: &dyn Fn(&mut Writer),
) -> Option<usize> {
    with_scratch(|scratch| {
        let length = scratch.measure(write);
        if scratch.as_slice().len() != length {
            return Some(length);
        }
        scratch.prepend(front);
        buffer.extend_from_slice(scratch.as_slice());
        None
    })
}

/// Appends `front` and an encoded message of this length, with something large in it, to `buffer`.
/// One that is empty is exchanged for one of the right length.
pub(in crate::wire) fn append_large(
    length: usize,
    front: &[u8],
    buffer: &mut Vec<u8>,
    write: &dyn Fn(&mut Writer),
) {
    let whole = Writer::exactly(write, length, front);
    if buffer.is_empty() {
        *buffer = whole;
    } else {
        buffer.extend_from_slice(&whole);
    }
}

/// The length of the encoded message.
pub(in crate::wire) fn length(write: &dyn Fn(&mut Writer)) -> usize {
    with_scratch(|scratch| scratch.measure(write))
}

/// A larger buffer is given back to the allocator rather than kept by the thread.
const KEPT: usize = 64 * 1024;

/// Lends `use_it` a writer that is kept per thread: once it has grown to the size of the messages
/// of a program, encoding one costs a single allocation of its exact size.
#[inline(always)]
fn with_scratch<T>(use_it: impl FnOnce(&mut Writer) -> T) -> T {
    thread_local! {
        /// Not there while it is lent, or was never needed.
        static WRITER: Cell<Option<Box<Writer>>> = const { Cell::new(None) };
    }
    // None is to be had by a `write` that encodes another message on its way, or while the thread
    // ends. A `write` that panics takes the writer with it.
    let mut writer = WRITER.try_with(Cell::take).ok().flatten().unwrap_or_default();
    let result = use_it(&mut writer);
    if writer.capacity() <= KEPT {
        let _ = WRITER.try_with(|kept| kept.set(Some(writer)));
    }
    result
}
