//! Taking turns: in each round every contender runs for a few milliseconds, so that whatever else
//! the machine does hits all alike.

use std::time::{Duration, Instant};

use crate::shape::{Entry, Operation, Shape};

/// How long it may take.
#[derive(Debug)]
pub(crate) struct Effort {
    rounds: usize,
    round: Duration,
}

/// A shape with its figures.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) name: &'static str,
    pub(crate) bytes: usize,
    pub(crate) cells: Vec<Cell>,
}

/// Nanoseconds for one message.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) contender: &'static str,
    pub(crate) operation: Operation,
    pub(crate) least: f64,
    pub(crate) median: f64,
}

impl Effort {
    /// The effort asked for, and the names of shapes when not all are wanted.
    pub(crate) fn from_options<'a>(options: &[&'a str]) -> Result<(Self, Vec<&'a str>), String> {
        let mut effort = Self { rounds: 60, round: Duration::from_millis(8) };
        let mut wanted = Vec::new();
        let mut options = options.iter().copied();
        while let Some(option) = options.next() {
            match option {
                "--quick" => effort = Self { rounds: 25, round: Duration::from_millis(5) },
                "--rounds" => {
                    let rounds = options.next().and_then(|number| number.parse().ok());
                    effort.rounds = rounds.filter(|n| *n > 0).ok_or("--rounds takes a number")?;
                }
                name => wanted.push(name),
            }
        }
        Ok((effort, wanted))
    }

    pub(crate) fn measure(&self, mut shape: Shape) -> Measured {
        let mut cells = Vec::new();
        for operation in Operation::ALL {
            let mut entries: Vec<&mut Entry> =
                shape.entries.iter_mut().filter(|entry| entry.operation == operation).collect();
            cells.extend(self.take_turns(&mut entries));
        }
        Measured { name: shape.name, bytes: shape.bytes, cells }
    }

    fn take_turns(&self, entries: &mut [&mut Entry]) -> Vec<Cell> {
        let counts: Vec<u32> =
            entries.iter_mut().map(|entry| count(&mut entry.run, self.round)).collect();
        let mut times = vec![Vec::with_capacity(self.rounds); entries.len()];
        for round in 0..self.rounds {
            // Nobody is always the one behind the one that leaves the caches cold.
            for turn in 0..entries.len() {
                let index = (turn + round) % entries.len();
                times[index].push(time(&mut entries[index].run, counts[index]));
            }
        }
        entries
            .iter()
            .zip(times)
            .map(|(entry, mut times)| {
                times.sort_by(f64::total_cmp);
                let (least, median) = (times[0], times[times.len() / 2]);
                Cell { contender: entry.contender, operation: entry.operation, least, median }
            })
            .collect()
    }
}

/// Nanoseconds for each of `count` runs.
fn time(run: &mut dyn FnMut(u32), count: u32) -> f64 {
    let start = Instant::now();
    run(count);
    start.elapsed().as_secs_f64() * 1e9 / f64::from(count)
}

/// How often `run` fits into `time`.
fn count(run: &mut dyn FnMut(u32), time: Duration) -> u32 {
    let mut count = 1;
    loop {
        let start = Instant::now();
        run(count);
        let took = start.elapsed();
        if took >= time / 2 {
            let fits = f64::from(count) * time.as_secs_f64() / took.as_secs_f64();
            return (fits as u32).max(1);
        }
        count *= 2;
    }
}
