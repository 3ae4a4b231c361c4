//! Protobuf's types where a view needs to tell more of them apart than a message does.

use std::marker::PhantomData;

/// A message, seen through its view `V`.
#[derive(Debug)]
pub struct Nested<V>(PhantomData<V>);

/// A message that is written as a group: a [`Nested`], or a [`Message`](super::Message) that has no
/// view.
#[derive(Debug)]
pub struct Group<K>(PhantomData<K>);
