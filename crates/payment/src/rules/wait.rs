//! How long to wait before asking a channel again.

use kernel::time::{MINUTE, SECOND};

/// Waits after the first tries: 2, 5, 15, 60 s (insurance.md §5.2).
const FIRST: [i64; 4] = [2 * SECOND, 5 * SECOND, 15 * SECOND, 60 * SECOND];
/// Then five minutes for the first hour.
const THEN: i64 = 5 * MINUTE;
/// Tries until the hour is over.
const THEN_TRIES: i64 = 16;
/// And half an hour from there on, as long as it is not known.
const AT_LAST: i64 = 30 * MINUTE;

/// The wait before try `tries + 1`, in microseconds.
pub fn before_next(tries: i64) -> i64 {
    let first = usize::try_from(tries.max(0)).ok().and_then(|at| FIRST.get(at)).copied();
    first.unwrap_or(if tries < THEN_TRIES { THEN } else { AT_LAST })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_never_end() {
        let waits: Vec<i64> = (0..20).map(before_next).collect();
        assert_eq!(waits[..4], FIRST);
        assert!(waits.windows(2).all(|pair| pair[0] <= pair[1]), "{waits:?}");
        assert_eq!((before_next(-1), before_next(i64::MAX)), (2 * SECOND, AT_LAST));
    }
}
