//! The file of embedded descriptors: a static for each .proto file. It is text and not tokens: the
//! formatter has nothing to say about a byte string.

use crate::model::{Canonical, Embedded, EmbeddedFile, ItemPath, Model};

/// The bytes of a line are shown in at most so many characters.
const WIDTH: usize = 88;

/// What goes below the head of the file.
pub(crate) fn text(embedded: &Embedded, model: &Model) -> String {
    let mut text = include_str!("../../templates/descriptors.txt").to_owned();
    let own = model.root.join([&embedded.module]);
    let path = |path: &ItemPath| match path.package == own {
        true => path.name.to_string(),
        false => path.segments().join("::"),
    };
    text.push_str("pub static FILES: &[&rustrpc::ProtoFile] = &[\n");
    for file in &embedded.files {
        text.push_str(&format!("    &{},\n", file.path.name));
    }
    text.push_str("];\n");
    for file in &embedded.files {
        self::file(file, &path, &mut text);
    }
    text
}

fn file(file: &EmbeddedFile, path: &dyn Fn(&ItemPath) -> String, text: &mut String) {
    let (name, proto_name) = (&file.path.name, &file.proto_name);
    text.push_str(&format!("\n/// `{proto_name}`\n"));
    text.push_str(&format!("pub static {name}: rustrpc::ProtoFile = rustrpc::ProtoFile {{\n"));
    text.push_str(&format!("    name: {proto_name:?},\n"));
    match &*file.imports {
        [] => text.push_str("    imports: &[],\n"),
        imports => {
            text.push_str("    imports: &[\n");
            for import in imports {
                text.push_str(&format!("        &{},\n", path(import)));
            }
            text.push_str("    ],\n");
        }
    }
    text.push_str("    descriptor: b\"");
    literal(&file.descriptor, text);
    text.push_str("\",\n};\n");
}

/// The inside of a byte string: a line for each element, more for one that is long.
fn literal(descriptor: &Canonical, text: &mut String) {
    const NEXT_LINE: &str = "\\\n        ";
    let mut breaks = descriptor.breaks.iter().copied().peekable();
    text.push_str(NEXT_LINE);
    let mut width = 0;
    for (index, &byte) in descriptor.bytes.iter().enumerate() {
        let mut breaks_here = false;
        while breaks.next_if(|at| *at <= index).is_some() {
            breaks_here = index > 0;
        }
        if breaks_here || width >= WIDTH {
            text.push_str(NEXT_LINE);
            width = 0;
        }
        let start = text.len();
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            // White space at the begin of a line would be left out.
            b' ' if width == 0 => text.push_str("\\x20"),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => text.push_str(&format!("\\x{byte:02x}")),
        }
        width += text.len() - start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_can_be_told_and_lines_break_between_elements() {
        let bytes: Vec<u8> = (0..=255).chain(*b"  x").collect();
        let mut text = String::new();
        literal(&Canonical { bytes: bytes.clone(), breaks: vec![0, 10, 256] }, &mut text);
        let parsed: syn::LitByteStr = syn::parse_str(&format!("b\"{text}\"")).expect("is Rust");
        assert_eq!(parsed.value(), bytes);
        let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
        assert!(lines[2].starts_with("\\n\\x0b"), "{lines:#?}");
        assert_eq!(lines.last(), Some(&"\\x20 x"));
        assert!(text.lines().all(|line| line.len() <= 100));
    }
}
