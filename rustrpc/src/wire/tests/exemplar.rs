//! Messages with one of everything.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;

use crate::wire::{DecodeError, Enumeration, Message, Reader, UnknownFields, Writer, kind};

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Color(pub(super) i32);

#[allow(non_upper_case_globals, reason = "the constants stand for variants")]
impl Color {
    pub(super) const None: Self = Self(0);
    pub(super) const Red: Self = Self(1);
}

impl Enumeration for Color {
    const NAME: &'static str = "test.Color";
    const VALUES: &'static [(Self, &'static str)] = &[(Self::None, "NONE"), (Self::Red, "RED")];
}

impl From<i32> for Color {
    fn from(number: i32) -> Self {
        Self(number)
    }
}

impl From<Color> for i32 {
    fn from(color: Color) -> Self {
        color.0
    }
}

impl std::fmt::Debug for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.fmt_debug(f)
    }
}

/// The record of Kleppmann's comparison of encodings: 33 bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Person {
    pub(super) user_name: String,
    pub(super) favourite_number: i64,
    pub(super) interests: Vec<String>,
}

impl Message for Person {
    const NAME: &'static str = "test.Person";

    fn write(&self, w: &mut Writer) {
        w.repeated_string(26, &self.interests);
        if self.favourite_number != 0 {
            w.int64(16, self.favourite_number);
        }
        if !self.user_name.is_empty() {
            w.string(10, &self.user_name);
        }
    }

    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
        while let Some(tag) = r.tag()? {
            match tag {
                10 => self.user_name = r.string()?,
                16 => self.favourite_number = r.int64()?,
                26 => r.repeated_string(tag, &mut self.interests)?,
                _ => r.skip(tag)?,
            }
        }
        Ok(())
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Choice {
    Number(i32),
    Text(String),
    Child(Box<Everything>),
}

/// One field of each kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Everything {
    pub(super) int32: i32,
    pub(super) int64: i64,
    pub(super) uint32: u32,
    pub(super) uint64: u64,
    pub(super) sint32: i32,
    pub(super) sint64: i64,
    pub(super) bool: bool,
    pub(super) fixed32: u32,
    pub(super) fixed64: u64,
    pub(super) sfixed32: i32,
    pub(super) sfixed64: i64,
    pub(super) float: f32,
    pub(super) double: f64,
    pub(super) string: String,
    pub(super) bytes: Vec<u8>,
    pub(super) shared: Bytes,
    pub(super) color: Color,
    pub(super) closed: Option<Color>,
    pub(super) optional: Option<i32>,
    pub(super) child: Option<Box<Everything>>,
    pub(super) group: Option<Box<Everything>>,
    pub(super) children: Vec<Everything>,
    pub(super) groups: Vec<Everything>,
    pub(super) strings: Vec<String>,
    pub(super) blobs: Vec<Vec<u8>>,
    pub(super) varints: Vec<i32>,
    pub(super) zigzags: Vec<i64>,
    pub(super) doubles: Vec<f64>,
    pub(super) flags: Vec<bool>,
    pub(super) colors: Vec<Color>,
    pub(super) closed_colors: Vec<Color>,
    pub(super) labels: HashMap<String, i64>,
    pub(super) tree: BTreeMap<i32, Everything>,
    pub(super) closed_map: BTreeMap<u32, Color>,
    pub(super) choice: Option<Choice>,
    pub(super) unknown_fields: UnknownFields,
}

impl Message for Everything {
    const NAME: &'static str = "test.Everything";

    fn write(&self, w: &mut Writer) {
        w.unknown_fields(&self.unknown_fields);
        match &self.choice {
            None => {}
            Some(Choice::Number(v)) => w.int32(7992, *v),
            Some(Choice::Text(v)) => w.string(8002, v),
            Some(Choice::Child(v)) => w.message(8010, v),
        }
        w.map::<kind::Uint32, kind::Enum<Color>>(274, &self.closed_map);
        w.map::<kind::Int32, kind::Message<Everything>>(266, &self.tree);
        w.map::<kind::String, kind::Sint64>(258, &self.labels);
        w.packed_enumeration(250, &self.closed_colors);
        w.packed_enumeration(242, &self.colors);
        w.packed_bool(234, &self.flags);
        w.packed_double(226, &self.doubles);
        w.packed_sint64(218, &self.zigzags);
        w.packed_int32(210, &self.varints);
        w.repeated_bytes(202, &self.blobs);
        w.repeated_string(194, &self.strings);
        w.repeated_group(187, &self.groups);
        w.repeated_message(178, &self.children);
        if let Some(v) = &self.group {
            w.group(171, v);
        }
        if let Some(v) = &self.child {
            w.message(162, v);
        }
        if let Some(v) = self.optional {
            w.int32(152, v);
        }
        if let Some(v) = self.closed {
            w.enumeration(144, v);
        }
        if self.color != Color::None {
            w.enumeration(136, self.color);
        }
        if !self.shared.is_empty() {
            w.bytes(130, &self.shared);
        }
        if !self.bytes.is_empty() {
            w.bytes(122, &self.bytes);
        }
        if !self.string.is_empty() {
            w.string(114, &self.string);
        }
        if self.double.to_bits() != 0 {
            w.double(105, self.double);
        }
        if self.float.to_bits() != 0 {
            w.float(101, self.float);
        }
        if self.sfixed64 != 0 {
            w.sfixed64(89, self.sfixed64);
        }
        if self.sfixed32 != 0 {
            w.sfixed32(85, self.sfixed32);
        }
        if self.fixed64 != 0 {
            w.fixed64(73, self.fixed64);
        }
        if self.fixed32 != 0 {
            w.fixed32(69, self.fixed32);
        }
        if self.bool {
            w.bool(56, self.bool);
        }
        if self.sint64 != 0 {
            w.sint64(48, self.sint64);
        }
        if self.sint32 != 0 {
            w.sint32(40, self.sint32);
        }
        if self.uint64 != 0 {
            w.uint64(32, self.uint64);
        }
        if self.uint32 != 0 {
            w.uint32(24, self.uint32);
        }
        if self.int64 != 0 {
            w.int64(16, self.int64);
        }
        if self.int32 != 0 {
            w.int32(8, self.int32);
        }
    }

    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), DecodeError> {
        while let Some(tag) = r.tag()? {
            match tag {
                8 => self.int32 = r.int32()?,
                16 => self.int64 = r.int64()?,
                24 => self.uint32 = r.uint32()?,
                32 => self.uint64 = r.uint64()?,
                40 => self.sint32 = r.sint32()?,
                48 => self.sint64 = r.sint64()?,
                56 => self.bool = r.bool()?,
                69 => self.fixed32 = r.fixed32()?,
                73 => self.fixed64 = r.fixed64()?,
                85 => self.sfixed32 = r.sfixed32()?,
                89 => self.sfixed64 = r.sfixed64()?,
                101 => self.float = r.float()?,
                105 => self.double = r.double()?,
                114 => self.string = r.string()?,
                122 => self.bytes = r.bytes()?,
                130 => self.shared = r.bytes()?,
                136 => self.color = r.enumeration()?,
                144 => {
                    if let Some(v) = r.closed_enumeration(&mut self.unknown_fields)? {
                        self.closed = Some(v);
                    }
                }
                152 => self.optional = Some(r.int32()?),
                162 => r.message(self.child.get_or_insert_default())?,
                171 => r.group(tag, self.group.get_or_insert_default())?,
                178 => r.repeated_message(tag, &mut self.children)?,
                187 => r.repeated_group(tag, &mut self.groups)?,
                194 => r.repeated_string(tag, &mut self.strings)?,
                202 => r.repeated_bytes(tag, &mut self.blobs)?,
                210 => r.packed_int32(&mut self.varints)?,
                208 => self.varints.push(r.int32()?),
                218 => r.packed_sint64(&mut self.zigzags)?,
                226 => r.packed_double(&mut self.doubles)?,
                225 => self.doubles.push(r.double()?),
                234 => r.packed_bool(&mut self.flags)?,
                242 => r.packed_enumeration(&mut self.colors)?,
                250 => {
                    r.packed_closed_enumeration(&mut self.closed_colors, &mut self.unknown_fields)?;
                }
                258 => r.map::<kind::String, kind::Sint64>(tag, &mut self.labels)?,
                266 => r.map::<kind::Int32, kind::Message<Everything>>(tag, &mut self.tree)?,
                274 => r.closed_enumeration_map::<kind::Uint32, _>(
                    &mut self.closed_map,
                    &mut self.unknown_fields,
                )?,
                7992 => self.choice = Some(Choice::Number(r.int32()?)),
                8002 => self.choice = Some(Choice::Text(r.string()?)),
                8010 => match &mut self.choice {
                    Some(Choice::Child(v)) => r.message(v)?,
                    choice => *choice = Some(Choice::Child(r.new_message()?)),
                },
                _ => r.unknown_field(tag, &mut self.unknown_fields)?,
            }
        }
        Ok(())
    }
}

impl Everything {
    /// A message in which every field is set, with the values that matter at the edges.
    pub(super) fn full() -> Self {
        let small = Self { int32: -1, string: "k".into(), ..Self::default() };
        Self {
            int32: i32::MIN,
            int64: i64::MIN,
            uint32: u32::MAX,
            uint64: u64::MAX,
            sint32: i32::MIN,
            sint64: i64::MIN,
            bool: true,
            fixed32: 0x0102_0304,
            fixed64: 0x0102_0304_0506_0708,
            sfixed32: -2,
            sfixed64: -3,
            float: -0.0,
            double: -0.0,
            string: "grüße".into(),
            bytes: vec![0, 0xff, 0x80],
            shared: Bytes::from_static(b"shared"),
            color: Color(77),
            closed: Some(Color::Red),
            optional: Some(0),
            child: Some(Box::new(Self { child: Some(Box::default()), ..small.clone() })),
            group: Some(Box::new(Self { group: Some(Box::default()), ..small.clone() })),
            children: vec![Self::default(), small.clone(), Self::default()],
            groups: vec![small.clone(), Self::default()],
            strings: vec![String::new(), "a".into(), "b".repeat(300)],
            blobs: vec![vec![], vec![1; 200]],
            varints: (0..64).flat_map(|bit| [(1i64 << bit) as i32, -1, 0, 1]).collect(),
            zigzags: (0..64).flat_map(|bit| [1i64 << bit, !(1i64 << bit), 3]).collect(),
            doubles: vec![0.0, -1.5, f64::INFINITY],
            flags: [true, false].repeat(30),
            colors: vec![Color::Red, Color(-1), Color::None],
            closed_colors: vec![Color::Red, Color::None],
            labels: [("one".into(), 1), (String::new(), -7), ("two".into(), 0)].into(),
            tree: [(1, small.clone()), (-5, Self::default())].into(),
            closed_map: [(9, Color::Red)].into(),
            choice: Some(Choice::Child(Box::new(small))),
            unknown_fields: UnknownFields::new(),
        }
    }
}
