//! What has a form in text format.

use bytes::Bytes;

use super::{TextError, TextField, TextReader, TextWriter};

/// A value with a form in text format: scalars, enums, messages, and lists and maps of them.
///
/// The plugin's option `text` implements it for messages. [`to_string`](super::to_string) and
/// [`from_str`](super::from_str) are how people use it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no form in text format",
    note = "messages get one by the plugin's option `text`"
)]
pub trait Text: Default {
    /// Whether this is a message (or one in an `Option` or a `Box`), which stands in braces.
    #[doc(hidden)]
    const MESSAGE: bool = true;

    /// Whether a field of this type may be given more than once.
    #[doc(hidden)]
    const REPEATED: bool = false;

    /// A message's fields; `read_text` is told their places in this table.
    #[doc(hidden)]
    const FIELDS: &'static [TextField] = &[];

    /// The names of fields that a message once had, which are passed over.
    #[doc(hidden)]
    const RESERVED: &'static [&'static str] = &[];

    /// Whether this is a message that may have extensions. `read_text` is told of one by a place
    /// behind the table.
    #[doc(hidden)]
    const EXTENDABLE: bool = false;

    /// Whether a field with this value is left out.
    #[doc(hidden)]
    fn is_absent(&self) -> bool {
        false
    }

    /// Writes the value: the fields of a message without the braces, the elements of a list.
    #[doc(hidden)]
    fn write_text(&self, w: &mut TextWriter);

    /// Reads a value over this one, which is the default; one more element of a list or map.
    #[doc(hidden)]
    fn read_text(&mut self, r: &mut TextReader<'_>) -> Result<(), TextError>;

    /// Writes a field with this value, as often as it has elements.
    #[doc(hidden)]
    fn write_field(&self, w: &mut TextWriter, name: &str) {
        if Self::MESSAGE {
            w.message(name, |w| self.write_text(w));
        } else {
            w.scalar(name, |w| self.write_text(w));
        }
    }

    /// Reads what stands behind a field's name.
    #[doc(hidden)]
    fn read_field(&mut self, r: &mut TextReader<'_>) -> Result<(), TextError> {
        r.colon(Self::MESSAGE)?;
        r.value(self)
    }
}

macro_rules! scalars {
    ($($scalar:ty: |$value:ident| $absent:expr, |$w:ident| $write:expr, |$r:ident| $read:expr;)*) => {
        $(impl Text for $scalar {
            const MESSAGE: bool = false;

            fn is_absent(&self) -> bool {
                let $value = self;
                $absent
            }

            fn write_text(&self, $w: &mut TextWriter) {
                let $value = self;
                $write;
            }

            fn read_text(&mut self, $r: &mut TextReader<'_>) -> Result<(), TextError> {
                *self = $read;
                Ok(())
            }
        })*
    };
}

// The reader has made sure of the range before an integer is narrowed.
scalars! {
    i32: |value| *value == 0,
        |w| w.signed((*value).into()),
        |r| r.integer("int32", i32::MIN.into(), i32::MAX.into())? as i32;
    i64: |value| *value == 0,
        |w| w.signed(*value),
        |r| r.integer("int64", i64::MIN.into(), i64::MAX.into())? as i64;
    u32: |value| *value == 0,
        |w| w.unsigned((*value).into()),
        |r| r.integer("uint32", 0, u32::MAX.into())? as u32;
    u64: |value| *value == 0,
        |w| w.unsigned(*value),
        |r| r.integer("uint64", 0, u64::MAX.into())? as u64;
    // By bits, because a negative zero is not the default.
    f32: |value| value.to_bits() == 0, |w| w.float(*value), |r| r.float("float")?;
    f64: |value| value.to_bits() == 0, |w| w.double(*value), |r| r.float("double")?;
    bool: |value| !*value,
        |w| w.word(if *value { "true" } else { "false" }),
        |r| r.bool()?;
    String: |value| value.is_empty(), |w| w.string(value), |r| r.string()?;
    Vec<u8>: |value| value.is_empty(), |w| w.bytes(value), |r| r.bytes()?;
    Bytes: |value| value.is_empty(), |w| w.bytes(value), |r| r.bytes()?.into();
}

impl<T: Text> Text for Box<T> {
    const MESSAGE: bool = T::MESSAGE;
    const REPEATED: bool = T::REPEATED;
    const FIELDS: &'static [TextField] = T::FIELDS;
    const RESERVED: &'static [&'static str] = T::RESERVED;
    const EXTENDABLE: bool = T::EXTENDABLE;

    fn write_text(&self, w: &mut TextWriter) {
        T::write_text(self, w);
    }

    fn read_text(&mut self, r: &mut TextReader<'_>) -> Result<(), TextError> {
        T::read_text(self, r)
    }
}

impl<T: Text> Text for Option<T> {
    const MESSAGE: bool = T::MESSAGE;

    fn write_text(&self, w: &mut TextWriter) {
        if let Some(value) = self {
            value.write_text(w);
        }
    }

    fn read_text(&mut self, r: &mut TextReader<'_>) -> Result<(), TextError> {
        self.insert(T::default()).read_text(r)
    }

    fn write_field(&self, w: &mut TextWriter, name: &str) {
        if let Some(value) = self {
            value.write_field(w, name);
        }
    }
}

impl<T: Text> Text for Vec<T> {
    const MESSAGE: bool = false;
    const REPEATED: bool = true;

    fn write_text(&self, w: &mut TextWriter) {
        for value in self {
            value.write_text(w);
        }
    }

    fn read_text(&mut self, r: &mut TextReader<'_>) -> Result<(), TextError> {
        let index = self.len();
        let mut value = T::default();
        r.value(&mut value).map_err(|error| error.in_element(index))?;
        self.push(value);
        Ok(())
    }

    fn write_field(&self, w: &mut TextWriter, name: &str) {
        for value in self {
            value.write_field(w, name);
        }
    }

    fn read_field(&mut self, r: &mut TextReader<'_>) -> Result<(), TextError> {
        r.colon(T::MESSAGE)?;
        r.elements(|r| self.read_text(r))
    }
}

/// The form of enums. What makes an enum closed is that a number without a name is refused.
#[doc(hidden)]
#[macro_export]
macro_rules! text_enumeration {
    ($enumeration:ty) => {
        $crate::text_enumeration!(@with false, $enumeration);
    };
    (closed $enumeration:ty) => {
        $crate::text_enumeration!(@with true, $enumeration);
    };
    (@with $closed:literal, $enumeration:ty) => {
        impl $crate::text::Text for $enumeration {
            const MESSAGE: bool = false;

            fn is_absent(&self) -> bool {
                *self == Self::default()
            }

            fn write_text(&self, w: &mut $crate::text::TextWriter) {
                w.enumeration(*self);
            }

            fn read_text(
                &mut self,
                r: &mut $crate::text::TextReader<'_>,
            ) -> ::core::result::Result<(), $crate::text::TextError> {
                *self = r.enumeration($closed)?;
                ::core::result::Result::Ok(())
            }
        }
    };
}
