//! What stored entries leave out: fields that say nothing.

/// Whether a value is what a reader would assume without it.
pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
