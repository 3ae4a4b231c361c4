//! Tokens from source that is only known at run time, and back to source.

use proc_macro2::{Delimiter, Group, LexError, Spacing, TokenStream, TokenTree};

use super::{Kind, Tokens};

impl Tokens {
    /// Reads source.
    ///
    /// # Errors
    /// When it is not made of Rust's tokens.
    pub(crate) fn parse(source: &str) -> Result<Self, LexError> {
        let mut tokens = Self::new();
        tokens.read(source.parse()?);
        Ok(tokens)
    }

    /// The tokens as source that means the same.
    pub(crate) fn source(&self, start: usize, end: usize) -> String {
        let mut source = String::new();
        for index in start..end {
            if self.at(index).kind == Kind::Documentation {
                let text = self.text(index);
                source.push_str(&quote::quote!(#[doc = #text]).to_string());
            } else {
                source.push_str(self.text(index));
            }
            source.push(' ');
        }
        source
    }

    fn read(&mut self, stream: TokenStream) {
        let mut stream = stream.into_iter().peekable();
        while let Some(tree) = stream.next() {
            match tree {
                TokenTree::Group(group) => {
                    let (open, close) = match group.delimiter() {
                        Delimiter::Parenthesis => ("(", ")"),
                        Delimiter::Brace => ("{", "}"),
                        Delimiter::Bracket => ("[", "]"),
                        Delimiter::None => {
                            self.read(group.stream());
                            continue;
                        }
                    };
                    if let Some(text) = documentation(&group)
                        && self.tokens.last().is_some_and(|last| last.end - last.start == 1)
                        && self.text.ends_with('#')
                    {
                        self.tokens.pop();
                        self.push(Kind::Documentation, &text);
                        continue;
                    }
                    let open = self.open(open);
                    self.read(group.stream());
                    self.close(open, close);
                }
                TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                    let name = stream.next().map(|name| name.to_string()).unwrap_or_default();
                    self.push(Kind::Lifetime, &format!("'{name}"));
                }
                TokenTree::Punct(punct) => {
                    let mut operator = punct.as_char().to_string();
                    let mut spacing = punct.spacing();
                    while spacing == Spacing::Joint
                        && let Some(TokenTree::Punct(next)) = stream.peek()
                        && joins(&operator, next.as_char())
                    {
                        operator.push(next.as_char());
                        spacing = next.spacing();
                        stream.next();
                    }
                    self.push(Kind::Operator, &operator);
                }
                TokenTree::Ident(_) | TokenTree::Literal(_) => {
                    let token = tree.to_string();
                    self.push(Kind::of(&token), &token);
                }
            }
        }
    }
}

/// The text of `[doc = "…"]` that has one line.
fn documentation(group: &Group) -> Option<String> {
    let attribute: syn::MetaNameValue = syn::parse2(group.stream()).ok()?;
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = attribute.value else {
        return None;
    };
    let text = text.value();
    (attribute.path.is_ident("doc") && !text.contains('\n')).then_some(text)
}

/// Whether a character makes a longer operator of one.
fn joins(operator: &str, next: char) -> bool {
    matches!(
        (operator, next),
        (":", ':')
            | ("-" | "=", '>')
            | ("=" | "!" | "+" | "-" | "*" | "<", '=')
            | ("&", '&')
            | ("|", '|')
            | (".", '.')
            | ("..", '=' | '.')
    )
}
