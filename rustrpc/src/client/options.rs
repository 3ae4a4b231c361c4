//! What can be set on each call.

use std::time::{Duration, Instant};

use crate::rpc::{Compression, Deadline, MessageLimit, Metadata, MetadataError, Status};
use crate::transport::{inherited_deadline, now};

/// The options of one call.
#[derive(Debug, Default)]
pub(crate) struct CallOptions {
    timeout: Option<Duration>,
    deadline: Option<Instant>,
    pub(crate) metadata: Metadata,
    /// The first thing that was set wrongly; the call fails with it.
    error: Option<MetadataError>,
    compression: Option<Compression>,
    wait_for_ready: Option<bool>,
    received: Option<MessageLimit>,
    sent: Option<MessageLimit>,
}

/// What a channel sets for calls that say nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallDefaults {
    pub(crate) timeout: Option<Duration>,
    pub(crate) compression: Compression,
    pub(crate) wait_for_ready: bool,
    pub(crate) received: MessageLimit,
    pub(crate) sent: MessageLimit,
}

/// The options of a call that is about to start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallPlan {
    pub(crate) deadline: Option<Deadline>,
    pub(crate) compression: Compression,
    pub(crate) wait_for_ready: bool,
    pub(crate) received: MessageLimit,
    pub(crate) sent: MessageLimit,
}

impl CallOptions {
    pub(crate) fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = Some(timeout);
    }

    pub(crate) fn set_deadline(&mut self, deadline: Instant) {
        self.deadline = Some(deadline);
    }

    pub(crate) fn add_metadata(&mut self, name: &str, value: &str) {
        let added = self.metadata.append(name, value);
        self.note(added);
    }

    pub(crate) fn add_metadata_bin(&mut self, name: &str, value: &[u8]) {
        let added = self.metadata.append_bin(name, value);
        self.note(added);
    }

    pub(crate) fn set_compression(&mut self, compression: Compression) {
        self.compression = Some(compression);
    }

    pub(crate) fn set_wait_for_ready(&mut self, wait: bool) {
        self.wait_for_ready = Some(wait);
    }

    pub(crate) fn set_received(&mut self, bytes: usize) {
        self.received = Some(MessageLimit(bytes));
    }

    pub(crate) fn set_sent(&mut self, bytes: usize) {
        self.sent = Some(MessageLimit(bytes));
    }

    /// Settles the options as the call starts. Its deadline is the earliest of its own, its
    /// time-out and, inside a handler, that of the call which the handler serves.
    ///
    /// # Errors
    ///
    /// INTERNAL for metadata that cannot be sent, DEADLINE_EXCEEDED when it is too late already.
    pub(crate) fn plan(&self, defaults: &CallDefaults) -> Result<CallPlan, Status> {
        if let Some(error) = &self.error {
            return Err(error.clone().into());
        }
        let (timeout, now) = (self.timeout.or(defaults.timeout), now());
        // A time-out beyond what the clock can say is none.
        let timeout = timeout.and_then(|timeout| Deadline::after(now, timeout));
        let points = self.deadline.into_iter().chain(inherited_deadline()).map(Deadline::at);
        let deadline = timeout.into_iter().chain(points).min_by_key(|deadline| deadline.at);
        if deadline.is_some_and(|deadline| deadline.at <= now) {
            return Err(Status::deadline_exceeded(
                "the deadline had passed before the call started",
            ));
        }
        Ok(CallPlan {
            deadline,
            compression: self.compression.unwrap_or(defaults.compression),
            wait_for_ready: self.wait_for_ready.unwrap_or(defaults.wait_for_ready),
            received: self.received.unwrap_or(defaults.received),
            sent: self.sent.unwrap_or(defaults.sent),
        })
    }

    fn note(&mut self, added: Result<(), MetadataError>) {
        if let Err(error) = added {
            self.error.get_or_insert(error);
        }
    }
}

/// The options that calls of every kind have, as methods that pass the call on.
macro_rules! call_options {
    ($call:ident<$($message:ident),+>) => {
        impl<$($message),+> $call<$($message),+> {
            /// How long the call may take, from its start, connecting included. The server is told
            /// so, or what is left once a hundredth of it has passed.
            pub fn timeout(mut self, timeout: std::time::Duration) -> Self {
                self.outgoing.options.set_timeout(timeout);
                self
            }

            /// When the call must be complete. Of several deadlines the earliest counts.
            pub fn deadline(mut self, deadline: std::time::Instant) -> Self {
                self.outgoing.options.set_deadline(deadline);
                self
            }

            /// Adds metadata. A name or value that cannot be sent fails the call.
            pub fn metadata(mut self, name: &str, value: impl AsRef<str>) -> Self {
                self.outgoing.options.add_metadata(name, value.as_ref());
                self
            }

            /// Adds binary metadata, whose name ends in `-bin`.
            pub fn metadata_bin(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
                self.outgoing.options.add_metadata_bin(name, value.as_ref());
                self
            }

            /// Adds all of this metadata.
            pub fn with_metadata(mut self, metadata: &$crate::rpc::Metadata) -> Self {
                self.outgoing.options.metadata.extend(metadata);
                self
            }

            /// How the messages that are sent are compressed, whatever the channel says. Servers
            /// that cannot read them answer UNIMPLEMENTED.
            pub fn compress(mut self, compression: $crate::rpc::Compression) -> Self {
                self.outgoing.options.set_compression(compression);
                self
            }

            /// Whether to wait for a connection while the server cannot be reached, instead of
            /// failing with UNAVAILABLE.
            pub fn wait_for_ready(mut self, wait: bool) -> Self {
                self.outgoing.options.set_wait_for_ready(wait);
                self
            }

            /// The largest message that is accepted, in bytes, after inflation.
            pub fn max_received_message_size(mut self, bytes: usize) -> Self {
                self.outgoing.options.set_received(bytes);
                self
            }

            /// The largest message that may be sent, in bytes.
            pub fn max_sent_message_size(mut self, bytes: usize) -> Self {
                self.outgoing.options.set_sent(bytes);
                self
            }
        }

        impl<$($message),+> std::fmt::Debug for $call<$($message),+> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($call))
                    .field("method", &self.outgoing.method.path)
                    .field("options", &self.outgoing.options)
                    .finish_non_exhaustive()
            }
        }
    };
}

pub(crate) use call_options;
