//! What generated code carries along of a .proto file.

use std::fmt;

/// A .proto file as protoc compiled it, embedded by generated code: those with services, and by the
/// plugin's option `descriptors=all` every one.
///
/// ```
/// let file = &rustrpc::types::descriptors::GOOGLE_PROTOBUF_TYPE;
/// let names: Vec<&str> = file.with_imports().iter().map(|file| file.name).collect();
/// assert_eq!(names, [
///     "google/protobuf/any.proto",
///     "google/protobuf/source_context.proto",
///     "google/protobuf/type.proto",
/// ]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ProtoFile {
    /// Its path below the import folder, such as `acme/orders/v1/orders.proto`.
    pub name: &'static str,
    /// The files it imports, in the order of the imports.
    pub imports: &'static [&'static ProtoFile],
    /// The encoded `google.protobuf.FileDescriptorProto`, without comments and positions.
    pub descriptor: &'static [u8],
}

impl ProtoFile {
    /// The file and all it imports, each once and after those it imports itself.
    #[must_use]
    pub fn with_imports(&'static self) -> Vec<&'static Self> {
        fn add(file: &'static ProtoFile, files: &mut Vec<&'static ProtoFile>) {
            if !files.iter().any(|known| known.name == file.name) {
                file.imports.iter().for_each(|import| add(import, files));
                files.push(file);
            }
        }
        let mut files = Vec::new();
        add(self, &mut files);
        files
    }
}

impl fmt::Debug for ProtoFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProtoFile")
            .field("name", &self.name)
            .field("imports", &self.imports.iter().map(|file| file.name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
