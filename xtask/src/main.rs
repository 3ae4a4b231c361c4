//! One entry for every chore of the repository.

mod bench;
mod dependencies;
mod fuzz;
mod judges;
mod miri;
mod models;
mod regenerate;
mod soak;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask CHORE

  tidy                  what rustfmt and clippy do not look at: layers, forbidden words, sizes, manners
  dependencies          licences, sources and the size of the runtime's tree
  regenerate [--check]  write the generated code that is kept in the repository, or say what is stale
  bench [NAME…] [--quick] [--rounds N] [--record]
                        ours beside the peers, in tables; --record keeps them in bench/RESULTS.md
  models                the queue and the wakers under loom, in every order of threads
  miri                  the tests that come by unsafe code, under miri
  fuzz [NAME…] [--minutes N]
                        the fuzzers, ten minutes each unless told otherwise
  soak [--minutes N]    our clients against our server that is drained, restarted and cut off
  judges [NAME…]        programs that others wrote, put to work against ours; installs them first
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["tidy"] => tidy::run(&root()),
        ["dependencies"] => dependencies::run(&root()),
        ["regenerate"] => regenerate::run(&root(), false),
        ["regenerate", "--check"] => regenerate::run(&root(), true),
        ["bench", arguments @ ..] => bench::run(&root(), arguments),
        ["models"] => models::run(&root()),
        ["miri"] => miri::run(&root()),
        ["fuzz", arguments @ ..] => fuzz::run(&root(), arguments),
        ["soak", arguments @ ..] => soak::run(&root(), arguments),
        ["judges", names @ ..] => judges::run(&root(), names),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}\nbenches:\n{}\njudges:\n{}", bench::list(), judges::list());
            Ok(())
        }
        other => Err(format!("no such chore: {}\n\n{USAGE}", other.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The folder that holds the workspace: the one above this package, which Cargo tells of in case it
/// was moved since this was built.
fn root() -> PathBuf {
    let here = std::env::var_os("CARGO_MANIFEST_DIR");
    let here = here.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.parent().expect("the package has a folder of the workspace around it").to_owned()
}
