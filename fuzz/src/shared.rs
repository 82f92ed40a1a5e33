//! The inputs and the targets of fuzzing: what the driver (`main.rs`) and `tests/fuzz_corpus.rs` share.
//!
//! libFuzzer's coverage needs a nightly toolchain, so novelty is told by what an input *reached* (a [`target::Trail`]:
//! diagnostic codes, class, verdict, bound), which is coarser than coverage, and free. The mutator knows the tokens and
//! items of the language, so that most of what it makes gets past the parser.

pub mod mutate;
pub mod target;
pub mod watch;
