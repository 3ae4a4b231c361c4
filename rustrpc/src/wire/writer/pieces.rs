//! Messages written without their large pieces, and these one by one.

use std::ops::Range;

use super::{Mode, Writer};
use crate::wire::Message;

/// A large run of bytes in a message, which is left out of what is written around it.
#[derive(Clone, Copy, Debug)]
pub(in crate::wire) struct Piece {
    /// How much of what is written around the pieces is in front of this one.
    pub(in crate::wire) at: usize,
    pub(in crate::wire) length: usize,
}

/// What is done with pieces.
pub(super) enum Apart {
    /// They are noted, each with how much was written behind it.
    Noted(Vec<Piece>),
    /// A part of one is copied.
    Picked(Pick),
}

/// A part of a piece that is looked for.
pub(super) struct Pick {
    /// How many pieces are still to be passed over, from the last one on.
    skip: usize,
    part: Range<usize>,
    into: Vec<u8>,
    found: bool,
}

/// Small enough that nothing large finds room in it.
const CAPACITY: usize = 1024;

impl Writer {
    /// `front` and `message` without its large pieces, and where they belong.
    pub(in crate::wire) fn outline<M: Message>(message: &M, front: &[u8]) -> (Vec<u8>, Vec<Piece>) {
        let mut writer = Self::with_capacity(CAPACITY);
        writer.mode = Mode::Parting;
        writer.apart = Some(Box::new(Apart::Noted(Vec::new())));
        message.write(&mut writer);
        writer.prepend(front);
        let pieces = match writer.apart.take().map(|apart| *apart) {
            Some(Apart::Noted(pieces)) => pieces,
            _ => Vec::new(),
        };
        let small = writer.as_slice().to_vec();
        let ahead = |piece: Piece| Piece { at: small.len() - piece.at, ..piece };
        let pieces = pieces.into_iter().rev().map(ahead).collect();
        (small, pieces)
    }

    /// Appends `part` of one large piece of a message: of that which has so many pieces `behind` it.
    /// Whether it was there.
    pub(in crate::wire) fn pick(
        write: impl FnOnce(&mut Writer),
        behind: usize,
        part: Range<usize>,
        into: &mut Vec<u8>,
    ) -> bool {
        let mut writer = Self::with_capacity(CAPACITY);
        let pick = Pick { skip: behind, part, into: std::mem::take(into), found: false };
        writer.mode = Mode::Parting;
        writer.apart = Some(Box::new(Apart::Picked(pick)));
        write(&mut writer);
        let Some(Apart::Picked(pick)) = writer.apart.take().map(|apart| *apart) else {
            return false;
        };
        *into = pick.into;
        pick.found
    }
}

impl Apart {
    /// A piece comes by, with so much `behind` it.
    pub(super) fn piece(&mut self, bytes: &[u8], behind: usize) {
        match self {
            Apart::Noted(pieces) => pieces.push(Piece { at: behind, length: bytes.len() }),
            Apart::Picked(pick) => pick.offer(bytes),
        }
    }
}

impl Pick {
    /// A piece comes by.
    fn offer(&mut self, piece: &[u8]) {
        match self.skip.checked_sub(1) {
            Some(left) => self.skip = left,
            None => {
                if let Some(part) = piece.get(self.part.clone()) {
                    self.into.extend_from_slice(part);
                    self.found = true;
                }
                // Whatever comes next is not it.
                self.skip = usize::MAX;
            }
        }
    }
}
