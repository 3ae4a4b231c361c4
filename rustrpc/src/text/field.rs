//! What text format calls a field.

/// The names of a field. Made by [`text_fields!`](crate::text_fields).
#[derive(Clone, Copy, Debug)]
pub struct TextField {
    /// The name as it is written: that in the .proto, or that of a group's message.
    pub name: &'static str,
    /// The name in the .proto, which is read as well.
    pub proto: &'static str,
}

impl TextField {
    /// Whether `name` is one of the field's two names.
    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name || self.proto == name
    }
}

/// A table of fields: `"id"`, or `"Data" = "data"` for a group.
#[doc(hidden)]
#[macro_export]
macro_rules! text_fields {
    ($($name:literal $(= $proto:literal)?),* $(,)?) => {
        &[$($crate::text_fields!(@field $name $(, $proto)?)),*]
    };
    (@field $name:literal) => {
        $crate::text::TextField { name: $name, proto: $name }
    };
    (@field $name:literal, $proto:literal) => {
        $crate::text::TextField { name: $name, proto: $proto }
    };
}
