//! The descriptors that generated code carries along for reflection: for each .proto file its
//! encoded `FileDescriptorProto`.

use std::collections::{BTreeSet, HashMap};

use super::canonical::{Canonical, SourceOptions};
use super::names::{self, Scope};
use super::symbols::comes_with_runtime;
use super::{ItemPath, ModulePath, Name, Package};
use crate::diagnostics::Diagnostics;
use crate::options::{Descriptors, Options};
use crate::request::{FileDescriptor, Request};

/// The module at the root that holds the descriptors, and what is in it.
#[derive(Debug)]
pub struct Embedded {
    /// The module's name: `descriptors`, unless a package is called that.
    pub module: Name,
    /// Each after those it imports.
    pub files: Vec<EmbeddedFile>,
}

/// A .proto file whose descriptor is embedded.
#[derive(Debug)]
pub struct EmbeddedFile {
    /// As protoc calls it, `acme/orders/v1/orders.proto`.
    pub proto_name: String,
    /// The static, `ACME_ORDERS_V1_ORDERS`.
    pub path: ItemPath,
    /// The statics of the files it imports, in the order of the imports.
    pub imports: Vec<ItemPath>,
    /// The encoded `FileDescriptorProto`, without comments and positions.
    pub descriptor: Canonical,
}

impl Embedded {
    /// What to embed; `None` when that is nothing.
    pub(super) fn plan(
        request: &Request<'_>,
        generated: &[bool],
        packages: &[Package],
        options: &Options,
        diagnostics: &mut Diagnostics,
    ) -> Option<Self> {
        let by_name: HashMap<&str, usize> =
            request.files.iter().enumerate().map(|(index, file)| (file.name, index)).collect();
        let wanted = wanted(request, generated, &by_name, options);
        if wanted.is_empty() {
            return None;
        }
        let module = module_name(packages);
        let own = options.root.join([&module]);
        let mut scope = Scope::default();
        scope.reserve("FILES");
        let mut paths = HashMap::new();
        // By name, so that the order in which protoc was given the files changes nothing.
        for name in wanted.iter().map(|&index| request.files[index].name).collect::<BTreeSet<_>>() {
            paths.insert(name, static_of(name, &own, &mut scope));
        }
        let runtime = ModulePath::new(["rustrpc", "types", "descriptors"]);
        let import = |name: &&str| match paths.get(name) {
            Some(path) => path.clone(),
            // Whatever is not embedded here is the runtime's.
            None => static_of(name, &runtime, &mut Scope::default()),
        };
        let stripped = SourceOptions::collect(request.files.iter().map(|file| file.bytes));
        let mut files = Vec::new();
        for index in in_order_of_imports(&wanted, request, &by_name) {
            let file = &request.files[index];
            match Canonical::file(file.bytes, &stripped) {
                Ok(descriptor) => files.push(EmbeddedFile {
                    proto_name: file.name.to_owned(),
                    path: import(&file.name),
                    imports: file.dependencies.iter().map(import).collect(),
                    descriptor,
                }),
                Err(error) => diagnostics.general(
                    format!("the descriptor of `{}` can't be embedded: {error}", file.name),
                    super::build::FAULTY_DESCRIPTOR,
                ),
            }
        }
        Some(Self { module, files })
    }

    /// The static of a file, if it is embedded.
    pub(super) fn path(&self, proto_name: &str) -> Option<&ItemPath> {
        self.files.iter().find(|file| file.proto_name == proto_name).map(|file| &file.path)
    }
}

/// The files to embed: those that the option says, and all they import but the runtime's.
fn wanted(
    request: &Request<'_>,
    generated: &[bool],
    by_name: &HashMap<&str, usize>,
    options: &Options,
) -> BTreeSet<usize> {
    let is_wanted = |file: &FileDescriptor<'_>| match options.descriptors {
        Descriptors::Services => !file.services.is_empty(),
        Descriptors::All => true,
        Descriptors::None => false,
    };
    let mut left: Vec<usize> = (0..request.files.len())
        .filter(|&index| generated[index] && is_wanted(&request.files[index]))
        .collect();
    let mut wanted = BTreeSet::new();
    while let Some(index) = left.pop() {
        let file = &request.files[index];
        if !(options.runtime_types && comes_with_runtime(file.name)) && wanted.insert(index) {
            left.extend(file.dependencies.iter().filter_map(|name| by_name.get(name)));
        }
    }
    wanted
}

/// Each file after those it imports, and those in the order of their names.
fn in_order_of_imports(
    wanted: &BTreeSet<usize>,
    request: &Request<'_>,
    by_name: &HashMap<&str, usize>,
) -> Vec<usize> {
    let mut starts: Vec<usize> = wanted.iter().copied().collect();
    starts.sort_by_key(|&index| std::cmp::Reverse(request.files[index].name));
    let mut left: Vec<(usize, bool)> = starts.into_iter().map(|index| (index, false)).collect();
    let (mut seen, mut ordered) = (BTreeSet::new(), Vec::new());
    // A stack of our own: chains of imports may be long.
    while let Some((index, imports_done)) = left.pop() {
        if imports_done {
            ordered.push(index);
        } else if seen.insert(index) {
            left.push((index, true));
            let imports = request.files[index].dependencies.iter().rev();
            let imports = imports.filter_map(|name| by_name.get(name)).copied();
            left.extend(imports.filter(|index| wanted.contains(index)).map(|index| (index, false)));
        }
    }
    ordered
}

fn static_of(proto_name: &str, package: &ModulePath, scope: &mut Scope) -> ItemPath {
    let stem = proto_name.strip_suffix(".proto").unwrap_or(proto_name);
    let word: String =
        stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let name = scope.claim([names::shouty(&word).as_str()]);
    ItemPath { package: package.clone(), modules: Vec::new(), name }
}

/// A name that no package at the root has, and nothing in files without a package.
fn module_name(packages: &[Package]) -> Name {
    let mut scope = Scope::default();
    for package in packages {
        match package.modules.first() {
            Some(module) => scope.reserve(module.plain()),
            None => package.names.iter().for_each(|name| scope.reserve(name.plain())),
        }
    }
    scope.claim(["descriptors"])
}
