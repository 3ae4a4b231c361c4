//! The results as a Markdown table, tonic as it comes being 1.00.

use std::fmt;

use crate::count::Counts;
use crate::load::{Sample, Shape};
use crate::server::Kind;

/// Rows of one kind of measurement.
#[derive(Debug)]
pub struct Table {
    title: &'static str,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    kind: Kind,
    shape: Shape,
    /// What the ratio is taken of.
    figure: f64,
    text: String,
}

impl Table {
    pub fn new(title: &'static str) -> Self {
        Table { title, rows: Vec::new() }
    }

    pub fn timed(&mut self, kind: Kind, shape: Shape, samples: Vec<Sample>) {
        let cpu = median(samples.iter().map(|sample| sample.cpu));
        let slowest = median(samples.iter().map(|sample| sample.slowest));
        let text = format!("{cpu:.2} µs, slowest {slowest:.1} ms");
        self.rows.push(Row { kind, shape, figure: cpu, text });
    }

    pub fn counted(&mut self, kind: Kind, shape: Shape, counts: Counts) {
        let Counts { instructions, allocations, system_calls } = counts;
        let text = format!("{instructions:.0} / {allocations:.1} / {system_calls:.3}");
        self.rows.push(Row { kind, shape, figure: instructions, text });
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}\n\n| c, m | server | figure | ratio to tonic |\n|---|---|---|---|", self.title)?;
        for row in &self.rows {
            let tonic = self.rows.iter().find(|r| r.kind == Kind::Tonic && r.shape == row.shape);
            let ratio = row.figure / tonic.map_or(f64::NAN, |tonic| tonic.figure);
            let Shape { connections, streams } = row.shape;
            writeln!(f, "| {connections}, {streams} | {} | {} | {ratio:.2} |", row.kind.name(), row.text)?;
        }
        Ok(())
    }
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
