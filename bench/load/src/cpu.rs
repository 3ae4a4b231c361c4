//! The processor time of a process.

use std::io;
use std::path::Path;

/// In which `stat` counts (`sysconf(_SC_CLK_TCK)`, which is 100 on every Linux there is).
const TICK_MICROS: f64 = 10_000.0;

/// User and system time of a process so far, in microseconds.
///
/// `schedstat` is in nanoseconds, but of tasks that live; `stat` counts those that have ended as well,
/// in ticks (proc(5)). The larger sum is the truer one: a server with a thread for each connection
/// has none left when these are closed.
pub fn cpu_micros(process: u32) -> io::Result<f64> {
    Ok(of_living_tasks(process)?.max(of_all_tasks(process)?))
}

/// User and system time of this thread so far, in microseconds.
pub fn thread_cpu_micros() -> io::Result<f64> {
    of_task(Path::new("/proc/thread-self"))
}

fn of_living_tasks(process: u32) -> io::Result<f64> {
    let mut micros = 0.0;
    for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
        micros += of_task(&task?.path())?;
    }
    Ok(micros)
}

fn of_task(folder: &Path) -> io::Result<f64> {
    let text = std::fs::read_to_string(folder.join("schedstat"))?;
    let nanoseconds = text.split(' ').next().and_then(|word| word.parse::<f64>().ok());
    Ok(nanoseconds.unwrap_or_default() / 1000.0)
}

fn of_all_tasks(process: u32) -> io::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in front may have anything in it, brackets included.
    let fields = text.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    // Fields 14 and 15, where the one behind the name is 3.
    let ticks = fields.skip(11).take(2).filter_map(|word| word.parse::<f64>().ok());
    Ok(ticks.sum::<f64>() * TICK_MICROS)
}
