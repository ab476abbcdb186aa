//! The command line.
//!
//! Results go to the standard output, everything else to the standard error. Exit codes: 0
//! success, 2 the program (or the command line) is wrong, 3 it failed on a value, 4 a limit,
//! 5 input or output, 130 interrupted, 70 a bug in arr. A reader that goes away (`arr ... | head`)
//! ends the program quietly with 0.
#![forbid(unsafe_code)]

mod bar;
mod cli;
mod output;
mod repl;
mod stats;
mod stop;
mod testing;
mod timings;

use std::panic::{AssertUnwindSafe, catch_unwind};

fn main() {
    output::catch_panics();
    let code = catch_unwind(AssertUnwindSafe(cli::main)).unwrap_or_else(|_| {
        output::say_panic();
        70
    });
    // What is still held is given back by the system, faster than piece by piece.
    std::process::exit(i32::from(code));
}
