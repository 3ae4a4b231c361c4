//! Field masks: one string, paths in lower camel case with commas in between.

use crate::json::{Json, JsonError, JsonReader, JsonWriter};
use crate::types::FieldMask;

impl Json for FieldMask {
    const SPECIAL: bool = true;

    fn write_json(&self, w: &mut JsonWriter) {
        let mut text = String::new();
        for (index, path) in self.paths.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            if !to_camel_case(path, &mut text) {
                return w.fail(format!(
                    "the path {path:?} can't be written in lower camel case; each `_` has to stand \
                     before a small letter, and there may be no capitals and no commas"
                ));
            }
        }
        w.string(&text);
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        r.peek();
        let start = r.position();
        let text = r.string()?;
        if text.is_empty() {
            return Ok(());
        }
        if text.contains('_') {
            return Err(
                r.error_at(start, "the paths of a mask are in lower camel case, without `_`")
            );
        }
        self.paths.reserve_exact(text.split(',').count());
        self.paths.extend(text.split(',').map(to_snake_case));
        Ok(())
    }
}

/// Appends `foo_bar` as `fooBar`; false when that could not be undone.
fn to_camel_case(path: &str, text: &mut String) -> bool {
    let mut characters = path.chars();
    while let Some(character) = characters.next() {
        match character {
            '_' => match characters.next() {
                Some(letter @ 'a'..='z') => text.push(letter.to_ascii_uppercase()),
                _ => return false,
            },
            'A'..='Z' | ',' => return false,
            other => text.push(other),
        }
    }
    true
}

fn to_snake_case(path: &str) -> String {
    let capitals = path.bytes().filter(u8::is_ascii_uppercase).count();
    let mut snake = String::with_capacity(path.len() + capitals);
    for character in path.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
