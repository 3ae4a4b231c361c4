//! Windows are conserved: what one end may still send, and what is on its way to the other in data
//! or to this one in credit, is what the other end would still take.

use std::collections::BTreeMap;

use super::parts::End;
use crate::http2::frame::{Head, Kind, head};
use crate::http2::stream::StreamId;

/// The preface of a client (RFC 9113 §3.4).
const PREFACE: usize = 24;

/// Follows the frames that an end has heard, to know where in one it is.
#[derive(Clone, Debug)]
pub(super) struct Ear {
    /// What is missing of the preface.
    preface: usize,
    /// A head that is not complete.
    partial: Vec<u8>,
    frame: Option<Head>,
    /// The payload of `frame`, of which data is not kept.
    payload: Vec<u8>,
    /// What is missing of it.
    left: usize,
}

/// What an end has not heard yet.
#[derive(Debug, Default)]
struct InFlight {
    data: BTreeMap<StreamId, i64>,
    /// Of all streams, also of those that are gone.
    data_in_total: i64,
    credit: BTreeMap<StreamId, i64>,
    initial_window: Option<u32>,
}

impl Ear {
    pub(super) fn of_client() -> Self {
        Self { preface: 0, ..Self::of_server() }
    }

    pub(super) fn of_server() -> Self {
        let (partial, payload) = Default::default();
        Self { preface: PREFACE, partial, frame: None, payload, left: 0 }
    }

    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.follow(bytes, &mut InFlight::default());
    }

    /// Notes what the frames do to windows: data by its head, everything else as a whole.
    fn follow(&mut self, mut bytes: &[u8], seen: &mut InFlight) {
        take(&mut bytes, &mut self.preface);
        while !bytes.is_empty() {
            let frame = match self.frame {
                Some(frame) => frame,
                None => {
                    let mut missing = head::LEN - self.partial.len();
                    self.partial.extend(take(&mut bytes, &mut missing));
                    let Some(complete) = self.partial.first_chunk() else { return };
                    let frame = Head::parse(*complete);
                    self.partial.clear();
                    self.left = frame.len as usize;
                    if frame.kind == Kind::Data {
                        *seen.data.entry(frame.stream).or_default() += i64::from(frame.len);
                        seen.data_in_total += i64::from(frame.len);
                    }
                    self.frame = Some(frame);
                    frame
                }
            };
            let part = take(&mut bytes, &mut self.left);
            if frame.kind != Kind::Data {
                self.payload.extend(part);
            }
            if self.left == 0 {
                seen.note(frame, &self.payload);
                self.frame = None;
                self.payload.clear();
            }
        }
    }
}

/// Takes up to so many bytes, which are then no longer missing.
fn take<'b>(bytes: &mut &'b [u8], missing: &mut usize) -> &'b [u8] {
    let (taken, rest) = bytes.split_at(bytes.len().min(*missing));
    *missing -= taken.len();
    *bytes = rest;
    taken
}

impl InFlight {
    /// What `to` has not heard of what `from` has said.
    fn between(from: &End, to: &End) -> Self {
        let mut seen = Self::default();
        let (first, second) = from.wire.as_slices();
        let mut ear = to.ear.clone();
        for part in [first, second, &from.output.to_vec(), &from.engine.staged()] {
            ear.follow(part, &mut seen);
        }
        seen
    }

    fn note(&mut self, frame: Head, payload: &[u8]) {
        match frame.kind {
            Kind::WindowUpdate => {
                let increment = payload.first_chunk().expect("it has four octets");
                *self.credit.entry(frame.stream).or_default() +=
                    i64::from(u32::from_be_bytes(*increment));
            }
            Kind::Settings => {
                for setting in payload.as_chunks::<6>().0 {
                    if let [0, 4, value @ ..] = setting {
                        self.initial_window = Some(u32::from_be_bytes(*value));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Compares the windows of one direction.
///
/// # Panics
///
/// When they do not agree.
pub(super) fn check(sender: &End, receiver: &End) {
    let there = InFlight::between(sender, receiver);
    let back = InFlight::between(receiver, sender);
    let connection = StreamId::CONNECTION;
    let (send, _) = sender.engine.windows(connection).expect("always there");
    let (_, receive) = receiver.engine.windows(connection).expect("always there");
    let credit = back.credit.get(&connection).copied().unwrap_or_default();
    assert_eq!(
        i64::from(send) + there.data_in_total + credit,
        i64::from(receive),
        "the connection's window: {send}, and on the way {there:?} and {back:?}"
    );
    let initial = sender.engine.initial_send_window();
    let announced = i64::from(back.initial_window.unwrap_or(initial)) - i64::from(initial);
    let receiving: BTreeMap<StreamId, i32> = (receiver.engine.stream_windows().into_iter())
        .filter_map(|windows| Some((windows.id, windows.receive?)))
        .collect();
    for windows in sender.engine.stream_windows() {
        let (Some(send), Some(receive)) = (windows.send, receiving.get(&windows.id)) else {
            continue;
        };
        let of = |flow: &BTreeMap<StreamId, i64>| flow.get(&windows.id).copied().unwrap_or(0);
        let promised = i64::from(send) + of(&there.data) + of(&back.credit) + announced;
        let receive = i64::from(*receive);
        if receiver.engine.has_settled_windows() {
            assert_eq!(promised, receive, "{windows:?}, {announced} announced");
        } else {
            assert!(promised <= receive, "{windows:?}: {promised} of {receive}");
        }
    }
}
