//! The command line: as a plugin, `generate` and `new`.

use std::{
    ffi::OsString,
    io::{self, IsTerminal, Read, Write},
    path::PathBuf,
    process::ExitCode,
};

use clap::{Args, CommandFactory, Parser, Subcommand};
use protoc_gen_rustrpc::{
    frontend::{Difference, Error, Sources, Starter},
    options::TABLE,
    request::Cursor,
};

/// Generates plain, readable Rust for gRPC services: messages, clients and servers.
///
/// Without a command it is a plugin of protoc or buf: it reads a request from its standard input
/// and writes the answer to its standard output.
///
///   protoc --rustrpc_out=src/proto --rustrpc_opt=root=crate::proto -I protos acme/orders.proto
#[derive(Debug, Parser)]
#[command(name = "protoc-gen-rustrpc", version, verbatim_doc_comment)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(Generate),
    New(New),
}

/// Generate code from .proto files; the same as through protoc or buf, but neither needs to be
/// installed
///
/// Writes one Rust file for each protobuf package and a mod.rs that holds them together. Files that
/// are already right are left alone and none is removed.
#[derive(Args, Debug)]
struct Generate {
    /// Look for imports below FOLDER; repeatable, searched in order [default: the current folder]
    #[arg(short = 'I', long = "proto_path", visible_alias = "include", value_name = "FOLDER")]
    includes: Vec<OsString>,

    /// Write the code below FOLDER, which is created if need be
    #[arg(short, long, value_name = "FOLDER")]
    out: PathBuf,

    /// Set an option of the generator; repeatable
    #[arg(long = "opt", value_name = "NAME=VALUE", long_help = options_help())]
    options: Vec<String>,

    /// Write nothing; exit with 1 and name the files if FOLDER is not what would be generated
    #[arg(long)]
    check: bool,

    /// The protoc to parse with [default: $PROTOC, else the one built in, else the one on the PATH]
    #[arg(long, value_name = "PROGRAM")]
    protoc: Option<PathBuf>,

    /// The .proto files to generate code for
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Write a starter project: a service with its .proto, its generated code, a server, a client and a
/// test
#[derive(Args, Debug)]
struct New {
    /// The folder to create; its last part becomes the package's name
    #[arg(value_name = "NAME")]
    folder: PathBuf,

    /// Depend on the rustrpc crate in FOLDER [default: the one of the checkout this program was
    /// built in, else the published one]
    #[arg(long, value_name = "FOLDER")]
    rustrpc: Option<PathBuf>,

    /// The protoc to parse with [default: $PROTOC, else the one built in, else the one on the PATH]
    #[arg(long, value_name = "PROGRAM")]
    protoc: Option<PathBuf>,
}

/// Does what the arguments say.
pub(crate) fn run() -> ExitCode {
    let done = match Cli::parse().command {
        None if io::stdin().is_terminal() => help(),
        None => plugin(),
        Some(Command::Generate(command)) => command.run(),
        Some(Command::New(command)) => command.run(),
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            say(&format!("error: {failure}"));
            ExitCode::FAILURE
        }
    }
}

/// A person typed our name and nothing else. Waiting for a request would look like hanging.
fn help() -> Result<ExitCode, Error> {
    print(Cli::command().render_long_help().to_string().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn plugin() -> Result<ExitCode, Error> {
    let mut request = Vec::new();
    io::stdin()
        .lock()
        .read_to_end(&mut request)
        .map_err(failed("read the request from standard input"))?;
    if request.is_empty() {
        return Err(Error::Usage(
            "standard input is empty: as a plugin, this program expects a CodeGeneratorRequest from protoc or buf there. \
             Run it with --help for what it can do by itself."
                .to_owned(),
        ));
    }
    // What is no message at all came from a person, who would not want an encoded answer.
    if let Some(Err(damage)) = Cursor::new(&request).find(Result::is_err) {
        return Err(Error::Usage(format!(
            "standard input holds no CodeGeneratorRequest ({damage}): as a plugin, this program is \
             called by protoc or buf. Run it with --help for what it can do by itself."
        )));
    }
    let answer = protoc_gen_rustrpc::files_of_request(request);
    let mut stdout = io::stdout().lock();
    protoc_gen_rustrpc::write_response(answer, &mut stdout)
        .and_then(|()| stdout.flush())
        .map_err(failed("write to standard output"))?;
    Ok(ExitCode::SUCCESS)
}

impl Generate {
    fn run(self) -> Result<ExitCode, Error> {
        let Self { includes, out, options, check, protoc, files } = self;
        let generated = Sources { includes, files, options, protoc }.generate()?;
        for warning in generated.warnings() {
            say(&format!("protoc: {warning}"));
        }
        if check {
            return Ok(report(&generated.differences(&out)?));
        }
        let written = generated.write(&out)?.len();
        for leftover in generated.leftovers(&out)? {
            say(&format!("note: {}", Difference::Leftover(leftover)));
        }
        let fresh = generated.files().count() - written;
        say(&format!("{}: {written} files written, {fresh} were fresh", out.display()));
        Ok(ExitCode::SUCCESS)
    }
}

fn report(differences: &[Difference]) -> ExitCode {
    for difference in differences {
        say(&difference.to_string());
    }
    if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

impl New {
    fn run(self) -> Result<ExitCode, Error> {
        let Self { folder, rustrpc, protoc } = self;
        let starter = Starter { folder, rustrpc, protoc }.create()?;
        say(&starter.to_string());
        Ok(ExitCode::SUCCESS)
    }
}

fn options_help() -> String {
    let mut help = "Set an option of the generator; repeatable".to_owned();
    for option in TABLE {
        help += &format!("\n\n  {}\n      {}", option.syntax, option.help);
    }
    help
}

/// To standard output; a reader that has gone away is not worth a panic, nor a success.
fn print(bytes: &[u8]) -> Result<(), Error> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(bytes)
        .and_then(|()| stdout.flush())
        .map_err(failed("write to standard output"))
}

/// To standard error. If nobody listens there, nobody can be told so.
fn say(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

fn failed(action: &str) -> impl FnOnce(io::Error) -> Error {
    let action = action.to_owned();
    move |source| Error::Io { action, source }
}
