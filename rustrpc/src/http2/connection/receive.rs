//! From bytes to events: framing, and what each kind of frame does.

use bytes::Bytes;

use super::reader::{At, DataFrame, OpenBlock};
use super::{Connection, PREFACE, Queued, Role};
use crate::http2::error::{Initiator, Reason, Violation};
use crate::http2::event::{Event, Input};
use crate::http2::frame::{
    Head, Kind, goaway, head, headers, ping, priority, rst_stream, settings, window_update,
};
use crate::http2::settings::PeerSettings;
use crate::http2::stream::StreamId;

/// How far one step came.
pub(super) enum Progress<'i> {
    Event(Event<'i>),
    /// Something was consumed; go on.
    More,
    /// The input ended.
    Exhausted,
}

/// The debug data of a GOAWAY that is kept.
const DEBUG_KEPT: usize = 256;

/// Payloads that have to be gathered before they can be read are bounded by this, whatever
/// SETTINGS_MAX_FRAME_SIZE allows for DATA.
const LONGEST_GATHERED: u32 = 1 << 16;

impl Connection {
    /// One step through the input.
    #[inline]
    pub(super) fn receive<'i>(&mut self, input: &mut Input<'i>) -> Result<Progress<'i>, Violation> {
        match self.reader.at {
            At::Head => match self.reader.head(input) {
                Some(head) => self.recv_head(head)?,
                None => return Ok(Progress::Exhausted),
            },
            At::Payload(head) => {
                let Some(payload) = self.reader.payload(input, head.len as usize) else {
                    return Ok(Progress::Exhausted);
                };
                self.reader.at = At::Head;
                let result = self.recv_frame(head, payload.bytes());
                self.reader.recycle(payload);
                if let Some(event) = result? {
                    return Ok(Progress::Event(event));
                }
            }
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
                    return Err(Violation::protocol("the connection preface is not HTTP/2's"));
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

    fn recv_head(&mut self, head: Head) -> Result<(), Violation> {
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
            Kind::Data => self.recv_data_head(head),
            // RFC 9113 §4.1, §5.5: ignored and discarded.
            Kind::Unknown(_) => {
                self.glitch()?;
                self.reader.at = At::Skip { left: head.len };
                Ok(())
            }
            _ if head.len > LONGEST_GATHERED => {
                Err(Violation::frame_size("a frame other than DATA is larger than 64 KiB"))
            }
            _ => {
                self.reader.at = At::Payload(head);
                Ok(())
            }
        }
    }

    fn recv_data_head(&mut self, head: Head) -> Result<(), Violation> {
        // RFC 9113 §6.1.
        if head.stream == StreamId::CONNECTION {
            return Err(Violation::protocol("DATA without a stream"));
        }
        // RFC 9113 §5.1, idle.
        if self.is_unopened(head.stream) {
            return Err(Violation::protocol("DATA on an idle stream"));
        }
        // RFC 9113 §6.9: padding included, and even for streams that are gone.
        if self.recv_window.receive(head.len).is_err() {
            return Err(Violation::Connection(
                Reason::FLOW_CONTROL_ERROR,
                "DATA overran the connection's window",
            ));
        }
        self.recv_window.credit(head.len);
        let end_stream = head.has(head::END_STREAM);
        if !end_stream && head.len < 5 {
            self.spend_tiny_data()?;
        } else {
            self.budgets.earn_tiny_data(&self.config.limits, head.len);
        }
        let mut frame = DataFrame {
            id: head.stream,
            stream: None,
            padded: head.has(head::PADDED),
            left: head.len,
            padding: 0,
            end_stream,
        };
        self.reader.at = At::Data(frame);
        let Some(stream) = self.streams.find(head.stream) else {
            return self.recv_on_closed(head.stream, "DATA on a closed stream");
        };
        let kept = self.streams.get_mut(stream).expect("found by its identifier");
        // RFC 9113 §5.1, half-closed (remote).
        if !kept.state.can_receive() {
            let detail = "DATA on a stream that its sender had ended";
            return Err(Violation::Stream(head.stream, Reason::STREAM_CLOSED, detail));
        }
        // RFC 9113 §8.1.
        if !kept.received_headers {
            let detail = "DATA before HEADERS";
            return Err(Violation::Stream(head.stream, Reason::PROTOCOL_ERROR, detail));
        }
        // RFC 9113 §6.9.1.
        if kept.recv_window.receive(head.len).is_err() {
            let detail = "DATA overran the stream's window";
            return Err(Violation::Stream(head.stream, Reason::FLOW_CONTROL_ERROR, detail));
        }
        kept.unreleased += head.len;
        self.unreleased += head.len as usize;
        frame.stream = Some(stream);
        self.reader.at = At::Data(frame);
        Ok(())
    }

    fn recv_data<'i>(
        &mut self,
        mut frame: DataFrame,
        input: &mut Input<'i>,
    ) -> Result<Progress<'i>, Violation> {
        let mut overhead = 0;
        if frame.padded {
            if frame.left == 0 {
                return Err(Violation::frame_size("padded DATA lacks its padding length"));
            }
            let &[padding] = input.take(1) else { return Ok(Progress::Exhausted) };
            frame.padded = false;
            frame.padding = u32::from(padding);
            // RFC 9113 §6.1.
            frame.left = (frame.left - 1)
                .checked_sub(frame.padding)
                .ok_or(Violation::protocol("the padding is longer than the frame"))?;
            overhead = 1 + frame.padding;
        }
        let data = input.take(frame.left as usize);
        frame.left -= data.len() as u32;
        if frame.left == 0 {
            let skipped = input.take(frame.padding as usize).len() as u32;
            frame.padding -= skipped;
        }
        let complete = frame.left == 0 && frame.padding == 0;
        let progress = !data.is_empty() || overhead > 0 || complete;
        self.reader.at = if complete { At::Head } else { At::Data(frame) };
        if complete {
            self.announce_connection_window();
        }
        let idle = if progress || !input.is_empty() { Progress::More } else { Progress::Exhausted };
        // The stream may have been reset, or its owner gone, since the frame began.
        let Some(stream) = frame.stream else { return Ok(idle) };
        let Some(kept) = self.streams.get_mut(stream) else { return Ok(idle) };
        if !kept.state.can_receive() {
            return Ok(idle);
        }
        // RFC 9113 §8.1.1: the declared length must be the sum of all DATA.
        if kept.content_left != u64::MAX {
            match kept.content_left.checked_sub(data.len() as u64) {
                Some(left) => kept.content_left = left,
                None => return Err(too_long(frame.id)),
            }
        }
        let end_stream = complete && frame.end_stream;
        if end_stream && !matches!(kept.content_left, 0 | u64::MAX) {
            return Err(too_short(frame.id));
        }
        let owner_gone = kept.owner_gone;
        if end_stream {
            self.end_remote(stream);
        }
        // Padding, and what nobody wants, is consumed by receiving it.
        self.release(stream, if owner_gone { overhead + data.len() as u32 } else { overhead });
        if owner_gone || (data.is_empty() && !end_stream) {
            return Ok(idle);
        }
        Ok(Progress::Event(Event::Data { stream, data, end_stream }))
    }

    fn recv_frame(
        &mut self,
        head: Head,
        payload: &[u8],
    ) -> Result<Option<Event<'static>>, Violation> {
        match head.kind {
            Kind::Headers => return self.recv_headers(head, payload),
            Kind::Continuation => return self.recv_continuation(head, payload),
            Kind::Settings => self.recv_settings(head, payload)?,
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

    fn recv_settings(&mut self, head: Head, payload: &[u8]) -> Result<(), Violation> {
        settings::check(head, payload)?;
        if head.has(head::ACK) {
            return self.recv_settings_ack();
        }
        if self.reader.greeted {
            self.glitch()?;
        } else {
            self.reader.greeted = true;
            self.deadlines.greeting = None;
            self.peer.max_concurrent_streams = u32::MAX;
            self.events.push_back(Queued::Ready);
        }
        let initial_window = self.peer.initial_window;
        let mut new = self.peer;
        for setting in settings::parse(payload) {
            self.take_setting(setting?, &mut new)?;
        }
        self.peer = new;
        if new.initial_window != initial_window {
            self.shift_send_windows(i64::from(new.initial_window) - i64::from(initial_window))?;
        }
        // RFC 9113 §6.5.3: acknowledged once applied.
        self.staged.write_with(settings::write_ack);
        self.count_reply();
        self.tell_capacity();
        Ok(())
    }

    fn take_setting(
        &mut self,
        setting: settings::Setting,
        new: &mut PeerSettings,
    ) -> Result<(), Violation> {
        match setting {
            settings::Setting::HeaderTableSize(size) => self.encoder.set_peer_limit(size as usize),
            settings::Setting::MaxConcurrentStreams(streams) => {
                new.max_concurrent_streams = streams;
            }
            settings::Setting::InitialWindowSize(size) => new.initial_window = size,
            settings::Setting::MaxFrameSize(size) => new.max_frame_size = size,
            // RFC 9113 §6.5.2: a server must not enable push at its client.
            settings::Setting::EnablePush(true) if self.role == Role::Client => {
                return Err(Violation::protocol("a server set ENABLE_PUSH"));
            }
            // RFC 9113 §6.5.2: advisory; who wants less says so by refusing the stream.
            settings::Setting::EnablePush(_) | settings::Setting::MaxHeaderListSize(_) => {}
        }
        Ok(())
    }

    fn recv_settings_ack(&mut self) -> Result<(), Violation> {
        if self.unacknowledged_settings == 0 {
            return self.glitch();
        }
        self.unacknowledged_settings -= 1;
        if self.unacknowledged_settings == 0 {
            self.deadlines.settings_ack = None;
            self.decoder.set_limit(self.config.decoder_table_size as usize);
            self.settle_recv_windows();
        }
        Ok(())
    }

    fn recv_window_update(&mut self, head: Head, payload: &[u8]) -> Result<(), Violation> {
        let increment = window_update::parse(payload)?;
        if head.stream == StreamId::CONNECTION {
            // RFC 9113 §6.9.
            if increment == 0 {
                return Err(Violation::protocol("WINDOW_UPDATE by nothing"));
            }
            // RFC 9113 §6.9.1.
            self.held = false;
            return self.send_window.shift(i64::from(increment)).map_err(|_| {
                let detail = "WINDOW_UPDATE moved the connection's window beyond 2^31-1";
                Violation::Connection(Reason::FLOW_CONTROL_ERROR, detail)
            });
        }
        // RFC 9113 §5.1, idle.
        if self.is_unopened(head.stream) {
            return Err(Violation::protocol("WINDOW_UPDATE on an idle stream"));
        }
        let Some(stream) = self.streams.find(head.stream) else {
            // RFC 9113 §5.1, closed: it may have crossed with what closed the stream.
            return if self.reset_lately.contains(head.stream) { Ok(()) } else { self.glitch() };
        };
        let kept = self.streams.get_mut(stream).expect("found by its identifier");
        if increment == 0 {
            let detail = "WINDOW_UPDATE by nothing";
            return Err(Violation::Stream(head.stream, Reason::PROTOCOL_ERROR, detail));
        }
        if kept.send_window.shift(i64::from(increment)).is_err() {
            let detail = "WINDOW_UPDATE moved the stream's window beyond 2^31-1";
            return Err(Violation::Stream(head.stream, Reason::FLOW_CONTROL_ERROR, detail));
        }
        self.schedule(stream);
        Ok(())
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

    fn recv_ping(
        &mut self,
        head: Head,
        payload: &[u8],
    ) -> Result<Option<Event<'static>>, Violation> {
        let payload = ping::parse(head, payload)?;
        if head.has(head::ACK) {
            return Ok(self.recv_pong(payload).then_some(Event::Pong(payload)));
        }
        if self.role == Role::Server && self.budgets.is_ping_abuse(&self.config.limits, self.now) {
            // gRFC A8 fixes the words.
            return Err(Violation::calm("too_many_pings"));
        }
        // RFC 9113 §6.7.
        self.staged.write_with(|out| ping::write(payload, true, out));
        self.count_reply();
        Ok(None)
    }

    fn recv_goaway(&mut self, head: Head, payload: &[u8]) -> Result<(), Violation> {
        let goaway = goaway::parse(head, payload)?;
        self.glitch()?;
        self.shutdown.peer_goes_away(goaway.last);
        self.events.push_back(Queued::GoAway {
            last_stream_id: goaway.last,
            reason: goaway.reason,
            debug: Bytes::copy_from_slice(&goaway.debug[..goaway.debug.len().min(DEBUG_KEPT)]),
        });
        // RFC 9113 §6.8: streams above the last one were not and will not be processed.
        let unprocessed: Vec<_> = self
            .streams
            .iter_mut()
            .filter(|(stream, kept)| {
                stream.id > goaway.last
                    && stream.id.is_odd() == (self.role == Role::Client)
                    && kept.state != crate::http2::stream::State::Closed
            })
            .map(|(stream, kept)| (stream, kept.owner_gone))
            .collect();
        for (stream, owner_gone) in unprocessed {
            if !owner_gone {
                self.events.push_back(Queued::Unprocessed(stream));
            }
            self.close_stream(stream);
        }
        self.finish_shutdown_if_done();
        Ok(())
    }

    /// RFC 9113 §5.3.2, §6.3: deprecated, so all that is checked is its form.
    fn recv_priority(&mut self, head: Head, payload: &[u8]) -> Result<(), Violation> {
        if head.stream == StreamId::CONNECTION {
            return Err(Violation::protocol("PRIORITY without a stream"));
        }
        if payload.len() != priority::LEN {
            let detail = "PRIORITY has not five octets";
            if self.is_unopened(head.stream) {
                return Err(Violation::frame_size(detail));
            }
            return Err(Violation::Stream(head.stream, Reason::FRAME_SIZE_ERROR, detail));
        }
        if priority::depends_on(payload) == Some(head.stream) {
            return Err(Violation::protocol("a stream depends on itself"));
        }
        self.glitch()
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

pub(super) fn too_long(id: StreamId) -> Violation {
    Violation::Stream(id, Reason::PROTOCOL_ERROR, "more DATA than content-length declares")
}

pub(super) fn too_short(id: StreamId) -> Violation {
    Violation::Stream(id, Reason::PROTOCOL_ERROR, "less DATA than content-length declares")
}
