//! What each side has announced (RFC 9113 §6.5.2).

use super::flow::DEFAULT_WINDOW;
use super::frame::settings::Setting;
use super::limits::Config;

/// What the peer allows us.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PeerSettings {
    /// No announcement means no limit, but before the first SETTINGS a modest number is assumed
    /// that every peer accepts (RFC 9113 §6.5.2 advises at least 100).
    pub(crate) max_concurrent_streams: u32,
    pub(crate) initial_window: u32,
    pub(crate) max_frame_size: u32,
}

impl PeerSettings {
    pub(crate) const ASSUMED_STREAMS: u32 = 100;

    pub(crate) fn new() -> Self {
        Self {
            max_concurrent_streams: Self::ASSUMED_STREAMS,
            initial_window: DEFAULT_WINDOW,
            max_frame_size: 16_384,
        }
    }
}

/// Our announcement.
pub(crate) fn announced(config: &Config, client: bool) -> Vec<Setting> {
    let mut settings = Vec::with_capacity(6);
    if config.decoder_table_size != super::hpack::DEFAULT_TABLE_SIZE as u32 {
        settings.push(Setting::HeaderTableSize(config.decoder_table_size));
    }
    if client {
        // RFC 9113 §6.5.2: a client that does not want pushes says so.
        settings.push(Setting::EnablePush(false));
    } else {
        settings.push(Setting::MaxConcurrentStreams(config.max_concurrent_streams));
    }
    if config.stream_window != DEFAULT_WINDOW {
        settings.push(Setting::InitialWindowSize(config.stream_window));
    }
    if config.max_frame_size != 16_384 {
        settings.push(Setting::MaxFrameSize(config.max_frame_size));
    }
    let list = u32::try_from(config.limits.max_field_list_size).unwrap_or(u32::MAX);
    settings.push(Setting::MaxHeaderListSize(list));
    settings
}
