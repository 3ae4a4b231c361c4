//! The servers under test as processes of their own.

use std::error::Error;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::certificate;
use crate::process::{SERVER_CORE, TUNED, sibling};

/// A server of the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Rustrpc,
    RustrpcTuned,
    Tonic,
    TonicTuned,
    ConnectRust,
    ConnectRustTuned,
    Volo,
    Pajamax,
    GrpcGo,
    GrpcCpp,
    H2,
    Nghttpd,
    Frames,
    Echo,
    RustrpcTls,
    TonicTls,
    TonicTunedTls,
    FramesTls,
}

impl Kind {
    /// Those that serve the whole service.
    pub const ALL: [Kind; 3] = [Kind::Rustrpc, Kind::Tonic, Kind::TonicTuned];

    /// Those that answer a unary call, as a gRPC server or as a part of one.
    pub const UNARY: [Kind; 12] = [
        Kind::Rustrpc,
        Kind::Tonic,
        Kind::TonicTuned,
        Kind::ConnectRust,
        Kind::ConnectRustTuned,
        Kind::Volo,
        Kind::Pajamax,
        Kind::GrpcGo,
        Kind::GrpcCpp,
        Kind::H2,
        Kind::Nghttpd,
        Kind::Frames,
    ];

    /// Those that do it over TLS.
    pub const TLS: [Kind; 4] =
        [Kind::RustrpcTls, Kind::TonicTls, Kind::TonicTunedTls, Kind::FramesTls];

    pub fn name(self) -> &'static str {
        match self {
            Kind::Rustrpc | Kind::RustrpcTls => "rustrpc",
            Kind::RustrpcTuned => "rustrpc, tuned",
            Kind::Tonic | Kind::TonicTls => "tonic",
            Kind::TonicTuned | Kind::TonicTunedTls => "tonic, tuned",
            Kind::ConnectRust => "connect-rust",
            Kind::ConnectRustTuned => "connect-rust, tuned",
            Kind::Volo => "volo-grpc",
            Kind::Pajamax => "pajamax (synchronous, unary only)",
            Kind::GrpcGo => "grpc-go",
            Kind::GrpcCpp => "C++ gRPC",
            Kind::H2 => "the h2 crate alone, a fixed answer",
            Kind::Nghttpd => "nghttpd, a file, no gRPC",
            Kind::Frames | Kind::FramesTls => "floor: frames walked, a fixed answer",
            Kind::Echo => "floor: as many bytes echoed over TCP",
        }
    }

    /// The program, its arguments after the port, and whether it is tuned.
    fn program(self) -> (&'static str, Option<&'static str>) {
        match self {
            Kind::Rustrpc | Kind::RustrpcTls => ("bench-server-rustrpc", None),
            Kind::RustrpcTuned => ("bench-server-rustrpc", Some(TUNED_FLAG)),
            Kind::Tonic | Kind::TonicTls => ("bench-server-tonic", None),
            Kind::TonicTuned | Kind::TonicTunedTls => ("bench-server-tonic", Some(TUNED_FLAG)),
            Kind::ConnectRust => ("bench-server-connect-rust", None),
            Kind::ConnectRustTuned => ("bench-server-connect-rust", Some(TUNED_FLAG)),
            Kind::Volo => ("bench-server-volo", None),
            Kind::Pajamax => ("bench-server-pajamax", None),
            Kind::GrpcGo => ("bench-server-grpc-go", None),
            Kind::GrpcCpp => ("bench-server-grpc-cpp", None),
            Kind::H2 => ("bench-server-h2", None),
            Kind::Nghttpd => ("bench-server-nghttpd", None),
            Kind::Frames | Kind::FramesTls => ("bench-server-floors", Some("frames")),
            Kind::Echo => ("bench-server-floors", Some("echo")),
        }
    }

    fn is_tuned(self) -> bool {
        self.program().1 == Some(TUNED_FLAG)
    }

    fn origin(self, port: u16) -> String {
        format!("{}://127.0.0.1:{port}", if self.is_tls() { "https" } else { "http" })
    }

    pub fn is_tls(self) -> bool {
        Self::TLS.contains(&self)
    }

    fn command_line(self, port: u16) -> Result<Vec<String>, Box<dyn Error>> {
        let (program, flag) = self.program();
        let mut words = vec![sibling(program).display().to_string(), port.to_string()];
        words.extend(flag.map(str::to_owned));
        if self.is_tls() {
            words.extend(certificate::files()?.map(|path| path.display().to_string()));
        }
        Ok(words)
    }
}

const TUNED_FLAG: &str = "--tuned";

/// A running server; killed when dropped.
pub struct Server {
    child: Child,
    pub port: u16,
    /// Where it is to be found: `http://127.0.0.1:50051`.
    pub origin: String,
}

impl Server {
    /// Starts `kind` on a core of its own and waits until it accepts connections.
    pub fn start(kind: Kind) -> Result<Self, Box<dyn Error>> {
        Self::start_under(kind, &["taskset", "-c", SERVER_CORE])
    }

    /// The same without a core of its own.
    pub fn start_anywhere(kind: Kind) -> Result<Self, Box<dyn Error>> {
        Self::start_under(kind, &["env"])
    }

    /// The same on its core under a tracer, given by its command line.
    pub fn start_traced(kind: Kind, tracer: &[&str]) -> Result<Self, Box<dyn Error>> {
        Self::start_under(kind, &[&["taskset", "-c", SERVER_CORE], tracer].concat())
    }

    fn start_under(kind: Kind, under: &[&str]) -> Result<Self, Box<dyn Error>> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let (program, arguments) = under.split_first().expect("something starts the server");
        let mut command = Command::new(program);
        command.args(arguments).args(kind.command_line(port)?);
        if kind.is_tuned() {
            command.envs(TUNED);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = Server { child: command.spawn()?, port, origin: kind.origin(port) };
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

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// User and system time so far, in microseconds.
    pub fn cpu_micros(&self) -> Result<f64, Box<dyn Error>> {
        Ok(bench_load::cpu_micros(self.process())?)
    }

    /// Memory of its own that is in use, in bytes (proc(5), `RssAnon`).
    pub fn memory(&self) -> Result<f64, Box<dyn Error>> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let number = line.and_then(|line| line.split_whitespace().next()).ok_or("no RssAnon")?;
        Ok(number.parse::<f64>()? * 1024.0)
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

/// Makes one call to each of `kinds` and looks at the answer; a fast wrong answer is worth nothing.
pub fn check_answers(kinds: &[Kind]) -> Result<(), Box<dyn Error>> {
    for kind in kinds {
        let server = Server::start(*kind)?;
        let output = Command::new("nghttp")
            .args(["-v", "-H", "content-type: application/grpc", "-H", "te: trailers", "-d"])
            .arg(crate::h2load::request_file()?)
            .arg(crate::h2load::url(&server))
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let status = *kind == Kind::Nghttpd || text.contains("grpc-status: 0");
        if !text.contains("Hello, world!") || !status {
            return Err(format!("{} gave a wrong answer:\n{text}", kind.name()).into());
        }
        server.stop()?;
    }
    Ok(())
}
