//! seminaive
