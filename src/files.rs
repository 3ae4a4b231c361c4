//! Package files and the module tree.

use std::collections::BTreeMap;

use crate::emit;
use crate::format;
use crate::model::{Comments, Model, Name, Package};

/// One file to write, its path relative to the output folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub content: String,
}

/// The files of a model, sorted by name.
///
/// # Errors
/// When generated tokens are not Rust, which is a fault of the generator.
pub(crate) fn files(model: &Model) -> syn::Result<Vec<File>> {
    let tree = Tree::new(&model.packages);
    let mut files = vec![File {
        name: "mod.rs".to_owned(),
        content: include_str!("../templates/mod.rs.txt").to_owned() + &tree.table(),
    }];
    tree.write(&mut files, &mut Vec::new())?;
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// The modules of packages. A package may stand on the way to another.
#[derive(Default)]
struct Tree<'m> {
    package: Option<&'m Package>,
    below: BTreeMap<&'m Name, Tree<'m>>,
}

impl<'m> Tree<'m> {
    fn new(packages: &'m [Package]) -> Self {
        let mut root = Self::default();
        for package in packages {
            let mut node = &mut root;
            for module in &package.modules {
                node = node.below.entry(module).or_default();
            }
            node.package = Some(package);
        }
        root
    }

    /// What `mod.rs` declares: the attributes that hold for all modules stand here once.
    fn table(&self) -> String {
        let mut text = String::new();
        let attributes = include_str!("../templates/module_attributes.txt");
        if self.package.is_some() {
            // Types of files without a package live at the root itself.
            text.push('\n');
            text.push_str(attributes);
            text.push_str(include_str!("../templates/unnamed.txt"));
        }
        for (name, tree) in &self.below {
            text.push('\n');
            text.push_str(attributes);
            tree.declare(name, 0, &mut text);
        }
        text
    }

    /// `pub mod name;` for a package with a file, otherwise `pub mod name { … }`.
    fn declare(&self, name: &Name, depth: usize, text: &mut String) {
        let indentation = "    ".repeat(depth);
        if self.package.is_some() {
            // Its own file declares what is below it.
            text.push_str(&format!("{indentation}pub mod {name};\n"));
            return;
        }
        text.push_str(&format!("{indentation}pub mod {name} {{\n"));
        self.declare_below(depth + 1, text);
        text.push_str(&format!("{indentation}}}\n"));
    }

    fn declare_below(&self, depth: usize, text: &mut String) {
        for (name, tree) in &self.below {
            tree.declare(name, depth, text);
        }
    }

    fn write(&self, files: &mut Vec<File>, path: &mut Vec<&'m Name>) -> syn::Result<()> {
        if let Some(package) = self.package {
            let name = if path.is_empty() {
                "unnamed.rs".to_owned()
            } else {
                path.iter().map(|name| name.plain()).collect::<Vec<_>>().join("/") + ".rs"
            };
            let mut modules = String::new();
            if !path.is_empty() {
                self.declare_below(0, &mut modules);
            }
            files.push(File { name, content: package_file(package, &modules)? });
        }
        for (name, tree) in &self.below {
            path.push(name);
            tree.write(files, path)?;
            path.pop();
        }
        Ok(())
    }
}

fn package_file(package: &Package, modules: &str) -> syn::Result<String> {
    let items = emit::package(package);
    let mut text = include_str!("../templates/file_header.txt")
        .replace("{sources}", &sources(&package.sources));
    if !package.comments.is_empty() {
        text.push('\n');
        text.push_str(&inner_docs(&package.comments));
    }
    if !modules.is_empty() {
        text.push('\n');
        text.push_str(modules);
    }
    text.push('\n');
    text.push_str(&format::items(items.face)?);
    let machinery = format::items(items.machinery)?;
    if !machinery.is_empty() {
        text.push_str(include_str!("../templates/machinery.txt"));
        text.push_str(&machinery);
    }
    Ok(text)
}

/// The .proto files in one line, or one on each line when they are many.
fn sources(sources: &[String]) -> String {
    match sources {
        [one] => format!(" {one}."),
        many => many.iter().fold(":".to_owned(), |text, source| text + "\n//     " + source),
    }
}

fn inner_docs(comments: &Comments) -> String {
    comments.lines.iter().map(|line| format!("//! {line}").trim_end().to_owned() + "\n").collect()
}
