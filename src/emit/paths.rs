//! The only place where a Rust path is spelled.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, quote};

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
    pub(crate) fn item(&self, path: &ItemPath) -> TokenStream {
        let name = &path.name;
        if path.package == *self.package {
            if let Some(below) = path.modules.strip_prefix(self.modules) {
                return quote!(#(#below::)*#name);
            }
            if let Some((_, parent)) = self.modules.split_last()
                && let Some(below) = path.modules.strip_prefix(parent)
            {
                return quote!(super::#(#below::)*#name);
            }
        }
        let module = self.module(&path.package);
        let modules = &path.modules;
        quote!(#module::#(#modules::)*#name)
    }

    /// Something of the runtime, `rustrpc::Message`, by its path below the crate.
    pub(crate) fn runtime(&self, path: &str) -> TokenStream {
        self.krate("rustrpc", path)
    }

    /// Something of the runtime's door for generated code, `rustrpc::gencode::Writer`.
    pub(crate) fn gencode(&self, name: &str) -> TokenStream {
        self.krate("rustrpc", &format!("gencode::{name}"))
    }

    /// Something of the standard library by its path below `std`, `collections::HashMap`.
    pub(crate) fn std(&self, path: &str) -> TokenStream {
        self.krate("std", path)
    }

    /// Something of the prelude: bare, unless the module hides it. `Option`, `Some`, `None`,
    /// `Result`, `Ok`, `Err`, `Vec`, `String`, `Box`, `Default`, `Clone`, `From`, `Send`, `Sync`, `AsRef`.
    pub(crate) fn prelude(&self, name: &str) -> TokenStream {
        if !self.defines(name) {
            return Ident::new(name, Span::call_site()).into_token_stream();
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
    fn module(&self, path: &ModulePath) -> TokenStream {
        let segments = path.segments();
        match segments.first().map(String::as_str) {
            Some("rustrpc") => self.krate("rustrpc", &segments[1..].join("::")),
            _ => absolute(&segments.join("::")),
        }
    }

    fn krate(&self, krate: &str, path: &str) -> TokenStream {
        let leading = if self.defines(krate) { "::" } else { "" };
        absolute(&format!("{leading}{krate}::{path}"))
    }

    fn defines(&self, word: &str) -> bool {
        self.names.contains(word)
    }
}

impl ToTokens for Name {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append(match self.as_str().strip_prefix("r#") {
            Some(plain) => Ident::new_raw(plain, Span::call_site()),
            None => Ident::new(self.as_str(), Span::call_site()),
        });
    }
}

fn absolute(path: &str) -> TokenStream {
    let mut tokens = TokenStream::new();
    for (index, segment) in path.split("::").enumerate() {
        if index > 0 {
            tokens.extend(quote!(::));
        }
        match segment.strip_prefix("r#") {
            Some(plain) => tokens.append(Ident::new_raw(plain, Span::call_site())),
            None if segment.is_empty() => {}
            None => tokens.append(Ident::new(segment, Span::call_site())),
        }
    }
    tokens
}
