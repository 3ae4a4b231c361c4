//! Other people's programs: run within a time, heard in full, and gone when no longer needed.

use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How long a server may take to listen. Generous: a JVM starts slowly on a busy machine.
const START: Duration = Duration::from_secs(60);

/// How often a process or a port is looked at while waiting.
const GLANCE: Duration = Duration::from_millis(20);

/// What a program that ended has said, both streams in one.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) output: String,
}

impl Ended {
    /// The output when the program was content with itself.
    ///
    /// # Errors
    /// The same output, headed by the exit status.
    pub(crate) fn success(self) -> Result<String, String> {
        if self.status.success() {
            Ok(self.output)
        } else {
            Err(format!("{}\n{}", self.status, self.output))
        }
    }
}

/// Runs a program to its end.
///
/// # Errors
/// When it cannot be started, or has not ended within `limit` (it is stopped then).
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<Ended, String> {
    let name = spelled(command);
    let mut child = Running::start(command)?;
    let deadline = Instant::now() + limit;
    loop {
        match child.child.try_wait() {
            Ok(Some(status)) => return Ok(Ended { status, output: child.output() }),
            Ok(None) if Instant::now() < deadline => thread::sleep(GLANCE),
            Ok(None) => {
                child.stop();
                let output = child.output();
                return Err(format!("{name}: not done after {} s\n{output}", limit.as_secs()));
            }
            Err(error) => return Err(format!("{name}: {error}")),
        }
    }
}

/// A server on loopback, stopped when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    running: Running,
    pub(crate) port: u16,
}

impl Server {
    /// Starts the server that `command` describes for a port, and waits until it listens there.
    ///
    /// # Errors
    /// When it cannot be started, ends at once or does not come to listen.
    pub(crate) fn start(command: impl FnOnce(u16) -> Command) -> Result<Self, String> {
        let port = free_port()?;
        let mut command = command(port);
        let name = spelled(&command);
        let mut running = Running::start(&mut command)?;
        let deadline = Instant::now() + START;
        loop {
            if listens(port) {
                return Ok(Self { running, port });
            }
            if let Ok(Some(status)) = running.child.try_wait() {
                return Err(format!("{name}: {status}\n{}", running.output()));
            }
            if Instant::now() > deadline {
                running.stop();
                return Err(format!(
                    "{name}: does not listen on port {port}\n{}",
                    running.output()
                ));
            }
            thread::sleep(GLANCE);
        }
    }

    /// Stops the server; what it has said.
    pub(crate) fn stop(mut self) -> String {
        self.running.stop();
        self.running.output()
    }
}

/// A child process that does not outlive this value, with someone listening to it.
#[derive(Debug)]
struct Running {
    child: Child,
    said: mpsc::Receiver<Vec<u8>>,
}

impl Running {
    fn start(command: &mut Command) -> Result<Self, String> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", spelled(command)))?;
        let (listener, said) = mpsc::channel();
        if let Some(out) = child.stdout.take() {
            listen(out, listener.clone());
        }
        if let Some(err) = child.stderr.take() {
            listen(err, listener);
        }
        Ok(Self { child, said })
    }

    fn stop(&mut self) {
        // Failing means that it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// What an ended process has said. A grandchild that still holds the pipe is not waited for.
    fn output(&self) -> String {
        let mut output = Vec::new();
        while let Ok(chunk) = self.said.recv_timeout(Duration::from_secs(1)) {
            output.extend_from_slice(&chunk);
        }
        String::from_utf8_lossy(&output).into_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

fn listen(mut from: impl Read + Send + 'static, to: mpsc::Sender<Vec<u8>>) {
    thread::spawn(move || {
        let mut chunk = vec![0; 8192];
        while let Ok(read @ 1..) = from.read(&mut chunk) {
            if to.send(chunk[..read].to_vec()).is_err() {
                break;
            }
        }
    });
}

/// A port that nobody had a moment ago.
pub(crate) fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}

fn listens(port: u16) -> bool {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpStream::connect_timeout(&address, Duration::from_millis(200)).is_ok()
}

/// The program that the shell would run for `name`.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| Path::is_file(file))
}

fn spelled(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
