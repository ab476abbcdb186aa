//! How far an evaluation is, for whoever shows it.

use arr_runtime::buffer::Pool;
use arr_runtime::engine::Engine;
use arr_runtime::progress::Progress as Counted;
use std::sync::Arc;

/// Looks at the evaluations of a session from another thread.
///
/// ```
/// let mut session = arr::Session::new();
/// let watch = session.watch();
/// session.eval("arange(1000).sum()")?;
/// assert!(watch.now().is_none(), "nothing is computed any more");
/// # Ok::<(), arr::Error>(())
/// ```
#[derive(Clone)]
pub struct Watch {
    counted: Arc<Counted>,
    pool: Arc<Pool>,
}

/// How far an evaluation is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Its number in the session: what comes next has another.
    pub run: u64,
    /// How much is done, from 0 to 1, by an estimate of the effort.
    pub done: f64,
    /// Bytes moved so far: of files where it reads or writes them, else of arrays in memory.
    pub bytes: u64,
    /// Bytes of arrays and working memory in use.
    pub memory_used: usize,
    /// Bytes that they may take.
    pub memory_limit: usize,
}

impl Watch {
    pub(crate) fn new(engine: &Engine) -> Watch {
        Watch { counted: engine.progress().clone(), pool: engine.pool().clone() }
    }

    /// How far the session is with what it computes; none while it computes nothing.
    pub fn now(&self) -> Option<Progress> {
        let seen = self.counted.see()?;
        Some(Progress {
            run: seen.run,
            done: seen.done as f64 / seen.total as f64,
            bytes: seen.bytes,
            memory_used: self.pool.stats().used,
            memory_limit: self.pool.limit(),
        })
    }
}
