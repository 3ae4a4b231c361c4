//! The `CodeGeneratorRequest` (protobuf's plugin.proto) that protoc would have sent.

use prost::Message as _;
use prost_types::compiler::{CodeGeneratorRequest, Version};

use crate::request::{Cursor, Malformed};

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
    version: Version,
    set: &DescriptorSet<'_>,
) -> Vec<u8> {
    let mut request = CodeGeneratorRequest {
        file_to_generate: files.iter().map(|&file| file.to_owned()).collect(),
        parameter: Some(parameter.to_owned()).filter(|parameter| !parameter.is_empty()),
        compiler_version: Some(version),
        proto_file: Vec::new(),
    }
    .encode_to_vec();
    for file in &set.files {
        request.push(PROTO_FILE);
        prost::encode_length_delimiter(file.len(), &mut request)
            .expect("a Vec has room for a length");
        request.extend_from_slice(file);
    }
    request
}

/// The tag of the request's files: field 15, length-delimited.
const PROTO_FILE: u8 = 15 << 3 | 2;

/// Of a `google.protobuf.FileDescriptorProto`, the name.
fn name(file: &[u8]) -> Result<&str, Malformed> {
    for field in Cursor::new(file) {
        if let (1, name) = field? {
            return name.string();
        }
    }
    Err(Malformed("a file has no name"))
}
