//! Pictures as SVG: each stands by itself, in light and in dark.

pub mod bars;
