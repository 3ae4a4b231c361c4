//! The processor time of a process.

use std::io;

/// User and system time of a process so far, in microseconds.
///
/// The sum over the tasks that live: `schedstat` is in nanoseconds, where `stat` counts ticks of 10 ms (proc(5)).
pub fn cpu_micros(process: u32) -> io::Result<f64> {
    let mut nanoseconds = 0f64;
    for task in std::fs::read_dir(format!("/proc/{process}/task"))? {
        let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds +=
            text.split(' ').next().and_then(|word| word.parse::<f64>().ok()).unwrap_or_default();
    }
    Ok(nanoseconds / 1000.0)
}
