//! Comments in, Markdown out.

use super::lines;

#[track_caller]
fn check(comment: &str, expected: &[&str]) {
    assert_eq!(lines(comment), expected);
}

#[test]
fn plain_text_stays_as_it_is() {
    check(
        " One line.\n And a second, *emphasised*.\n\n\n * an item\n * another\n   over two\n",
        &["One line.", "And a second, *emphasised*.", "", "* an item", "* another", "  over two"],
    );
}

#[test]
fn indented_code_is_fenced_as_text() {
    check(
        " Example:\n\n     let x = 1;\n\n       deeper\n\n Then more.\n",
        &["Example:", "", "```text", "let x = 1;", "", "  deeper", "```", "", "Then more."],
    );
}

#[test]
fn indented_lines_of_a_paragraph_are_text() {
    check(" A sentence\n     that goes on.\n", &["A sentence", "    that goes on."]);
}

#[test]
fn indentation_in_lists_counts_from_the_item() {
    check(
        " 1. item\n\n    still the item\n\n        code\n\n After.\n",
        &["1. item", "", "   still the item", "", "```text", "code", "```", "", "After."],
    );
    check(" -      not code\n", &["- not code"]);
    check(" >      not code either\n", &["> not code either"]);
    check(" -\n         code in an item\n", &["-", "```text", "  code in an item", "```"]);
}

#[test]
fn headings_and_rules_end_paragraphs() {
    check(" # Title\n     code\n", &["# Title", "```text", "code", "```"]);
    check(" ---\n     code\n", &["---", "```text", "code", "```"]);
}

#[test]
fn fences_say_that_they_hold_text_and_get_closed() {
    check(" ```\n fn main() {}\n", &["```text", "fn main() {}", "```"]);
    check(" ```rust,no_run\n a[0]\n ```\n [b]\n", &["```text", "a[0]", "```", "\\[b\\]"]);
    check(" ~~~json\n {}\n ~~~\n", &["~~~json", "{}", "~~~"]);
}

#[test]
fn brackets_are_links_only_when_they_lead_somewhere() {
    check(" In [0, 1) or [a-z].\n", &["In \\[0, 1) or \\[a-z\\]."]);
    check(
        " See [the docs](https://a.example/b) and [x](y).\n",
        &["See [the docs](https://a.example/b) and \\[x\\](y)."],
    );
    check(" A [Topic][acme.v1.Topic] and [`Sub`][acme.v1.Sub].\n", &["A `Topic` and `Sub`."]);
    check(" [a]: https://a.example/\n", &["\\[a\\]: <https://a.example/>"]);
}

#[test]
fn tags_are_text_and_comparisons_stay() {
    check(
        " Use <name> or </b>, if a < b and c<5.\n",
        &["Use \\<name> or \\</b>, if a < b and c<5."],
    );
}

#[test]
fn addresses_become_links() {
    check(
        " See https://a.example/b_(c), or (http://d.example/).\n",
        &["See <https://a.example/b_(c)>, or (<http://d.example/>)."],
    );
    check(
        " <https://a.example> and `https://b.example`\n",
        &["<https://a.example> and `https://b.example`"],
    );
    check(" https://{host}/path\n", &["https://{host}/path"]);
}

#[test]
fn code_spans_are_kept_and_lone_backticks_escaped() {
    check(" `a[0]` and ``b`<c>`` but ` alone\n", &["`a[0]` and ``b`<c>`` but \\` alone"]);
    check(" a span `over\n two` lines\n", &["a span `over", "two` lines"]);
    check(" an open `one\n\n [a]`\n", &["an open \\`one", "", "\\[a\\]\\`"]);
}

#[test]
fn nothing_at_all_gives_nothing() {
    check("", &[]);
    check("  \n\n   \n", &[]);
}
