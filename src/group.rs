//! How much memory the control groups of this process leave it.
//!
//! A process is in a group of a tree; each group around it may have a limit, and the least counts.
//! Trees of both versions of control groups are read, wherever they are mounted.

use std::path::{Path, PathBuf};

/// Where a tree of groups is mounted.
struct Tree {
    /// The group that is its top here.
    top: PathBuf,
    at: PathBuf,
    /// The file of a group that has its limit.
    limit: &'static str,
}

/// The bytes of memory that the groups of this process leave it; none without a limit. `read`
/// gives the text of a file.
pub(crate) fn memory_limit(read: impl Fn(&Path) -> Option<String>) -> Option<u64> {
    let own = read(Path::new("/proc/self/cgroup"))?;
    let mounts = read(Path::new("/proc/self/mountinfo"))?;
    let mut limits = vec![];
    for tree in mounts.lines().filter_map(tree) {
        let Some(group) = own.lines().find_map(|line| group(line, tree.limit)) else { continue };
        // A group that is not below the top is one of another namespace: the top is ours.
        let below = group.strip_prefix(&tree.top).ok();
        let below = below.filter(|p| !p.starts_with("..")).unwrap_or(Path::new(""));
        let place = tree.at.join(below);
        for around in place.ancestors().take_while(|p| p.starts_with(&tree.at)) {
            let text = read(&around.join(tree.limit));
            limits.extend(text.and_then(|t| t.trim().parse::<u64>().ok()));
        }
    }
    limits.into_iter().min()
}

/// A line of `/proc/self/mountinfo`, if it is a tree that can limit memory (proc(5)).
fn tree(line: &str) -> Option<Tree> {
    let (before, after) = line.split_once(" - ")?;
    let mut before = before.split(' ').skip(3);
    let (top, at) = (before.next()?, before.next()?);
    let mut after = after.split(' ');
    let (kind, options) = (after.next()?, after.nth(1)?);
    let limit = match kind {
        "cgroup2" => "memory.max",
        "cgroup" if options.split(',').any(|o| o == "memory") => "memory.limit_in_bytes",
        _ => return None,
    };
    Some(Tree { top: unescaped(top), at: unescaped(at), limit })
}

/// A path in which spaces and the like are octal numbers.
fn unescaped(path: &str) -> PathBuf {
    let mut parts = path.split('\\');
    let mut out = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let code = part.get(..3).and_then(|n| u8::from_str_radix(n, 8).ok());
        match code {
            Some(code) => {
                out.push(char::from(code));
                out += &part[3..];
            }
            None => {
                out.push('\\');
                out += part;
            }
        }
    }
    out.into()
}

/// The group of a line of `/proc/self/cgroup`, if it is in the tree with such a file of limits
/// (cgroups(7)).
fn group(line: &str, limit: &str) -> Option<PathBuf> {
    let (_, rest) = line.split_once(':')?;
    let (controllers, path) = rest.split_once(':')?;
    let second = controllers.is_empty();
    let memory = controllers.split(',').any(|c| c == "memory");
    let of = if second { "memory.max" } else { "memory.limit_in_bytes" };
    ((second || memory) && of == limit).then(|| path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The limit that is found in a tree of files, given by their paths and texts.
    fn limit(files: &[(&str, &str)]) -> Option<u64> {
        memory_limit(|path| {
            let found = files.iter().find(|f| Path::new(f.0) == path);
            found.map(|f| f.1.to_string())
        })
    }

    const SECOND: &str = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n";

    #[test]
    fn the_least_limit_around_the_own_group_counts() {
        let files = [
            ("/proc/self/cgroup", "0::/user.slice/job.scope\n"),
            ("/proc/self/mountinfo", SECOND),
            ("/sys/fs/cgroup/user.slice/job.scope/memory.max", "max\n"),
            ("/sys/fs/cgroup/user.slice/memory.max", "2147483648\n"),
            ("/sys/fs/cgroup/other.slice/memory.max", "1024\n"),
        ];
        assert_eq!(limit(&files), Some(2 << 30));
        let inner = [("/sys/fs/cgroup/user.slice/job.scope/memory.max", "1073741824\n")];
        assert_eq!(limit(&[&inner[..], &files].concat()), Some(1 << 30));
        assert_eq!(limit(&files[..3]), None);
        assert_eq!(limit(&[]), None);
    }

    #[test]
    fn a_container_sees_its_group_as_the_top() {
        let files = [
            ("/proc/self/cgroup", "0::/\n"),
            ("/proc/self/mountinfo", SECOND),
            ("/sys/fs/cgroup/memory.max", "4096\n"),
        ];
        assert_eq!(limit(&files), Some(4096));
        // Without a namespace of its own the path is that of the machine.
        let files = [
            ("/proc/self/cgroup", "5:cpu:/\n4:memory:/docker/abc\n0::/\n"),
            (
                "/proc/self/mountinfo",
                "31 24 0:27 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n\
                 32 24 0:28 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n",
            ),
            ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "8192\n"),
        ];
        assert_eq!(limit(&files), Some(8192));
    }

    #[test]
    fn trees_of_both_versions_are_read_wherever_they_are() {
        let files = [
            ("/proc/self/cgroup", "4:cpuset,memory:/a\n0::/b\n"),
            (
                "/proc/self/mountinfo",
                "31 24 0:27 / /my\\040groups rw - cgroup cgroup rw,cpuset,memory\n\
                 32 24 0:28 / /second rw - cgroup2 none rw\n",
            ),
            ("/my groups/a/memory.limit_in_bytes", "9223372036854771712\n"),
            ("/my groups/memory.limit_in_bytes", "5000\n"),
            ("/second/b/memory.max", "6000\n"),
        ];
        assert_eq!(limit(&files), Some(5000));
        assert_eq!(limit(&files[..3]), Some(9_223_372_036_854_771_712));
    }
}
