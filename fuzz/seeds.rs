//! Writes what fuzzing begins with: `cargo run --example seeds FOLDER` puts a folder for each target there, with
//! messages that have all their fields set, in each of their forms.

use std::error::Error;
use std::fs;
use std::path::Path;

use rustrpc::json;
use rustrpc::reflect::{DescriptorPool, DynamicMessage};
use rustrpc::text;
use rustrpc::types::descriptors as well_known;
use rustrpc::wire::ProtoFile;

#[allow(dead_code, reason = "only its descriptors are of interest")]
#[path = "../fixtures/codec/golden/mod.rs"]
mod codec;
#[allow(dead_code, reason = "not all of it is of use here")]
#[path = "../tests/support/filled.rs"]
mod filled;
#[allow(dead_code, reason = "only its descriptors are of interest")]
#[path = "../fixtures/json/golden/mod.rs"]
mod in_json;
#[allow(dead_code, reason = "only its descriptors are of interest")]
#[path = "../fixtures/text/golden/mod.rs"]
mod in_text;

/// Where the last two take themselves to be.
mod proto {
    pub(crate) mod acme {
        pub(crate) use crate::in_json::acme::legacy;
        pub(crate) use crate::in_text::acme::archive;
    }
}

/// Messages of each type.
const SEEDS: u64 = 6;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: seeds FOLDER")?;
    let out = Out(Path::new(&folder));
    let codec = ["acme.modern.Everything", "acme.legacy.Guest", "acme.legacy.Table"];
    for (choice, name) in (0..).zip(codec) {
        for (seed, message) in messages(codec::descriptors::FILES, name)? {
            let bytes = message.encode_to_vec();
            if choice == 0 {
                out.put("decode", name, seed, &[&bytes])?;
            }
            out.put("views", name, seed, &[&[choice], &bytes])?;
            out.put("dynamic", name, seed, &[&[choice], &bytes])?;
        }
    }
    let printer = json::Printer::new();
    for (choice, name) in (3..).zip(["acme.shop.Order", "acme.legacy.Record"]) {
        for (seed, message) in messages(in_json::descriptors::FILES, name)? {
            let json = message.to_json(&printer)?;
            out.put("json", name, seed, &[json.as_bytes()])?;
            out.put("dynamic", name, seed, &[&[choice], json.as_bytes()])?;
            out.put("json", &format!("{name}-binary"), seed, &[&message.encode_to_vec()])?;
        }
    }
    for name in ["google.protobuf.Struct", "google.protobuf.Timestamp", "google.protobuf.Duration"]
    {
        for (seed, message) in messages(&[], name)? {
            let json = message.to_json(&printer)?;
            out.put("json", name, seed, &[json.as_bytes()])?;
            let any = json_any(name, &json);
            out.put("json", &format!("any-{name}"), seed, &[any.as_bytes()])?;
        }
    }
    for (choice, name) in (5..).zip(["acme.press.Article", "acme.archive.Folder"]) {
        for (seed, message) in messages(in_text::descriptors::FILES, name)? {
            let text = message.to_text(&text::Printer::new());
            out.put("text", name, seed, &[text.as_bytes()])?;
            out.put("dynamic", name, seed, &[&[choice], text.as_bytes()])?;
        }
    }
    Ok(())
}

/// An `Any` of a type whose JSON form is its own.
fn json_any(name: &str, json: &str) -> String {
    format!(r#"{{"@type":"type.googleapis.com/{name}","value":{json}}}"#)
}

fn messages(
    files: &[&'static ProtoFile],
    name: &str,
) -> Result<Vec<(u64, DynamicMessage)>, Box<dyn Error>> {
    let pool = DescriptorPool::embedded(&[files, well_known::FILES].concat())?;
    let descriptor = pool.message(name).ok_or_else(|| format!("there is no {name}"))?;
    let message = |seed| (seed, filled::filled(&descriptor, &mut filled::Numbers::new(seed), 2));
    Ok((0..SEEDS).map(message).collect())
}

struct Out<'a>(&'a Path);

impl Out<'_> {
    fn put(&self, target: &str, name: &str, seed: u64, parts: &[&[u8]]) -> std::io::Result<()> {
        let folder = self.0.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("{name}-{seed}")), parts.concat())
    }
}
