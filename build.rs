//! Tells the binaries where the library of feature `z3` is.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var_os("CARGO_FEATURE_Z3").is_none() {
        return;
    }
    println!("cargo::rerun-if-env-changed=Z3_LIBRARY_PATH_OVERRIDE");
    // Without the variable z3-sys asks the system for its library, and so does the linker.
    let Ok(folder) = std::env::var("Z3_LIBRARY_PATH_OVERRIDE") else { return };
    println!("cargo::rerun-if-changed={folder}");
    if !["so", "a", "dylib"].iter().any(|suffix| Path::new(&folder).join(format!("libz3.{suffix}")).exists()) {
        println!(
            "cargo::error=no libz3 in {folder}: run `make setup` (or build without it: --no-default-features --features timely)"
        );
        return;
    }
    println!("cargo::rustc-link-arg=-Wl,-rpath,{folder}");
}
