//! Stands between clients and the server, and cuts them off.

use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

#[derive(Debug)]
pub(super) struct Relay {
    port: u16,
    cut: Arc<Notify>,
}

impl Relay {
    /// Carries bytes between a port of its own and that one, both on loopback.
    pub(super) async fn start(to: u16) -> Result<Self, String> {
        let bound = TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let port = bound.local_addr().map_err(|error| error.to_string())?.port();
        let cut = Arc::new(Notify::new());
        tokio::spawn(accept(bound, to, Arc::clone(&cut)));
        Ok(Self { port, cut })
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// Drops every connection there is, with what is on its way.
    pub(super) fn cut(&self) {
        self.cut.notify_waiters();
    }
}

async fn accept(bound: TcpListener, to: u16, cut: Arc<Notify>) {
    // Accepting fails only for what came and went.
    loop {
        let Ok((client, _)) = bound.accept().await else { continue };
        let cut = Arc::clone(&cut);
        tokio::spawn(async move {
            tokio::select! {
                () = cut.notified() => {}
                () = carry(client, to) => {}
            }
        });
    }
}

/// A server that is not there, and one that goes, show in the client's connection closing.
async fn carry(mut client: TcpStream, to: u16) {
    if let Ok(mut server) = TcpStream::connect(("127.0.0.1", to)).await {
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}
