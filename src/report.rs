//! What was found, for people to read.

pub mod space_time;
