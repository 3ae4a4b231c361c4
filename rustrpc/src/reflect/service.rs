//! Services.

use super::data::{MethodData, last_word};
use super::handle::{descriptor, shown_by_name};
use super::{FileDescriptor, MessageDescriptor};
use crate::types::{MethodOptions, ServiceOptions};

descriptor! {
    /// A service of a pool. The static that generated code has is a
    /// [`rustrpc::ServiceDescriptor`](crate::ServiceDescriptor).
    ServiceDescriptor, ServiceData via service
}

shown_by_name!(ServiceDescriptor);

/// A method of a [`ServiceDescriptor`].
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MethodDescriptor {
    service: ServiceDescriptor,
    place: u32,
}

shown_by_name!(MethodDescriptor);

impl ServiceDescriptor {
    /// Its name without the package, `OrderService`.
    #[must_use]
    pub fn name(&self) -> &str {
        last_word(&self.data().full_name)
    }

    /// Its full name, `acme.orders.v1.OrderService`.
    #[must_use]
    pub fn full_name(&self) -> &str {
        &self.data().full_name
    }

    /// The file it is defined in.
    #[must_use]
    pub fn file(&self) -> FileDescriptor {
        FileDescriptor::new(&self.pool, self.data().file)
    }

    /// Its methods in the order of the .proto.
    pub fn methods(&self) -> impl ExactSizeIterator<Item = MethodDescriptor> + '_ {
        let places = 0..self.data().methods.len() as u32;
        places.map(|place| MethodDescriptor { service: self.clone(), place })
    }

    /// The method of that name.
    #[must_use]
    pub fn method(&self, name: &str) -> Option<MethodDescriptor> {
        self.methods().find(|method| method.name() == name)
    }

    /// Its options, if it has any.
    #[must_use]
    pub fn options(&self) -> Option<&ServiceOptions> {
        self.data().options.as_deref()
    }
}

impl MethodDescriptor {
    /// Its name, `GetOrder`.
    #[must_use]
    pub fn name(&self) -> &str {
        last_word(&self.data().full_name)
    }

    /// Its full name, `acme.orders.v1.OrderService.GetOrder`.
    #[must_use]
    pub fn full_name(&self) -> &str {
        &self.data().full_name
    }

    /// The path of its requests, `/acme.orders.v1.OrderService/GetOrder`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/{}/{}", self.service.full_name(), self.name())
    }

    /// Its service.
    #[must_use]
    pub fn service(&self) -> &ServiceDescriptor {
        &self.service
    }

    /// What it is asked.
    #[must_use]
    pub fn input(&self) -> MessageDescriptor {
        MessageDescriptor::new(&self.service.pool, self.data().input)
    }

    /// What it answers.
    #[must_use]
    pub fn output(&self) -> MessageDescriptor {
        MessageDescriptor::new(&self.service.pool, self.data().output)
    }

    /// Whether the client sends a stream.
    #[must_use]
    pub fn client_streaming(&self) -> bool {
        self.data().client_streaming
    }

    /// Whether the server sends a stream.
    #[must_use]
    pub fn server_streaming(&self) -> bool {
        self.data().server_streaming
    }

    /// Its options, if it has any.
    #[must_use]
    pub fn options(&self) -> Option<&MethodOptions> {
        self.data().options.as_deref()
    }

    fn data(&self) -> &MethodData {
        &self.service.data().methods[self.place as usize]
    }
}
