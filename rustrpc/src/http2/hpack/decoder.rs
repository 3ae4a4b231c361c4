//! From a field block fragment to a field list (RFC 7541 §3).

use super::block_cache::BlockCache;
use super::dynamic_table::DynamicTable;
use super::primitives::{Malformed, read_integer, read_string};
use super::{DEFAULT_TABLE_SIZE, static_table};
use crate::http2::fields::{BlockBuilder, FieldBlock, FieldKind, JudgedField, ListLimits};

/// One direction's decoding state.
#[derive(Debug)]
pub(crate) struct Decoder {
    table: DynamicTable,
    /// The largest table the peer's encoder may use: what our SETTINGS say, once acknowledged.
    limit: usize,
    builder: BlockBuilder,
    name: Vec<u8>,
    value: Vec<u8>,
    /// None before a block could be kept.
    cache: Option<Box<BlockCache>>,
}

impl Decoder {
    pub(crate) fn new() -> Self {
        Self {
            table: DynamicTable::new(DEFAULT_TABLE_SIZE),
            limit: DEFAULT_TABLE_SIZE,
            builder: BlockBuilder::new(),
            name: Vec::new(),
            value: Vec::new(),
            cache: None,
        }
    }

    /// Sets the limit of the table. A peer whose table is larger has to shrink it at the start of
    /// its next block (RFC 7541 §4.2).
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Decodes a whole block. The table is kept up to date even where the list is over its limits
    /// and what comes back is marked as too large.
    pub(crate) fn decode(
        &mut self,
        block: &[u8],
        limits: ListLimits,
    ) -> Result<FieldBlock, Malformed> {
        let generation = self.table.generation();
        if let Some(cache) = &self.cache
            && let Some(known) = cache.find(block, generation)
        {
            return Ok(known);
        }
        self.builder.clear();
        self.decode_fields(block, limits)?;
        let fields = self.builder.build();
        // A block that changed the table means something else, or nothing, the next time.
        let stable = generation == self.table.generation();
        if stable && !self.builder.is_sensitive() && !self.builder.too_large() {
            self.cache.get_or_insert_default().offer(block, generation, &fields);
        }
        Ok(fields)
    }

    /// Gives back memory that an idle connection does not need.
    pub(crate) fn trim(&mut self) {
        self.builder.trim();
        self.name = Vec::new();
        self.value = Vec::new();
        self.cache = None;
    }

    /// Bytes of memory held.
    #[cfg(test)]
    pub(crate) fn memory(&self) -> usize {
        self.table.memory()
            + self.builder.memory()
            + self.name.capacity()
            + self.value.capacity()
            + self.cache.as_ref().map_or(0, |cache| cache.memory())
    }

    #[cfg(test)]
    pub(crate) fn table(&self) -> &DynamicTable {
        &self.table
    }

    fn decode_fields(&mut self, block: &[u8], limits: ListLimits) -> Result<(), Malformed> {
        let mut input = block;
        let mut any_field = false;
        while let Some((&first, rest)) = input.split_first() {
            input = rest;
            if first & 0xe0 == 0x20 {
                // RFC 7541 §4.2: only at the beginning of a block.
                if any_field {
                    return Err(Malformed("a table size update stands behind a field"));
                }
                let size = read_integer(first, 5, &mut input)?;
                // RFC 7541 §6.3.
                if size > self.limit {
                    return Err(Malformed("a table size update exceeds the limit"));
                }
                self.table.resize(size);
                continue;
            }
            // RFC 7541 §4.2: a lowered limit must be answered by an update before any field.
            if self.table.max_size() > self.limit {
                return Err(Malformed("a table size update is missing"));
            }
            any_field = true;
            if first & 0x80 != 0 {
                // RFC 7541 §6.1: indexed field.
                let index = read_integer(first, 7, &mut input)?;
                let field = lookup(&self.table, index)?;
                self.builder.push(field, false, limits);
            } else if first & 0x40 != 0 {
                // RFC 7541 §6.2.1: literal with incremental indexing.
                let index = read_integer(first, 6, &mut input)?;
                self.insert_literal(index, &mut input, limits)?;
            } else {
                // RFC 7541 §6.2.2 and §6.2.3: literal without indexing, or never indexed.
                let index = read_integer(first, 4, &mut input)?;
                let sensitive = first & 0x10 != 0;
                let (name, kind) = match index {
                    0 => {
                        let name = read_string(&mut input, &mut self.name)?;
                        (name, FieldKind::of(name))
                    }
                    _ => {
                        let JudgedField { name, kind, .. } = lookup(&self.table, index)?;
                        (name, kind)
                    }
                };
                let value = read_string(&mut input, &mut self.value)?;
                self.builder.push(JudgedField::new(name, value, kind), sensitive, limits);
            }
        }
        Ok(())
    }

    fn insert_literal(
        &mut self,
        index: usize,
        input: &mut &[u8],
        limits: ListLimits,
    ) -> Result<(), Malformed> {
        let from_table = index.checked_sub(static_table::LEN + 1);
        if let Some(index) = from_table {
            let JudgedField { name, kind, .. } = self.table.entry(index).ok_or(OUT_OF_RANGE)?;
            let value = read_string(input, &mut self.value)?;
            let field = JudgedField::new(name, value, kind);
            let valid = field.value_is_valid;
            self.builder.push(field, false, limits);
            self.table.insert_with_name_of(index, value, valid, &mut self.name);
            return Ok(());
        }
        let (name, kind) = match index {
            0 => {
                let name = read_string(input, &mut self.name)?;
                (name, FieldKind::of(name))
            }
            _ => {
                let JudgedField { name, kind, .. } =
                    static_table::entry(index).ok_or(OUT_OF_RANGE)?;
                (name, kind)
            }
        };
        let value = read_string(input, &mut self.value)?;
        let field = JudgedField::new(name, value, kind);
        self.builder.push(field, false, limits);
        self.table.insert(field, 0);
        Ok(())
    }
}

/// RFC 7541 §2.3.3: indices beyond both tables, and index 0, are errors.
const OUT_OF_RANGE: Malformed = Malformed("a field index is out of range");

#[inline]
fn lookup(table: &DynamicTable, index: usize) -> Result<JudgedField<'_>, Malformed> {
    match index.checked_sub(static_table::LEN + 1) {
        Some(index) => table.entry(index).ok_or(OUT_OF_RANGE),
        None => static_table::entry(index).ok_or(OUT_OF_RANGE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: ListLimits = ListLimits { bytes: 16_384, fields: 128 };

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<_> = text.chars().filter_map(|c| c.to_digit(16)).collect();
        digits.chunks(2).map(|pair| (pair[0] << 4 | pair[1]) as u8).collect()
    }

    fn decode(decoder: &mut Decoder, block: &str) -> String {
        format!("{:?}", decoder.decode(&hex(block), WIDE).expect("valid"))
    }

    #[test]
    fn the_three_requests_of_appendix_c_4() {
        let mut decoder = Decoder::new();
        assert_eq!(
            decode(&mut decoder, "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"),
            "[:method: GET, :scheme: http, :path: /, :authority: www.example.com]"
        );
        assert_eq!(decoder.table().size(), 57);
        assert_eq!(
            decode(&mut decoder, "8286 84be 5886 a8eb 1064 9cbf"),
            "[:method: GET, :scheme: http, :path: /, :authority: www.example.com, \
             cache-control: no-cache]"
        );
        assert_eq!(decoder.table().size(), 110);
        assert_eq!(
            decode(&mut decoder, "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf"),
            "[:method: GET, :scheme: https, :path: /index.html, :authority: www.example.com, \
             custom-key: custom-value]"
        );
        assert_eq!(decoder.table().size(), 164);
    }

    #[test]
    fn literals_of_appendix_c_2() {
        let mut decoder = Decoder::new();
        let block = "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572";
        assert_eq!(decode(&mut decoder, block), "[custom-key: custom-header]");
        assert_eq!(decoder.table().size(), 55);
        let block = "040c 2f73 616d 706c 652f 7061 7468";
        assert_eq!(decode(&mut decoder, block), "[:path: /sample/path]");
        let block = "1008 7061 7373 776f 7264 0673 6563 7265 74";
        assert_eq!(decode(&mut decoder, block), "[password: <sensitive>]");
        assert_eq!(decoder.table().size(), 55);
    }

    #[test]
    fn malformed_blocks_are_refused() {
        for (block, why) in [
            ("80", "index zero"),
            ("be", "index beyond the tables"),
            ("7e 00", "name index beyond the tables"),
            ("82 20", "size update behind a field"),
            ("3f e2 1f", "size update of 4,097"),
            ("40 05 61", "name cut short"),
            ("40", "nothing behind the first byte"),
            ("00 01 61 81 00", "bad padding"),
        ] {
            assert!(Decoder::new().decode(&hex(block), WIDE).is_err(), "{why}");
        }
    }

    #[test]
    fn a_lowered_limit_asks_for_an_update() {
        let mut decoder = Decoder::new();
        decoder.set_limit(100);
        assert!(decoder.decode(&hex("82"), WIDE).is_err());
        let mut decoder = Decoder::new();
        decoder.set_limit(100);
        assert!(decoder.decode(&hex("3f 45 82"), WIDE).is_ok());
        assert_eq!(decoder.table().max_size(), 100);
    }

    #[test]
    fn a_repeated_block_is_the_same_block() {
        let mut decoder = Decoder::new();
        let block = hex("8286 84");
        let blocks: Vec<_> = (0..4).map(|_| decoder.decode(&block, WIDE).expect("valid")).collect();
        assert!(blocks[2].same(&blocks[3]));
        assert_eq!(blocks[0], blocks[3]);
        // An insertion moves every index, so the same bytes are decoded anew.
        decoder.decode(&hex("4001 6101 62"), WIDE).expect("valid");
        let dynamic = hex("be");
        let first = decoder.decode(&dynamic, WIDE).expect("valid");
        assert_eq!(first.get("a"), Some(&b"b"[..]));
        for _ in 0..3 {
            decoder.decode(&dynamic, WIDE).expect("valid");
        }
        decoder.decode(&hex("4001 6301 64"), WIDE).expect("valid");
        let changed = decoder.decode(&dynamic, WIDE).expect("valid");
        assert_eq!(changed.get("c"), Some(&b"d"[..]));
        assert_eq!(changed.get("a"), None);
    }

    #[test]
    fn several_methods_are_known_at_once() {
        let mut decoder = Decoder::new();
        let blocks: Vec<_> = (0..64).map(|method| vec![0x82, 0x04, 1, b'0' + method]).collect();
        let mut last: Vec<FieldBlock> = Vec::new();
        for _ in 0..3 {
            last = blocks.iter().map(|block| decoder.decode(block, WIDE).expect("valid")).collect();
        }
        for (block, known) in blocks.iter().zip(&last) {
            assert!(decoder.decode(block, WIDE).expect("valid").same(known));
        }
        // One more takes the place of the first.
        for _ in 0..2 {
            decoder.decode(&hex("8204 0121"), WIDE).expect("valid");
        }
        assert!(!decoder.decode(&blocks[0], WIDE).expect("valid").same(&last[0]));
        assert!(decoder.decode(&blocks[63], WIDE).expect("valid").same(&last[63]));
    }

    #[test]
    fn known_blocks_take_bounded_memory() {
        let mut decoder = Decoder::new();
        // An entry of 3 KB, and blocks that name it and differ otherwise.
        let mut insert = vec![0x40, 1, b'a', 0x7f, 0x81, 0x16];
        insert.extend_from_slice(&[b'x'; 2944]);
        decoder.decode(&insert, WIDE).expect("valid");
        let blocks: Vec<_> = (0..60).map(|method| vec![0xbe, 0x04, 1, b'0' + method]).collect();
        for block in blocks.iter().chain(&blocks).chain(&blocks) {
            decoder.decode(block, WIDE).expect("valid");
        }
        assert!(decoder.memory() < 80_000, "{}", decoder.memory());
        let again = [0, 1].map(|_| decoder.decode(&blocks[59], WIDE).expect("valid"));
        assert!(again[0].same(&again[1]), "the last ones are known");
    }

    #[test]
    fn secrets_are_not_cached() {
        let mut decoder = Decoder::new();
        let block = hex("1008 7061 7373 776f 7264 0673 6563 7265 74");
        let blocks: Vec<_> = (0..4).map(|_| decoder.decode(&block, WIDE).expect("valid")).collect();
        assert!(!blocks[2].same(&blocks[3]));
    }

    #[test]
    fn a_bomb_of_references_decodes_to_a_bounded_list() {
        let mut decoder = Decoder::new();
        let mut insert = vec![0x40, 1, b'a', 0x7f, 0x81, 0x1e];
        insert.extend_from_slice(&[b'x'; 3968]);
        decoder.decode(&insert, WIDE).expect("valid");
        let bomb = vec![0xbe; 30_000];
        let block = decoder.decode(&bomb, WIDE).expect("valid");
        assert!(block.memory() < 17_000, "{}", block.memory());
        assert!(decoder.builder.too_large());
    }
}
