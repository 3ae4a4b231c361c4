//! The parameter taken apart: its options, and the kinds of values that they have.

use crate::model::ModulePath;

/// Splits at commas outside of brackets and strings.
pub(super) fn split(parameter: &str) -> impl Iterator<Item = &str> {
    let mut parts = Vec::new();
    let (mut start, mut depth, mut quoted, mut escaped) = (0, 0usize, false, false);
    for (index, character) in parameter.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            _ if quoted => {}
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&parameter[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&parameter[start..]);
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty())
}

pub(super) fn proto_path(path: &str) -> Result<String, String> {
    let path = path.trim();
    let Some(name) = path.strip_prefix('.') else {
        return Err(format!("the protobuf name `{path}` needs a dot in front: `.{path}`"));
    };
    if name.is_empty() || name.split('.').all(crate::model::is_identifier) {
        Ok(name.to_owned())
    } else {
        Err(format!("`{path}` is no protobuf name"))
    }
}

pub(super) fn rust_path(path: &str) -> Result<ModulePath, String> {
    let path = path.trim();
    let parsed: syn::Path = syn::parse_str(path)
        .map_err(|_| format!("`{path}` is no Rust path such as `crate::proto` or `::types`"))?;
    if parsed.segments.iter().any(|segment| !segment.arguments.is_none()) {
        return Err(format!("`{path}` has generic arguments, which a module can't have"));
    }
    let first = parsed.segments.first().map(|segment| segment.ident.to_string());
    if parsed.leading_colon.is_none() && matches!(first.as_deref(), Some("self" | "super")) {
        return Err(format!(
            "`{path}` means another module in each file; start with `crate::` or `::`"
        ));
    }
    let leading = parsed.leading_colon.map(|_| String::new());
    let segments = parsed.segments.iter().map(|segment| segment.ident.to_string());
    Ok(ModulePath::new(leading.into_iter().chain(segments)))
}

pub(super) fn checked_attribute(attribute: &str) -> Result<String, String> {
    let attribute = attribute.trim();
    let parser = syn::Attribute::parse_outer;
    match syn::parse::Parser::parse_str(parser, attribute) {
        Ok(parsed) if !parsed.is_empty() => Ok(attribute.to_owned()),
        _ => Err(format!("`{attribute}` is no Rust attribute such as `#[derive(Hash)]`")),
    }
}
