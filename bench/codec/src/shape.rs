//! What is compared: who does what to which message.

use std::hint::black_box;

/// One message, and all that is done to it.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// The encoded message, or its JSON text.
    pub(crate) bytes: usize,
    pub(crate) entries: Vec<Entry>,
}

/// One contender at one operation.
pub(crate) struct Entry {
    pub(crate) contender: &'static str,
    pub(crate) operation: Operation,
    /// Does it so many times; the loop is inside, so that calling it costs nothing.
    pub(crate) run: Box<dyn FnMut(u32)>,
}

/// A column of cells that are compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Bytes to a message that owns what it holds; dropping it included.
    Decode,
    /// Bytes to a message that borrows from them.
    View,
    /// A message to bytes, in memory that was there before.
    Encode,
    /// A message to a vector of its own.
    EncodeNew,
    JsonDecode,
    JsonEncode,
}

impl Operation {
    pub(crate) const ALL: [Self; 6] = [
        Self::Decode,
        Self::View,
        Self::Encode,
        Self::EncodeNew,
        Self::JsonDecode,
        Self::JsonEncode,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Decode => "decode",
            Self::View => "view",
            Self::Encode => "encode",
            Self::EncodeNew => "encode-new",
            Self::JsonDecode => "json-decode",
            Self::JsonEncode => "json-encode",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Decode => "decode, owned",
            Self::View => "decode, borrowed",
            Self::Encode => "encode, buffer kept",
            Self::EncodeNew => "encode to a new Vec",
            Self::JsonDecode => "decode JSON",
            Self::JsonEncode => "encode JSON",
        }
    }

    pub(crate) fn from_name(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|operation| operation.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            format!("no operation is called {name}; there are {names}")
        })
    }

    pub(crate) fn is_json(self) -> bool {
        matches!(self, Self::JsonDecode | Self::JsonEncode)
    }
}

impl Shape {
    pub(crate) fn new(name: &'static str, bytes: usize) -> Self {
        Self { name, bytes, entries: Vec::new() }
    }

    /// Adds a contender; what `once` makes is dropped within the measured time.
    pub(crate) fn add<T>(
        &mut self,
        contender: &'static str,
        operation: Operation,
        mut once: impl FnMut() -> T + 'static,
    ) {
        let run = move |count| {
            for _ in 0..count {
                // Seen where it lies: moving it would be work that a program does not have.
                let made = once();
                black_box(&made);
            }
        };
        self.entries.push(Entry { contender, operation, run: Box::new(run) });
    }
}
