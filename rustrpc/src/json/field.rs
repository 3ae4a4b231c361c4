//! What the JSON form calls a field.

/// The names of a field. Made by [`json_fields!`](crate::json_fields).
#[derive(Clone, Copy, Debug)]
pub struct JsonField {
    /// The name in JSON: lower camel case, or what `json_name` says.
    pub json: &'static str,
    /// The name in the .proto.
    pub proto: &'static str,
    /// The JSON name as it is written: `,"name":`, escaped where need be.
    pub written: &'static str,
}

impl JsonField {
    /// Whether `name` is one of the field's two names.
    #[inline]
    pub(super) fn is(&self, name: &str) -> bool {
        self.json == name || self.proto == name
    }
}

/// A table of fields: `"userName" = "user_name"` when the two names differ, `"id"` when they don't.
#[doc(hidden)]
#[macro_export]
macro_rules! json_fields {
    ($($json:literal $(= $proto:literal)?),* $(,)?) => {
        &[$($crate::json::JsonField {
            json: $json,
            proto: $crate::json_fields!(@last $json $(, $proto)?),
            written: concat!(",\"", $json, "\":"),
        }),*]
    };
    (@last $json:literal) => { $json };
    (@last $json:literal, $proto:literal) => { $proto };
}
