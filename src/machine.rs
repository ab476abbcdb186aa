//! What the machine, or the container, has.

use crate::group;
use sysinfo::{MemoryRefreshKind, System};

/// 60 % of the memory of the machine, or of the control group where that has less.
pub(crate) fn default_memory() -> usize {
    let machine = System::new().ok().map(|mut system| {
        system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        system.total_memory()
    });
    let group = group::memory_limit(|path| std::fs::read_to_string(path).ok());
    let total = [machine, group].into_iter().flatten().filter(|&n| n > 0).min();
    // A machine that does not say gets what small ones have.
    (total.unwrap_or(2 << 30) / 10 * 6) as usize
}

/// The cores that this process may use.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
