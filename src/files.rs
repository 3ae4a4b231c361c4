//! Package files and the module tree.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::emit;
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
    let mut plans = Vec::new();
    tree.plan(&mut plans, &mut Vec::new());
    let mut files = write_all(&plans)?;
    let mut table = include_str!("../templates/mod.rs.txt").to_owned() + &tree.table();
    if let Some(embedded) = &model.embedded {
        table.push('\n');
        table.push_str(include_str!("../templates/descriptors_module.txt"));
        table.push_str(&format!("pub mod {};\n", embedded.module));
        files.push(File {
            name: format!("{}.rs", embedded.module.plain()),
            content: emit::descriptors::text(embedded, model),
        });
    }
    files.push(File { name: "mod.rs".to_owned(), content: table });
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// A package file that is yet to be written.
struct Plan<'m> {
    name: String,
    package: &'m Package,
    /// The declarations of the packages below.
    modules: String,
}

/// Writes the files on as many threads as the machine has to offer.
fn write_all(plans: &[Plan<'_>]) -> syn::Result<Vec<File>> {
    let next = AtomicUsize::new(0);
    let work = || -> syn::Result<Vec<File>> {
        let mut files = Vec::new();
        while let Some(plan) = plans.get(next.fetch_add(1, Ordering::Relaxed)) {
            files.push(plan.write()?);
        }
        Ok(files)
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(plans.len());
    thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut files = work()?;
        for other in others {
            match other.join() {
                Ok(more) => files.extend(more?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(files)
    })
}

impl Plan<'_> {
    fn write(&self) -> syn::Result<File> {
        let package = self.package;
        let mut text = include_str!("../templates/file_header.txt")
            .replace("{sources}", &sources(&package.sources));
        if !package.comments.is_empty() {
            text.push('\n');
            text.push_str(&inner_docs(&package.comments));
        }
        if !self.modules.is_empty() {
            text.push('\n');
            text.push_str(&self.modules);
        }
        text.push('\n');
        text.push_str(&emit::face(package)?);
        text.push_str(include_str!("../templates/machinery.txt"));
        text.push_str(&emit::machinery(package)?);
        Ok(File { name: self.name.clone(), content: text })
    }
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

    fn plan(&self, plans: &mut Vec<Plan<'m>>, path: &mut Vec<&'m Name>) {
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
            plans.push(Plan { name, package, modules });
        }
        for (name, tree) in &self.below {
            path.push(name);
            tree.plan(plans, path);
            path.pop();
        }
    }
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
