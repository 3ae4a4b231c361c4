//! Values by type, for what interceptors want to hand to handlers.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt;

/// A map from types to one value of each, carried beside a call. An empty one allocates nothing.
#[derive(Default)]
pub struct Extensions {
    /// Most calls have none, and carry no more than a pointer about.
    values: Option<Box<Values>>,
}

type Values = BTreeMap<TypeId, Box<dyn Any + Send + Sync>>;

impl Extensions {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a value and returns the one of the same type that it replaces.
    pub fn insert<T: Send + Sync + 'static>(&mut self, value: T) -> Option<T> {
        let values = self.values.get_or_insert_default();
        let old = values.insert(TypeId::of::<T>(), Box::new(value))?;
        old.downcast().ok().map(|old| *old)
    }

    /// The value of this type.
    pub fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.values.as_ref()?.get(&TypeId::of::<T>())?.downcast_ref()
    }

    /// The value of this type, to change it.
    pub fn get_mut<T: Send + Sync + 'static>(&mut self) -> Option<&mut T> {
        self.values.as_mut()?.get_mut(&TypeId::of::<T>())?.downcast_mut()
    }

    /// Takes the value of this type out.
    pub fn remove<T: Send + Sync + 'static>(&mut self) -> Option<T> {
        let old = self.values.as_mut()?.remove(&TypeId::of::<T>())?;
        old.downcast().ok().map(|old| *old)
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Extensions")
            .field("len", &self.values.as_ref().map_or(0, |values| values.len()))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_of_each_type() {
        let mut extensions = Extensions::new();
        assert_eq!(extensions.get::<u32>(), None);
        assert_eq!(extensions.insert(1u32), None);
        assert_eq!(extensions.insert("tenant"), None);
        assert_eq!(extensions.insert(2u32), Some(1));
        if let Some(value) = extensions.get_mut::<u32>() {
            *value += 1;
        }
        assert_eq!(extensions.remove::<u32>(), Some(3));
        assert_eq!(extensions.get::<u32>(), None);
        assert_eq!(extensions.get::<&str>(), Some(&"tenant"));
    }
}
