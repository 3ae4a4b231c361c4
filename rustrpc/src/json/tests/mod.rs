//! The mapping as a whole, on messages such as the plugin generates.

mod any_bytes;
mod reading;
mod round_trip;
mod sample;
mod writing;
