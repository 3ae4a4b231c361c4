//! Binary, into views: they point at what is there.

use rustrpc::types::{EmptyView, FieldMaskView, ListValueView, StructView, ValueView, value};
use rustrpc::wire::DecodeErrorCause;
use rustrpc::{DecodeError, MessageView};

use super::{GROWING, NOISE, assert_within, delimited, entries, measured, nested_lists};

/// Decodes the bytes; the outcome, and the most memory that was held meanwhile.
fn decode<'a, V: MessageView<'a>>(bytes: &'a [u8]) -> (Result<V, DecodeError>, usize) {
    measured(|| V::decode(bytes))
}

#[test]
fn elements_entries_and_unknown_fields_take_nothing() {
    let elements = b"\x0a\x00".repeat(1_000_000);
    let (view, peak) = decode::<ListValueView<'_>>(&elements);
    assert_eq!(view.unwrap().values.len(), 1_000_000);
    assert!(peak < NOISE, "{peak} bytes");
    let (view, peak) = decode::<FieldMaskView<'_>>(&elements);
    assert_eq!(view.unwrap().paths.len(), 1_000_000);
    assert!(peak < NOISE, "{peak} bytes");
    let entries = entries(17_576);
    let (view, peak) = decode::<StructView<'_>>(&entries);
    assert_eq!(view.unwrap().fields.iter().len(), 17_576);
    assert!(peak < NOISE, "{peak} bytes");
    let unknown = b"\x0b\x12\x03abc\x0c\x18\x01".repeat(100_000);
    let (view, peak) = decode::<EmptyView<'_>>(&unknown);
    assert_eq!(view.unwrap().unknown_fields.to_unknown_fields().as_bytes(), unknown);
    assert!(peak < 2 * unknown.len() + NOISE, "{peak} bytes");
}

#[test]
fn too_deep_and_too_long_are_refused_before_they_cost_much() {
    let deep = nested_lists(2000);
    let (view, peak) = decode::<ValueView<'_>>(&deep);
    assert_eq!(view.unwrap_err().cause(), DecodeErrorCause::TooDeep);
    assert!(peak < NOISE, "{peak} bytes");
    let (view, peak) = decode::<ListValueView<'_>>(b"\x0a\xff\xff\xff\xff\x0f");
    assert_eq!(view.unwrap_err().cause(), DecodeErrorCause::Truncated);
    assert!(peak < NOISE, "{peak} bytes");
}

#[test]
fn a_message_in_many_pieces_takes_a_pointer_and_a_length_for_each() {
    const PIECES: usize = 250_000;
    let bytes = delimited(0x32, b"\x0a\x00").repeat(PIECES);
    let (view, peak) = decode::<ValueView<'_>>(&bytes);
    let Some(value::KindView::ListValue(list)) = view.unwrap().kind else { panic!("a list") };
    assert_eq!(list.values.iter().count(), PIECES);
    assert_within(peak, GROWING * PIECES * size_of::<&[u8]>(), bytes.len());
}

#[test]
fn unknown_fields_that_stand_apart_are_copied() {
    // Known and unknown in turn.
    let bytes = b"\x20\x01\x38\x01".repeat(250_000);
    let (view, peak) = decode::<ValueView<'_>>(&bytes);
    assert_eq!(view.unwrap().unknown_fields.iter().count(), 250_000);
    assert_within(peak, GROWING * bytes.len() / 2, bytes.len());
}
