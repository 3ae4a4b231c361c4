//! What there is to see.

use crate::proto::routeguide::{Feature, Point};

/// A walk through the old town of Tübingen.
const KNOWN: [(&str, i32, i32); 6] = [
    ("Neckar bridge", 485_193_000, 90_587_000),
    ("Hölderlin tower", 485_189_000, 90_561_000),
    ("Collegiate church", 485_202_000, 90_562_000),
    ("Market square", 485_203_000, 90_536_000),
    ("Castle Hohentübingen", 485_193_000, 90_506_000),
    ("Botanical garden", 485_389_000, 90_358_000),
];

/// All features, in the order of the walk.
pub fn features() -> Vec<Feature> {
    let feature = |(name, latitude, longitude): (&str, i32, i32)| Feature {
        name: name.to_owned(),
        location: Some(Point { latitude, longitude, ..Default::default() }),
        ..Default::default()
    };
    KNOWN.into_iter().map(feature).collect()
}
