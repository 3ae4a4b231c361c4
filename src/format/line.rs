//! A run of tokens on one line.

use super::print::Unknown;
use crate::tokens::{Kind, Tokens};

/// Struct literals of up to so many characters stay on a line for sure.
const NARROW: usize = 30;

/// Appends the tokens with spaces where they belong.
///
/// # Errors
/// On what would take more than one line, or what is not understood.
pub(super) fn line(
    tokens: &Tokens,
    start: usize,
    end: usize,
    text: &mut String,
) -> Result<(), Unknown> {
    // Whether a space stands between the last token and the next, and whether the last ended a
    // value, so that an operator would have two sides.
    let (mut space, mut value) = (false, false);
    let mut generics = 0usize;
    let mut index = start;
    while index < end {
        let token = tokens.at(index);
        let this = tokens.text(index);
        match token.kind {
            Kind::Word | Kind::Literal | Kind::Lifetime => {
                push(space || value, this, text);
                // A lifetime is no head of brackets: `&'a [T]`.
                space = token.kind == Kind::Lifetime
                    && index + 1 < end
                    && tokens.at(index + 1).kind == Kind::Open;
                value = true;
            }
            Kind::Keyword => {
                push(space || value, this, text);
                // Generics follow without a space.
                let generic = this == "impl" && tokens.is(index + 1, "<");
                // What follows those could be taken for the rest of a path.
                if generic && (index..end).any(|at| tokens.is(at, ">") && tokens.is(at + 1, "::")) {
                    return Err(Unknown);
                }
                (space, value) = (!generic, false);
            }
            Kind::Open => {
                let close = token.close();
                let has_head = value && !space;
                group(tokens, index, has_head, space, text)?;
                (space, value) = (false, true);
                index = close;
            }
            Kind::Close | Kind::Documentation => return Err(Unknown),
            Kind::Operator => match this {
                "::" if value => {
                    text.push_str(this);
                    (space, value) = (false, false);
                }
                "::" => {
                    push(space, this, text);
                    (space, value) = (false, false);
                }
                "<" => {
                    generics += 1;
                    push(space, this, text);
                    (space, value) = (false, false);
                }
                ">" => {
                    // Without a partner it compares.
                    generics = generics.checked_sub(1).ok_or(Unknown)?;
                    // Types end here; what follows is the rest of a path, a call, or spaced.
                    text.push('>');
                    (space, value) = (false, true);
                }
                "," => {
                    let last = index + 1 == end || tokens.is(index + 1, ">");
                    if !last {
                        text.push(',');
                    }
                    (space, value) = (!last, last);
                }
                ":" | ";" => {
                    text.push_str(this);
                    (space, value) = (true, false);
                }
                "?" if value => text.push('?'),
                "." | ".." if value => {
                    text.push_str(this);
                    (space, value) = (false, false);
                }
                ".." => {
                    push(space, this, text);
                    (space, value) = (false, false);
                }
                "=" | "==" | "!=" | "&&" | "||" | "+" | "->" | "=>" | "+=" | "-=" if value => {
                    push(true, this, text);
                    (space, value) = (true, false);
                }
                "|" if value => {
                    push(true, this, text);
                    (space, value) = (true, false);
                }
                "|" => {
                    let mut close = index + 1;
                    while close < end && !tokens.is(close, "|") {
                        close = tokens.at(close).close() + 1;
                    }
                    if close >= end {
                        return Err(Unknown);
                    }
                    push(space, "|", text);
                    line(tokens, index + 1, close, text)?;
                    text.push('|');
                    (space, value) = (true, false);
                    index = close;
                }
                "&" | "*" | "-" | "!" if !value => {
                    push(space, this, text);
                    (space, value) = (false, false);
                }
                _ => return Err(Unknown),
            },
        }
        index += 1;
    }
    if generics == 0 { Ok(()) } else { Err(Unknown) }
}

/// Appends brackets with all that is in them.
fn group(
    tokens: &Tokens,
    open: usize,
    has_head: bool,
    space: bool,
    text: &mut String,
) -> Result<(), Unknown> {
    let close = tokens.at(open).close();
    let bracket = tokens.text(open);
    let trailing_comma = tokens.is(close - 1, ",");
    if bracket == "{" {
        // What stands behind the name of a type is a struct literal or a pattern of one.
        let of_type = has_head
            && tokens.at(open - 1).kind == Kind::Word
            && tokens.text(open - 1).starts_with(|first: char| first.is_ascii_uppercase())
            && (open + 1 == close || tokens.at(open + 1).kind == Kind::Word);
        if !of_type {
            return Err(Unknown);
        }
        if open + 1 == close {
            text.push_str(" {}");
            return Ok(());
        }
        text.push_str(" { ");
        let start = text.len();
        line(tokens, open + 1, close, text)?;
        let of_path = open > 1 && tokens.is(open - 2, "::");
        if of_path || text.len() - start + tokens.text(open - 1).len() > NARROW - " {  }".len() {
            return Err(Unknown);
        }
        text.push_str(" }");
        return Ok(());
    }
    // A tuple of one, and a macro, which may be anything.
    let tuple_of_one = bracket == "(" && !has_head && trailing_comma;
    if ["fn", "pub"].iter().any(|keyword| open > 0 && tokens.is(open - 1, keyword)) {
        return Err(Unknown);
    }
    if tuple_of_one || open > 0 && tokens.is(open - 1, "!") {
        return Err(Unknown);
    }
    push(space && !has_head, bracket, text);
    line(tokens, open + 1, close, text)?;
    text.push_str(tokens.text(close));
    Ok(())
}

fn push(space: bool, token: &str, text: &mut String) {
    if space {
        text.push(' ');
    }
    text.push_str(token);
}
