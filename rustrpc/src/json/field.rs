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
/// A JSON name that needs escapes comes with the text that is written.
#[doc(hidden)]
#[macro_export]
macro_rules! json_fields {
    ($($json:literal $(= $proto:literal $(=> $written:literal)?)?),* $(,)?) => {
        &[$($crate::json_fields!(@field $json $(, $proto $(, $written)?)?)),*]
    };
    (@field $json:literal) => {
        $crate::json_fields!(@field $json, $json)
    };
    (@field $json:literal, $proto:literal) => {
        $crate::json_fields!(@field $json, $proto, ::core::concat!(",\"", $json, "\":"))
    };
    (@field $json:literal, $proto:literal, $written:expr) => {
        $crate::json::JsonField { json: $json, proto: $proto, written: $written }
    };
}
