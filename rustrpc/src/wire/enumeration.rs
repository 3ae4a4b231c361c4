//! What all generated enums share.

use std::fmt;

/// A protobuf enum: a number, with names for some of its values.
///
/// Generated enums are transparent newtypes over `i32`, so that a number this program has no name
/// for survives a round trip.
pub trait Enumeration:
    Copy + Default + Eq + fmt::Debug + From<i32> + Into<i32> + Send + Sync + 'static
{
    /// The enum's full name, such as `acme.orders.v1.Status`.
    const NAME: &'static str;

    /// The declared values and their names in the .proto, in order of declaration. Where one number
    /// has several names, the first is the one that is shown.
    const VALUES: &'static [(Self, &'static str)];

    /// The number on the wire.
    #[inline]
    fn number(self) -> i32 {
        self.into()
    }

    /// The name the .proto gives this value, or `None` when it gives it none.
    fn name(self) -> Option<&'static str> {
        Self::VALUES.iter().find(|(value, _)| *value == self).map(|(_, name)| *name)
    }

    /// The value of that name in the .proto.
    fn from_name(name: &str) -> Option<Self> {
        Self::VALUES.iter().find(|(_, known)| *known == name).map(|(value, _)| *value)
    }

    /// Whether the .proto declares this value.
    fn is_declared(self) -> bool {
        Self::VALUES.iter().any(|(value, _)| *value == self)
    }

    /// Writes the value's name, or its number when it has none: the `Debug` of generated enums.
    fn fmt_debug(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{}", self.number()),
        }
    }
}
