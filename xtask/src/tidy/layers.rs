//! The walls of the runtime crate: which folder may know which, and what the pure ones may not touch at all.

use std::collections::HashMap;

use super::source::{self, Kind, Path, Token};
use super::{File, Finding, Severity};

const ROOT: &str = "rustrpc/src/";

/// Each layer with those below that it may name.
const ARROWS: &[(&str, &[&str])] = &[
    ("wire", &[]),
    ("http2", &[]),
    ("json", &["wire"]),
    ("text", &["wire"]),
    ("rpc", &["wire"]),
    ("transport", &["wire", "http2", "rpc"]),
    ("client", &["wire", "rpc", "transport"]),
    ("server", &["wire", "rpc", "transport"]),
    ("services", &["wire", "json", "text", "types", "rpc", "client", "server"]),
    ("gateway", &["wire", "json", "text", "types", "rpc", "transport", "client", "server"]),
    // Generated messages reach the marshalling through the same door as users' do.
    ("types", &["wire", "json", "text", "gencode"]),
    ("reflect", &["wire", "json", "text", "types"]),
];

/// Pure layers: bytes and time come in as parameters.
const PURE: &[&str] = &["wire", "http2", "json", "text", "rpc"];

/// Paths that have no place in a pure layer, each with what to do instead.
const IMPURE: &[(&[&str], &str)] = &[
    (&["tokio"], "move the part that waits to transport, client or server"),
    (&["std", "net"], "move the part that knows sockets to transport"),
    (&["std", "thread"], "leave threads to the layers above"),
    (&["Instant", "now"], "take the time as a parameter"),
    (&["SystemTime", "now"], "take the time as a parameter"),
];

/// Looks at every file of the runtime crate.
pub(crate) fn check(files: &[File]) -> Vec<Finding> {
    let doors = files
        .iter()
        .find(|file| file.path.strip_prefix(ROOT) == Some("lib.rs"))
        .map(|file| doors(&file.text))
        .unwrap_or_default();
    let mut findings = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let Some(inside) = file.path.strip_prefix(ROOT) else { continue };
        let module = module_of(inside);
        let Some(layer) = module.first().and_then(|name| layer(name)) else { continue };
        match source::tokens(&file.text) {
            Ok(tokens) => check_file(file, layer, &module, &tokens, &doors, &mut findings),
            Err(what) => findings.push(Finding {
                severity: Severity::Error,
                file: file.path.clone(),
                line: 1,
                what,
                cure: "cargo check says more".to_owned(),
            }),
        }
    }
    findings
}

fn check_file(
    file: &File,
    layer: &'static str,
    module: &[String],
    tokens: &[Token],
    doors: &HashMap<String, &'static str>,
    findings: &mut Vec<Finding>,
) {
    let mut report = |line, what, cure: String| {
        findings.push(Finding {
            severity: Severity::Error,
            file: file.path.clone(),
            line,
            what,
            cure,
        });
    };
    let allowed = arrows(layer);
    let depths = inline_modules(tokens);
    for path in source::paths(tokens) {
        if let Some(target) = target(&path, module, depths[path.at], doors)
            && target != layer
            && !allowed.contains(&target)
        {
            let knows = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") };
            report(
                path.line,
                format!("`{}` reaches from {layer} into {target}", path.segments.join("::")),
                format!(
                    "{layer} knows {knows}: hand the value in, or move this line to a layer above"
                ),
            );
        }
        if !PURE.contains(&layer) {
            continue;
        }
        for (words, cure) in IMPURE {
            if path.segments.windows(words.len()).any(|window| window == *words) {
                report(
                    path.line,
                    format!("`{}` in {layer}, which is pure", words.join("::")),
                    (*cure).to_owned(),
                );
            }
        }
    }
}

/// The layer that a path leads into, when it leads into one.
fn target(
    path: &Path,
    module: &[String],
    depth: usize,
    doors: &HashMap<String, &'static str>,
) -> Option<&'static str> {
    let (first, mut rest) = path.segments.split_first()?;
    match first.as_str() {
        "crate" | "rustrpc" => {}
        "super" => {
            let mut up = 1;
            while let Some((next, after)) = rest.split_first()
                && next == "super"
            {
                up += 1;
                rest = after;
            }
            if up < module.len() + depth {
                return None;
            }
        }
        _ => return None,
    }
    let name = rest.first()?;
    layer(name).or_else(|| doors.get(name).copied())
}

/// The names that the crate's root hands on, each with the layer it comes from.
fn doors(lib: &str) -> HashMap<String, &'static str> {
    let Ok(tokens) = source::tokens(lib) else { return HashMap::new() };
    source::paths(&tokens)
        .into_iter()
        .filter(|path| path.segments.len() > 1)
        .filter_map(|path| {
            let start = usize::from(matches!(path.segments[0].as_str(), "crate" | "self"));
            let layer = layer(path.segments.get(start)?)?;
            let name = path.alias.or_else(|| path.segments.last().cloned())?;
            Some((name, layer))
        })
        .collect()
}

/// How many inline modules enclose each token.
fn inline_modules(tokens: &[Token]) -> Vec<usize> {
    let mut open = Vec::new();
    let mut depth = 0;
    let mut depths = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open('{') => {
                let is_module = at >= 2
                    && tokens[at - 1].ident().is_some()
                    && tokens[at - 2].ident() == Some("mod");
                depth += usize::from(is_module);
                open.push(is_module);
            }
            Kind::Close('}') => depth -= usize::from(open.pop().unwrap_or(false)),
            _ => {}
        }
        depths.push(depth);
    }
    depths
}

/// `client/channel.rs` is the module `client::channel`.
fn module_of(inside: &str) -> Vec<String> {
    let mut module: Vec<String> =
        inside.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|name| name == "mod" || name == "lib") {
        module.pop();
    }
    module
}

fn layer(name: &str) -> Option<&'static str> {
    // The door itself knows every layer, and is not for the layers to use.
    let doors = std::iter::once("gencode");
    ARROWS.iter().map(|(layer, _)| *layer).chain(doors).find(|layer| *layer == name)
}

fn arrows(layer: &str) -> &'static [&'static str] {
    const EVERYTHING: &[&str] = &[
        "wire",
        "http2",
        "json",
        "text",
        "rpc",
        "transport",
        "client",
        "server",
        "services",
        "gateway",
        "types",
        "reflect",
    ];
    ARROWS.iter().find(|(name, _)| *name == layer).map_or(EVERYTHING, |(_, below)| below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        let lib = "pub mod rpc; pub use server::{Server, Router as Routes}; pub use rpc::Status;";
        check(&[
            File { path: "rustrpc/src/lib.rs".to_owned(), text: lib.to_owned() },
            File { path: path.to_owned(), text: text.to_owned() },
        ])
        .into_iter()
        .map(|finding| finding.what)
        .collect()
    }

    #[test]
    fn an_arrow_upwards_is_found_however_it_is_spelled() {
        for code in [
            "use crate::server::Server;",
            "use rustrpc::{wire::X, server::Server};",
            "use super::super::server;",
            "mod inner { fn f() { super::super::super::server::g() } }",
            "fn f(_: crate::Server) {}",
            "fn f(_: crate::Routes) {}",
        ] {
            let found = findings("rustrpc/src/rpc/status.rs", code);
            assert_eq!(found.len(), 1, "{code}: {found:?}");
        }
    }

    #[test]
    fn arrows_downwards_and_sideways_are_fine() {
        for code in [
            "use crate::wire::Message;",
            "use super::metadata::Metadata;",
            "mod tests { use super::super::server; }",
            "use crate::Status;",
        ] {
            assert!(findings("rustrpc/src/rpc/status.rs", code).is_empty(), "{code}");
        }
        assert_eq!(findings("rustrpc/src/client/mod.rs", "use crate::server::X;").len(), 1);
    }

    #[test]
    fn pure_layers_touch_no_clock_and_no_socket() {
        for code in [
            "fn f() { tokio::spawn(g()) }",
            "use std::{net::TcpStream, fmt};",
            "fn f() { std::time::Instant::now(); }",
            "fn f() { SystemTime::now(); }",
        ] {
            assert_eq!(findings("rustrpc/src/http2/flow.rs", code).len(), 1, "{code}");
            assert!(findings("rustrpc/src/transport/driver.rs", code).is_empty(), "{code}");
        }
    }
}
