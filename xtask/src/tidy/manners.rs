//! Sizes, heads, reasons: what a reader notices first.

use super::source::{self, Kind, Token};
use super::{File, Finding, Severity};

/// Lines above which a file should be split by noun.
const LONG: usize = 500;
/// Lines above which it must be.
const TOO_LONG: usize = 800;

/// Folders of people's machines, which no file of a repository should name.
const MACHINE_FOLDERS: &[&str] = &["work", "root", "home", "Users"];

/// Looks at every file for what concerns its kind.
pub(crate) fn check(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        machine_paths(file, &mut findings);
        if !file.is_rust() || file.is_specimen() || file.is_generated() {
            continue;
        }
        length(file, &mut findings);
        head(file, &mut findings);
        banners(file, &mut findings);
        match source::tokens(&file.text) {
            Ok(tokens) => {
                reasons(file, &tokens, &mut findings);
                unsafety(file, &tokens, &mut findings);
            }
            Err(what) => findings.push(error(file, 1, what, "cargo check says more")),
        }
    }
    findings
}

fn length(file: &File, findings: &mut Vec<Finding>) {
    let lines = file.text.lines().count();
    if lines > LONG {
        findings.push(Finding {
            severity: if lines > TOO_LONG { Severity::Error } else { Severity::Warning },
            ..error(file, lines, format!("{lines} lines"), "split it by noun, one to a file")
        });
    }
}

fn head(file: &File, findings: &mut Vec<Finding>) {
    if !file.text.starts_with("//!") && !file.text.starts_with("#!/") {
        let cure = "begin with `//!` and say what the file is for";
        findings.push(error(file, 1, "no head".to_owned(), cure));
    }
}

fn banners(file: &File, findings: &mut Vec<Finding>) {
    for (number, line) in file.text.lines().enumerate() {
        let Some(comment) = line.trim_start().strip_prefix("//") else { continue };
        let comment = comment.trim();
        if comment.len() >= 4
            && ["----", "====", "****", "####"].iter().any(|rule| comment.contains(rule))
        {
            let cure = "let the file's parts be told by names, or split it";
            findings.push(error(file, number + 1, "a banner".to_owned(), cure));
        }
    }
}

/// Attributes that silence a lint say why.
fn reasons(file: &File, tokens: &[Token], findings: &mut Vec<Finding>) {
    for (at, token) in tokens.iter().enumerate() {
        let Some(name @ ("allow" | "expect")) = token.ident() else { continue };
        if !in_attribute(tokens, at) {
            continue;
        }
        let mut depth = 0_usize;
        let mut reasoned = false;
        for token in &tokens[at + 1..] {
            match &token.kind {
                Kind::Open('(') => depth += 1,
                Kind::Close(')') if depth <= 1 => break,
                Kind::Close(')') => depth -= 1,
                Kind::Ident(word) if word == "reason" => reasoned = true,
                _ if depth == 0 => break,
                _ => {}
            }
        }
        if !reasoned {
            let cure = "add `reason = \"…\"`, or follow the lint";
            findings.push(error(file, token.line, format!("`#[{name}]` without a reason"), cure));
        }
    }
}

/// The runtime's unsafe code is where miri looks at it: `cargo xtask miri`.
fn unsafety(file: &File, tokens: &[Token], findings: &mut Vec<Finding>) {
    if !file.path.starts_with("rustrpc/src/") || file.path.starts_with("rustrpc/src/wire/") {
        return;
    }
    for token in tokens.iter().filter(|token| token.ident() == Some("unsafe")) {
        let cure = "do without it, or have `cargo xtask miri` run its tests as well";
        findings.push(error(file, token.line, "unsafe code outside of wire".to_owned(), cure));
    }
}

/// Whether the identifier at `at` opens an attribute: `#[allow(…`, `#![allow(…` or within `cfg_attr(…`.
fn in_attribute(tokens: &[Token], at: usize) -> bool {
    if tokens.get(at + 1).map(|token| &token.kind) != Some(&Kind::Open('(')) {
        return false;
    }
    let before = |back: usize| at.checked_sub(back).map(|at| &tokens[at].kind);
    let opens =
        before(1) == Some(&Kind::Open('[')) && matches!(before(2), Some(Kind::Punct('#' | '!')));
    let conditional =
        tokens[..at].iter().rev().take(24).any(|token| token.ident() == Some("cfg_attr"))
            && before(1) == Some(&Kind::Punct(','));
    opens || conditional
}

fn machine_paths(file: &File, findings: &mut Vec<Finding>) {
    for (number, line) in file.text.lines().enumerate() {
        for folder in MACHINE_FOLDERS {
            let path = format!("/{folder}/");
            let Some(at) = line.find(&path) else { continue };
            // Not the start of a path when a name stands before it, as in a URL or a package.
            let starts = line[..at]
                .chars()
                .next_back()
                .is_none_or(|before| !before.is_alphanumeric() && !"._-}>/*".contains(before));
            if starts {
                let cure = "take it from the environment, or from where the file itself is";
                findings.push(error(
                    file,
                    number + 1,
                    format!("a path of one machine: `{path}`"),
                    cure,
                ));
            }
        }
    }
}

fn error(file: &File, line: usize, what: String, cure: &str) -> Finding {
    let (file, cure) = (file.path.clone(), cure.to_owned());
    Finding { severity: Severity::Error, file, line, what, cure }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<String> {
        findings_in("src/x.rs", text)
    }

    fn findings_in(path: &str, text: &str) -> Vec<String> {
        let file = File { path: path.to_owned(), text: format!("//! A head.\n{text}") };
        check(&[file])
            .into_iter()
            .map(|finding| format!("{}: {}", finding.line, finding.what))
            .collect()
    }

    #[test]
    fn a_silenced_lint_needs_a_reason() {
        assert_eq!(findings("#[allow(dead_code)] fn f() {}"), ["2: `#[allow]` without a reason"]);
        assert_eq!(findings("#![expect(dead_code)]"), ["2: `#[expect]` without a reason"]);
        assert_eq!(findings("#[cfg_attr(test, allow(dead_code))] fn f() {}").len(), 1);
        assert!(findings("#[allow(dead_code, reason = \"a test\")] fn f() {}").is_empty());
        assert!(findings("fn f(x: Option<u8>) { x.expect(\"a test\"); allow(3); }").is_empty());
    }

    #[test]
    fn unsafe_code_is_where_miri_looks() {
        let code = "// unsafe\nfn f() -> u8 { unsafe { g() } }";
        let found = findings_in("rustrpc/src/json/x.rs", code);
        assert_eq!(found, ["3: unsafe code outside of wire"]);
        assert!(findings_in("rustrpc/src/wire/x.rs", code).is_empty());
        assert!(findings_in("xtask/src/x.rs", code).is_empty());
    }

    #[test]
    fn long_files_are_named() {
        assert!(findings(&"\n".repeat(LONG - 1)).is_empty());
        assert_eq!(findings(&"\n".repeat(LONG)).len(), 1);
    }

    #[test]
    fn paths_of_a_machine_are_found() {
        let path = format!("// see /{}/someone/notes", "home");
        assert_eq!(findings(&path).len(), 1);
        assert!(findings("// https://example.com/home/page").is_empty());
    }

    #[test]
    fn banners_are_found() {
        assert_eq!(findings(&format!("// {} helpers", "-".repeat(10))).len(), 1);
        assert!(findings("// a - b").is_empty());
    }
}
