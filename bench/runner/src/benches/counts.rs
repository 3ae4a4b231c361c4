//! What a unary call costs a server, counted.

use std::error::Error;

use crate::count::{self, Counts};
use crate::h2load::Shape;
use crate::options::Options;
use crate::server::{Kind, check_answers};
use crate::table::Table;

pub fn run(_: &Options) -> Result<(), Box<dyn Error>> {
    check_answers(&Kind::ALL)?;
    let mut instructions = Table::new("User instructions per unary call", 0);
    let mut allocations = Table::new("Heap allocations per unary call", 1);
    let mut system_calls = Table::new("System calls per unary call", 3);
    for shape in [Shape::new(1, 1), Shape::new(1, 100)] {
        for kind in Kind::ALL {
            let counts: Counts = count::per_call(kind, shape)?;
            instructions.add(kind.name(), &shape.name(), counts.instructions);
            allocations.add(kind.name(), &shape.name(), counts.allocations);
            system_calls.add(kind.name(), &shape.name(), counts.system_calls);
        }
    }
    print!("{instructions}{allocations}{system_calls}");
    Ok(())
}
