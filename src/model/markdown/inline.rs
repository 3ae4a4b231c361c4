//! What stands in a paragraph: links, code spans, tags and addresses.

/// Escapes what only looks like markup. Line breaks are kept.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut rest = text;
    // Whatever may begin markup, or with `h` an address; most of a text is neither and copied whole.
    while let Some(start) = rest.find(['`', '\\', '[', ']', '<', 'h']) {
        let (plain, marked) = rest.split_at(start);
        escaped.push_str(plain);
        let (written, length) = match marked.as_bytes().first() {
            Some(b'`') => code(marked),
            Some(b'\\') => backslash(marked),
            Some(b'[') => bracket(marked),
            Some(b']') => ("\\]".to_owned(), 1),
            Some(b'<') => angle(marked),
            _ if has_scheme(marked) && !escaped.ends_with(|c: char| c.is_ascii_alphanumeric()) => {
                address(marked)
            }
            _ => {
                escaped.push('h');
                rest = &marked[1..];
                continue;
            }
        };
        escaped.push_str(&written);
        rest = &marked[length..];
    }
    escaped.push_str(rest);
    escaped
}

/// A code span as it stands; a backtick that nothing closes is escaped.
fn code(text: &str) -> (String, usize) {
    let run = text.len() - text.trim_start_matches('`').len();
    match span_length(text, run) {
        Some(length) => (text[..length].to_owned(), length),
        None => ("\\`".repeat(run), run),
    }
}

/// The length of the code span that a run of backticks opens.
fn span_length(text: &str, run: usize) -> Option<usize> {
    let mut position = run;
    loop {
        position += text[position..].find('`')?;
        let rest = &text[position..];
        let closing = rest.len() - rest.trim_start_matches('`').len();
        position += closing;
        if closing == run {
            return Some(position);
        }
    }
}

/// What is escaped already stays so; any other backslash is only a backslash.
fn backslash(text: &str) -> (String, usize) {
    match text[1..].chars().next() {
        Some(next) if next.is_ascii_punctuation() => (text[..2].to_owned(), 2),
        _ => ("\\".to_owned(), 1),
    }
}

/// `[text](https://…)` stays a link, `[Text][some.proto.Type]` becomes `` `Text` ``, and any other
/// bracket is only a bracket.
fn bracket(text: &str) -> (String, usize) {
    let plain = ("\\[".to_owned(), 1);
    let Some(label) = enclosed(text, ']') else { return plain };
    let after = &text[label.len() + 2..];
    let clean = !label.trim().is_empty() && !label.contains(['[', '`', '<', '\\']);
    if let Some(target) = after.starts_with('(').then(|| enclosed(after, ')')).flatten() {
        let length = label.len() + 2 + target.len() + 2;
        if clean && has_scheme(target) && !target.contains(char::is_whitespace) {
            return (text[..length].to_owned(), length);
        }
    }
    if let Some(target) = after.starts_with('[').then(|| enclosed(after, ']')).flatten() {
        let names_element =
            target.chars().all(|c| c.is_ascii_alphanumeric() || "._ \n".contains(c));
        let length = label.len() + 2 + target.len() + 2;
        if clean && names_element {
            return (format!("`{label}`"), length);
        }
        let code = label.strip_prefix('`').and_then(|label| label.strip_suffix('`'));
        if names_element && code.is_some_and(|code| !code.contains(['`', '\n'])) {
            return (label.to_owned(), length);
        }
    }
    plain
}

/// What stands between the first character of `text` and the next `close`.
fn enclosed(text: &str, close: char) -> Option<&str> {
    let inside = text.get(1..)?;
    inside.find(close).map(|end| &inside[..end])
}

/// `<https://…>` stays; what would be a tag is escaped; a comparison needs nothing.
fn angle(text: &str) -> (String, usize) {
    if let Some(inside) = enclosed(text, '>')
        && has_scheme(inside)
        && !inside.contains(|c: char| c.is_whitespace() || c == '<')
    {
        let length = inside.len() + 2;
        return (text[..length].to_owned(), length);
    }
    match text[1..].chars().next() {
        Some(next) if next.is_ascii_alphabetic() || "/!?".contains(next) => ("\\<".to_owned(), 1),
        _ => ("<".to_owned(), 1),
    }
}

fn has_scheme(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// An address, known by its scheme, becomes a link, without the punctuation of the sentence around it.
fn address(text: &str) -> (String, usize) {
    let end = text
        .find(|c: char| c.is_whitespace() || !c.is_ascii() || "<>\"`[]{}|\\^".contains(c))
        .unwrap_or(text.len());
    let mut url = text[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_']);
    // A parenthesis at the end belongs to the address only if it was opened there.
    while url.ends_with(')') && url.matches(')').count() > url.matches('(').count() {
        url = url[..url.len() - 1].trim_end_matches(['.', ',', ';', ':']);
    }
    let host = url.split_once("://").map_or("", |(_, host)| host);
    if host.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        (format!("<{url}>"), url.len())
    } else {
        ("h".to_owned(), 1)
    }
}
