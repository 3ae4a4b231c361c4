//! What has a JSON form.

use bytes::Bytes;

use super::{JsonError, JsonField, JsonReader, JsonWriter};

/// A value with a form in ProtoJSON: scalars, enums, messages, and lists and maps of them.
///
/// The plugin's option `json` implements it for messages. [`to_string`](super::to_string) and
/// [`from_str`](super::from_str) are how people use it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no JSON form",
    note = "messages get one by the plugin's option `json`"
)]
pub trait Json: Default {
    /// A message's fields; `read_json` is told their places in this table.
    #[doc(hidden)]
    const FIELDS: &'static [JsonField] = &[];

    /// Whether `null` is a value instead of the absence of one.
    #[doc(hidden)]
    const NULLABLE: bool = false;

    /// Whether reading may skip a value that it does not know.
    #[doc(hidden)]
    const SKIPPABLE: bool = false;

    /// Whether a field of this type tells absent from default.
    #[doc(hidden)]
    const PRESENCE: bool = false;

    /// Whether this is a message that may have extensions. `read_json` is told of one by a place
    /// behind the table.
    #[doc(hidden)]
    const EXTENDABLE: bool = false;

    /// Whether this is a message whose form is not an object of its fields.
    #[doc(hidden)]
    const SPECIAL: bool = false;

    /// Whether every value can be written.
    #[doc(hidden)]
    const INFALLIBLE: bool = false;

    /// Whether a field with this value is left out.
    #[doc(hidden)]
    fn is_absent(&self) -> bool {
        false
    }

    /// Writes the value.
    #[doc(hidden)]
    fn write_json(&self, w: &mut JsonWriter);

    /// Reads a value over this one, which is the default.
    #[doc(hidden)]
    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError>;
}

macro_rules! numbers {
    ($($number:ty: $kind:ident, $read:ident;)*) => {
        $(impl Json for $number {
            const INFALLIBLE: bool = true;

            #[inline]
            fn is_absent(&self) -> bool {
                // By bits, because a negative zero is not the default.
                self.to_ne_bytes() == <$number>::default().to_ne_bytes()
            }

            #[inline]
            fn write_json(&self, w: &mut JsonWriter) {
                w.$kind(*self);
            }

            #[inline]
            fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
                *self = r.$read(stringify!($kind))?;
                Ok(())
            }
        })*
    };
}

numbers! {
    i32: int32, integer;
    i64: int64, integer;
    u32: uint32, integer;
    u64: uint64, integer;
    f32: float, float;
    f64: double, float;
}

impl Json for bool {
    const INFALLIBLE: bool = true;

    #[inline]
    fn is_absent(&self) -> bool {
        !*self
    }

    #[inline]
    fn write_json(&self, w: &mut JsonWriter) {
        w.literal(if *self { "true" } else { "false" });
    }

    #[inline]
    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        *self = r.bool()?;
        Ok(())
    }
}

impl Json for String {
    const INFALLIBLE: bool = true;

    #[inline]
    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn write_json(&self, w: &mut JsonWriter) {
        w.string(self);
    }

    #[inline]
    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        *self = r.string()?.into_owned();
        Ok(())
    }
}

impl Json for Vec<u8> {
    const INFALLIBLE: bool = true;

    #[inline]
    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn write_json(&self, w: &mut JsonWriter) {
        w.bytes(self);
    }

    #[inline]
    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        *self = r.bytes()?;
        Ok(())
    }
}

impl Json for Bytes {
    const INFALLIBLE: bool = true;

    #[inline]
    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    #[inline]
    fn write_json(&self, w: &mut JsonWriter) {
        w.bytes(self);
    }

    #[inline]
    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        *self = r.bytes()?.into();
        Ok(())
    }
}

impl<J: Json> Json for Box<J> {
    const FIELDS: &'static [JsonField] = J::FIELDS;
    const NULLABLE: bool = J::NULLABLE;
    const SKIPPABLE: bool = J::SKIPPABLE;
    const PRESENCE: bool = J::PRESENCE;
    const SPECIAL: bool = J::SPECIAL;
    const INFALLIBLE: bool = J::INFALLIBLE;

    #[inline]
    fn is_absent(&self) -> bool {
        J::is_absent(self)
    }

    #[inline]
    fn write_json(&self, w: &mut JsonWriter) {
        J::write_json(self, w);
    }

    #[inline]
    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        J::read_json(self, r)
    }
}

impl<J: Json> Json for Option<J> {
    const NULLABLE: bool = J::NULLABLE;
    const PRESENCE: bool = true;
    const INFALLIBLE: bool = J::INFALLIBLE;

    #[inline]
    fn is_absent(&self) -> bool {
        self.is_none()
    }

    #[inline]
    fn write_json(&self, w: &mut JsonWriter) {
        match self {
            Some(value) => value.write_json(w),
            None => w.literal("null"),
        }
    }

    #[inline]
    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        *self = r.element()?;
        Ok(())
    }
}

impl<J: Json> Json for Vec<J> {
    const INFALLIBLE: bool = J::INFALLIBLE;

    #[inline]
    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write_json(&self, w: &mut JsonWriter) {
        w.list(self);
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        r.list(|r| r.push(self))
    }
}

/// The JSON form of enums. What makes an enum closed is that a number without a name is refused.
#[doc(hidden)]
#[macro_export]
macro_rules! json_enumeration {
    // `"SIZE_LARGE" = "large"` for a value that JSON calls otherwise than the .proto.
    (closed $enumeration:ty $(, $name:literal = $json:literal)* $(,)?) => {
        $crate::json_enumeration!(@with closed_enumeration, $enumeration, &[$(($name, $json)),*]);
    };
    ($enumeration:ty $(, $name:literal = $json:literal)* $(,)?) => {
        $crate::json_enumeration!(@with enumeration, $enumeration, &[$(($name, $json)),*]);
    };
    (@with $read:ident, $enumeration:ty, $renamed:expr) => {
        impl $crate::json::Json for $enumeration {
            const SKIPPABLE: bool = true;
            const INFALLIBLE: bool = true;

            #[inline]
            fn is_absent(&self) -> bool {
                *self == Self::default()
            }

            #[inline]
            fn write_json(&self, w: &mut $crate::json::JsonWriter) {
                w.enumeration(*self, $renamed);
            }

            #[inline]
            fn read_json(
                &mut self,
                r: &mut $crate::json::JsonReader<'_>,
            ) -> ::core::result::Result<(), $crate::json::JsonError> {
                r.$read(self, $renamed)
            }
        }
    };
}
