//! The .proto files that everybody generates code for, as protoc reads them.

use std::path::PathBuf;
use std::process::Command;

use prost::Message;
use prost_types::{DescriptorProto, FileDescriptorProto, FileDescriptorSet};

/// Files that are generated together.
pub struct Set {
    /// What the table is called.
    pub title: &'static str,
    /// The folders in which the files are looked for.
    pub includes: Vec<PathBuf>,
    /// The files by the names that imports give them, all that they import among them.
    pub files: Vec<String>,
    /// Whether it is small enough to have everybody's code optimized in every round.
    pub optimized: bool,
}

/// What protoc makes of a set: the input of every generator.
pub struct Descriptors {
    /// The files to generate code for.
    pub files: Vec<String>,
    /// All files and what they import, as prost reads them: without custom options.
    pub parsed: Vec<FileDescriptorProto>,
    /// The same as they are.
    pub encoded: EncodedSet,
}

/// A `FileDescriptorSet` whose files nobody has looked into.
#[derive(Clone, PartialEq, prost::Message)]
pub struct EncodedSet {
    #[prost(bytes = "vec", repeated, tag = "1")]
    pub file: Vec<Vec<u8>>,
}

/// A message by its names, from the outermost one on.
pub struct MessageName {
    pub package: String,
    pub names: Vec<String>,
}

impl Set {
    /// Runs protoc, which keeps the comments.
    pub fn descriptors(&self) -> Result<Descriptors, String> {
        let protoc = protoc_bin_vendored::protoc_bin_path().map_err(|error| error.to_string())?;
        let include = protoc_bin_vendored::include_path().map_err(|error| error.to_string())?;
        let mut command = Command::new(protoc);
        for folder in self.includes.iter().chain([&include]) {
            command.arg("-I").arg(folder);
        }
        command.args(["--include_imports", "--include_source_info", "-o", "/dev/stdout"]);
        let output = command.args(&self.files).output();
        let output = output.map_err(|error| format!("{command:?}: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let bytes = output.stdout.as_slice();
        let parsed = FileDescriptorSet::decode(bytes).map_err(|error| error.to_string())?.file;
        let encoded = EncodedSet::decode(bytes).map_err(|error| error.to_string())?;
        Ok(Descriptors { files: self.files.clone(), parsed, encoded })
    }
}

impl Descriptors {
    /// The same without any services.
    pub fn messages_alone(&self) -> Self {
        let mut parsed = self.parsed.clone();
        parsed.iter_mut().for_each(|file| file.service.clear());
        let encoded = EncodedSet { file: parsed.iter().map(Message::encode_to_vec).collect() };
        Self { files: self.files.clone(), parsed, encoded }
    }

    /// The files that code is generated for.
    pub fn generated(&self) -> impl Iterator<Item = &FileDescriptorProto> {
        self.parsed.iter().filter(|file| self.files.iter().any(|name| name == file.name()))
    }

    /// All messages in them but the entries of maps.
    pub fn messages(&self) -> Vec<MessageName> {
        let mut found = Vec::new();
        for file in self.generated() {
            for message in &file.message_type {
                collect(file.package(), &[], message, &mut found);
            }
        }
        found
    }
}

fn collect(package: &str, outer: &[String], message: &DescriptorProto, to: &mut Vec<MessageName>) {
    if message.options.as_ref().is_some_and(|options| options.map_entry()) {
        return;
    }
    let names = [outer, &[message.name().to_owned()]].concat();
    for nested in &message.nested_type {
        collect(package, &names, nested, to);
    }
    to.push(MessageName { package: package.to_owned(), names });
}
