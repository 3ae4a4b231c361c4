//! Messages with a field of every kind.

use std::collections::{BTreeMap, HashMap};

use crate::json::{Json, JsonError, JsonField, JsonReader, JsonWriter};
use crate::wire::{DecodeError, Enumeration, Message, Reader, Writer};
use crate::{json_enumeration, json_fields};

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Sample {
    pub(super) number: i32,
    pub(super) big_number: u64,
    pub(super) price: f64,
    pub(super) ratio: f32,
    pub(super) open: bool,
    pub(super) title: String,
    pub(super) raw: Vec<u8>,
    pub(super) status: Status,
    pub(super) mood: Option<Mood>,
    pub(super) note: Option<String>,
    pub(super) child: Option<Box<Sample>>,
    pub(super) numbers: Vec<i64>,
    pub(super) children: Vec<Sample>,
    pub(super) statuses: Vec<Status>,
    pub(super) labels: HashMap<String, i32>,
    pub(super) by_number: BTreeMap<i64, Sample>,
    pub(super) by_truth: BTreeMap<bool, Status>,
    pub(super) payment: Option<Payment>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Payment {
    Card(String),
    Cash(i64),
    Voucher(Box<Sample>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Status(pub(super) i32);

/// A closed enum.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Mood(pub(super) i32);

json_enumeration!(Status);
json_enumeration!(closed Mood);

impl Json for Sample {
    const FIELDS: &'static [JsonField] = json_fields![
        "number",
        "bigNumber" = "big_number",
        "price",
        "ratio",
        "open",
        "renamed" = "title",
        "raw",
        "status",
        "mood",
        "note",
        "child",
        "numbers",
        "children",
        "statuses",
        "labels",
        "byNumber" = "by_number",
        "byTruth" = "by_truth",
        "card",
        "cash",
        "voucher",
    ];

    fn write_json(&self, w: &mut JsonWriter) {
        w.message(|w| {
            w.field(&Self::FIELDS[0], &self.number);
            w.field(&Self::FIELDS[1], &self.big_number);
            w.field(&Self::FIELDS[2], &self.price);
            w.field(&Self::FIELDS[3], &self.ratio);
            w.field(&Self::FIELDS[4], &self.open);
            w.field(&Self::FIELDS[5], &self.title);
            w.field(&Self::FIELDS[6], &self.raw);
            w.field(&Self::FIELDS[7], &self.status);
            w.field(&Self::FIELDS[8], &self.mood);
            w.field(&Self::FIELDS[9], &self.note);
            w.field(&Self::FIELDS[10], &self.child);
            w.field(&Self::FIELDS[11], &self.numbers);
            w.field(&Self::FIELDS[12], &self.children);
            w.field(&Self::FIELDS[13], &self.statuses);
            w.field(&Self::FIELDS[14], &self.labels);
            w.field(&Self::FIELDS[15], &self.by_number);
            w.field(&Self::FIELDS[16], &self.by_truth);
            match &self.payment {
                Some(Payment::Card(v)) => w.present(&Self::FIELDS[17], v),
                Some(Payment::Cash(v)) => w.present(&Self::FIELDS[18], v),
                Some(Payment::Voucher(v)) => w.present(&Self::FIELDS[19], v),
                None => {}
            }
        });
    }

    fn read_json(&mut self, r: &mut JsonReader<'_>) -> Result<(), JsonError> {
        r.message(self, |m, r, field| match field {
            0 => r.field(&mut m.number),
            1 => r.field(&mut m.big_number),
            2 => r.field(&mut m.price),
            3 => r.field(&mut m.ratio),
            4 => r.field(&mut m.open),
            5 => r.field(&mut m.title),
            6 => r.field(&mut m.raw),
            7 => r.field(&mut m.status),
            8 => r.field(&mut m.mood),
            9 => r.field(&mut m.note),
            10 => r.field(&mut m.child),
            11 => r.field(&mut m.numbers),
            12 => r.field(&mut m.children),
            13 => r.field(&mut m.statuses),
            14 => r.field(&mut m.labels),
            15 => r.field(&mut m.by_number),
            16 => r.field(&mut m.by_truth),
            17 => r.oneof(&mut m.payment, Payment::Card),
            18 => r.oneof(&mut m.payment, Payment::Cash),
            19 => r.oneof(&mut m.payment, Payment::Voucher),
            _ => Ok(()),
        })
    }
}

/// These tests are of JSON alone; binary has its own.
impl Message for Sample {
    const NAME: &'static str = "test.Sample";

    fn write(&self, _: &mut Writer) {}

    fn read(&mut self, _: &mut Reader<'_>) -> Result<(), DecodeError> {
        Ok(())
    }
}

impl Enumeration for Status {
    const NAME: &'static str = "test.Status";
    const VALUES: &'static [(Self, &'static str)] =
        &[(Self(0), "UNKNOWN"), (Self(1), "OPEN"), (Self(1), "UNLOCKED"), (Self(-1), "LOST")];
}

impl Enumeration for Mood {
    const NAME: &'static str = "test.Mood";
    const VALUES: &'static [(Self, &'static str)] = &[(Self(0), "FINE"), (Self(2), "GLOOMY")];
}

macro_rules! numbered {
    ($($enumeration:ident)*) => {
        $(
            impl From<i32> for $enumeration {
                fn from(number: i32) -> Self {
                    Self(number)
                }
            }

            impl From<$enumeration> for i32 {
                fn from(value: $enumeration) -> Self {
                    value.0
                }
            }
        )*
    };
}

numbered!(Status Mood);
