//! Narrow keys, sorted by their digits of eight bits.

/// Values of a digit.
const DIGITS: usize = 256;

/// Words up to which comparing is faster than counting.
const FEW: usize = 512;

/// Sorts by counting.
pub fn sort_bytes(keys: &mut [u8]) {
    // Four tables: equal keys one after the other do not wait for each other.
    let mut counts = [[0usize; DIGITS]; 4];
    let groups = keys.chunks_exact(4);
    for &key in groups.remainder() {
        counts[0][usize::from(key)] += 1;
    }
    for group in groups {
        for (table, &key) in counts.iter_mut().zip(group) {
            table[usize::from(key)] += 1;
        }
    }
    let mut rest = keys;
    for key in 0..=u8::MAX {
        let n = counts.iter().map(|table| table[usize::from(key)]).sum();
        let (these, after) = std::mem::take(&mut rest).split_at_mut(n);
        these.fill(key);
        rest = after;
    }
}

/// Sorts by the low digit into `spare` and by the high one back.
pub fn sort_words(keys: &mut [u16], spare: &mut [u16]) {
    if keys.len() <= FEW {
        keys.sort_unstable();
        return;
    }
    let mut counts = [[0usize; DIGITS]; 2];
    for &key in &*keys {
        counts[0][digit(key, 0)] += 1;
        counts[1][digit(key, 1)] += 1;
    }
    scatter(keys, spare, &counts[0], 0);
    scatter(spare, keys, &counts[1], 1);
}

fn digit(key: u16, place: u32) -> usize {
    usize::from(key.to_le_bytes()[place as usize])
}

/// Puts each key where the counts of its digit say, equal digits in their order.
fn scatter(from: &[u16], to: &mut [u16], counts: &[usize; DIGITS], place: u32) {
    let mut next = [0; DIGITS];
    let mut before = 0;
    for (next, n) in next.iter_mut().zip(counts) {
        *next = before;
        before += n;
    }
    for &key in from {
        let at = &mut next[digit(key, place)];
        to[*at] = key;
        *at += 1;
    }
}
