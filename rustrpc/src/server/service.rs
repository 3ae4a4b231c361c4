//! What a server serves.

use std::sync::Arc;

use super::call::{Reply, ServerCall};
use crate::rpc::ServiceDescriptor;

/// A service that a server can route calls to. Generated code implements it on its `…Server`
/// types; people implement the generated service trait instead.
pub trait Service: Send + Sync + 'static {
    /// The service's name and methods.
    fn descriptor(&self) -> &'static ServiceDescriptor;

    /// Serves a call of the method at this position of the descriptor.
    fn call(&self, method: usize, call: ServerCall<'_>) -> Reply;
}

impl<S: Service + ?Sized> Service for Arc<S> {
    fn descriptor(&self) -> &'static ServiceDescriptor {
        (**self).descriptor()
    }

    fn call(&self, method: usize, call: ServerCall<'_>) -> Reply {
        (**self).call(method, call)
    }
}

impl<S: Service + ?Sized> Service for Box<S> {
    fn descriptor(&self) -> &'static ServiceDescriptor {
        (**self).descriptor()
    }

    fn call(&self, method: usize, call: ServerCall<'_>) -> Reply {
        (**self).call(method, call)
    }
}
