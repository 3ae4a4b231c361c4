//! What protoc asks for: the `CodeGeneratorRequest` and the descriptors in it, read without loss.
//!
//! The descriptors borrow from the request's bytes. They are read here rather than through a
//! protobuf library because those drop what their own `descriptor.proto` does not know: editions,
//! features and custom options.

mod cursor;
mod descriptor;
mod source;

pub use cursor::{Cursor, Malformed, Value};
pub use descriptor::{
    EnumDescriptor, EnumValueDescriptor, FieldDescriptor, FileDescriptor, Label, MessageDescriptor,
    MethodDescriptor, OneofDescriptor, Options, ServiceDescriptor, Type,
};
pub use source::{Place, SourceInfo};

/// `google.protobuf.compiler.CodeGeneratorRequest`.
#[derive(Debug, Default)]
pub struct Request<'a> {
    /// The names of the files to generate code for.
    pub files_to_generate: Vec<&'a str>,
    /// What the user passed as `--rustrpc_opt`.
    pub parameter: &'a str,
    /// Those files and everything they import, imports first.
    pub files: Vec<FileDescriptor<'a>>,
}

impl<'a> Request<'a> {
    /// Reads a request.
    ///
    /// # Errors
    /// When the bytes are not a `CodeGeneratorRequest`.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let mut request = Self::default();
        for field in Cursor::new(bytes) {
            let (number, value) = field?;
            match number {
                1 => request.files_to_generate.push(value.string()?),
                2 => request.parameter = value.string()?,
                15 => request.files.push(FileDescriptor::read(value.bytes()?)?),
                _ => {}
            }
        }
        Ok(request)
    }
}
