//! From a field list to a field block fragment (RFC 7541 §6).

use super::DEFAULT_TABLE_SIZE;
use super::dynamic_table::{DynamicTable, hash_field};
use super::list_cache::{ListCache, ListName};
use super::primitives::{write_integer, write_plain_string, write_string};
use super::static_table::{self, Match};
use crate::http2::fields::{Field, FieldKind, Indexing, JudgedField};

/// One direction's encoding state.
#[derive(Debug)]
pub(crate) struct Encoder {
    table: DynamicTable,
    /// The largest table we use, whatever the peer offers.
    cap: usize,
    /// Size updates owed to the peer's decoder at the start of the next block: the smallest size
    /// in between and the final one (RFC 7541 §4.2).
    owed: Option<(usize, usize)>,
    /// Hashes of fields sent as literals lately: a field is indexed when it comes again.
    seen: [u32; SEEN],
    next_seen: u8,
    /// None before a list could be kept.
    lists: Option<Box<ListCache>>,
}

/// A field behind a list that has a name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LastField<V> {
    pub(crate) name: &'static [u8],
    /// No other value of it has the same, and none has 0.
    pub(crate) number: u64,
    pub(crate) value: V,
}

const SEEN: usize = 16;

impl Encoder {
    pub(crate) fn new(cap: usize) -> Self {
        let size = cap.min(DEFAULT_TABLE_SIZE);
        Self {
            table: DynamicTable::new(size),
            cap,
            // RFC 7541 §4.2: the peer assumes the default until it is told otherwise.
            owed: (size < DEFAULT_TABLE_SIZE).then_some((size, size)),
            seen: [0; SEEN],
            next_seen: 0,
            lists: None,
        }
    }

    /// Takes the peer's SETTINGS_HEADER_TABLE_SIZE.
    pub(crate) fn set_peer_limit(&mut self, limit: usize) {
        let size = limit.min(self.cap);
        if size == self.table.max_size() && limit >= size && self.owed.is_none() {
            return;
        }
        let smallest = self.owed.map_or(size, |(smallest, _)| smallest.min(size));
        self.owed = Some((smallest, size));
        self.table.resize(size);
    }

    /// Appends the block for `fields` to `out`.
    pub(crate) fn encode<'a>(
        &mut self,
        fields: impl IntoIterator<Item = Field<'a>, IntoIter: Clone>,
        out: &mut Vec<u8>,
    ) {
        let fields = fields.into_iter();
        if let Some((smallest, size)) = self.owed.take() {
            if smallest < size {
                write_integer(0x20, 5, smallest, out);
            }
            write_integer(0x20, 5, size, out);
        }
        let generation = self.table.generation();
        if let Some(lists) = &self.lists
            && let Some(block) = lists.find(fields.clone(), generation)
        {
            return out.extend_from_slice(block);
        }
        let start = out.len();
        let mut indexed = true;
        for field in fields.clone() {
            indexed &= self.encode_field(field, out);
        }
        if indexed {
            self.lists.get_or_insert_default().keep(fields, generation, &out[start..]);
        }
    }

    /// Appends the block for the fields that have this name. Whether it was known.
    pub(crate) fn encode_named<'a, F>(
        &mut self,
        name: ListName,
        fields: impl FnOnce() -> F,
        out: &mut Vec<u8>,
    ) -> bool
    where
        F: IntoIterator<Item = Field<'a>, IntoIter: Clone>,
    {
        if let Some(block) = self.known(name) {
            out.extend_from_slice(block);
            return true;
        }
        let fields = fields().into_iter();
        self.encode(fields.clone(), out);
        if let Some(lists) = &mut self.lists {
            lists.note_name(name, fields, self.table.generation());
        }
        false
    }

    /// The same for fields that have a name together with the last one, whose value is made if it is
    /// needed.
    pub(crate) fn encode_named_with<'a, F, V: AsRef<[u8]>>(
        &mut self,
        name: ListName,
        fields: impl FnOnce() -> F,
        last: LastField<impl FnOnce() -> V>,
        out: &mut Vec<u8>,
    ) where
        F: IntoIterator<Item = Field<'a>, IntoIter: Clone>,
    {
        let with_last = name.followed_by(last.number);
        if let Some(block) = self.known(with_last) {
            return out.extend_from_slice(block);
        }
        let start = out.len();
        // What was known is nothing but indices: nothing is told by the way.
        let indexed = self.encode_named(name, fields, out);
        let value = (last.value)();
        let field = Field { name: last.name, value: value.as_ref(), indexing: Indexing::Auto };
        if self.encode_field(field, out)
            && indexed
            && let Some(lists) = &mut self.lists
        {
            lists.keep_named(with_last, self.table.generation(), &out[start..]);
        }
    }

    /// Appends more fields to a block.
    pub(crate) fn encode_more<'a>(
        &mut self,
        fields: impl IntoIterator<Item = Field<'a>>,
        out: &mut Vec<u8>,
    ) {
        for field in fields {
            self.encode_field(field, out);
        }
    }

    /// The block for the fields that have this name, where encoding them would change nothing.
    #[inline]
    pub(crate) fn known(&self, name: ListName) -> Option<&[u8]> {
        if self.owed.is_some() {
            return None;
        }
        self.lists.as_ref()?.find_named(name, self.table.generation())
    }

    /// Gives back memory that an idle connection does not need.
    pub(crate) fn trim(&mut self) {
        self.lists = None;
    }

    /// All entries, unless the peer has yet to be told of a new size.
    #[cfg(test)]
    pub(crate) fn settled_table(&self) -> Option<Vec<String>> {
        self.owed.is_none().then(|| self.table.texts())
    }

    #[cfg(test)]
    pub(crate) fn table(&self) -> &DynamicTable {
        &self.table
    }

    /// Appends one field; true if an index was all it took.
    ///
    /// Only values that go into the table are Huffman-coded: doing it for each block costs both sides
    /// more than the fifth of the bytes that it saves.
    fn encode_field(&mut self, field: Field<'_>, out: &mut Vec<u8>) -> bool {
        let Field { name, value, indexing } = field;
        if indexing == Indexing::Sensitive {
            // RFC 7541 §7.1.3: the value is looked up nowhere.
            self.write_name((0x10, 4), name, out);
            write_plain_string(value, out);
            return false;
        }
        if indexing == Indexing::Literal {
            // The first of its name is added, for the others to refer to its name.
            let first = self.name_index(name).is_none() && self.table.has_room(name, value);
            self.write_name(if first { (0x40, 6) } else { (0x00, 4) }, name, out);
            write_plain_string(value, out);
            if first {
                self.insert(name, value, hash_field(name, value));
            }
            return false;
        }
        // The dynamic table first: nearly every field of a settled connection is there.
        let hash = hash_field(name, value);
        if let Some(index) = self.table.find(hash, name, value) {
            write_integer(0x80, 7, static_table::LEN + 1 + index, out);
            return true;
        }
        if let Some(Match::Field(index)) = static_table::find(name, value) {
            write_integer(0x80, 7, index, out);
            return true;
        }
        let fits = name.len() + value.len() + 32 <= self.table.max_size();
        let wanted = match indexing {
            Indexing::Always => true,
            // What may not repeat must not push out what does.
            _ => self.table.has_room(name, value) && self.was_seen(hash),
        };
        if wanted && fits {
            self.write_name((0x40, 6), name, out);
            write_string(value, out);
            self.insert(name, value, hash);
        } else {
            self.write_name((0x00, 4), name, out);
            write_plain_string(value, out);
        }
        false
    }

    fn was_seen(&mut self, hash: u32) -> bool {
        if self.seen.contains(&hash) {
            return true;
        }
        self.seen[usize::from(self.next_seen) % SEEN] = hash;
        self.next_seen = self.next_seen.wrapping_add(1);
        false
    }

    fn insert(&mut self, name: &[u8], value: &[u8], hash: u32) {
        // Our own fields are what we say they are.
        let kind = FieldKind::Regular;
        self.table.insert(JudgedField { name, value, kind, value_is_valid: true }, hash);
    }

    /// Writes the first byte of a literal and its name.
    fn write_name(&self, (first, prefix): (u8, u32), name: &[u8], out: &mut Vec<u8>) {
        match self.name_index(name) {
            Some(index) => write_integer(first, prefix, index, out),
            None => {
                out.push(first);
                write_string(name, out);
            }
        }
    }

    /// Where in the tables a name is, whatever its value.
    fn name_index(&self, name: &[u8]) -> Option<usize> {
        match static_table::find(name, b"") {
            Some(Match::Field(index) | Match::Name(index)) => Some(index),
            None => self.table.find_name(name).map(|index| static_table::LEN + 1 + index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Decoder;
    use super::*;
    use crate::http2::fields::ListLimits;

    const WIDE: ListLimits = ListLimits { bytes: 1 << 20, fields: 1000 };

    fn send(encoder: &mut Encoder, decoder: &mut Decoder, fields: &[Field<'_>]) -> usize {
        let mut block = Vec::new();
        encoder.encode(fields.iter().copied(), &mut block);
        let decoded = decoder.decode(&block, WIDE).expect("our own encoding");
        let all: Vec<_> = fields.iter().map(|field| format!("{field:?}")).collect();
        assert_eq!(format!("{decoded:?}"), format!("[{}]", all.join(", ")));
        assert_eq!(encoder.table().size(), decoder.table().size());
        block.len()
    }

    #[test]
    fn a_repeated_list_becomes_a_few_bytes() {
        let (mut encoder, mut decoder) = (Encoder::new(4096), Decoder::new());
        let fields = [
            Field::new(":method", "POST"),
            Field::new(":scheme", "http"),
            Field::new(":path", "/acme.orders.v1.OrderService/GetOrder").indexing(Indexing::Always),
            Field::new("content-type", "application/grpc").indexing(Indexing::Always),
            Field::new("x-tenant", "blue"),
        ];
        let lengths: Vec<_> = (0..4).map(|_| send(&mut encoder, &mut decoder, &fields)).collect();
        assert!(lengths[0] > 40);
        assert!(lengths[1] < lengths[0]);
        assert_eq!(lengths[2..], [5, 5]);
    }

    #[test]
    fn values_that_never_repeat_leave_the_table_alone() {
        let (mut encoder, mut decoder) = (Encoder::new(4096), Decoder::new());
        for i in 0..1000 {
            let id = format!("request-{i}");
            let field = Field::new("x-request-id", &id);
            send(&mut encoder, &mut decoder, &[field]);
            let field = Field::new("authorization", &id).indexing(Indexing::Sensitive);
            send(&mut encoder, &mut decoder, &[field]);
        }
        assert_eq!(encoder.table().len(), 0);
    }

    #[test]
    fn only_what_goes_into_the_table_is_coded() {
        let mut encoder = Encoder::new(4096);
        let mut is_plain = |field: Field<'_>| {
            let mut block = Vec::new();
            encoder.encode([field], &mut block);
            block.windows(field.value.len()).any(|part| part == field.value)
        };
        let secret = Field::new("authorization", "secret").indexing(Indexing::Sensitive);
        assert!(is_plain(secret) && is_plain(secret));
        let tenant = Field::new("x-tenant", "blue");
        assert!(is_plain(tenant), "it may be the only one");
        assert!(!is_plain(tenant), "it is not");
    }

    #[test]
    fn literals_refer_to_the_name_of_the_first() {
        let (mut encoder, mut decoder) = (Encoder::new(4096), Decoder::new());
        for i in 100..200 {
            let timeout = format!("{i}m");
            let field = Field::new("grpc-timeout", &timeout).indexing(Indexing::Literal);
            let length = send(&mut encoder, &mut decoder, &[field]);
            // An index of two bytes, a length and the value, once the name is known.
            assert!(if i == 100 { length > 10 } else { length == 7 }, "{length}");
        }
        assert_eq!(encoder.table().len(), 1);
    }

    #[test]
    fn a_known_list_is_not_mistaken_for_another() {
        let (mut encoder, mut decoder) = (Encoder::new(4096), Decoder::new());
        fn always<'a>(name: &'a str, value: &'a str) -> Field<'a> {
            Field::new(name, value).indexing(Indexing::Always)
        }
        let lists = [
            vec![always("ab", "c")],
            vec![always("a", "bc")],
            vec![always("ab", "c"), always("a", "bc")],
            vec![always("ab", "c"), always("a", "")],
            vec![],
        ];
        for round in 0..10 {
            for list in &lists {
                send(&mut encoder, &mut decoder, list);
            }
            // The table moves, so every index changes.
            if round % 3 == 2 {
                let value = round.to_string();
                send(&mut encoder, &mut decoder, &[always("round", &value)]);
            }
        }
        // What is a secret this time is not sent as what it was before.
        let mut block = Vec::new();
        let secret = Field::new("ab", "c").indexing(Indexing::Sensitive);
        encoder.encode([secret], &mut block);
        assert!(block.len() > 1 && block[0] & 0xf0 == 0x10);
    }

    #[test]
    fn constant_lists_are_known_by_their_place() {
        const fn field(letter: &'static [u8; 1]) -> Field<'static> {
            Field { name: letter, value: letter, indexing: Indexing::Always }
        }
        static LISTS: [Field<'static>; 12] = [
            field(b"a"),
            field(b"b"),
            field(b"c"),
            field(b"d"),
            field(b"e"),
            field(b"f"),
            field(b"g"),
            field(b"h"),
            field(b"i"),
            field(b"j"),
            field(b"k"),
            field(b"l"),
        ];
        let (mut constant, mut given) = (Encoder::new(4096), Encoder::new(4096));
        for round in 0..40 {
            // More lists than are kept, some of which begin at the same place.
            let lists = (0..LISTS.len())
                .flat_map(|from| (from + 1..=LISTS.len()).map(move |to| &LISTS[from..to]));
            for list in lists {
                let (mut block, mut expected) = (Vec::new(), Vec::new());
                constant.encode_named(
                    ListName::of_constant(list),
                    || list.iter().copied(),
                    &mut block,
                );
                given.encode(list.iter().copied(), &mut expected);
                assert_eq!(block, expected, "round {round}");
            }
            if round % 5 == 4 {
                // The table moves, and its size is announced.
                for encoder in [&mut constant, &mut given] {
                    encoder.set_peer_limit(200 + round);
                }
            }
        }
    }

    #[test]
    fn a_list_is_known_together_with_its_last_field() {
        let (mut encoder, mut decoder) = (Encoder::new(4096), Decoder::new());
        let name = ListName::made_from("list", 1);
        let fields = [Field::new("a", "b"), Field::new("c", "d")]
            .map(|field| field.indexing(Indexing::Always));
        for (round, seconds) in [1, 2, 1, 2, 1, 2, 1, 2, 1, 3].into_iter().enumerate() {
            if round == 6 {
                // The size is announced in front of the block, once.
                encoder.set_peer_limit(300);
                decoder.set_limit(300);
            }
            let value = format!("{seconds}S");
            let last = LastField { name: b"timeout", number: seconds, value: || value.clone() };
            let mut block = Vec::new();
            encoder.encode_named_with(name, || fields, last, &mut block);
            let decoded = decoder.decode(&block, WIDE).expect("our own encoding");
            assert_eq!(decoded.get("timeout"), Some(value.as_bytes()), "round {round}");
            assert_eq!(decoded.iter().count(), 3, "round {round}");
        }
        let known = |seconds| encoder.known(name.followed_by(seconds)).is_some();
        assert_eq!([0, 1, 2, 3].map(known), [true, true, true, false]);
    }

    #[test]
    fn the_lists_of_many_methods_are_known_at_once() {
        let mut encoder = Encoder::new(4096);
        let path = "/acme.orders.v1.OrderService/Method";
        let methods: Vec<_> = (0..40).map(|method| (method, format!("{path}{method}"))).collect();
        for round in 0..4 {
            for (number, path) in &methods {
                let name = ListName::made_from("", *number);
                assert!(round < 3 || encoder.known(name).is_some(), "{path}");
                let fields = [Field::new(":method", "POST"), Field::new(":path", path)]
                    .map(|field| field.indexing(Indexing::Always));
                encoder.encode_named(name, || fields, &mut Vec::new());
            }
        }
    }

    #[test]
    fn the_peers_limit_is_announced_and_kept() {
        let (mut encoder, mut decoder) = (Encoder::new(4096), Decoder::new());
        let field = Field::new("a", "b").indexing(Indexing::Always);
        send(&mut encoder, &mut decoder, &[field]);
        // RFC 7541 §4.2: down to nothing and up again takes two updates.
        encoder.set_peer_limit(0);
        encoder.set_peer_limit(200);
        decoder.set_limit(0);
        decoder.set_limit(200);
        for i in 0..10 {
            let name = format!("name-{i}");
            let field = Field::new(&name, "value").indexing(Indexing::Always);
            send(&mut encoder, &mut decoder, &[field]);
            assert!(encoder.table().size() <= 200);
        }
        // A peer that offers more than we want changes nothing.
        encoder.set_peer_limit(1 << 30);
        assert_eq!(encoder.table().max_size(), 4096);
        let mut small = Encoder::new(100);
        send(&mut small, &mut Decoder::new(), &[field]);
        assert_eq!(small.table().max_size(), 100);
    }
}
