//! Views against messages: the same bytes are refused for the same reason, and what both accept is
//! the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rustrpc::view::{HasView, ViewOf};
use rustrpc::{DecodeError, Message, MessageView};

#[allow(dead_code, reason = "not all of them have views")]
#[path = "../../fixtures/views/golden/mod.rs"]
mod parcel;
#[allow(dead_code, reason = "not all of them are compared")]
#[path = "../../fixtures/views/codec/mod.rs"]
mod proto;

fuzz_target!(|data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else { return };
    match choice % 6 {
        0 => agree::<proto::acme::modern::Everything>(bytes),
        1 => agree::<proto::acme::legacy::Guest>(bytes),
        2 => agree::<proto::acme::legacy::Table>(bytes),
        3 => agree::<parcel::acme::parcel::Parcel>(bytes),
        4 => agree::<parcel::acme::bag::Bag>(bytes),
        _ => agree::<parcel::acme::bag::Shelf>(bytes),
    }
});

fn agree<M: HasView>(bytes: &[u8]) {
    let decoded = M::decode(bytes);
    compare(&decoded, M::View::decode(bytes).map(|view| view.to_message()));
    // The second look does not check again, and must see the same.
    let kept = ViewOf::<M>::decode(bytes.to_vec());
    compare(&decoded, kept.map(|kept| kept.to_message()));
}

/// Bytes are compared, and not messages, because of NaN; maps are kept in order for that.
fn compare<M: Message>(decoded: &Result<M, DecodeError>, seen: Result<M, DecodeError>) {
    let encoded = |message: M| message.encode_to_vec();
    assert_eq!(seen.map(encoded), decoded.as_ref().map(M::encode_to_vec).map_err(Clone::clone));
}
