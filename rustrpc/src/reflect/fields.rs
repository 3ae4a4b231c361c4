//! The fields of a message that are set.

use std::collections::{BTreeMap, btree_map};
use std::slice;

use super::Value;

/// So many fields stand one behind the other, in memory of their own size. A node of a tree, which
/// has room for eleven, would make half a kilobyte of the four bytes that a message with one field
/// takes on the wire.
const FEW: usize = 8;

/// The fields of a message that are set, in the order of their numbers.
#[derive(Clone)]
pub(super) enum Fields {
    /// At most [`FEW`], sorted.
    Few(Vec<Slot>),
    /// A message may have thousands, and they come in whatever order the peer likes.
    #[allow(clippy::box_collection, reason = "without, each message would be a word larger")]
    Many(Box<BTreeMap<u32, Slot>>),
}

/// A field that is set.
#[derive(Clone, PartialEq)]
pub(super) struct Slot {
    /// The field's number.
    pub(super) number: u32,
    /// The field's place in the pool.
    pub(super) field: u32,
    pub(super) value: Value,
}

impl Fields {
    pub(super) fn new() -> Self {
        Self::Few(Vec::new())
    }

    pub(super) fn get(&self, number: u32) -> Option<&Slot> {
        match self {
            Self::Few(slots) => place(slots, number).ok().and_then(|at| slots.get(at)),
            Self::Many(slots) => slots.get(&number),
        }
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        self.get(number).is_some()
    }

    /// The value of a field; one that is not set gets what `value` makes.
    pub(super) fn get_or_insert_with(
        &mut self,
        number: u32,
        field: u32,
        value: impl FnOnce() -> Value,
    ) -> &mut Value {
        if let Self::Few(slots) = self
            && slots.len() == FEW
            && place(slots, number).is_err()
        {
            let slots = slots.drain(..).map(|slot| (slot.number, slot)).collect();
            *self = Self::Many(Box::new(slots));
        }
        let slot = || Slot { number, field, value: value() };
        let slot = match self {
            Self::Few(slots) => {
                let at = place(slots, number).unwrap_or_else(|at| {
                    if slots.is_empty() {
                        slots.reserve_exact(1);
                    }
                    slots.insert(at, slot());
                    at
                });
                &mut slots[at]
            }
            Self::Many(slots) => slots.entry(number).or_insert_with(slot),
        };
        &mut slot.value
    }

    /// Sets a field.
    pub(super) fn insert(&mut self, number: u32, field: u32, value: Value) {
        // What stands in until then allocates nothing.
        *self.get_or_insert_with(number, field, || Value::Bool(false)) = value;
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<Slot> {
        match self {
            Self::Few(slots) => place(slots, number).ok().map(|at| slots.remove(at)),
            Self::Many(slots) => slots.remove(&number),
        }
    }

    pub(super) fn iter(&self) -> Iter<'_> {
        match self {
            Self::Few(slots) => Iter::Few(slots.iter()),
            Self::Many(slots) => Iter::Many(slots.values()),
        }
    }
}

/// Where the field of that number is, or would be.
fn place(slots: &[Slot], number: u32) -> Result<usize, usize> {
    slots.binary_search_by_key(&number, |slot| slot.number)
}

/// What is set counts, not how it is held.
impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// Iterates over the fields of a message that are set.
pub(super) enum Iter<'a> {
    Few(slice::Iter<'a, Slot>),
    Many(btree_map::Values<'a, u32, Slot>),
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Slot;

    fn next(&mut self) -> Option<&'a Slot> {
        match self {
            Self::Few(slots) => slots.next(),
            Self::Many(slots) => slots.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::Few(slots) => slots.size_hint(),
            Self::Many(slots) => slots.size_hint(),
        }
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Self::Few(slots) => slots.next_back(),
            Self::Many(slots) => slots.next_back(),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_are_in_order_and_equal() {
        // 7 has no divisor in common with 100, so that all numbers come.
        let numbers: Vec<u32> = (0..100).map(|at| at * 7 % 100).collect();
        let mut fields = Fields::new();
        for (count, number) in numbers.iter().enumerate() {
            assert!(!fields.contains(*number));
            *fields.get_or_insert_with(*number, 3, || Value::U32(0)) = Value::U32(*number);
            let value = fields.get_or_insert_with(*number, 3, || unreachable!("it is there"));
            assert_eq!(*value, Value::U32(*number));
            assert_eq!(fields.iter().len(), count + 1);
            let listed: Vec<u32> = fields.iter().map(|slot| slot.number).collect();
            assert!(listed.is_sorted());
            assert!(fields.iter().rev().map(|slot| slot.number).eq(listed.into_iter().rev()));
        }
        for number in 3..100 {
            assert_eq!(fields.remove(number).map(|slot| slot.value), Some(Value::U32(number)));
            assert!(fields.remove(number).is_none() && fields.get(number).is_none());
        }
        let mut few = Fields::new();
        for number in 0..3 {
            assert!(few != fields);
            few.get_or_insert_with(number, 3, || Value::U32(number));
        }
        assert!(few == fields && few.clone() == few);
    }
}
