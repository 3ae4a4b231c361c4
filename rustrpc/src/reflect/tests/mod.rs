//! Pools out of files that do not fit together, and out of bytes that are no files at all.

mod hostile;
mod refused;

use super::{DescriptorPool, PoolError};
use crate::types::field_descriptor_proto::{Label, Type};
use crate::types::{DescriptorProto, FieldDescriptorProto, FileDescriptorProto};
use crate::wire::Message;

/// A proto3 file with messages.
fn file(name: &str, messages: Vec<DescriptorProto>) -> FileDescriptorProto {
    FileDescriptorProto {
        name: Some(name.into()),
        package: Some("test".into()),
        syntax: Some("proto3".into()),
        message_type: messages,
        ..Default::default()
    }
}

fn message(name: &str, fields: Vec<FieldDescriptorProto>) -> DescriptorProto {
    DescriptorProto { name: Some(name.into()), field: fields, ..Default::default() }
}

fn field(name: &str, number: i32, r#type: Type, type_name: &str) -> FieldDescriptorProto {
    FieldDescriptorProto {
        name: Some(name.into()),
        number: Some(number),
        label: Some(Label::Optional),
        r#type: Some(r#type),
        type_name: (!type_name.is_empty()).then(|| type_name.into()),
        ..Default::default()
    }
}

fn pool(files: &[FileDescriptorProto]) -> Result<DescriptorPool, PoolError> {
    files
        .iter()
        .try_fold(DescriptorPool::builder(), |builder, file| builder.file(file.encode_to_vec()))?
        .build()
}
