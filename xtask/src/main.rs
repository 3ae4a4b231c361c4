//! One entry for every chore of the repository.

fn main() {}
