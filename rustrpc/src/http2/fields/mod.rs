//! Header and trailer fields: the ones to send, and received blocks.

mod block;
mod builder;
mod judged;
mod kind;

use std::fmt;

pub(crate) use block::SharedBlock;
pub use block::{FieldBlock, FieldIter, ReceivedField};
pub(crate) use builder::{BlockBuilder, ListLimits, facts};
pub(crate) use judged::JudgedField;
pub(crate) use kind::{FieldKind, Pseudo};

/// How a field to be sent may enter the compression state (RFC 7541 §6.2, §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Indexing {
    /// Indexed when it is seen for the second time: right for values that may or may not repeat.
    #[default]
    Auto,
    /// Indexed at first sight: for the few fields that nearly every message on this connection
    /// repeats, such as `:path`, `:authority`, `content-type`.
    Always,
    /// Sent as it is, for values that hardly ever repeat (what is left of a deadline): spares the
    /// table, but for one entry whose name the others refer to.
    Literal,
    /// Never indexed here nor by any proxy on the way (RFC 7541 §7.1.3): secrets.
    Sensitive,
}

/// A field to be sent. Names are lowercase; pseudo-fields come first.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// Lowercase name, with the leading colon for pseudo-fields.
    pub name: &'a [u8],
    /// The value, sent as it is.
    pub value: &'a [u8],
    /// What the encoder may remember of it.
    pub indexing: Indexing,
}

impl<'a> Field<'a> {
    /// A field that is indexed once it repeats.
    pub fn new(
        name: &'a (impl AsRef<[u8]> + ?Sized),
        value: &'a (impl AsRef<[u8]> + ?Sized),
    ) -> Self {
        Self { name: name.as_ref(), value: value.as_ref(), indexing: Indexing::Auto }
    }

    /// The same field with another rule of indexing.
    pub const fn indexing(mut self, indexing: Indexing) -> Self {
        self.indexing = indexing;
        self
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_field(f, self.name, self.value, self.indexing == Indexing::Sensitive)
    }
}

fn fmt_field(
    f: &mut fmt::Formatter<'_>,
    name: &[u8],
    value: &[u8],
    sensitive: bool,
) -> fmt::Result {
    let value = if sensitive { "<sensitive>".into() } else { value.escape_ascii().to_string() };
    write!(f, "{}: {value}", name.escape_ascii())
}
