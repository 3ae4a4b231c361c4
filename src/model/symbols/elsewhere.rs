//! Types that others provide: the runtime, or whoever an `extern` names.

use super::collector::Collector;
use crate::model::names;
use crate::model::{ItemPath, ModulePath, Name};
use crate::options::{Extern, Options, is_at_or_below};

/// The files whose types the runtime brings along as `rustrpc::types`.
const RUNTIME_FILES: &[&str] = &[
    "google/protobuf/any.proto",
    "google/protobuf/api.proto",
    "google/protobuf/compiler/plugin.proto",
    "google/protobuf/descriptor.proto",
    "google/protobuf/duration.proto",
    "google/protobuf/empty.proto",
    "google/protobuf/field_mask.proto",
    "google/protobuf/source_context.proto",
    "google/protobuf/struct.proto",
    "google/protobuf/timestamp.proto",
    "google/protobuf/type.proto",
    "google/protobuf/wrappers.proto",
];

/// Whether the runtime brings along the types of a file and its descriptor.
pub(in crate::model) fn comes_with_runtime(file: &str) -> bool {
    RUNTIME_FILES.contains(&file)
}

/// Whether an `extern` or the runtime provides a type of the file.
pub(in crate::model) fn is_elsewhere(full_name: &str, file: &str, options: &Options) -> bool {
    mapping_of(full_name, options).is_some() || options.runtime_types && comes_with_runtime(file)
}

/// The `extern` that holds for a type.
pub(in crate::model) fn mapping_of<'o>(
    full_name: &str,
    options: &'o Options,
) -> Option<&'o Extern> {
    let mappings = options.externs.iter();
    mappings
        .filter(|mapping| is_at_or_below(full_name, &mapping.proto))
        .max_by_key(|mapping| mapping.proto.len())
}

impl Collector<'_, '_> {
    /// The path of a type that an `extern` or the runtime provides.
    pub(super) fn elsewhere(&self, full_name: &str, own: &ItemPath) -> Option<ItemPath> {
        if let Some(mapping) = mapping_of(full_name, self.options) {
            return Some(self.mapped(mapping, own));
        }
        if !is_elsewhere(full_name, self.source.name, self.options) {
            return None;
        }
        let below = self.package.strip_prefix("google.protobuf").unwrap_or_default();
        let below: Vec<_> =
            below.split('.').filter(|word| !word.is_empty()).map(Name::new).collect();
        let package = ModulePath::new(["rustrpc", "types"]).join(&below);
        Some(ItemPath { package, ..own.clone() })
    }

    fn mapped(&self, mapping: &Extern, own: &ItemPath) -> ItemPath {
        if is_at_or_below(self.package, &mapping.proto) {
            let rest = &self.package[mapping.proto.len()..];
            let modules: Vec<_> = rest
                .split('.')
                .filter(|word| !word.is_empty())
                .map(|word| Name::new(&names::module(word)))
                .collect();
            return ItemPath { package: mapping.path.join(&modules), ..own.clone() };
        }
        // The mapping is of a message or an enum: its path is that of the type itself, and types
        // inside it stand in the module next to it.
        let words = |name: &str| name.split('.').filter(|word| !word.is_empty()).count();
        let depth = words(&mapping.proto) - words(self.package);
        let (last, parents) = mapping.path.segments().split_last().expect("paths are not empty");
        let package = ModulePath::new(parents.iter().cloned());
        let modules = own.modules.get(depth - 1..).unwrap_or_default().to_vec();
        let name = if modules.is_empty() && own.modules.len() + 1 == depth {
            Name::spelled(last)
        } else {
            own.name.clone()
        };
        ItemPath { package, modules, name }
    }
}
