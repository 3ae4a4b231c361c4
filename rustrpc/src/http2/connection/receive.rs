//! From bytes to events: framing, and what each kind of frame does.

use super::other_protocol::other_protocol;
use super::reader::{At, OpenBlock};
use super::{Connection, PREFACE, Role};
use crate::http2::error::{Initiator, Reason, Violation};
use crate::http2::event::{Event, Input};
use crate::http2::frame::{Head, Kind, head, headers, rst_stream};
use crate::http2::stream::StreamId;

/// How far one step came.
pub(super) enum Progress<'i> {
    Event(Event<'i>),
    /// Something was consumed; go on.
    More,
    /// The input ended.
    Exhausted,
}

/// Payloads that have to be gathered before they can be read are bounded by this, whatever
/// SETTINGS_MAX_FRAME_SIZE allows for DATA.
const LONGEST_GATHERED: u32 = 1 << 16;

impl Connection {
    /// One step through the input.
    #[inline]
    pub(super) fn receive<'i>(&mut self, input: &mut Input<'i>) -> Result<Progress<'i>, Violation> {
        match self.reader.at {
            At::Head => match self.reader.head(input) {
                Some(head) => return self.recv_head(head, input),
                None => return Ok(Progress::Exhausted),
            },
            At::Payload(head) => return self.recv_payload(head, input),
            At::Data(frame) => return self.recv_data(frame, input),
            At::Skip { left } => {
                let skipped = input.take(left as usize).len() as u32;
                self.reader.at = match left - skipped {
                    0 => At::Head,
                    _ if skipped == 0 => return Ok(Progress::Exhausted),
                    left => At::Skip { left },
                };
            }
            At::Preface { matched } => {
                let expected = &PREFACE[matched..];
                let got = input.take(expected.len());
                // RFC 9113 §3.4.
                if !expected.starts_with(got) {
                    let other = if matched == 0 { other_protocol(got) } else { None };
                    let detail = other.unwrap_or("the connection preface is not HTTP/2's");
                    return Err(Violation::protocol(detail));
                }
                if got.len() < expected.len() {
                    self.reader.at = At::Preface { matched: matched + got.len() };
                    return Ok(Progress::Exhausted);
                }
                self.reader.at = At::Head;
                self.deadlines.preface_done(&self.config.limits, self.now);
            }
        }
        Ok(Progress::More)
    }

    #[inline]
    fn recv_head<'i>(
        &mut self,
        head: Head,
        input: &mut Input<'i>,
    ) -> Result<Progress<'i>, Violation> {
        let [_, octets @ ..] = head.len.to_be_bytes();
        if !self.reader.greeted
            && let Some(detail) = other_protocol(&octets)
        {
            return Err(Violation::protocol(detail));
        }
        // RFC 9113 §4.2. Frames that could be answered by a stream error are not told apart: who
        // ignores an announced size is not to be trusted with a second frame.
        if head.len > self.config.max_frame_size {
            return Err(Violation::frame_size("a frame is larger than SETTINGS_MAX_FRAME_SIZE"));
        }
        // RFC 9113 §3.4: the preface ends with SETTINGS.
        if !self.reader.greeted && (head.kind != Kind::Settings || head.has(head::ACK)) {
            return Err(Violation::protocol("the first frame is not SETTINGS"));
        }
        // RFC 9113 §6.10: nothing may come between the frames of a field block.
        if let Some(block) = &self.reader.block
            && (head.kind != Kind::Continuation || head.stream != block.stream)
        {
            return Err(Violation::protocol("a frame interrupts a field block"));
        }
        match head.kind {
            Kind::Data => {
                let frame = self.recv_data_head(head)?;
                self.recv_data(frame, input)
            }
            // RFC 9113 §4.1, §5.5: ignored and discarded.
            Kind::Unknown(_) => {
                self.glitch()?;
                self.reader.at = At::Skip { left: head.len };
                Ok(Progress::More)
            }
            _ if head.len > LONGEST_GATHERED => {
                Err(Violation::frame_size("a frame other than DATA is larger than 64 KiB"))
            }
            _ => self.recv_payload(head, input),
        }
    }

    /// A frame that is read whole, once it is.
    #[inline]
    fn recv_payload<'i>(
        &mut self,
        head: Head,
        input: &mut Input<'i>,
    ) -> Result<Progress<'i>, Violation> {
        let Some(payload) = self.reader.payload(input, head.len as usize) else {
            self.reader.at = At::Payload(head);
            return Ok(Progress::Exhausted);
        };
        self.reader.at = At::Head;
        let result = self.recv_frame(head, payload.bytes());
        self.reader.recycle(payload);
        Ok(result?.map_or(Progress::More, Progress::Event))
    }

    fn recv_frame(
        &mut self,
        head: Head,
        payload: &[u8],
    ) -> Result<Option<Event<'static>>, Violation> {
        match head.kind {
            Kind::Headers => return self.recv_headers(head, payload),
            Kind::Continuation => return self.recv_continuation(head, payload),
            Kind::Settings => return self.recv_settings(head, payload),
            Kind::WindowUpdate => self.recv_window_update(head, payload)?,
            Kind::RstStream => return self.recv_rst_stream(head, payload),
            Kind::Ping => return self.recv_ping(head, payload),
            Kind::GoAway => self.recv_goaway(head, payload)?,
            Kind::Priority => self.recv_priority(head, payload)?,
            // RFC 9113 §8.4: clients never push, and servers may not where ENABLE_PUSH is 0.
            Kind::PushPromise => {
                return Err(Violation::protocol("PUSH_PROMISE, but push is disabled"));
            }
            Kind::Data | Kind::Unknown(_) => {}
        }
        Ok(None)
    }

    fn recv_headers(
        &mut self,
        head: Head,
        payload: &[u8],
    ) -> Result<Option<Event<'static>>, Violation> {
        // RFC 9113 §6.2.
        if head.stream == StreamId::CONNECTION {
            return Err(Violation::protocol("HEADERS without a stream"));
        }
        let (fragment, depends_on_itself) = headers::fragment(head, payload)?;
        let end_stream = head.has(head::END_STREAM);
        if fragment.len() > self.config.limits.max_block_size {
            return Err(Violation::calm("a field block is too large"));
        }
        if head.has(head::END_HEADERS) {
            return self.recv_block(head.stream, end_stream, depends_on_itself, fragment);
        }
        self.reader.block = Some(Box::new(OpenBlock {
            stream: head.stream,
            end_stream,
            depends_on_itself,
            continuations: 0,
            bytes: fragment.to_vec(),
        }));
        self.deadlines.block_begun(&self.config.limits, self.now);
        Ok(None)
    }

    fn recv_continuation(
        &mut self,
        head: Head,
        payload: &[u8],
    ) -> Result<Option<Event<'static>>, Violation> {
        // RFC 9113 §6.10.
        let Some(block) = &mut self.reader.block else {
            return Err(Violation::protocol("CONTINUATION without an open field block"));
        };
        block.continuations += 1;
        let limits = &self.config.limits;
        if block.continuations > limits.max_continuations {
            return Err(Violation::calm("a field block has too many CONTINUATION frames"));
        }
        if block.bytes.len() + payload.len() > limits.max_block_size {
            return Err(Violation::calm("a field block is too large"));
        }
        block.bytes.extend_from_slice(payload);
        if !head.has(head::END_HEADERS) {
            return Ok(None);
        }
        self.deadlines.block = None;
        let Some(block) = self.reader.block.take() else { return Ok(None) };
        self.recv_block(block.stream, block.end_stream, block.depends_on_itself, &block.bytes)
    }

    fn recv_rst_stream(
        &mut self,
        head: Head,
        payload: &[u8],
    ) -> Result<Option<Event<'static>>, Violation> {
        // RFC 9113 §6.4.
        if head.stream == StreamId::CONNECTION {
            return Err(Violation::protocol("RST_STREAM without a stream"));
        }
        let reason = rst_stream::parse(payload)?;
        if self.is_unopened(head.stream) {
            return Err(Violation::protocol("RST_STREAM on an idle stream"));
        }
        let Some(stream) = self.streams.find(head.stream) else {
            if !self.reset_lately.contains(head.stream) {
                self.glitch()?;
            }
            return Ok(None);
        };
        let kept = self.streams.get_mut(stream).expect("found by its identifier");
        let (answered, owner_gone) = (kept.sent_headers, kept.owner_gone);
        self.close_stream(stream);
        // A call that got its answer and is then cut short cost no more than any other call.
        if self.role == Role::Server && !answered && !self.spend_reset() {
            return Err(Violation::calm("too many streams were reset before they were answered"));
        }
        let by = Initiator::Peer;
        Ok((!owner_gone).then_some(Event::Reset { stream, reason, by }))
    }

    /// A frame on a stream that is closed: no fault if we closed it and the peer may not know yet.
    pub(super) fn recv_on_closed(
        &mut self,
        id: StreamId,
        detail: &'static str,
    ) -> Result<(), Violation> {
        if self.reset_lately.contains(id) || self.is_after_goaway(id) {
            return Ok(());
        }
        self.glitch()?;
        Err(Violation::Stream(id, Reason::STREAM_CLOSED, detail))
    }
}
