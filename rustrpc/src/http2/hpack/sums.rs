//! Finding one of many by a number.

/// A number for each of many things, so that looking for one touches no other. Nothing depends on the
/// numbers being different.
#[derive(Debug, Default)]
pub(super) struct Sums(Vec<u32>);

impl Sums {
    /// The place of the first of `things` that comes to `sum` and is the one.
    #[inline]
    pub(super) fn find<T>(
        &self,
        sum: u32,
        things: &[T],
        mut is_it: impl FnMut(&T) -> bool,
    ) -> Option<usize> {
        self.0.iter().zip(things).position(|(other, thing)| *other == sum && is_it(thing))
    }

    /// Notes what the thing at `place` comes to, which is no further than behind the last one.
    pub(super) fn set(&mut self, place: usize, sum: u32) {
        match self.0.get_mut(place) {
            Some(old) => *old = sum,
            None => self.0.push(sum),
        }
    }

    /// Forgets the first thing.
    pub(super) fn remove_first(&mut self) {
        self.0.remove(0);
    }
}
