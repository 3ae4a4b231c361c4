//! `google.protobuf.FieldMask`: from the paths it is made of.

use super::FieldMask;

impl<P: Into<String>> FromIterator<P> for FieldMask {
    fn from_iter<I: IntoIterator<Item = P>>(paths: I) -> Self {
        Self { paths: paths.into_iter().map(Into::into).collect(), ..Self::default() }
    }
}

impl FieldMask {
    /// Whether the mask names the field at `path`, by itself or by a message around it.
    ///
    /// ```
    /// use rustrpc::types::FieldMask;
    ///
    /// let mask = FieldMask::from_iter(["id", "customer.address"]);
    /// assert!(mask.covers("id") && mask.covers("customer.address.city"));
    /// assert!(!mask.covers("customer.name") && !mask.covers("idle"));
    /// ```
    #[must_use]
    pub fn covers(&self, path: &str) -> bool {
        self.paths.iter().any(|named| {
            path.strip_prefix(named.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    }
}
