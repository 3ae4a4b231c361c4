//! Which message fields need a `Box`, because a struct can't contain itself.

use std::collections::{HashMap, HashSet};

use crate::request::{FileDescriptor, Label, MessageDescriptor, Type};

/// The fields of a file to box, by message name (with a leading dot) and field number.
///
/// A cycle of messages never leaves its file, because imports are not circular. Fields are looked
/// at in the order of the file, and one is boxed only if it closes a cycle that no box is in yet.
pub(super) fn boxed_fields<'a>(file: &FileDescriptor<'a>) -> HashSet<(String, i32)> {
    let mut graph = Graph::default();
    let scope = if file.package.is_empty() { String::new() } else { format!(".{}", file.package) };
    for message in &file.messages {
        graph.add(&scope, message);
    }
    graph.boxed()
}

/// Messages and the fields through which one lies directly inside another.
#[derive(Default)]
struct Graph<'a> {
    indices: HashMap<String, usize>,
    names: Vec<String>,
    fields: Vec<(usize, i32, &'a str)>,
}

impl<'a> Graph<'a> {
    fn add<'m: 'a>(&mut self, scope: &str, message: &'m MessageDescriptor<'_>) {
        let name = format!("{scope}.{}", message.name);
        let index = self.names.len();
        for field in &message.fields {
            let inside = matches!(field.r#type, Some(Type::Message | Type::Group));
            if inside && field.label != Label::Repeated {
                self.fields.push((index, field.number, field.type_name));
            }
        }
        self.indices.insert(name.clone(), index);
        self.names.push(name.clone());
        for nested in &message.messages {
            self.add(&name, nested);
        }
    }

    fn boxed(self) -> HashSet<(String, i32)> {
        let mut boxed = HashSet::new();
        let mut unboxed: Vec<Vec<usize>> = vec![Vec::new(); self.names.len()];
        for &(from, number, type_name) in &self.fields {
            let Some(&to) = self.indices.get(type_name) else { continue };
            if reaches(&unboxed, to, from) {
                boxed.insert((self.names[from].clone(), number));
            } else {
                unboxed[from].push(to);
            }
        }
        boxed
    }
}

fn reaches(edges: &[Vec<usize>], from: usize, to: usize) -> bool {
    let mut seen = HashSet::from([from]);
    let mut open = vec![from];
    while let Some(node) = open.pop() {
        if node == to {
            return true;
        }
        open.extend(edges[node].iter().copied().filter(|next| seen.insert(*next)));
    }
    false
}
