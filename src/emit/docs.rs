//! Attributes that stand in front of an item: documentation, deprecation, what the user asked for.

use proc_macro2::TokenStream;
use quote::quote;

use crate::format::DOC_LINE_END;
use crate::model::Comments;

/// The comments as `///` lines: a single attribute, which [`Text`](crate::format::Text) parts into
/// lines. Most of what is generated is documentation, and an attribute for each line of it would be
/// most of the work.
pub(crate) fn docs(comments: &Comments) -> TokenStream {
    if comments.is_empty() {
        return TokenStream::new();
    }
    let mut text = String::new();
    for (index, line) in comments.lines.iter().enumerate() {
        if index > 0 {
            text.push(DOC_LINE_END);
        }
        if !line.is_empty() {
            text.push(' ');
            text.push_str(line);
        }
    }
    quote!(#[doc = #text])
}

/// One `///` line.
pub(crate) fn doc_line(line: &str) -> TokenStream {
    let line = if line.is_empty() { String::new() } else { format!(" {line}") };
    quote!(#[doc = #line])
}

/// `#[deprecated]` where the .proto says so.
pub(crate) fn deprecated(deprecated: bool) -> TokenStream {
    if deprecated { quote!(#[deprecated]) } else { TokenStream::new() }
}

/// The attributes from options.
pub(crate) fn attributes(attributes: &[String]) -> TokenStream {
    // They were parsed when the options were; source that is Rust always is a token stream.
    attributes.iter().flat_map(|attribute| attribute.parse::<TokenStream>()).collect()
}
