//! Taking turns: in each round every contender runs for a few milliseconds, so that whatever else
//! the machine does hits all alike. The turns have no order, because caches are for a while as the
//! one before has left them. And everything is made anew several times, because where in memory a
//! message and its bytes happen to lie decides some of what copying them takes.

use std::time::{Duration, Instant};

use crate::shape::{Entry, Operation, Shape};

/// How many times messages, bytes and buffers are made anew, each time at other addresses: where the
/// two ends of a copy lie to each other decides up to a quarter of its time, and chance must not give
/// that to one contender for a whole run.
const PLACES: usize = 15;

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

    /// Measures what `make` makes.
    pub(crate) fn measure(&self, make: fn() -> Shape) -> Measured {
        let (mut tallies, mut order): (Vec<Tally>, Order) = (Vec::new(), Order(1));
        let (mut name, mut bytes) = ("", 0);
        for place in 0..PLACES.min(self.rounds) {
            let mut shape = make();
            (name, bytes) = (shape.name, shape.bytes);
            if tallies.is_empty() {
                let entries = shape.entries.iter_mut();
                tallies = entries.map(|entry| Tally::new(entry, self.round)).collect();
            }
            let rounds = (place..self.rounds).step_by(PLACES).len();
            for operation in Operation::ALL {
                let entries = shape.entries.iter_mut().zip(&mut tallies);
                let mut turns: Vec<(&mut Entry, &mut Tally)> =
                    entries.filter(|(entry, _)| entry.operation == operation).collect();
                take_turns(&mut turns, rounds, &mut order);
            }
        }
        Measured { name, bytes, cells: tallies.into_iter().map(Tally::into_cell).collect() }
    }
}

/// What is measured of one contender at one operation.
#[derive(Debug)]
struct Tally {
    contender: &'static str,
    operation: Operation,
    /// How often it is done in a round.
    count: u32,
    times: Vec<f64>,
}

impl Tally {
    fn new(entry: &mut Entry, round: Duration) -> Self {
        Self {
            contender: entry.contender,
            operation: entry.operation,
            count: count(&mut entry.run, round),
            times: Vec::new(),
        }
    }

    fn into_cell(mut self) -> Cell {
        self.times.sort_by(f64::total_cmp);
        let (least, median) = (self.times[0], self.times[self.times.len() / 2]);
        Cell { contender: self.contender, operation: self.operation, least, median }
    }
}

fn take_turns(turns: &mut [(&mut Entry, &mut Tally)], rounds: usize, order: &mut Order) {
    for _ in 0..rounds {
        order.shuffle(turns);
        for (entry, tally) in &mut *turns {
            // Caches adapt to what goes on in them, and take a while for that.
            (entry.run)(tally.count / 2 + 1);
            tally.times.push(time(&mut entry.run, tally.count));
        }
    }
}

/// Numbers that have no pattern: nobody always comes behind the one that leaves the caches as it does.
struct Order(u64);

impl Order {
    /// Fisher and Yates' shuffle, by Knuth's linear congruential generator.
    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            items.swap(last, (self.0 >> 33) as usize % (last + 1));
        }
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
