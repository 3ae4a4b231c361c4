//! Messages on a pipe, each behind its length: four bytes, the highest first.

use std::io;

use rustrpc::Message;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The longest message that is read, in bytes. The suite's own stay far below.
const LONGEST: u32 = 16 << 20;

/// Reads the next message; `None` at the end of the input.
///
/// # Errors
/// When the input ends within a message, is no message, or cannot be read.
pub async fn read<T: Message>(input: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<T>> {
    let length = match input.read_u32().await {
        Ok(length) => length,
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    };
    if length > LONGEST {
        return Err(invalid(format!("a message of {length} bytes; at most {LONGEST} are read")));
    }
    let mut message = Vec::new();
    input.take(u64::from(length)).read_to_end(&mut message).await?;
    if message.len() != length as usize {
        return Err(invalid(format!("{length} bytes were announced, {} came", message.len())));
    }
    T::decode(&message).map(Some).map_err(|error| invalid(error.to_string()))
}

/// Writes a message.
///
/// # Errors
/// When the output cannot be written.
pub async fn write<T: Message>(
    output: &mut (impl AsyncWrite + Unpin),
    message: &T,
) -> io::Result<()> {
    let bytes = message.encode_to_vec();
    let length = u32::try_from(bytes.len()).map_err(|error| invalid(error.to_string()))?;
    output.write_u32(length).await?;
    output.write_all(&bytes).await?;
    output.flush().await
}

fn invalid(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::connectrpc::conformance::v1::Header;

    #[tokio::test]
    async fn what_is_written_is_read() {
        let header = Header { name: "a".to_owned(), ..Default::default() };
        let mut pipe = Vec::new();
        write(&mut pipe, &header).await.expect("memory takes it");
        write(&mut pipe, &Header::default()).await.expect("memory takes it");
        let mut input = pipe.as_slice();
        assert_eq!(read(&mut input).await.expect("it was written"), Some(header));
        assert_eq!(read(&mut input).await.expect("it was written"), Some(Header::default()));
        assert_eq!(read::<Header>(&mut input).await.expect("the end is no error"), None);
    }

    #[tokio::test]
    async fn a_message_that_is_cut_off_is_an_error() {
        assert!(read::<Header>(&mut &[0, 0, 0, 9, 1][..]).await.is_err());
        assert!(read::<Header>(&mut &[0xff; 8][..]).await.is_err());
    }
}
