//! The `watershed` command: counts memory, hands the arguments to the library, exits.

#![forbid(unsafe_code)]

use cap::Cap;
use std::alloc::System;
use std::process::ExitCode;
use watershed::cli::{self, Meter};

#[global_allocator]
static ALLOCATOR: Cap<System> = Cap::new(System, usize::MAX);

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(cli::panic_report));
    let meter = Meter { allocated: || ALLOCATOR.allocated(), peak: || ALLOCATOR.max_allocated() };
    ExitCode::from(cli::main(std::env::args_os().collect(), meter).code())
}
