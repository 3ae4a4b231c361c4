//! Repeated fields with a tag before each element. Before a vector grows, the elements that follow
//! one another in the bytes are counted, so that it grows once.

use super::{BytesField, DecodeError, Message, Reader, Writer};

impl Reader<'_> {
    /// Appends one nested message.
    #[inline]
    pub fn repeated_message<M: Message>(
        &mut self,
        tag: u32,
        values: &mut Vec<M>,
    ) -> Result<(), DecodeError> {
        self.reserve_run(tag, values);
        values.push(M::default());
        match values.last_mut() {
            Some(value) => self.message(value),
            None => Ok(()),
        }
    }

    /// Appends one group.
    pub fn repeated_group<M: Message>(
        &mut self,
        tag: u32,
        values: &mut Vec<M>,
    ) -> Result<(), DecodeError> {
        values.push(self.new_group(tag)?);
        Ok(())
    }

    /// Appends one string.
    #[inline]
    pub fn repeated_string(
        &mut self,
        tag: u32,
        values: &mut Vec<String>,
    ) -> Result<(), DecodeError> {
        self.reserve_run(tag, values);
        values.push(self.string()?);
        Ok(())
    }

    /// Appends one `bytes` value.
    #[inline]
    pub fn repeated_bytes<B: BytesField>(
        &mut self,
        tag: u32,
        values: &mut Vec<B>,
    ) -> Result<(), DecodeError> {
        self.reserve_run(tag, values);
        values.push(self.bytes()?);
        Ok(())
    }

    #[inline(always)]
    fn reserve_run<T>(&self, tag: u32, values: &mut Vec<T>) {
        if values.len() == values.capacity() {
            values.reserve(self.run(tag));
        }
    }
}

impl Writer {
    /// A repeated message field.
    #[inline]
    pub fn repeated_message<M: Message>(&mut self, tag: u32, values: &[M]) {
        for value in values.iter().rev() {
            self.message(tag, value);
        }
    }

    /// A repeated group.
    pub fn repeated_group<M: Message>(&mut self, tag: u32, values: &[M]) {
        for value in values.iter().rev() {
            self.group(tag, value);
        }
    }

    /// A repeated string field.
    #[inline]
    pub fn repeated_string(&mut self, tag: u32, values: &[String]) {
        for value in values.iter().rev() {
            self.string(tag, value);
        }
    }

    /// A repeated `bytes` field.
    #[inline]
    pub fn repeated_bytes<B: BytesField>(&mut self, tag: u32, values: &[B]) {
        for value in values.iter().rev() {
            self.bytes(tag, value.as_ref());
        }
    }
}
