//! Bars for a table: a group for each load, a bar for each contender, as long as its ratio to tonic.

use std::fmt::Write as _;

use crate::table::Table;

const LABEL_WIDTH: f64 = 270.0;
const BARS_WIDTH: f64 = 520.0;
const BAR: f64 = 14.0;
const GAP: f64 = 10.0;
const TITLE: f64 = 22.0;
/// Ratios beyond this are cut off, and say so by their number.
const LONGEST: f64 = 2.0;

/// The table's ratios as an SVG image.
pub fn svg(table: &Table) -> String {
    let mut body = String::new();
    let mut y = 2.0 * TITLE;
    for load in table.loads() {
        let ratios: Vec<(&str, f64)> = table.ratios(load);
        if ratios.is_empty() {
            continue;
        }
        text(&mut body, 0.0, y, "load", load);
        y += TITLE - BAR + 2.0;
        for (contender, ratio) in ratios {
            let length = ratio.min(LONGEST) / LONGEST * BARS_WIDTH;
            let class = if contender.starts_with("rustrpc") { "ours" } else { "peer" };
            text(&mut body, 12.0, y + BAR - 3.0, "label", contender);
            let _ = writeln!(
                body,
                r#"<rect class="{class}" x="{LABEL_WIDTH}" y="{y:.1}" width="{length:.1}" height="{:.1}"/>"#,
                BAR - 3.0
            );
            let number = format!("{ratio:.2}");
            text(&mut body, LABEL_WIDTH + length + 4.0, y + BAR - 4.0, "label", &number);
            y += BAR;
        }
        y += TITLE + GAP;
    }
    let width = LABEL_WIDTH + BARS_WIDTH + 50.0;
    let mut image = String::new();
    let _ = writeln!(
        image,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {y:.0}" width="{width}" height="{y:.0}">"#
    );
    image.push_str(STYLE);
    text(&mut image, 0.0, 16.0, "title", &format!("{} – ratio to tonic", table.title()));
    image.push_str(&body);
    image.push_str("</svg>\n");
    image
}

/// Readable on light and on dark pages.
const STYLE: &str = "<style>\n\
    text { font-family: sans-serif; fill: #777 }\n\
    .title { font-size: 14px; font-weight: bold }\n\
    .load { font-size: 12px; font-weight: bold }\n\
    .label { font-size: 11px }\n\
    .ours { fill: #d9622b }\n\
    .peer { fill: #8fa3b5 }\n\
    </style>\n";

fn text(image: &mut String, x: f64, y: f64, class: &str, words: &str) {
    let words = words.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(image, r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{words}</text>"#);
}
