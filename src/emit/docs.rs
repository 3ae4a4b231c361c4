//! Attributes that stand in front of an item: documentation, deprecation, what the user asked for.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::Comments;

/// The comments as `///` lines.
pub(crate) fn docs(comments: &Comments) -> TokenStream {
    comments.lines.iter().map(|line| doc_line(line)).collect()
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
