//! Ctrl-C: the first asks the evaluation to stop, the second ends the process.
//!
//! A program that does not stop in time is ended as well: files are replaced whole or not at
//! all, so nothing is left half done.

use crate::bar;
use crate::output::Output;
use arr::Interrupter;
use std::time::Duration;

/// How long an evaluation may take to stop.
const GRACE: Duration = Duration::from_millis(800);

/// Ends the process, and leaves nothing behind.
fn leave(interrupter: &Interrupter) -> ! {
    bar::end();
    interrupter.give_up();
    std::process::exit(130);
}

/// Handles Ctrl-C from now on. With `insist` the process ends even if the evaluation does not.
pub fn on_ctrl_c(interrupter: Interrupter, output: Output, insist: bool) {
    let handler = move || {
        if interrupter.interrupt() {
            leave(&interrupter);
        }
        if insist {
            let (interrupter, output) = (interrupter.clone(), output.clone());
            std::thread::spawn(move || {
                std::thread::sleep(GRACE);
                output.try_finish();
                leave(&interrupter);
            });
        }
    };
    // Without a handler Ctrl-C ends the process at once, which is right too.
    let _ = ctrlc::set_handler(handler);
}
