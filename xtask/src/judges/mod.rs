//! The outside judges: programs that others wrote, put to work against ours.

mod certificates;
mod connect_conformance;
mod ghz;
pub(crate) mod googleapis;
mod grpcurl;
mod h2spec;
mod interop;
mod interop_go;
mod interop_http2;
mod interop_java;
mod interop_node;
mod interop_python;
mod plugin;
mod process;
mod protobuf_conformance;
mod verdict;
pub(crate) mod workshop;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use verdict::Verdict;
use workshop::Workshop;

/// Someone who tells us the truth.
struct Judge {
    name: &'static str,
    about: &'static str,
    /// What it says, or why it could not be heard.
    hear: fn(&Workshop) -> Result<Verdict, String>,
}

/// All of them, the slow ones first, since they are heard side by side.
const JUDGES: &[Judge] = &[
    connect_conformance::SERVER,
    googleapis::JUDGE,
    interop_java::JUDGE,
    interop_python::JUDGE,
    h2spec::JUDGE,
    h2spec::TLS,
    interop_java::TLS,
    interop_node::JUDGE,
    interop_go::JUDGE,
    interop_go::TLS,
    connect_conformance::CLIENT,
    interop_http2::JUDGE,
    plugin::JUDGE,
    protobuf_conformance::JUDGE,
    ghz::JUDGE,
    grpcurl::JUDGE,
];

/// The judges and what they are about, for the help text.
pub(crate) fn list() -> String {
    let width = JUDGES.iter().map(|judge| judge.name.len()).max().unwrap_or_default();
    JUDGES.iter().map(|judge| format!("  {:width$}  {}\n", judge.name, judge.about)).collect()
}

/// Hears the judges that are named, or all: one line for each, details in a log.
///
/// # Errors
/// When any case failed, or a judge could not be heard.
pub(crate) fn run(root: &Path, names: &[&str]) -> Result<(), String> {
    if let Some(unknown) = names.iter().find(|name| JUDGES.iter().all(|judge| judge.name != **name))
    {
        return Err(format!("no judge is called {unknown}; there are:\n{}", list()));
    }
    let chosen = JUDGES.iter().filter(|judge| names.is_empty() || names.contains(&judge.name));
    let workshop = Workshop::new(root)?;
    let logs = root.join("target/judges");
    std::fs::create_dir_all(&logs).map_err(|error| format!("{}: {error}", logs.display()))?;

    let waiting = Mutex::new(chosen.collect::<VecDeque<_>>());
    let unhappy = Mutex::new(Vec::new());
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(judge) = take(&waiting) {
                    if !hear(judge, &workshop, &logs) {
                        unhappy.lock().unwrap_or_else(PoisonError::into_inner).push(judge.name);
                    }
                }
            });
        }
    });
    let unhappy = unhappy.into_inner().unwrap_or_else(PoisonError::into_inner);
    if unhappy.is_empty() {
        return Ok(());
    }
    Err(format!("not content: {}; logs are in {}", unhappy.join(", "), logs.display()))
}

fn take<'a>(waiting: &Mutex<VecDeque<&'a Judge>>) -> Option<&'a Judge> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

/// Hears one judge, prints its line and keeps its log. Whether all is well.
fn hear(judge: &Judge, workshop: &Workshop, logs: &Path) -> bool {
    let start = Instant::now();
    let verdict = (judge.hear)(workshop);
    let seconds = start.elapsed().as_secs();
    let (line, log, content) = match &verdict {
        // A judge that tested nothing has not said yes.
        Ok(verdict) if verdict.passes() == 0 && verdict.failed.is_empty() => {
            let line = format!("{}: could not run: it heard no case at all", judge.name);
            (line.clone(), line, false)
        }
        Ok(verdict) => {
            let mut line = format!("{} ({seconds} s", verdict.summary(judge.name));
            if !verdict.set_aside.is_empty() {
                line.push_str(&format!(", {} set aside: see the log", verdict.set_aside.len()));
            }
            line.push(')');
            (line, verdict.log(judge.name), verdict.failed.is_empty())
        }
        Err(why) => {
            let first = why.lines().next().unwrap_or_default();
            (format!("{}: could not run: {first}", judge.name), why.clone(), false)
        }
    };
    let path = logs.join(format!("{}.log", judge.name));
    let mut lines = line;
    if let Ok(verdict) = &verdict {
        for failure in verdict.failed.iter().take(20) {
            let detail = failure.detail.lines().next().unwrap_or_default();
            lines.push_str(&format!("\n    {}: {detail}", failure.case));
        }
    }
    println!("{lines}");
    if let Err(error) = std::fs::write(&path, log) {
        eprintln!("{}: {error}", path.display());
    }
    content
}
