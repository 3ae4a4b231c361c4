//! Passing over fields that are reserved or to be ignored.

use super::{TextError, TextReader};

impl TextReader<'_> {
    /// Takes what stands behind a field's name, whatever it is, checking that it is well-formed.
    pub(crate) fn skip(&mut self) -> Result<(), TextError> {
        let has_colon = self.takes(b':');
        self.elements(|r| match r.peek() {
            Some(b'{' | b'<') => r.braced(|r| {
                while r.name()?.is_some() {
                    r.skip()?;
                    r.separator();
                }
                Ok(())
            }),
            _ if has_colon => r.skip_scalar(),
            _ => Err(r.unexpected("`:` or a message")),
        })
    }

    fn skip_scalar(&mut self) -> Result<(), TextError> {
        match self.peek() {
            Some(b'"' | b'\'') => self.bytes().map(drop),
            _ => {
                self.takes(b'-');
                match self.word() {
                    Some(_) => Ok(()),
                    None => self.number("").map(drop),
                }
            }
        }
    }
}
