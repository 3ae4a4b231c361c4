//! The only place where a Rust path is spelled.

use std::collections::BTreeSet;

use crate::tokens::{Kind, Tokens, quote};

use crate::model::{ItemPath, Message, ModulePath, Name, Package};

/// The module that is being written, which decides how things are called there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'m> {
    package: &'m ModulePath,
    /// The modules of messages inside the package.
    modules: &'m [Name],
    /// What the module itself defines, which hides the prelude and crates.
    names: &'m BTreeSet<Name>,
}

impl<'m> Scope<'m> {
    /// The module of a package. All trait implementations stand there, those for nested types
    /// too.
    pub(crate) fn of_package(package: &'m Package) -> Self {
        Self { package: &package.path, modules: &[], names: &package.names }
    }

    /// The module next to a message; `None` when nothing is defined inside the message.
    pub(crate) fn inside(message: &'m Message, modules: &'m [Name]) -> Option<Self> {
        let names = &message.module.as_ref()?.names;
        Some(Self { package: &message.path.package, modules, names })
    }

    /// A generated item: bare or below in the same module, `super::` when it is one level up,
    /// otherwise absolute.
    pub(crate) fn item(&self, path: &ItemPath) -> Tokens {
        let name = &path.name;
        if path.package == *self.package {
            if let Some(modules) = path.modules.strip_prefix(self.modules) {
                let modules = below(modules);
                return quote!(#modules #name);
            }
            if let Some((_, parent)) = self.modules.split_last()
                && let Some(modules) = path.modules.strip_prefix(parent)
            {
                let modules = below(modules);
                return quote!(super::#modules #name);
            }
        }
        let module = self.module(&path.package);
        let modules = below(&path.modules);
        quote!(#module::#modules #name)
    }

    /// Something of the runtime, `rustrpc::Message`, by its path below the crate.
    pub(crate) fn runtime(&self, path: &str) -> Tokens {
        self.krate("rustrpc", path)
    }

    /// Something of the runtime's door for generated code, `rustrpc::gencode::Writer`.
    pub(crate) fn gencode(&self, name: &str) -> Tokens {
        self.krate("rustrpc", &format!("gencode::{name}"))
    }

    /// Something of the standard library by its path below `std`, `collections::HashMap`.
    pub(crate) fn std(&self, path: &str) -> Tokens {
        self.krate("std", path)
    }

    /// Something of the prelude: bare, unless the module hides it. `Option`, `Some`, `None`,
    /// `Result`, `Ok`, `Err`, `Vec`, `String`, `Box`, `Default`, `Clone`, `From`, `Send`, `Sync`, `AsRef`.
    pub(crate) fn prelude(&self, name: &str) -> Tokens {
        if !self.defines(name) {
            return Tokens::word(name);
        }
        absolute(match name {
            "Option" => "::core::option::Option",
            "Some" => "::core::option::Option::Some",
            "None" => "::core::option::Option::None",
            "Result" => "::core::result::Result",
            "Ok" => "::core::result::Result::Ok",
            "Err" => "::core::result::Result::Err",
            "Vec" => "::std::vec::Vec",
            "String" => "::std::string::String",
            "Box" => "::std::boxed::Box",
            "Default" => "::core::default::Default",
            "Clone" => "::core::clone::Clone",
            "From" => "::core::convert::From",
            "AsRef" => "::core::convert::AsRef",
            "Send" => "::core::marker::Send",
            "Sync" => "::core::marker::Sync",
            _ => unreachable!("`{name}` is not in the table of prelude names above"),
        })
    }

    /// The path of a module from its crate down.
    fn module(&self, path: &ModulePath) -> Tokens {
        let segments = path.segments();
        match segments.first().map(String::as_str) {
            Some("rustrpc") => self.krate("rustrpc", &segments[1..].join("::")),
            _ => absolute(&segments.join("::")),
        }
    }

    fn krate(&self, krate: &str, path: &str) -> Tokens {
        let leading = if self.defines(krate) { "::" } else { "" };
        absolute(&format!("{leading}{krate}::{path}"))
    }

    fn defines(&self, word: &str) -> bool {
        self.names.contains(word)
    }
}

/// The modules of messages as the beginning of a path, `order::item::`.
pub(crate) fn below(modules: &[Name]) -> Tokens {
    modules.iter().map(|module| quote!(#module::)).collect()
}

fn absolute(path: &str) -> Tokens {
    let mut tokens = Tokens::new();
    for (index, segment) in path.split("::").enumerate() {
        if index > 0 {
            tokens.push(Kind::Operator, "::");
        }
        if !segment.is_empty() {
            tokens.push(Kind::Word, segment);
        }
    }
    tokens
}
