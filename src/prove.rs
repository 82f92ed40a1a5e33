//! Answers that need no search of the transition system.

pub mod datalog_model;
