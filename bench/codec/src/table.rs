//! The figures as Markdown: our standing first, lost cells at its top, then every cell.

use std::fmt;

use crate::measure::{Cell, Measured};
use crate::shape::Operation;

/// All that was measured.
#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) name: &'a str,
    pub(crate) shapes: &'a [Measured],
}

/// Contenders that do less than a codec has to: floors, not peers.
const FLOORS: &[&str] = &["clone and drop", "memcpy"];

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "## {}\n", self.name)?;
        self.standing(f)?;
        for operation in Operation::ALL {
            if self.shapes.iter().any(|shape| shape.of(operation).next().is_some()) {
                self.table(operation, f)?;
            }
        }
        Ok(())
    }
}

impl Report<'_> {
    /// Our cells, the worst first.
    fn standing(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rows: Vec<Standing<'_>> = Vec::new();
        for shape in self.shapes {
            for operation in Operation::ALL {
                rows.extend(Standing::of(shape, operation));
            }
        }
        rows.sort_by(|a, b| a.lead().total_cmp(&b.lead()));
        let lost = rows.iter().filter(|row| row.lead() < 1.0).count();
        writeln!(
            f,
            "{lost} of {} cells lost. The best peer's time over ours, of the least and of the",
            rows.len()
        )?;
        writeln!(f, "median times; the same for prost.\n")?;
        writeln!(f, "| cell | best peer | least | median | prost, least | prost, median |")?;
        writeln!(f, "|---|---|---|---|---|---|")?;
        for row in rows {
            let Standing { shape, operation, ours, best, prost } = row;
            let lost = if row.lead() < 1.0 { "**lost** " } else { "" };
            let by_least = best.least / ours.least;
            let by_median = best.median / ours.median;
            write!(f, "| {lost}{shape}: {} | {} ", operation.title(), best.contender)?;
            write!(f, "| {by_least:.2}× | {by_median:.2}× ")?;
            match prost {
                Some(prost) => writeln!(
                    f,
                    "| {:.2}× | {:.2}× |",
                    prost.least / ours.least,
                    prost.median / ours.median
                )?,
                None => writeln!(f, "| | |")?,
            }
        }
        Ok(())
    }

    fn table(&self, operation: Operation, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shapes: Vec<&Measured> =
            self.shapes.iter().filter(|shape| shape.of(operation).next().is_some()).collect();
        write!(f, "\n{}; nanoseconds for one message, least / median\n\n| |", operation.title())?;
        for shape in &shapes {
            write!(f, " {}, {} |", shape.name, Bytes(shape.bytes))?;
        }
        writeln!(f, "\n|---|{}", "---|".repeat(shapes.len()))?;
        let mut contenders: Vec<&str> = Vec::new();
        for cell in shapes.iter().flat_map(|shape| shape.of(operation)) {
            if !contenders.contains(&cell.contender) {
                contenders.push(cell.contender);
            }
        }
        contenders.sort_by_key(|contender| FLOORS.contains(contender));
        for contender in contenders {
            write!(f, "| {contender} |")?;
            for shape in &shapes {
                match shape.of(operation).find(|cell| cell.contender == contender) {
                    Some(cell) => write!(f, " {} / {} |", Figure(cell.least), Figure(cell.median))?,
                    None => write!(f, " |")?,
                }
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

impl Measured {
    fn of(&self, operation: Operation) -> impl Iterator<Item = &Cell> {
        self.cells.iter().filter(move |cell| cell.operation == operation)
    }
}

/// One cell of ours beside the best of the others.
struct Standing<'a> {
    shape: &'static str,
    operation: Operation,
    ours: &'a Cell,
    best: &'a Cell,
    prost: Option<&'a Cell>,
}

impl<'a> Standing<'a> {
    /// Nothing where we do not take part.
    fn of(shape: &'a Measured, operation: Operation) -> Option<Self> {
        let ours = shape.of(operation).find(|cell| cell.contender == "rustrpc")?;
        let best = shape
            .of(operation)
            .filter(|cell| cell.contender != "rustrpc" && !FLOORS.contains(&cell.contender))
            .min_by(|a, b| a.least.total_cmp(&b.least))?;
        let prost = shape.of(operation).find(|cell| cell.contender == "prost");
        Some(Self { shape: shape.name, operation, ours, best, prost })
    }

    fn lead(&self) -> f64 {
        self.best.least / self.ours.least
    }
}

/// Nanoseconds with three digits that count.
struct Figure(f64);

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(nanoseconds) = *self;
        match nanoseconds {
            ..100.0 => write!(f, "{nanoseconds:.1}"),
            ..10_000.0 => write!(f, "{nanoseconds:.0}"),
            ..100_000.0 => write!(f, "{:.1}k", nanoseconds / 1e3),
            _ => write!(f, "{:.0}k", nanoseconds / 1e3),
        }
    }
}

struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bytes) = *self;
        match bytes {
            ..1000 => write!(f, "{bytes} B"),
            ..10_000 => write!(f, "{:.1} KB", bytes as f64 / 1e3),
            ..1_000_000 => write!(f, "{} KB", bytes / 1000),
            _ => write!(f, "{:.1} MB", bytes as f64 / 1e6),
        }
    }
}
