//! What a case expects, said in its failure.

use std::fmt::Debug;

use rustrpc::{Code, Status};

/// # Errors
/// When the two differ.
pub(super) fn equal<T: PartialEq + Debug>(what: &str, got: T, wanted: T) -> Result<(), String> {
    if got == wanted { Ok(()) } else { Err(format!("{what}: expected {wanted:?}, got {got:?}")) }
}

/// An answer of a call that must succeed.
///
/// # Errors
/// When it did not.
pub(super) fn success<T>(what: &str, outcome: Result<T, Status>) -> Result<T, String> {
    outcome.map_err(|status| format!("{what}: {status}"))
}

/// The failure of a call that must fail with a code.
///
/// # Errors
/// When it did not fail, or with another.
pub(super) fn failure<T>(
    what: &str,
    outcome: Result<T, Status>,
    code: Code,
) -> Result<Status, String> {
    match outcome {
        Ok(_) => Err(format!("{what}: expected {code}, got an answer")),
        Err(status) if status.code() == code => Ok(status),
        Err(status) => Err(format!("{what}: expected {code}, got {status}")),
    }
}
