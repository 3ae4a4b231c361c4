//! Messages that can be extended.

use super::{Extension, ExtensionKey, RepeatedExtension};
use crate::wire::{DecodeError, Message, UnknownFields};

/// A message with room for extensions: one whose .proto declares `extensions`, or a message set.
///
/// ```
/// use rustrpc::{Extendable, Extension, Message, RepeatedExtension};
/// # use rustrpc::UnknownFields;
/// # use rustrpc::gencode::{Reader, Writer};
/// # #[derive(Default)]
/// # struct Order { unknown_fields: UnknownFields }
/// # impl Message for Order {
/// #     const NAME: &'static str = "acme.Order";
/// #     fn write(&self, w: &mut Writer) { w.unknown_fields(&self.unknown_fields) }
/// #     fn read(&mut self, r: &mut Reader<'_>) -> Result<(), rustrpc::DecodeError> {
/// #         while let Some(tag) = r.tag()? { r.unknown_field(tag, &mut self.unknown_fields)? }
/// #         Ok(())
/// #     }
/// # }
/// # impl Extendable for Order {
/// #     fn extension_fields(&self) -> &UnknownFields { &self.unknown_fields }
/// #     fn extension_fields_mut(&mut self) -> &mut UnknownFields { &mut self.unknown_fields }
/// # }
///
/// // These two are what the generator writes for
/// // extend Order { optional int32 priority = 100; repeated string stops = 101; }
/// const PRIORITY: Extension<Order, i32> = Extension::int32("acme.rush.priority", 100);
/// const STOPS: RepeatedExtension<Order, String> =
///     RepeatedExtension::string("acme.rush.stops", 101);
///
/// let mut order = Order::default();
/// assert_eq!(order.extension(PRIORITY)?, None);
/// order.set_extension(PRIORITY, 7);
/// order.push_extension(STOPS, "Hamburg".to_owned());
///
/// let order = Order::decode(&order.encode_to_vec())?;
/// assert_eq!(order.extension(PRIORITY)?, Some(7));
/// assert_eq!(order.extension(STOPS)?, ["Hamburg"]);
/// # Ok::<(), rustrpc::DecodeError>(())
/// ```
///
/// An extension of another message does not compile:
///
/// ```compile_fail,E0277
/// # use rustrpc::{Extendable, Extension};
/// fn misplace<Order: Extendable, Receipt: Extendable>(
///     order: &mut Order,
///     of_receipts: Extension<Receipt, i32>,
/// ) {
///     order.set_extension(of_receipts, 7);
/// }
/// ```
///
/// The values are kept encoded, among the unknown fields, and each call of
/// [`extension`](Self::extension) goes through those: hold on to what it gives rather than asking
/// twice. Decoding a message does not look at them, so that bytes which are malformed, or which lack
/// a required field, come up when the extension is asked for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no room for extensions",
    note = "its .proto has to declare `extensions 100 to 199;` or the like, and it has to keep its \
            unknown fields, among which their values are: see the plugin's option `unknown_fields`"
)]
pub trait Extendable: Message {
    /// Whether the wire form is that of a message set.
    #[doc(hidden)]
    const MESSAGE_SET: bool = false;

    /// The fields among which the extensions are.
    #[doc(hidden)]
    fn extension_fields(&self) -> &UnknownFields;

    /// The fields among which the extensions are.
    #[doc(hidden)]
    fn extension_fields_mut(&mut self) -> &mut UnknownFields;

    /// The value of an extension: `Option<T>`, or `Vec<T>` of a repeated one.
    ///
    /// Where a message is there more than once, they are merged. A number that is no value of a
    /// closed enum counts as absent.
    ///
    /// # Errors
    ///
    /// When the bytes are malformed, nested too deep, or lack a required field.
    fn extension<X: ExtensionKey<Self>>(&self, extension: X) -> Result<X::Found, DecodeError> {
        extension.find(extension.place(Self::MESSAGE_SET), self.extension_fields())
    }

    /// The value of an extension, or its default: the declared one, or else the type's.
    ///
    /// # Errors
    ///
    /// As for [`extension`](Self::extension).
    fn extension_or_default<T>(&self, extension: Extension<Self, T>) -> Result<T, DecodeError> {
        Ok(self.extension(extension)?.unwrap_or_else(|| extension.default_value()))
    }

    /// Whether there is a value. One that is malformed is there, too.
    fn has_extension<X: ExtensionKey<Self>>(&self, extension: X) -> bool {
        extension.is_in(extension.place(Self::MESSAGE_SET), self.extension_fields())
    }

    /// Puts the value in the place of what was there; of a repeated extension, all its values.
    fn set_extension<X: ExtensionKey<Self>>(&mut self, extension: X, value: X::Value) {
        self.clear_extension(extension);
        let place = extension.place(Self::MESSAGE_SET);
        extension.put(place, self.extension_fields_mut(), &value);
    }

    /// Adds a value to those of a repeated extension. Many numbers are better
    /// [set](Self::set_extension) at once, because only then are they packed together.
    fn push_extension<T>(&mut self, extension: RepeatedExtension<Self, T>, value: T) {
        let place = extension.place(Self::MESSAGE_SET);
        extension.put(place, self.extension_fields_mut(), &vec![value]);
    }

    /// Removes the extension, whatever its bytes hold.
    fn clear_extension<X: ExtensionKey<Self>>(&mut self, extension: X) {
        extension.place(Self::MESSAGE_SET).clear(self.extension_fields_mut());
    }
}
