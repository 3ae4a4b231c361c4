//! Metadata: the fields a call carries beside its messages.

mod entry;
mod received;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

pub use self::entry::MetadataError;
use self::entry::{Entry, ascii_entry, binary_entry};
pub(crate) use self::received::ReceivedFields;
use self::received::{BinaryValues, RawFields};
use super::compression::Compression;
use crate::base64;

/// The metadata of a request, a response or its trailers: names with one or more values each.
///
/// A name that ends in `-bin` has binary values, which travel as base64; every other name has
/// printable ASCII values. Names are case-insensitive and kept in lowercase. What gRPC itself puts
/// on the wire (`content-type`, `te`, `grpc-status`, …) is no metadata: it is neither shown here
/// nor may it be set.
///
/// Received metadata is read out of the received block when it is asked for; nothing is copied
/// before that.
///
/// ```
/// use rustrpc::Metadata;
///
/// let mut metadata = Metadata::new();
/// metadata.insert("x-tenant", "blue")?;
/// metadata.insert_bin("trace-bin", [1, 2, 3])?;
/// assert_eq!(metadata.get("X-Tenant"), Some("blue"));
/// assert_eq!(metadata.get_bin("trace-bin").as_deref(), Some(&[1, 2, 3][..]));
/// assert!(metadata.insert("grpc-status", "0").is_err());
/// # Ok::<(), rustrpc::Status>(())
/// ```
#[derive(Clone)]
pub struct Metadata {
    fields: Fields,
}

#[derive(Clone)]
enum Fields {
    /// Most lists are empty, and are no more than a pointer that is dropped in passing.
    Own(Option<Box<Entries>>),
    Received(Arc<dyn ReceivedFields>),
}

#[derive(Clone, Default)]
struct Entries {
    list: Vec<Entry>,
}

impl Fields {
    /// The fields that are kept in the form people see.
    fn own(&self) -> &[Entry] {
        match self {
            Fields::Own(Some(entries)) => &entries.list,
            Fields::Own(None) | Fields::Received(_) => &[],
        }
    }
}

/// A value of metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// The value of a name that does not end in `-bin`.
    Ascii(&'a str),
    /// The value, decoded, of a name that ends in `-bin`.
    Binary(Cow<'a, [u8]>),
}
impl Metadata {
    /// No fields.
    pub const fn new() -> Self {
        Self { fields: Fields::Own(None) }
    }

    /// Whether there are no fields.
    #[inline]
    pub fn is_empty(&self) -> bool {
        match &self.fields {
            Fields::Own(None) => true,
            Fields::Own(Some(_)) | Fields::Received(_) => self.raw().next().is_none(),
        }
    }

    /// The number of fields; a name with two values counts twice.
    pub fn len(&self) -> usize {
        self.raw().count()
    }

    /// The first value of this name; `None` when there is none, when its name ends in `-bin`, or
    /// when a peer sent bytes that are not text.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut named = self.raw().filter(|(known, _)| !is_binary(name) && same_name(known, name));
        named.find_map(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// All values of this name, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let wanted = if is_binary(name) { None } else { Some(name) };
        self.raw()
            .filter(move |(name, _)| wanted.is_some_and(|wanted| same_name(name, wanted)))
            .filter_map(|(_, value)| std::str::from_utf8(value).ok())
    }

    /// The first value of this name, which ends in `-bin`.
    pub fn get_bin(&self, name: &str) -> Option<Cow<'_, [u8]>> {
        let encoded = matches!(self.fields, Fields::Received(_));
        let (_, value) = self.raw().find(|(known, _)| is_binary(name) && same_name(known, name))?;
        BinaryValues { rest: Some(value), encoded }.next()
    }

    /// All values of this name, which ends in `-bin`, in order. Values that a peer joined by
    /// commas are told apart.
    pub fn get_all_bin<'a>(&'a self, name: &'a str) -> impl Iterator<Item = Cow<'a, [u8]>> {
        let wanted = if is_binary(name) { Some(name) } else { None };
        let encoded = matches!(self.fields, Fields::Received(_));
        self.raw()
            .filter(move |(name, _)| wanted.is_some_and(|wanted| same_name(name, wanted)))
            .flat_map(move |(_, value)| BinaryValues { rest: Some(value), encoded })
    }

    /// Replaces all values of this name by one.
    ///
    /// # Errors
    ///
    /// When the name is not one of metadata, ends in `-bin` or belongs to gRPC itself, or when the
    /// value is not printable ASCII.
    pub fn insert(&mut self, name: &str, value: impl AsRef<str>) -> Result<(), MetadataError> {
        let entry = ascii_entry(name, value.as_ref())?;
        self.replace(entry);
        Ok(())
    }

    /// Adds a value to this name.
    ///
    /// # Errors
    ///
    /// As for [`insert`](Self::insert).
    pub fn append(&mut self, name: &str, value: impl AsRef<str>) -> Result<(), MetadataError> {
        let entry = ascii_entry(name, value.as_ref())?;
        self.own().push(entry);
        Ok(())
    }

    /// Replaces all values of this name, which ends in `-bin`, by one.
    ///
    /// # Errors
    ///
    /// When the name is not one of metadata or does not end in `-bin`.
    pub fn insert_bin(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), MetadataError> {
        let entry = binary_entry(name, value.as_ref())?;
        self.replace(entry);
        Ok(())
    }

    /// Adds a value to this name, which ends in `-bin`.
    ///
    /// # Errors
    ///
    /// As for [`insert_bin`](Self::insert_bin).
    pub fn append_bin(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), MetadataError> {
        let entry = binary_entry(name, value.as_ref())?;
        self.own().push(entry);
        Ok(())
    }

    /// Removes all values of this name; whether there were any.
    pub fn remove(&mut self, name: &str) -> bool {
        let entries = self.own();
        let before = entries.len();
        entries.retain(|entry| !same_name(entry.name.as_bytes(), name));
        entries.len() != before
    }

    /// All fields in order. Text values that are not UTF-8 (which gRPC does not allow, but HTTP
    /// does) are left out.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let encoded = matches!(self.fields, Fields::Received(_));
        self.raw()
            .filter_map(|(name, value)| Some((std::str::from_utf8(name).ok()?, value)))
            .flat_map(move |(name, value)| {
                let binary = is_binary(name);
                let rest = Some(value);
                let text = if binary { None } else { std::str::from_utf8(value).ok() };
                let bytes = BinaryValues { rest: if binary { rest } else { None }, encoded };
                text.map(Value::Ascii)
                    .into_iter()
                    .chain(bytes.map(Value::Binary))
                    .map(move |value| (name, value))
            })
    }

    /// Adds all fields of another list behind these.
    pub fn extend(&mut self, other: &Metadata) {
        if other.is_empty() {
            return;
        }
        if self.is_empty() {
            *self = other.clone();
            return;
        }
        let more = other.entries();
        self.own().extend(more);
    }

    /// Adds what this build can inflate, for a client whose encoding it cannot.
    pub(crate) fn set_accepted_encodings(&mut self) {
        let name = Cow::Borrowed("grpc-accept-encoding");
        self.own().push(Entry { name, value: Compression::ACCEPTED.into() });
    }

    /// The fields in the form of the wire.
    pub(crate) fn on_wire(&self) -> impl Iterator<Item = (&[u8], Cow<'_, [u8]>)> {
        let encoded = matches!(self.fields, Fields::Received(_));
        self.raw().map(move |(name, value)| {
            let value = if is_binary(name) && !encoded {
                Cow::Owned(base64::encode_unpadded(value))
            } else {
                Cow::Borrowed(value)
            };
            (name, value)
        })
    }

    fn raw(&self) -> RawFields<'_> {
        RawFields { fields: &self.fields, at: 0 }
    }

    fn entries(&self) -> Vec<Entry> {
        self.iter()
            .map(|(name, value)| Entry {
                name: Cow::Owned(name.to_owned()),
                value: match value {
                    Value::Ascii(text) => text.as_bytes().to_vec(),
                    Value::Binary(bytes) => bytes.into_owned(),
                },
            })
            .collect()
    }

    fn own(&mut self) -> &mut Vec<Entry> {
        if let Fields::Received(_) = self.fields {
            self.fields = Fields::Own(Some(Box::new(Entries { list: self.entries() })));
        }
        match &mut self.fields {
            Fields::Own(entries) => &mut entries.get_or_insert_default().list,
            Fields::Received(_) => unreachable!("it was replaced above"),
        }
    }

    fn replace(&mut self, entry: Entry) {
        let entries = self.own();
        entries.retain(|old| old.name != entry.name);
        entries.push(entry);
    }
}

impl Default for Metadata {
    fn default() -> Self {
        Self::new()
    }
}

impl PartialEq for Metadata {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Metadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

fn is_binary(name: impl AsRef<[u8]>) -> bool {
    name.as_ref().last_chunk::<4>().is_some_and(|end| end.eq_ignore_ascii_case(b"-bin"))
}

fn same_name(name: &[u8], wanted: &str) -> bool {
    name.eq_ignore_ascii_case(wanted.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Wire(Vec<(&'static str, &'static [u8])>);

    impl ReceivedFields for Wire {
        fn field(&self, at: usize) -> Option<(&[u8], &[u8])> {
            self.0.get(at).map(|(name, value)| (name.as_bytes(), *value))
        }
    }

    fn received(fields: &[(&'static str, &'static [u8])]) -> Metadata {
        Metadata::received(Arc::new(Wire(fields.to_vec())))
    }

    #[test]
    fn insert_replaces_and_append_adds() {
        let mut metadata = Metadata::new();
        metadata.append("x-Tag", "one").expect("a fine field");
        metadata.append("X-tag", "two").expect("a fine field");
        assert_eq!(metadata.get_all("x-tag").collect::<Vec<_>>(), ["one", "two"]);
        metadata.insert("x-tag", " three ").expect("a fine field");
        assert_eq!(metadata.get_all("X-TAG").collect::<Vec<_>>(), ["three"]);
        assert!(metadata.remove("x-tag"));
        assert!(metadata.is_empty() && !metadata.remove("x-tag"));
    }

    #[test]
    fn reserved_names_are_refused_with_a_cure() {
        let mut metadata = Metadata::new();
        for (name, cure) in [
            ("grpc-timeout", "timeout("),
            ("Content-Type", "itself"),
            ("user-agent", "user_agent"),
            ("grpc-status", "Status"),
            ("grpc-future", "reserved"),
            ("te", "HTTP"),
            (":path", "letters"),
            ("", "empty"),
            ("a b", "letters"),
            ("trace-bin", "insert_bin"),
        ] {
            let error = metadata.insert(name, "value").expect_err(name);
            assert!(error.to_string().contains(cure), "{error}");
        }
        let error = metadata.insert("x-name", "Zoë").expect_err("not ASCII");
        assert!(error.to_string().contains("'ë'"), "{error}");
        let error = metadata.insert_bin("x-name", [1]).expect_err("not binary");
        assert!(error.to_string().contains("x-name-bin"), "{error}");
        assert!(metadata.is_empty());
    }

    #[test]
    fn received_fields_are_read_in_place() {
        let metadata = received(&[
            (":path", b"/a/b"),
            ("content-type", b"application/grpc"),
            ("x-tenant", b"blue"),
            ("grpc-timeout", b"1S"),
            ("trace-bin", b"AQID, BA=="),
            ("x-latin", b"\xe9"),
            ("trace-bin", b"BQ"),
        ]);
        assert_eq!(metadata.get("content-type"), None);
        assert_eq!(metadata.get("x-tenant"), Some("blue"));
        assert_eq!(metadata.get("x-latin"), None);
        assert_eq!(metadata.get("trace-bin"), None);
        let values: Vec<_> = metadata.get_all_bin("trace-bin").map(Cow::into_owned).collect();
        assert_eq!(values, [vec![1, 2, 3], vec![4], vec![5]]);
        assert_eq!(metadata.iter().count(), 4);
    }

    #[test]
    fn changing_received_metadata_keeps_the_rest() {
        let mut metadata = received(&[("x-tenant", b"blue"), ("trace-bin", b"AQID,BA")]);
        metadata.insert("x-tenant", "red").expect("a fine field");
        assert_eq!(metadata.get("x-tenant"), Some("red"));
        assert_eq!(metadata.get_all_bin("trace-bin").count(), 2);
        let mut wire = Vec::new();
        wire.extend(metadata.on_wire().map(|(name, value)| (name.to_vec(), value.to_vec())));
        assert_eq!(wire[0], (b"trace-bin".to_vec(), b"AQID".to_vec()));
        assert_eq!(wire.len(), 3);
    }

    #[test]
    fn broken_base64_fails_the_check() {
        let fields = Wire(vec![("x-bin", b"AQID,*")]);
        let status = Metadata::check_received(&fields).expect_err("not base64");
        assert!(status.message().contains("x-bin"), "{status}");
        assert!(Metadata::check_received(&Wire(vec![("x-bin", b"AQID,BA==")])).is_ok());
    }
}
