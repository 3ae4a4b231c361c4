//! The JSON forms of well-known types that are no objects of their fields.

mod any;
mod field_mask;
mod time;
mod value;
mod wrappers;

#[cfg(test)]
mod tests;
