//! Messages with all their fields set, by nothing but their descriptors.

use rustrpc::reflect::{
    Cardinality, DynamicMessage, FieldDescriptor, Kind, MapKey, MessageDescriptor, Value,
};

/// A source of numbers that are the same in each run.
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 11) as usize % limit.max(1)
    }
}

/// A message with every field set, one of each oneof, and messages inside up to `depth` levels.
pub(crate) fn filled(
    descriptor: &MessageDescriptor,
    numbers: &mut Numbers,
    depth: u32,
) -> DynamicMessage {
    let mut message = DynamicMessage::new(descriptor.clone());
    match descriptor.full_name() {
        "google.protobuf.Timestamp" => {
            message.set("seconds", numbers.below(2_000_000_000) as i64).expect("is a field");
            message.set("nanos", (numbers.below(1000) * 1_000_000) as i32).expect("is a field");
            return message;
        }
        "google.protobuf.Duration" => {
            message.set("seconds", numbers.below(1000) as i64).expect("is a field");
            message.set("nanos", 5).expect("is a field");
            return message;
        }
        "google.protobuf.FieldMask" => {
            message.set("paths", Value::from_iter(["one_path", "another.path"])).expect("a list");
            return message;
        }
        "google.protobuf.Any" => return message,
        _ => {}
    }
    let always = descriptor.full_name() == "google.protobuf.Value";
    let chosen: Vec<_> = descriptor
        .oneofs()
        .map(|oneof| {
            let fields: Vec<_> = oneof.fields().collect();
            // A `Value` has to end somewhere.
            let most = if always && depth == 0 { 4 } else { fields.len() };
            fields[numbers.below(most)].clone()
        })
        .collect();
    for field in descriptor.fields().chain(descriptor.known_extensions()) {
        let required = field.cardinality() == Cardinality::Required;
        let is_message = matches!(field.kind(), Kind::Message(_));
        let left_out = field.oneof().is_some() && !chosen.contains(&field);
        if left_out || (depth == 0 && is_message && !required) {
            continue;
        }
        let value = value(&field, numbers, depth.saturating_sub(1));
        message.set(&field, value).expect("the value is made for the field");
    }
    message
}

/// Whether an extension is set, here or below.
pub(crate) fn has_extension(message: &DynamicMessage) -> bool {
    let inside = |value: &Value| value.as_message().is_some_and(has_extension);
    message.fields().any(|(field, value)| {
        field.is_extension()
            || inside(value)
            || value.as_list().is_some_and(|values| values.iter().any(inside))
            || value.as_map().is_some_and(|entries| entries.values().any(inside))
    })
}

fn value(field: &FieldDescriptor, numbers: &mut Numbers, depth: u32) -> Value {
    if let Some((key, value)) = field.map_kinds() {
        let key = match one(&key, numbers, depth) {
            Value::Bool(key) => MapKey::Bool(key),
            Value::I32(key) => MapKey::I32(key),
            Value::I64(key) => MapKey::I64(key),
            Value::U32(key) => MapKey::U32(key),
            Value::U64(key) => MapKey::U64(key),
            Value::String(key) => MapKey::String(key),
            other => panic!("a key can't be {other:?}"),
        };
        // One entry: generated maps have no order.
        return Value::Map([(key, one(&value, numbers, depth))].into());
    }
    if field.is_list() {
        return Value::List((0..3).map(|_| one(&field.kind(), numbers, depth)).collect());
    }
    one(&field.kind(), numbers, depth)
}

fn one(kind: &Kind, numbers: &mut Numbers, depth: u32) -> Value {
    let number = numbers.next();
    // Short numbers and long ones.
    let number = if numbers.below(2) == 0 { number % 100 } else { number };
    let signed = number as i64;
    match kind {
        Kind::Double => Value::F64([0.0, -0.0, 1.5, -1e300, 0.1][numbers.below(5)]),
        Kind::Float => Value::F32([0.0, -0.0, 1.5, -1e30, 0.1][numbers.below(5)]),
        Kind::Int32 | Kind::Sint32 | Kind::Sfixed32 => Value::I32(signed as i32),
        Kind::Int64 | Kind::Sint64 | Kind::Sfixed64 => Value::I64(signed),
        Kind::Uint32 | Kind::Fixed32 => Value::U32(number as u32),
        Kind::Uint64 | Kind::Fixed64 => Value::U64(number),
        Kind::Bool => Value::Bool(number % 2 == 0),
        Kind::String => Value::from(["", "a", "grüße \"\\\n\t", "世界 😀"][numbers.below(4)]),
        Kind::Bytes => Value::Bytes([&b""[..], b"\0\xff\n", b"bytes"][numbers.below(3)].to_vec()),
        Kind::Enum(enumeration) => {
            let values: Vec<_> = enumeration.values().collect();
            let declared = values[numbers.below(values.len())].number();
            let open = !enumeration.is_closed() && enumeration.name() != "NullValue";
            Value::Enum(if open && numbers.below(4) == 0 { 12_345 } else { declared })
        }
        Kind::Message(descriptor) => Value::from(filled(descriptor, numbers, depth)),
    }
}
