//! What a program used, as the kernel counted it.

use std::process::{Child, Command};
use std::time::Duration;

/// Of a program that has ended, with all programs that it waited for.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    pub user: Duration,
    pub system: Duration,
    /// The most memory that any one of them had at a time, in bytes.
    pub peak: u64,
}

impl Usage {
    /// Runs a program to its end.
    ///
    /// # Errors
    /// When it can't be started or fails.
    pub fn of(command: &mut Command) -> Result<Self, String> {
        let child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
        let (status, usage) = wait(&child);
        if status != 0 {
            return Err(format!("{command:?}: wait status {status}"));
        }
        let duration = |time: libc::timeval| {
            let micros = time.tv_sec as u64 * 1_000_000 + time.tv_usec as u64;
            Duration::from_micros(micros)
        };
        Ok(Self {
            user: duration(usage.ru_utime),
            system: duration(usage.ru_stime),
            // Linux counts kilobytes.
            peak: usage.ru_maxrss as u64 * 1024,
        })
    }
}

/// The standard library waits without asking for the usage.
fn wait(child: &Child) -> (libc::c_int, libc::rusage) {
    let mut status = 0;
    // SAFETY: it is a struct of numbers, for which zeros are values.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let id = child.id() as libc::pid_t;
    loop {
        // SAFETY: both pointers are to values of ours that outlive the call; the process is a child
        // that nobody else waits for.
        let ended = unsafe { libc::wait4(id, &mut status, 0, &mut usage) };
        if ended == id {
            return (status, usage);
        }
        let error = std::io::Error::last_os_error();
        assert_eq!(error.kind(), std::io::ErrorKind::Interrupted, "the child can be waited for");
    }
}
