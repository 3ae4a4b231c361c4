//! What will be generated, without a token of Rust: packages, messages, fields, oneofs, enums and
//! services with every name settled, every reference resolved and every feature decided.
//!
//! [`Model::build`] makes it from a [`Request`](crate::request::Request); `emit` turns it
//! into Rust. Whatever can't be generated is refused while the model is built, so that emitting
//! never fails.

mod build;
mod canonical;
mod comments;
mod default_value;
mod embedded;
mod extensions;
mod features;
mod field;
mod markdown;
mod members;
mod names;
mod path;
mod recursion;
mod required;
mod symbols;
mod views;

pub use canonical::Canonical;
pub use comments::Comments;
pub use default_value::DefaultValue;
pub use embedded::{Embedded, EmbeddedFile};
pub use features::{Edition, Features};
pub use field::{
    BytesType, Cardinality, EnumReference, Field, Kind, MapKey, MapType, MessageReference, Scalar,
};
pub use names::Name;
pub use path::{ItemPath, ModulePath};

pub(crate) use names::is_identifier;

use std::collections::BTreeSet;

/// Everything one run generates.
#[derive(Debug)]
pub struct Model {
    /// Sorted by protobuf name. A package that only has packages below it is not in here.
    pub packages: Vec<Package>,
    /// The module under which all of them stand, `crate::proto` unless the user says otherwise.
    pub root: ModulePath,
    /// The descriptors for reflection, if there are any to embed.
    pub embedded: Option<Embedded>,
}

/// One protobuf package: one module, one file.
#[derive(Debug)]
pub struct Package {
    /// The protobuf name, `acme.orders.v1`; empty for files without a `package` statement.
    pub name: String,
    /// The module's names below the root, `acme`, `orders`, `v1`.
    pub modules: Vec<Name>,
    /// The absolute path of the module.
    pub path: ModulePath,
    /// The names of the .proto files it was made from, sorted.
    pub sources: Vec<String>,
    /// What the .proto files say about the package.
    pub comments: Comments,
    pub messages: Vec<Message>,
    pub enums: Vec<Enum>,
    pub services: Vec<Service>,
    /// The extensions that are declared outside of messages.
    pub extensions: Vec<Extension>,
    /// The constant that lists all of the package's extensions, if it has any.
    pub extension_list: Option<Name>,
    /// Whether messages and enums get their JSON form.
    pub json: bool,
    /// Whether messages and enums get their text format.
    pub text: bool,
    /// Whether the special types among them have both by hand.
    pub own_forms: bool,
    /// Every name that the module defines, generated child packages included.
    pub names: BTreeSet<Name>,
}

/// A message: a struct, and a module when something is defined inside it.
#[derive(Debug)]
pub struct Message {
    /// The protobuf name without a leading dot, `acme.orders.v1.Order`.
    pub full_name: String,
    /// Where the struct stands; `path.name` is the struct's name.
    pub path: ItemPath,
    pub comments: Comments,
    pub deprecated: bool,
    /// The struct that borrows from the encoded message, if there is to be one.
    pub view: Option<ItemPath>,
    /// Attributes the user asked for, as Rust source: `#[derive(Hash)]`.
    pub attributes: Vec<String>,
    /// Fields and oneofs in the order of the .proto.
    pub members: Vec<Member>,
    /// The name of the struct field that keeps unknown fields; `None` when the user drops them.
    pub unknown_fields: Option<Name>,
    /// `option message_set_wire_format = true`.
    pub message_set: bool,
    /// Whether other files may extend it.
    pub extendable: bool,
    /// The names of fields that must not be used again.
    pub reserved_names: Vec<String>,
    /// The module of the types defined inside the message, if there are any.
    pub module: Option<MessageModule>,
}

/// The module next to a message which holds what is defined inside it.
#[derive(Debug)]
pub struct MessageModule {
    /// The module's name next to the struct, `order`.
    pub name: Name,
    /// Nested messages without the entries of maps.
    pub messages: Vec<Message>,
    pub enums: Vec<Enum>,
    /// The extensions that are declared inside the message; what they extend may be another one.
    pub extensions: Vec<Extension>,
    /// Every name that the module defines; the message's oneofs are among them.
    pub names: BTreeSet<Name>,
}

/// One public field of a message's struct.
#[derive(Debug)]
pub enum Member {
    Field(Field),
    Oneof(Oneof),
}

/// A oneof: a struct field `Option<path>` and a Rust enum in the message's module.
#[derive(Debug)]
pub struct Oneof {
    /// The protobuf name with the message's in front, `acme.orders.v1.Order.payment`.
    pub full_name: String,
    /// The struct field.
    pub name: Name,
    /// The Rust enum.
    pub path: ItemPath,
    /// The Rust enum that a view has instead, if one of the cases borrows.
    pub view: Option<ItemPath>,
    pub comments: Comments,
    pub attributes: Vec<String>,
    /// The cases. Each is a [`Field`] whose `name` is the variant's and whose cardinality is
    /// [`Cardinality::Explicit`].
    pub fields: Vec<Field>,
}

/// An extension: a constant by which a message is asked for a field it does not know.
#[derive(Debug)]
pub struct Extension {
    /// The message it extends.
    pub extendee: ItemPath,
    /// What it is: `name` is the constant's, and the cardinality is [`Cardinality::Explicit`] or
    /// [`Cardinality::Repeated`].
    pub field: Field,
}

/// A protobuf enum: a newtype over `i32` with a constant for each value.
#[derive(Debug)]
pub struct Enum {
    pub full_name: String,
    pub path: ItemPath,
    pub comments: Comments,
    pub deprecated: bool,
    pub attributes: Vec<String>,
    /// In the order of the .proto, never empty; the first is the default.
    pub values: Vec<EnumValue>,
    /// Closed enums (proto2) send numbers they don't know to the unknown fields of the message.
    pub closed: bool,
}

/// One value of an enum.
#[derive(Debug)]
pub struct EnumValue {
    /// The name in the .proto, `STATUS_SHIPPED`.
    pub proto_name: String,
    /// The constant's name, `Shipped`.
    pub name: Name,
    pub number: i32,
    /// What JSON calls it, if that is not the name in the .proto.
    pub json_name: Option<String>,
    pub comments: Comments,
    pub deprecated: bool,
    pub attributes: Vec<String>,
}

/// A service: a trait, a server around it, a client, and a static that describes it.
#[derive(Debug)]
pub struct Service {
    /// `acme.orders.v1.OrderService`
    pub full_name: String,
    /// The trait, `OrderService`.
    pub name: Name,
    /// `OrderServiceServer`
    pub server: Name,
    /// `OrderServiceClient`
    pub client: Name,
    /// The `ServiceDescriptor` static, `ORDER_SERVICE`.
    pub descriptor: Name,
    /// The static with the descriptor of its file, if that is embedded.
    pub file: Option<ItemPath>,
    pub comments: Comments,
    pub deprecated: bool,
    pub attributes: Vec<String>,
    pub methods: Vec<Method>,
}

/// An rpc.
#[derive(Debug)]
pub struct Method {
    /// The name in the .proto, `GetOrder`.
    pub proto_name: String,
    /// The method of both the trait and the client, `get_order`.
    pub name: Name,
    pub input: ItemPath,
    /// Whether the server gets the input as a view.
    pub input_view: bool,
    pub output: ItemPath,
    pub client_streaming: bool,
    pub server_streaming: bool,
    pub idempotency: Idempotency,
    pub comments: Comments,
    pub deprecated: bool,
    pub attributes: Vec<String>,
}

/// `option idempotency_level` of an rpc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    Unknown,
    NoSideEffects,
    Idempotent,
}

impl Message {
    /// The fields outside of oneofs, in the order of the .proto.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.members.iter().filter_map(|member| match member {
            Member::Field(field) => Some(field),
            Member::Oneof(_) => None,
        })
    }

    /// The oneofs, in the order of the .proto.
    pub fn oneofs(&self) -> impl Iterator<Item = &Oneof> {
        self.members.iter().filter_map(|member| match member {
            Member::Oneof(oneof) => Some(oneof),
            Member::Field(_) => None,
        })
    }

    /// The messages defined inside this one.
    pub fn messages(&self) -> &[Message] {
        self.module.as_ref().map_or(&[], |module| &module.messages)
    }

    /// The extensions declared inside this message.
    pub fn extensions(&self) -> &[Extension] {
        self.module.as_ref().map_or(&[], |module| &module.extensions)
    }

    /// The enums defined inside this message.
    pub fn enums(&self) -> &[Enum] {
        self.module.as_ref().map_or(&[], |module| &module.enums)
    }
}

impl Enum {
    /// The number of the value that stands for "not set".
    pub fn default_number(&self) -> i32 {
        self.values.first().map_or(0, |value| value.number)
    }
}
