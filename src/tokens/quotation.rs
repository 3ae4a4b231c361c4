//! Rust, written as Rust, to tokens.

/// The tokens between the brackets, with values in place of `#name`: an identifier in scope, of a
/// type that is [`Append`](super::Append).
///
/// Documentation may be written as `///` and as `#[doc = "…"]`.
macro_rules! quote {
    // A macro sees one token at a time, so each comes with the one before it. `~` is no token of
    // Rust and stands at either end.
    (@ $tokens:ident) => {};
    (@ $tokens:ident $($token:tt)*) => {
        $crate::tokens::quote!(@@ $tokens (~ $($token)*) ($($token)* ~))
    };
    (@@ $tokens:ident ($($before:tt)*) ($($token:tt)*)) => {
        $($crate::tokens::quote_pair!($tokens $before $token);)*
    };
    ($($token:tt)*) => {{
        #[allow(unused_mut, reason = "there may be nothing between the brackets")]
        let mut tokens = $crate::tokens::Tokens::with_room_for(stringify!($($token)*));
        $crate::tokens::quote!(@ tokens $($token)*);
        tokens
    }};
}

/// Appends a token, given with the one before it.
macro_rules! quote_pair {
    ($tokens:ident # $name:ident) => {
        $crate::tokens::Append::append_to(&$name, &mut $tokens)
    };
    ($tokens:ident # [doc = $text:literal]) => {
        $tokens.push($crate::tokens::Kind::Documentation, $text)
    };
    ($tokens:ident # ($($inner:tt)*)) => {
        compile_error!("nothing is repeated here: collect `Tokens` before, or use `Tokens::joined`")
    };
    // What a `#` is for turns out with the next token.
    ($tokens:ident $before:tt #) => {};
    ($tokens:ident # $token:tt) => {
        $tokens.push($crate::tokens::Kind::Operator, "#");
        $crate::tokens::quote_pair!($tokens ~ $token)
    };
    ($tokens:ident $before:tt ~) => {};
    ($tokens:ident $before:tt ($($inner:tt)*)) => {
        let open = $tokens.open("(");
        $crate::tokens::quote!(@ $tokens $($inner)*);
        $tokens.close(open, ")")
    };
    ($tokens:ident $before:tt [$($inner:tt)*]) => {
        let open = $tokens.open("[");
        $crate::tokens::quote!(@ $tokens $($inner)*);
        $tokens.close(open, "]")
    };
    ($tokens:ident $before:tt {$($inner:tt)*}) => {
        let open = $tokens.open("{");
        $crate::tokens::quote!(@ $tokens $($inner)*);
        $tokens.close(open, "}")
    };
    // The ends of two types, not an operator.
    ($tokens:ident $before:tt >>) => {
        $tokens.push($crate::tokens::Kind::Operator, ">");
        $tokens.push($crate::tokens::Kind::Operator, ">")
    };
    ($tokens:ident $before:tt $token:tt) => {
        $tokens.push(
            const { $crate::tokens::Kind::of(stringify!($token)) },
            stringify!($token),
        )
    };
}

pub(crate) use {quote, quote_pair};

#[cfg(test)]
mod tests {
    use crate::tokens::Tokens;

    fn listed(tokens: &Tokens) -> Vec<(String, crate::tokens::Kind, usize)> {
        let token = |index| {
            (tokens.text(index).to_owned(), tokens.at(index).kind, tokens.at(index).close())
        };
        (0..tokens.len()).map(token).collect()
    }

    /// What is written in this program and what is read at run time are the same tokens.
    macro_rules! same {
        ($($token:tt)*) => {
            let parsed = Tokens::parse(stringify!($($token)*)).expect("is Rust");
            assert_eq!(listed(&quote!($($token)*)), listed(&parsed));
        };
    }

    #[test]
    fn quoted_tokens_are_those_of_the_source() {
        same!();
        same! {
            #[allow(dead_code, reason = "none")]
            pub(crate) fn f<'a, T: Into<Option<Vec<u8>>>>(&'a mut self, r#type: &'static [T]) -> Result<(), E> {
                let _x = |a, b| a == b && !(1 != 2) || x! { "s" b"t" 'c' -1 1.5 0x7f };
                for v in 0..10 { r.unknown::<Self>(v).await?; self.0 += 1; }
                match () { _ if true => {} [..] => Some(T::default()), A { b, .. } => *c, }
            }
        }
    }

    #[test]
    fn values_stand_where_their_names_do() {
        let (name, text, number, none) = (Tokens::word("a"), "b\"", -3i32, None::<Tokens>);
        let nested = quote!((#name, [#number]) #none);
        let tokens = quote! { /// Text.
        #[derive(#name)] f(#nested #text) #nested };
        let expected = "f((a, [-3]) \"b\\\"\") (a, [-3])";
        let expected =
            listed(&Tokens::parse(&format!("#[derive(a)] {expected}")).expect("is Rust"));
        let mut all = listed(&tokens);
        assert_eq!(all.remove(0).0, " Text.");
        for token in &mut all {
            token.2 -= 1;
        }
        assert_eq!(all, expected);
    }
}
