//! Which messages can lack a required field, in themselves or in a message below.

use std::collections::{HashMap, HashSet};

use super::Features;
use super::features::{Edition, Presence};
use crate::request::{FileDescriptor, Label, MessageDescriptor};

/// The full names, with a leading dot, of all messages that can be incomplete.
pub(super) fn incomplete_messages(files: &[FileDescriptor<'_>]) -> HashSet<String> {
    let mut graph = Graph::default();
    for file in files {
        let scope =
            if file.package.is_empty() { String::new() } else { format!(".{}", file.package) };
        let by_feature = Edition::of_file(file.syntax, file.edition)
            .is_some_and(|edition| edition.has_features());
        for message in &file.messages {
            graph.add(&scope, message, Features::of_file(file), by_feature);
        }
    }
    graph.incomplete()
}

#[derive(Default)]
struct Graph<'a> {
    /// Messages with a required field of their own.
    required: Vec<String>,
    /// The messages that have fields of a message's type.
    users: HashMap<&'a str, Vec<String>>,
}

impl<'a> Graph<'a> {
    fn add<'m: 'a>(
        &mut self,
        scope: &str,
        message: &'m MessageDescriptor<'_>,
        around: Features,
        by_feature: bool,
    ) {
        let name = format!("{scope}.{}", message.name);
        let features = around.overridden(&message.options, 12);
        let is_required = message.fields.iter().any(|field| {
            let features = features.overridden(&field.options, 21);
            let required_by_feature = by_feature && features.presence == Presence::Required;
            let in_oneof = field.oneof_index.is_some();
            field.label == Label::Required
                || required_by_feature && field.label == Label::Optional && !in_oneof
        });
        if is_required {
            self.required.push(name.clone());
        }
        // A type's name begins with its dot; fields of other types have none.
        for field in message.fields.iter().filter(|field| field.type_name.starts_with('.')) {
            self.users.entry(field.type_name).or_default().push(name.clone());
        }
        for nested in &message.messages {
            self.add(&name, nested, features, by_feature);
        }
    }

    fn incomplete(self) -> HashSet<String> {
        let mut found: HashSet<String> = self.required.iter().cloned().collect();
        let mut open = self.required;
        while let Some(name) = open.pop() {
            for user in self.users.get(name.as_str()).into_iter().flatten() {
                if found.insert(user.clone()) {
                    open.push(user.clone());
                }
            }
        }
        found
    }
}
