//! The `CodeGeneratorRequest` (protobuf's plugin.proto) that protoc would have sent.

use crate::{
    request::{Cursor, Malformed},
    response::{bytes, number},
};

/// protoc's version, as it introduces itself to a plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) major: u32,
    pub(crate) minor: u32,
    pub(crate) patch: u32,
    /// `rc1`, or empty.
    pub(crate) suffix: String,
}

/// `google.protobuf.FileDescriptorSet`, its files in the bytes they came in.
///
/// They are passed on as they are, so that nothing is lost which we do not know: custom options,
/// features of editions to come.
#[derive(Debug)]
pub(crate) struct DescriptorSet<'a> {
    files: Vec<&'a [u8]>,
}

impl<'a> DescriptorSet<'a> {
    pub(crate) fn read(set: &'a [u8]) -> Result<Self, Malformed> {
        let files = Cursor::new(set).map(|field| field?.1.bytes()).collect::<Result<_, _>>()?;
        Ok(Self { files })
    }

    /// The names of the files, in order: `acme/orders/v1/orders.proto`.
    pub(crate) fn names(&self) -> Result<Vec<&'a str>, Malformed> {
        self.files.iter().map(|file| name(file)).collect()
    }
}

/// The request to generate code for `files`, which are among those in `set`.
pub(crate) fn assemble(
    files: &[&str],
    parameter: &str,
    version: &Version,
    set: &DescriptorSet<'_>,
) -> Vec<u8> {
    let mut request = Vec::new();
    for file in files {
        bytes(&mut request, 1, file.as_bytes());
    }
    if !parameter.is_empty() {
        bytes(&mut request, 2, parameter.as_bytes());
    }
    let mut compiler_version = Vec::new();
    number(&mut compiler_version, 1, version.major.into());
    number(&mut compiler_version, 2, version.minor.into());
    number(&mut compiler_version, 3, version.patch.into());
    bytes(&mut compiler_version, 4, version.suffix.as_bytes());
    bytes(&mut request, 3, &compiler_version);
    for file in &set.files {
        bytes(&mut request, 15, file);
    }
    request
}

/// Of a `google.protobuf.FileDescriptorProto`, the name.
fn name(file: &[u8]) -> Result<&str, Malformed> {
    for field in Cursor::new(file) {
        if let (1, name) = field? {
            return name.string();
        }
    }
    Err(Malformed("a file has no name"))
}
