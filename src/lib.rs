//! Generates plain, readable Rust from Protocol Buffers service definitions.
//!
//! [`generate`] is the whole plugin: the bytes of a `CodeGeneratorRequest` in, the bytes of a
//! `CodeGeneratorResponse` out. [`Build`] is for build scripts: `.proto` files in, Rust files out.

pub mod diagnostics;
pub mod files;
pub mod frontend;
pub mod model;
pub mod options;
pub mod request;

mod emit;
mod format;
mod response;
mod tokens;

pub use frontend::{Build, Error};
pub use response::{response, write_response};

use diagnostics::Diagnostics;
use files::File;
use model::Model;
use options::Options;
use request::Request;

/// Answers a `CodeGeneratorRequest` with a `CodeGeneratorResponse`, both encoded.
///
/// Whatever is wrong with the request, the answer is a response whose `error` says everything that
/// is wrong at once.
pub fn generate(request: &[u8]) -> Vec<u8> {
    response(files_of_request(request))
}

/// The files that answer an encoded `CodeGeneratorRequest`.
///
/// A request that is given away is let go of before the files are made: both may be hundreds of
/// megabytes.
///
/// # Errors
/// A text with every refusal: where it is, what is wrong, what to do about it.
pub fn files_of_request(request: impl AsRef<[u8]>) -> Result<Vec<File>, String> {
    let model = model_of_request(request.as_ref())?;
    drop(request);
    files::files(&model).map_err(|error| format!("the generated code is not Rust: {error}"))
}

fn model_of_request(request: &[u8]) -> Result<Model, String> {
    let request = Request::read(request)
        .map_err(|error| format!("the input is not a CodeGeneratorRequest: {error}"))?;
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse(request.parameter, &mut diagnostics);
    let model = Model::build(&request, &options, &mut diagnostics);
    if !diagnostics.is_empty() {
        return Err(diagnostics.to_string());
    }
    Ok(model)
}
