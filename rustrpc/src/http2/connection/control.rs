//! Frames about the connection as a whole: SETTINGS, WINDOW_UPDATE, PING, GOAWAY, PRIORITY.

use super::{Connection, Queued, Role};
use crate::http2::error::{Reason, Violation};
use crate::http2::event::Event;
use crate::http2::frame::{Head, goaway, head, ping, priority, settings, window_update};
use crate::http2::settings::PeerSettings;
use crate::http2::stream::{State, StreamId};

/// The debug data of a GOAWAY that is kept.
const DEBUG_KEPT: usize = 256;

impl Connection {
    pub(super) fn recv_settings(
        &mut self,
        head: Head,
        payload: &[u8],
    ) -> Result<Option<Event<'static>>, Violation> {
        settings::check(head, payload)?;
        if head.has(head::ACK) {
            return self.recv_settings_ack().map(|()| None);
        }
        let first = !std::mem::replace(&mut self.reader.greeted, true);
        if first {
            self.deadlines.greeting = None;
            self.peer.max_concurrent_streams = u32::MAX;
        } else {
            self.glitch()?;
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
        Ok(first.then_some(Event::Ready))
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

    pub(super) fn recv_window_update(
        &mut self,
        head: Head,
        payload: &[u8],
    ) -> Result<(), Violation> {
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

    pub(super) fn recv_ping(
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

    pub(super) fn recv_goaway(&mut self, head: Head, payload: &[u8]) -> Result<(), Violation> {
        let goaway = goaway::parse(head, payload)?;
        self.glitch()?;
        self.shutdown.peer_goes_away(goaway.last);
        self.events.push_back(Queued::GoAway {
            last_stream_id: goaway.last,
            reason: goaway.reason,
            debug: goaway.debug[..goaway.debug.len().min(DEBUG_KEPT)].into(),
        });
        // RFC 9113 §6.8: streams above the last one were not and will not be processed.
        let unprocessed: Vec<_> = self
            .streams
            .iter_mut()
            .filter(|(stream, kept)| {
                stream.id > goaway.last
                    && stream.id.is_odd() == (self.role == Role::Client)
                    && kept.state != State::Closed
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
    pub(super) fn recv_priority(&mut self, head: Head, payload: &[u8]) -> Result<(), Violation> {
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
}
