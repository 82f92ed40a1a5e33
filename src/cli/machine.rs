//! How much memory this machine or container has, as Linux tells it.

use std::fs;
use std::path::Path;

/// Bytes of memory that this process may use: the machine's, or less if a control group says so. `None` where nothing tells.
pub fn memory() -> Option<usize> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| total(&text));
    machine.into_iter().chain(groups()).min().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
}

/// `MemTotal` of `/proc/meminfo`.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// The limits of the control groups of this process, version 2 and 1, and of all groups above them.
fn groups() -> Vec<u64> {
    let mut limits = Vec::new();
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    for line in own.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { continue };
        let (root, file) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            "memory" => ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            _ => continue,
        };
        // In a container the path may be that of the host; then only the root is there.
        let mut group = Path::new(path.trim_start_matches('/'));
        loop {
            let text = fs::read_to_string(Path::new(root).join(group).join(file)).unwrap_or_default();
            limits.extend(limit(&text));
            match group.parent() {
                Some(parent) => group = parent,
                None => break,
            }
        }
    }
    limits
}

/// `max` is no limit; version 1 writes a number near 2⁶³ for none, which changes nothing in a minimum.
fn limit(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_as_linux_writes_them() {
        assert_eq!(total("MemTotal:       24689764 kB\nMemFree: 1 kB\n"), Some(24_689_764 * 1024));
        assert_eq!((total(""), total("MemTotal: many kB")), (None, None));
        assert_eq!((limit("max\n"), limit("1048576\n"), limit("")), (None, Some(1_048_576), None));
    }
}
