//! The wire format as a whole, over messages written by hand in the form the generator writes.

mod exemplar;
mod malformed;
mod round_trip;
mod views;
