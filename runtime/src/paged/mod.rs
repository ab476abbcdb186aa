//! Plans over arrays that do not fit into memory.
//!
//! State before: a prepared plan, its inputs in memory or in files, a limit. State after: its
//! results, in memory, spilled, or in the file they were to go to; the bits are those of a run in
//! memory. A step runs unit by unit: the boxes of files that a unit reads are loaded, its tasks
//! run on all threads as in memory, the boxes it wrote are stored; meanwhile the next unit's boxes
//! are read and the last one's written.

mod apart;
pub mod external;
pub mod layout;
pub mod pairs;
mod reshaped;
pub mod run;
pub mod spill;
pub mod transfer;
