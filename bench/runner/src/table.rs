//! Results as a Markdown table: a row for each contender, a column for each load.

use std::fmt;

/// The row that ratios are taken of.
const REFERENCE: &str = "tonic";
/// The row of the second ratio, where there is one.
const TUNED_REFERENCE: &str = "tonic, tuned";

/// Samples of many contenders under many loads.
#[derive(Debug)]
pub struct Table {
    title: String,
    /// Digits behind the point.
    digits: usize,
    contenders: Vec<String>,
    loads: Vec<String>,
    samples: Vec<Sample>,
}

#[derive(Debug)]
struct Sample {
    contender: usize,
    load: usize,
    figure: f64,
}

impl Table {
    pub fn new(title: impl Into<String>, digits: usize) -> Self {
        let (contenders, loads, samples) = Default::default();
        Table { title: title.into(), digits, contenders, loads, samples }
    }

    /// Adds a sample; several of one cell become their median.
    pub fn add(&mut self, contender: &str, load: &str, figure: f64) {
        let contender = place(&mut self.contenders, contender);
        let load = place(&mut self.loads, load);
        self.samples.push(Sample { contender, load, figure });
    }

    pub fn title(&self) -> &str {
        &self.title
    }

    pub fn loads(&self) -> impl Iterator<Item = &str> {
        self.loads.iter().map(String::as_str)
    }

    /// The contenders under `load` with their ratios to the reference.
    pub fn ratios(&self, load: &str) -> Vec<(&str, f64)> {
        let Some(load) = self.loads.iter().position(|known| known == load) else {
            return Vec::new();
        };
        let ratio_of = |(contender, name)| {
            let ratio = self.ratio(self.median(contender, load)?, load, REFERENCE)?;
            Some((name, ratio))
        };
        let names = self.contenders.iter().map(String::as_str);
        names.enumerate().filter_map(ratio_of).collect()
    }

    fn median(&self, contender: usize, load: usize) -> Option<f64> {
        let of_cell = |sample: &&Sample| (sample.contender, sample.load) == (contender, load);
        let mut figures: Vec<f64> =
            self.samples.iter().filter(of_cell).map(|sample| sample.figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied()
    }

    /// The ratio of a cell to the same load's cell of the contender called `reference`.
    fn ratio(&self, figure: f64, load: usize, reference: &str) -> Option<f64> {
        let reference = self.contenders.iter().position(|name| name == reference)?;
        Some(figure / self.median(reference, load)?)
    }

    fn cell(&self, contender: usize, load: usize) -> String {
        let Some(figure) = self.median(contender, load) else { return "–".to_owned() };
        let mut text = format!("{figure:.*}", self.digits);
        if let Some(ratio) = self.ratio(figure, load, REFERENCE) {
            text.push_str(&format!(" ({ratio:.2}"));
            if let Some(ratio) = self.ratio(figure, load, TUNED_REFERENCE) {
                text.push_str(&format!(", {ratio:.2}"));
            }
            text.push(')');
        }
        text
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n### {}\n", self.title)?;
        writeln!(f, "| | {} |", self.loads.join(" | "))?;
        writeln!(f, "|---|{}", "---|".repeat(self.loads.len()))?;
        for (contender, name) in self.contenders.iter().enumerate() {
            let cells: Vec<String> =
                (0..self.loads.len()).map(|load| self.cell(contender, load)).collect();
            writeln!(f, "| {name} | {} |", cells.join(" | "))?;
        }
        Ok(())
    }
}

/// Where `name` stands in `names`, at the end if it is new.
fn place(names: &mut Vec<String>, name: &str) -> usize {
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}
