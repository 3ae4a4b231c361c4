//! How the buffer of a received message grows.

use super::framing::PREFIX_LENGTH;

/// What has arrived, at least, and for how many times as much it vouches. Fewer bytes vouch for
/// nothing: they are moved in no time.
const VOUCHERS: [(usize, usize); 2] = [(64 * 1024, 256), (4 * 1024, 8)];

/// Adds received bytes to those of something in `buffer` that is to be `whole` bytes long, if that is
/// known, and else 0.
///
/// A claimed length alone allocates nothing. But what has arrived vouches for several times as much,
/// so that a large message moves to a larger buffer once or twice and not each time it has doubled:
/// moving the half of it there takes as long as having received that half. Memory that is never
/// written to is only promised; it takes none until then.
pub(crate) fn append(buffer: &mut Vec<u8>, bytes: &[u8], whole: usize) {
    let free = buffer.capacity() - buffer.len();
    if free < bytes.len() {
        make_room(buffer, bytes.len(), whole);
    }
    buffer.extend_from_slice(bytes);
}

#[cold]
fn make_room(buffer: &mut Vec<u8>, more: usize, whole: usize) {
    let arrived = buffer.len() + more;
    let voucher = VOUCHERS.iter().find(|(least, _)| arrived >= *least);
    if let Some((_, times)) = voucher.filter(|_| whole > arrived) {
        let capacity = whole.min(arrived.saturating_mul(*times));
        buffer.reserve_exact(capacity - buffer.len());
    }
}

/// The length of a message with its prefix, as that claims it; 0 when that is not there.
pub(crate) fn claimed_length(bytes: &[u8]) -> usize {
    match bytes.first_chunk::<PREFIX_LENGTH>() {
        Some([_, length @ ..]) => {
            (u32::from_be_bytes(*length) as usize).saturating_add(PREFIX_LENGTH)
        }
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_arrived_vouches_for_some_more() {
        let mut buffer = Vec::new();
        append(&mut buffer, &[7; 0x1000], 1 << 31);
        assert_eq!(buffer.capacity(), 0x8000);
        append(&mut buffer, &[7; 0xf000], 1 << 31);
        assert_eq!(buffer.capacity(), 0x100_0000);
        let mut buffer = Vec::new();
        for _ in 0..4 {
            append(&mut buffer, &[7; 0x1000], 0x4000);
        }
        assert_eq!(buffer.capacity(), 0x4000);
    }
}
