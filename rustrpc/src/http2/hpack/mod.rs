//! Field compression (RFC 7541).

mod block_cache;
mod decoder;
mod dynamic_table;
mod encoder;
mod huffman;
mod list_cache;
mod primitives;
mod static_table;
mod sums;

pub(crate) use decoder::Decoder;
pub(crate) use encoder::{Encoder, LastField};
pub(crate) use list_cache::ListName;

/// The table size that both sides start from (RFC 9113 §6.5.2).
pub(crate) const DEFAULT_TABLE_SIZE: usize = 4096;
