//! Runs Watershed and stateright alternately on order-recording and prints a table.

#![forbid(unsafe_code)]

use std::process::ExitCode;

use clap::Parser;
use watershed_peers::compare::{CompareArgs, CompareError};

fn main() -> ExitCode {
    match CompareArgs::parse().run() {
        Ok(table) => {
            print!("{table}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("compare: {error}");
            match error {
                CompareError::Disagree { .. } => ExitCode::from(1),
                _ => ExitCode::from(2),
            }
        }
    }
}
