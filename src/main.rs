//! The `watershed` command: parses arguments, calls the library, exits.

fn main() {}
