//! What every message of a soak carries, so that none can be taken for another.

use crate::proto::grpc::testing::Payload;

/// Bytes in front of a payload's filling.
const HEAD: usize = 16;

/// Which call a message belongs to, and which of its messages it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    pub(super) call: u64,
    pub(super) index: u32,
    /// How long the server is to wait before its answer, in milliseconds.
    pub(super) pause: u32,
}

impl Ticket {
    /// A payload with the ticket and as many bytes more, which follow from the call.
    pub(super) fn payload(self, filling: usize) -> Payload {
        let mut body = Vec::with_capacity(HEAD + filling);
        body.extend_from_slice(&self.call.to_le_bytes());
        body.extend_from_slice(&self.index.to_le_bytes());
        body.extend_from_slice(&self.pause.to_le_bytes());
        body.resize(HEAD + filling, self.filler());
        Payload { body, ..Payload::default() }
    }

    /// Reads a payload, with the size of its filling.
    ///
    /// # Errors
    /// When something of it is another message's, or missing.
    pub(super) fn read(payload: Option<&Payload>) -> Result<(Self, usize), String> {
        let body = payload.map_or(&[][..], |payload| &payload.body);
        let head = body.split_first_chunk::<8>().and_then(|(call, rest)| {
            let (index, rest) = rest.split_first_chunk::<4>()?;
            let (pause, filling) = rest.split_first_chunk::<4>()?;
            let (call, index) = (u64::from_le_bytes(*call), u32::from_le_bytes(*index));
            Some((Self { call, index, pause: u32::from_le_bytes(*pause) }, filling))
        });
        let (ticket, filling) =
            head.ok_or_else(|| format!("a payload of {} bytes has no ticket", body.len()))?;
        match filling.iter().position(|byte| *byte != ticket.filler()) {
            Some(at) => Err(format!("byte {at} behind {ticket:?} is another call's")),
            None => Ok((ticket, filling.len())),
        }
    }

    fn filler(self) -> u8 {
        (self.call % 251) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tickets_come_back_and_mixed_payloads_are_seen() {
        let ticket = Ticket { call: 1_000, index: 7, pause: 3 };
        let mut payload = ticket.payload(100);
        assert_eq!(Ticket::read(Some(&payload)), Ok((ticket, 100)));
        payload.body[60] ^= 1;
        assert!(Ticket::read(Some(&payload)).expect_err("it is mixed").contains("byte 44"));
        assert!(Ticket::read(None).expect_err("there is none").contains("no ticket"));
    }
}
