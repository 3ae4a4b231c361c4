//! The messages that are measured: the same on every run.

mod googleapis;

pub(crate) use googleapis::{document, log_batch, result_set};

use crate::ours::shapes::{
    Address, Blob, Item, Kind, Medium, Numbers, Small, Stamp, medium::Payload,
};

/// 69 bytes.
pub(crate) fn small() -> Small {
    Small {
        name: "projects/acme/orders/2024-11".into(),
        id: 8_412_339_921,
        flag: true,
        page_size: 250,
        token: "b64:9f3kq0zD2mVn7aLx1TzQ".into(),
        kind: Kind::B,
        ..Small::default()
    }
}

/// 2.7 KB.
pub(crate) fn medium() -> Medium {
    let mut random = Random(7);
    let address = |number: u32| Address {
        street: format!("{number} Long Street"),
        city: "Zürich".into(),
        country: "Switzerland".into(),
        zip: 8000 + number,
        ..Address::default()
    };
    Medium {
        id: "order-000000000042".into(),
        title: "An order with a fair number of lines".into(),
        items: (0..20)
            .map(|number| Item {
                sku: format!("SKU-{number:08}"),
                quantity: number,
                price: f64::from(number) * 1.25,
                tags: vec!["fragile".into(), "gift".into(), format!("batch-{number}")],
                address: (number % 2 == 0).then(|| address(number.unsigned_abs())),
                kind: Kind::A,
                ..Item::default()
            })
            .collect(),
        labels: (0..12).map(|n| (format!("label-{n}"), format!("value of {n}"))).collect(),
        counters: (0..12)
            .map(|n| (format!("counter-{n}"), random.next() as i64 >> (n * 5)))
            .collect(),
        created: Some(Stamp { seconds: 1_732_000_000, nanos: 123_456_789, ..Stamp::default() }),
        codes: (0..60).map(|n| n * n).collect(),
        payload: Some(Payload::Place(address(99))),
        version: 17,
        note: "Leave it with the neighbours if nobody opens; they know about it.".into(),
        ..Medium::default()
    }
}

/// About 700 KB: varints and zigzags of all lengths, doubles and floats.
pub(crate) fn numbers() -> Numbers {
    let mut random = Random(11);
    Numbers {
        varints: (0..50_000)
            .map(|_| {
                let shift = random.next() % 64;
                random.next() >> shift
            })
            .collect(),
        doubles: (0..20_000).map(|n| f64::from(n) * 0.1).collect(),
        deltas: (0..50_000)
            .map(|_| {
                let shift = random.next() % 32;
                (random.next() as i32) >> shift
            })
            .collect(),
        floats: (0..20_000u16).map(|n| f32::from(n) * 0.5).collect(),
        ..Numbers::default()
    }
}

/// 100 KB of varints of one byte.
pub(crate) fn one_byte() -> Numbers {
    let mut random = Random(13);
    Numbers { varints: (0..100_000).map(|_| random.next() % 128).collect(), ..Numbers::default() }
}

/// 240 KB of doubles and floats.
pub(crate) fn fixed() -> Numbers {
    Numbers {
        doubles: (0..20_000).map(|n| f64::from(n) * 0.1).collect(),
        floats: (0..20_000u16).map(|n| f32::from(n) * 0.5).collect(),
        ..Numbers::default()
    }
}

/// 1 MiB of bytes.
pub(crate) fn blob() -> Blob {
    Blob { name: "blob".into(), data: vec![0x5a; 1 << 20], offset: 12, ..Blob::default() }
}

/// A small generator of numbers that look random (SplitMix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
