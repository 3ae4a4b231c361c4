//! Whose code is measured, and how each generator is asked for it.

use std::fs;
use std::path::Path;

use prost::Message;
use prost_types::FileDescriptorSet;

use super::set::Descriptors;

/// One generator with its options.
pub struct Contender {
    /// How the table calls it.
    pub name: &'static str,
    /// The name of its crate.
    pub id: &'static str,
    pub kind: Kind,
    /// Whether its messages have a JSON form.
    pub json: bool,
    /// What goes below `[dependencies]`; `RUNTIME` is the folder of ours.
    dependencies: &'static str,
    /// What callers need beside that.
    pub callers: &'static str,
}

/// Whose code it is, which decides how it is called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// With the options of the plugin.
    Rustrpc(&'static str),
    Tonic,
    Connect,
}

const RUSTRPC: &str = "rustrpc = { path = RUNTIME }\n";
const TONIC: &str =
    "prost = \"0.14\"\nprost-types = \"0.14\"\ntonic = \"0.14\"\ntonic-prost = \"0.14\"\n";
const CONNECT: &str = "buffa = { version = \"0.9\", features = [\"json\"] }\n\
    buffa-descriptor = { version = \"0.9\", features = [\"json\"] }\n\
    buffa-types = { version = \"0.9\", features = [\"json\"] }\n\
    connectrpc = { version = \"0.9\", features = [\"client\", \"server\"] }\n\
    serde = { version = \"1\", features = [\"derive\"] }\n";
/// In pairs: a peer, and what of ours has the same in it. The last one is ours as it comes.
pub const CONTENDERS: [Contender; 5] = [
    Contender {
        name: "prost + tonic",
        id: "size-tonic",
        kind: Kind::Tonic,
        json: false,
        dependencies: TONIC,
        callers: "tokio-stream = \"0.1\"\n",
    },
    Contender {
        name: "rustrpc, `descriptors=none`",
        id: "size-rustrpc-plain",
        kind: Kind::Rustrpc("descriptors=none"),
        json: false,
        dependencies: RUSTRPC,
        callers: "",
    },
    Contender {
        name: "buffa + connect-rust",
        id: "size-connect",
        kind: Kind::Connect,
        json: true,
        dependencies: CONNECT,
        callers: "serde_json = \"1\"\n",
    },
    Contender {
        name: "rustrpc, `views`, `json`, `descriptors=none`",
        id: "size-rustrpc-json",
        kind: Kind::Rustrpc("views,json,descriptors=none"),
        json: true,
        dependencies: RUSTRPC,
        callers: "",
    },
    Contender {
        name: "rustrpc as it comes, with descriptors",
        id: "size-rustrpc",
        kind: Kind::Rustrpc(""),
        json: false,
        dependencies: RUSTRPC,
        callers: "",
    },
];

impl Contender {
    /// The lines for a manifest.
    pub fn dependencies(&self, runtime: &Path) -> String {
        self.dependencies.replace("RUNTIME", &format!("{runtime:?}"))
    }

    /// Writes the code below a folder, its root in `mod.rs`.
    pub fn generate(&self, descriptors: &Descriptors, folder: &Path) -> Result<(), String> {
        let at = |error: std::io::Error| format!("{}: {error}", folder.display());
        if folder.exists() {
            fs::remove_dir_all(folder).map_err(at)?;
        }
        fs::create_dir_all(folder).map_err(at)?;
        match self.kind {
            Kind::Rustrpc(parameter) => rustrpc(descriptors, parameter, folder),
            Kind::Tonic => tonic_prost_build::configure()
                .out_dir(folder)
                .include_file("mod.rs")
                .emit_rerun_if_changed(false)
                .compile_fds(FileDescriptorSet { file: descriptors.parsed.clone() })
                .map_err(at),
            Kind::Connect => {
                // Beside the code, where nobody counts it.
                let set = folder.with_extension("descriptors");
                fs::write(&set, descriptors.encoded.encode_to_vec()).map_err(at)?;
                connectrpc_build::Config::new()
                    .descriptor_set(set)
                    .files(&descriptors.files)
                    .out_dir(folder)
                    .include_file("mod.rs")
                    .emit_rerun_directives(false)
                    .generate_json(self.json)
                    .compile()
                    .map_err(|error| format!("{}: {error:#}", self.name))
            }
        }
    }
}

/// A `CodeGeneratorRequest` whose files nobody has looked into.
#[derive(Clone, PartialEq, prost::Message)]
struct EncodedRequest {
    #[prost(string, repeated, tag = "1")]
    file_to_generate: Vec<String>,
    #[prost(string, tag = "2")]
    parameter: String,
    #[prost(bytes = "vec", repeated, tag = "15")]
    proto_file: Vec<Vec<u8>>,
}

/// What the plugin does with such a request.
fn rustrpc(descriptors: &Descriptors, parameter: &str, folder: &Path) -> Result<(), String> {
    let request = EncodedRequest {
        file_to_generate: descriptors.files.clone(),
        parameter: parameter.to_owned(),
        proto_file: descriptors.encoded.file.clone(),
    };
    for file in protoc_gen_rustrpc::files_of_request(request.encode_to_vec())? {
        let path = folder.join(&file.name);
        let above = path.parent().unwrap_or(folder);
        fs::create_dir_all(above)
            .and_then(|()| fs::write(&path, &file.content))
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}
