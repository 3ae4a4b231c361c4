//! What all descriptors are: a pool and a place in it.

/// Defines a descriptor: cheap to clone, equal when it is the same place of the same pool.
macro_rules! descriptor {
    ($(#[$doc:meta])* $name:ident, $data:ident via $table:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            pub(super) pool: $crate::reflect::DescriptorPool,
            pub(super) index: u32,
        }

        impl $name {
            pub(super) fn new(pool: &$crate::reflect::DescriptorPool, index: u32) -> Self {
                Self { pool: pool.clone(), index }
            }

            pub(super) fn data(&self) -> &$crate::reflect::data::$data {
                self.pool.content.$table(self.index)
            }

            /// The pool it is from.
            #[must_use]
            pub fn pool(&self) -> &$crate::reflect::DescriptorPool {
                &self.pool
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.index == other.index
                    && std::sync::Arc::ptr_eq(&self.pool.content, &other.pool.content)
            }
        }

        impl Eq for $name {}

        impl std::hash::Hash for $name {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.index.hash(state);
            }
        }
    };
}

/// `Debug` of a descriptor: its full name.
macro_rules! shown_by_name {
    ($name:ident) => {
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.full_name())
            }
        }
    };
}

pub(super) use {descriptor, shown_by_name};
