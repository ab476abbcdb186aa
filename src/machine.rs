//! What the machine, or the container, has.

use sysinfo::{MemoryRefreshKind, System};

/// 60 % of the memory of the machine, or of the control group where that has less.
pub(crate) fn default_memory() -> usize {
    let total = System::new().ok().and_then(|mut system| {
        system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        let machine = system.total_memory();
        let group = system.cgroup_limits().map_or(machine, |g| g.total_memory);
        [machine, group].into_iter().filter(|&n| n > 0).min()
    });
    // A machine that does not say gets what small ones have.
    (total.unwrap_or(2 << 30) / 10 * 6) as usize
}

/// The cores that this process may use.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
