//! What a solver says of conditions, whichever it is.

/// Whether assertions can hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// They can.
    Possible,
    /// They cannot.
    Impossible,
    /// That was not found out.
    Unknown,
}
