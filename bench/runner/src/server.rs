//! The servers under test as processes of their own, pinned to the first core.

use std::error::Error;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A server of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Rustrpc,
    Tonic,
    TonicTuned,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Rustrpc, Kind::Tonic, Kind::TonicTuned];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Rustrpc => "rustrpc",
            Kind::Tonic => "tonic",
            Kind::TonicTuned => "tonic, current-thread",
        }
    }

    fn command_line(self, port: u16) -> Vec<String> {
        let (program, flag) = match self {
            Kind::Rustrpc => ("bench-server-rustrpc", None),
            Kind::Tonic => ("bench-server-tonic", None),
            Kind::TonicTuned => ("bench-server-tonic", Some("--tuned")),
        };
        let program = sibling(program).display().to_string();
        [program, port.to_string()].into_iter().chain(flag.map(str::to_owned)).collect()
    }
}

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub port: u16,
}

impl Server {
    /// Starts `kind`, wrapped in `under` (a tracer's command line, or nothing), and waits until it
    /// accepts connections.
    pub fn start(kind: Kind, under: &[&str]) -> Result<Self, Box<dyn Error>> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).args(under).args(kind.command_line(port));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        if !under.is_empty() {
            command.stderr(Stdio::null());
        }
        let mut server = Server { child: command.spawn()?, port };
        let until = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("{} ended before it listened: {status}", kind.name()).into());
            }
            if Instant::now() > until {
                return Err(format!("{} did not listen within 30 s", kind.name()).into());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// User and system time so far, in microseconds (proc(5), fields utime and stime).
    pub fn cpu_micros(&self) -> Result<f64, Box<dyn Error>> {
        // schedstat's first figure is nanoseconds on a processor, finer than stat's clock ticks,
        // but per task: sum over the threads.
        let mut nanoseconds = 0f64;
        for task in std::fs::read_dir(format!("/proc/{}/task", self.child.id()))? {
            let text = std::fs::read_to_string(task?.path().join("schedstat"))?;
            nanoseconds += text.split(' ').next().unwrap_or_default().parse::<f64>()?;
        }
        Ok(nanoseconds / 1000.0)
    }

    /// Asks the server to end and waits for it.
    pub fn stop(mut self) -> Result<(), Box<dyn Error>> {
        // Under strace the tracer is the child; it hands the signal to nobody, so signal the
        // tracer's own children first.
        let pid = self.child.id().to_string();
        let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
        let target = children.split_whitespace().next().unwrap_or(&pid).to_owned();
        Command::new("kill").args(["-TERM", &target]).status()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Makes one call to every server and compares the answer, frame by frame, with what the
/// greeter must say; a fast wrong answer is worth nothing.
pub fn check_answers() -> Result<(), Box<dyn Error>> {
    for kind in Kind::ALL {
        let server = Server::start(kind, &[])?;
        let output = Command::new("nghttp")
            .args(["-v", "-H", "content-type: application/grpc", "-H", "te: trailers", "-d"])
            .arg(crate::load::request_file()?)
            .arg(crate::load::url(server.port))
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !text.contains("Hello, world!") || !text.contains("grpc-status: 0") {
            return Err(format!("{} gave a wrong answer:\n{text}", kind.name()).into());
        }
        server.stop()?;
    }
    Ok(())
}

/// A binary built beside this one.
fn sibling(name: &str) -> PathBuf {
    std::env::current_exe().expect("the running program has a path").with_file_name(name)
}
