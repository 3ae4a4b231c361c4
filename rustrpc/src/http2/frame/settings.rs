//! SETTINGS (RFC 9113 §6.5).
//!
//! ```text
//! { Identifier (16), Value (32) } ...
//! ```

use super::head::{ACK, Head, Kind};
use crate::http2::error::{Reason, Violation};
use crate::http2::stream::StreamId;

/// A setting that this engine knows (RFC 9113 §6.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Setting {
    HeaderTableSize(u32),
    EnablePush(bool),
    MaxConcurrentStreams(u32),
    InitialWindowSize(u32),
    MaxFrameSize(u32),
    MaxHeaderListSize(u32),
}

/// Checks the form of the frame (RFC 9113 §6.5).
pub(crate) fn check(head: Head, payload: &[u8]) -> Result<(), Violation> {
    if head.stream != StreamId::CONNECTION {
        return Err(Violation::protocol("SETTINGS on a stream"));
    }
    if head.has(ACK) && !payload.is_empty() {
        return Err(Violation::frame_size("an acknowledgement of SETTINGS has a payload"));
    }
    if !payload.len().is_multiple_of(6) {
        return Err(Violation::frame_size("SETTINGS is not made of six-octet entries"));
    }
    Ok(())
}

/// The settings of a payload, in order; unknown ones are skipped (RFC 9113 §6.5.2).
pub(crate) fn parse(payload: &[u8]) -> impl Iterator<Item = Result<Setting, Violation>> + '_ {
    payload.chunks_exact(6).filter_map(|entry| {
        let &[i0, i1, v0, v1, v2, v3] = entry else { return None };
        let value = u32::from_be_bytes([v0, v1, v2, v3]);
        Some(Ok(match u16::from_be_bytes([i0, i1]) {
            1 => Setting::HeaderTableSize(value),
            2 => match value {
                0 | 1 => Setting::EnablePush(value == 1),
                _ => return Some(Err(Violation::protocol("ENABLE_PUSH is neither 0 nor 1"))),
            },
            3 => Setting::MaxConcurrentStreams(value),
            4 if value <= i32::MAX as u32 => Setting::InitialWindowSize(value),
            4 => {
                return Some(Err(Violation::Connection(
                    Reason::FLOW_CONTROL_ERROR,
                    "INITIAL_WINDOW_SIZE is above 2^31-1",
                )));
            }
            5 if (16_384..=16_777_215).contains(&value) => Setting::MaxFrameSize(value),
            5 => return Some(Err(Violation::protocol("MAX_FRAME_SIZE is out of its range"))),
            6 => Setting::MaxHeaderListSize(value),
            _ => return None,
        }))
    })
}

/// Appends the whole frame.
pub(crate) fn write(settings: &[Setting], out: &mut Vec<u8>) {
    let head = Head::new(Kind::Settings, 0, StreamId::CONNECTION, settings.len() * 6);
    out.extend_from_slice(&head.to_bytes());
    for setting in settings {
        let (identifier, value) = match *setting {
            Setting::HeaderTableSize(value) => (1u16, value),
            Setting::EnablePush(enabled) => (2, u32::from(enabled)),
            Setting::MaxConcurrentStreams(value) => (3, value),
            Setting::InitialWindowSize(value) => (4, value),
            Setting::MaxFrameSize(value) => (5, value),
            Setting::MaxHeaderListSize(value) => (6, value),
        };
        out.extend_from_slice(&identifier.to_be_bytes());
        out.extend_from_slice(&value.to_be_bytes());
    }
}

/// Appends an acknowledgement.
pub(crate) fn write_ack(out: &mut Vec<u8>) {
    out.extend_from_slice(&Head::new(Kind::Settings, ACK, StreamId::CONNECTION, 0).to_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_and_unknown_ones_are_skipped() {
        let settings = [
            Setting::HeaderTableSize(0),
            Setting::EnablePush(false),
            Setting::MaxConcurrentStreams(7),
            Setting::InitialWindowSize(i32::MAX as u32),
            Setting::MaxFrameSize(16_777_215),
            Setting::MaxHeaderListSize(1),
        ];
        let mut out = Vec::new();
        write(&settings, &mut out);
        out.extend_from_slice(&[0xab, 0xcd, 0, 0, 0, 1]);
        let back: Vec<_> = parse(&out[9..]).map(|setting| setting.expect("valid")).collect();
        assert_eq!(back, settings);
    }

    #[test]
    fn values_out_of_range_are_refused() {
        for (entry, reason) in [
            ([0, 2, 0, 0, 0, 2], Reason::PROTOCOL_ERROR),
            ([0, 4, 0x80, 0, 0, 0], Reason::FLOW_CONTROL_ERROR),
            ([0, 5, 0, 0, 0x3f, 0xff], Reason::PROTOCOL_ERROR),
            ([0, 5, 1, 0, 0, 0], Reason::PROTOCOL_ERROR),
        ] {
            let result = parse(&entry).next().expect("one entry");
            assert!(matches!(result, Err(Violation::Connection(code, _)) if code == reason));
        }
    }
}
