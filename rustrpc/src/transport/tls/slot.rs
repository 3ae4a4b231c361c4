//! What handshakes are made with, which can be exchanged while it is in use.

use std::sync::{Arc, Mutex};

use super::error::TlsError;
use crate::transport::lock;

/// What a configuration of rustls is made from.
pub(super) trait Material: Clone {
    /// The configuration.
    type Config;

    /// # Errors
    ///
    /// When something of it is wrong, or contradicts the rest.
    fn config(&self) -> Result<Arc<Self::Config>, TlsError>;
}

/// Material, and the configuration made from it. Clones are the same slot.
pub(super) struct Slot<M: Material> {
    state: Arc<Mutex<State<M>>>,
}

struct State<M: Material> {
    material: M,
    /// Made from the material when it is first needed.
    config: Option<Arc<M::Config>>,
}

impl<M: Material> Slot<M> {
    pub(super) fn new(material: M) -> Self {
        Self { state: Arc::new(Mutex::new(State { material, config: None })) }
    }

    /// A slot of its own, with changed material: what others have been made from stays as it is.
    pub(super) fn changed(&self, change: impl FnOnce(&mut M)) -> Self {
        let mut material = self.material();
        change(&mut material);
        Self::new(material)
    }

    pub(super) fn material(&self) -> M {
        lock(&self.state).material.clone()
    }

    /// # Errors
    ///
    /// As for [`Material::config`].
    pub(super) fn config(&self) -> Result<Arc<M::Config>, TlsError> {
        let mut state = lock(&self.state);
        if let Some(config) = &state.config {
            return Ok(Arc::clone(config));
        }
        let config = state.material.config()?;
        state.config = Some(Arc::clone(&config));
        Ok(config)
    }

    /// Takes other material for all who share the slot. Sessions cannot be resumed across
    /// configurations, so whoever is no longer trusted does not come back by an old session.
    ///
    /// # Errors
    ///
    /// As for [`Material::config`]; everything stays as it is then.
    pub(super) fn install(&self, material: M) -> Result<(), TlsError> {
        let config = Some(material.config()?);
        *lock(&self.state) = State { material, config };
        Ok(())
    }
}

impl<M: Material + Default> Default for Slot<M> {
    fn default() -> Self {
        Self::new(M::default())
    }
}

impl<M: Material> Clone for Slot<M> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state) }
    }
}
