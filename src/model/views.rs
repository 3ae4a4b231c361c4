//! Which messages get a view.

use std::collections::{HashMap, HashSet};

use super::symbols::{comes_with_runtime, is_elsewhere, mapping_of, qualified};
use crate::options::Options;
use crate::request::{FileDescriptor, Label, MessageDescriptor, Type};

/// The messages of the runtime that have a view there: those with something to borrow.
const RUNTIME_VIEWS: &[&str] = &[
    "google.protobuf.Any",
    "google.protobuf.BytesValue",
    "google.protobuf.Empty",
    "google.protobuf.FieldMask",
    "google.protobuf.ListValue",
    "google.protobuf.StringValue",
    "google.protobuf.Struct",
    "google.protobuf.Value",
];

/// The full names of the messages that have a view: those of the runtime that do, those the options ask for, also as requests, and, so that these
/// need no copies, the messages in them; apart from messages in which there is nothing to borrow,
/// which are as good as a view.
pub(super) fn viewed_messages(
    files: &[FileDescriptor<'_>],
    generated: &[bool],
    options: &Options,
) -> HashSet<String> {
    if !options.has_views() {
        return HashSet::new();
    }
    let mut nodes = HashMap::new();
    let mut wanted = Vec::new();
    for (file, _) in files.iter().zip(generated).filter(|(_, generated)| **generated) {
        for message in &file.messages {
            let name = qualified(file.package, message.name);
            add(&name, message, file, options, &mut nodes, &mut wanted);
        }
        for service in &file.services {
            let service_name = qualified(file.package, service.name);
            for method in &service.methods {
                let name = qualified(&service_name, method.name);
                if options.view_requests.of(&name).is_some() {
                    wanted.push(method.input_type.trim_start_matches('.').to_owned());
                }
            }
        }
    }

    let mut found: HashSet<String> = HashSet::new();
    while let Some(name) = wanted.pop() {
        if let Some(node) = nodes.get(name.as_str())
            && found.insert(name)
        {
            wanted.extend(node.messages().map(str::to_owned));
        }
    }
    let mut views = runtime_views(files, options);
    loop {
        let more: Vec<_> = found
            .iter()
            .filter(|name| !views.contains(*name))
            .filter(|name| nodes.get(name.as_str()).is_some_and(|node| node.borrows(&views)))
            .cloned()
            .collect();
        if more.is_empty() {
            return views;
        }
        views.extend(more);
    }
}

/// The views that the runtime brings along.
fn runtime_views(files: &[FileDescriptor<'_>], options: &Options) -> HashSet<String> {
    let files = files.iter().filter(|file| options.runtime_types && comes_with_runtime(file.name));
    let names = files
        .flat_map(|file| file.messages.iter().map(|message| qualified(file.package, message.name)));
    names
        .filter(|name| RUNTIME_VIEWS.contains(&name.as_str()))
        .filter(|name| mapping_of(name, options).is_none())
        .collect()
}

/// What matters of a message that is generated.
struct Node<'a> {
    message: &'a MessageDescriptor<'a>,
    keeps_unknown_fields: bool,
}

fn add<'a>(
    name: &str,
    message: &'a MessageDescriptor<'a>,
    file: &FileDescriptor<'_>,
    options: &Options,
    nodes: &mut HashMap<String, Node<'a>>,
    wanted: &mut Vec<String>,
) {
    if is_elsewhere(name, file.name, options) || message.is_map_entry() {
        return;
    }
    let keeps_unknown_fields = options.unknown_fields.of(name).is_none_or(|keep| *keep);
    nodes.insert(name.to_owned(), Node { message, keeps_unknown_fields });
    if options.views.of(name).is_some() {
        wanted.push(name.to_owned());
    }
    for nested in &message.messages {
        add(&qualified(name, nested.name), nested, file, options, nodes, wanted);
    }
}

impl Node<'_> {
    /// The full names of the messages that its fields hold, the values of maps included.
    fn messages(&self) -> impl Iterator<Item = &str> {
        let entries = self.message.messages.iter().filter(|nested| nested.is_map_entry());
        let all = entries.chain([self.message]).flat_map(|message| &message.fields);
        all.filter_map(|field| field.type_name.strip_prefix('.'))
    }

    fn borrows(&self, views: &HashSet<String>) -> bool {
        self.keeps_unknown_fields
            || self.message.fields.iter().any(|field| {
                let in_views =
                    field.type_name.strip_prefix('.').is_some_and(|name| views.contains(name));
                let is_text = matches!(field.r#type, Some(Type::String | Type::Bytes));
                field.label == Label::Repeated || is_text || in_views
            })
    }
}
