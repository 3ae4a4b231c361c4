//! From a path to a method.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::dispatch::{Dispatch, Pace};
use super::service::Service;
use crate::rpc::{MethodDescriptor, ServiceDescriptor, Status};

/// The services of a server. One lookup by the whole path finds a method.
#[derive(Default)]
pub(crate) struct Router {
    services: Vec<Arc<dyn Service>>,
    methods: HashMap<&'static [u8], Route>,
    /// By number.
    habits: Vec<Habit>,
}

/// How the handlers of a method are run.
#[derive(Default)]
struct Habit {
    dispatch: Dispatch,
    pace: Pace,
    whole: AtomicBool,
}

/// Where a call goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    service: usize,
    /// The method's position in its service.
    pub(crate) method: usize,
    /// The method's number among all of this server.
    pub(crate) number: usize,
    pub(crate) descriptor: &'static MethodDescriptor,
}

impl Router {
    /// Adds a service. One of the same name that was there is replaced.
    pub(crate) fn add(&mut self, service: Arc<dyn Service>) {
        let descriptor = service.descriptor();
        let at = self.services.len();
        self.services.push(service);
        for (method, descriptor) in descriptor.methods.iter().enumerate() {
            let number = self.habits.len();
            self.habits.push(Habit::default());
            let route = Route { service: at, method, number, descriptor };
            self.methods.insert(descriptor.path.as_bytes(), route);
        }
    }

    /// The services that calls can reach, in the order in which they were added.
    pub(crate) fn descriptors(&self) -> impl Iterator<Item = &'static ServiceDescriptor> {
        let all = self.services.iter().map(|service| service.descriptor());
        all.enumerate().filter_map(|(at, descriptor)| {
            let mut later = self.services.iter().skip(at + 1);
            let replaced = later.any(|later| later.descriptor().name == descriptor.name);
            (!replaced).then_some(descriptor)
        })
    }

    /// Sets where handlers run: those of all methods there are, of a service or of one method.
    /// Whether there are any such.
    pub(crate) fn set_dispatch(&mut self, name: Option<&str>, dispatch: Dispatch) -> bool {
        let mut found = false;
        for route in self.methods.values() {
            let descriptor = route.descriptor;
            let is_meant = name.is_none_or(|name| {
                name == descriptor.service || descriptor.path.strip_prefix('/') == Some(name)
            });
            if is_meant {
                self.habits[route.number].dispatch = dispatch;
                found = true;
            }
        }
        found
    }

    /// Whether the connection's task polls the handlers of a method itself.
    #[inline]
    pub(crate) fn is_inline(&self, method: usize, request: usize) -> bool {
        let Habit { dispatch, pace, .. } = &self.habits[method];
        dispatch.is_inline(pace, request)
    }

    /// How long the polls of a method take. Numbers come from routes, which `add` makes.
    pub(crate) fn pace(&self, method: usize) -> &Pace {
        &self.habits[method].pace
    }

    /// Whether requests of a method are to stay in one piece: known once a call of it was handled.
    pub(crate) fn whole(&self, method: usize) -> &AtomicBool {
        &self.habits[method].whole
    }

    /// The method of this path.
    ///
    /// # Errors
    ///
    /// UNIMPLEMENTED, saying whether it is the path, the service or the method that is wrong.
    pub(crate) fn find(&self, path: &[u8]) -> Result<Route, Status> {
        if let Some(route) = self.methods.get(path) {
            return Ok(*route);
        }
        let text = String::from_utf8_lossy(path);
        let names = text.strip_prefix('/').and_then(|names| names.rsplit_once('/'));
        Err(Status::unimplemented(match names {
            Some((service, method)) if !service.is_empty() && !method.is_empty() => {
                if self.services.iter().any(|known| known.descriptor().name == service) {
                    format!("service {service} has no method {method}")
                } else {
                    format!("there is no service {service} on this server")
                }
            }
            _ => format!("malformed path {text:?}: it must be /package.Service/Method"),
        }))
    }

    /// The service that a route leads to.
    pub(crate) fn service(&self, route: Route) -> &Arc<dyn Service> {
        // Routes are made by `add`, and services are never removed.
        &self.services[route.service]
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.services.iter().map(|service| service.descriptor().name))
            .finish()
    }
}
