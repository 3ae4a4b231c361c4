//! From files to a pool: put in order, declared, resolved.

mod declare;
mod resolve;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use bytes::Bytes;

use super::PoolError;
use super::data::Content;
use super::features::Features;
use crate::types::FileDescriptorProto;
use crate::wire::{DecodeError, Reader};
use declare::Linker;

/// Whose files come in many versions that get along.
const PROTOBUFS_OWN: &str = "google/protobuf/";

/// A file on its way into a pool.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) descriptor: FileDescriptorProto,
    pub(super) encoded: Bytes,
}

/// The encoded files of a `FileDescriptorSet`.
pub(super) fn files_of_set<'a>(r: &mut Reader<'a>) -> Result<Vec<&'a [u8]>, DecodeError> {
    let mut files = Vec::new();
    while let Some(tag) = r.tag()? {
        match tag {
            10 => files.push(r.length_delimited()?),
            _ => r.skip(tag)?,
        }
    }
    Ok(files)
}

/// Everything that the files define.
pub(super) fn content(sources: Vec<Source>) -> Result<Content, PoolError> {
    let sources = distinct(sources)?;
    let order = order_of_imports(&sources)?;
    let size = sources.iter().map(|source| source.encoded.len()).sum();
    let mut linker = Linker::new(size);
    let mut sources: Vec<Option<Source>> = sources.into_iter().map(Some).collect();
    for index in order {
        if let Some(source) = sources.get_mut(index).and_then(Option::take) {
            let name = source.descriptor.name.as_deref().unwrap_or_default();
            let features = Features::defaults(&source.descriptor).ok_or_else(|| {
                let problem = "its syntax or edition is unknown here; proto2, proto3 and the \
                               editions 2023 and 2024 are known";
                PoolError::new(name, "", problem)
            })?;
            linker.file(source, features)?;
        }
    }
    linker.resolve()
}

/// Drops files that are there already.
fn distinct(sources: Vec<Source>) -> Result<Vec<Source>, PoolError> {
    let mut distinct: Vec<Source> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for source in sources {
        let name = source.descriptor.name.clone().unwrap_or_default();
        if name.is_empty() {
            return Err(PoolError::new("", "", "a file has no name"));
        }
        match places.entry(name) {
            Entry::Vacant(place) => {
                place.insert(distinct.len());
                distinct.push(source);
            }
            Entry::Occupied(place) => {
                let name = place.key();
                let same = name.starts_with(PROTOBUFS_OWN)
                    || distinct.get(*place.get()).is_some_and(|first| {
                        first.encoded == source.encoded || said(first) == said(&source)
                    });
                if !same {
                    let problem = "two files have this name and say different things; compile \
                                   them from the same sources";
                    return Err(PoolError::new(name, "", problem));
                }
            }
        }
    }
    Ok(distinct)
}

/// What a file says apart from comments and positions.
fn said(source: &Source) -> FileDescriptorProto {
    FileDescriptorProto { source_code_info: None, ..source.descriptor.clone() }
}

/// The files' positions, each after those it imports.
fn order_of_imports(sources: &[Source]) -> Result<Vec<usize>, PoolError> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let name = |index: usize| sources[index].descriptor.name.as_deref().unwrap_or_default();
    let by_name: HashMap<&str, usize> =
        (0..sources.len()).map(|index| (name(index), index)).collect();
    let mut states = vec![State::New; sources.len()];
    let mut order = Vec::with_capacity(sources.len());
    for start in 0..sources.len() {
        // A stack of our own, of files and how many of their imports are done: chains of imports
        // may be long.
        let mut open = vec![(start, 0)];
        while let Some((index, done)) = open.pop() {
            if states[index] == State::Done {
                continue;
            }
            states[index] = State::Open;
            let descriptor = &sources[index].descriptor;
            let Some(import) = descriptor.dependency.get(done) else {
                states[index] = State::Done;
                order.push(index);
                continue;
            };
            open.push((index, done + 1));
            match by_name.get(import.as_str()) {
                Some(&import) if states[import] == State::Open => {
                    let problem = format!("it imports {}, which imports it", name(import));
                    return Err(PoolError::new(name(index), "", problem));
                }
                Some(&import) => open.push((import, 0)),
                None if descriptor.weak_dependency.iter().any(|&weak| weak as usize == done) => {}
                None => {
                    let import = super::error::shown(import);
                    let problem = format!(
                        "it imports {import}, which is not there; add that file, or have protoc \
                         write the set with --include_imports"
                    );
                    return Err(PoolError::new(name(index), "", problem));
                }
            }
        }
    }
    Ok(order)
}
