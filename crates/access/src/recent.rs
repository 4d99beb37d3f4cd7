//! A bounded memory of look-ups that forgets everything when something changes.
//!
//! A loader notes the epoch before it reads; what it read is kept only if no
//! change was committed meanwhile, so a revocation binds every read that starts
//! after its commit (K3).

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

/// Entries kept at most; then all are forgotten, which costs a look-up each.
const KEPT_MAX: usize = 65_536;

pub(crate) struct Recent<K, V> {
    kept: RwLock<HashMap<K, V>>,
    epoch: AtomicU64,
}

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    pub(crate) fn new() -> Self {
        Self { kept: RwLock::new(HashMap::new()), epoch: AtomicU64::new(0) }
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// To be called before the database is read.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::SeqCst)
    }

    pub(crate) fn keep(&self, epoch: u64, key: K, value: V) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if self.epoch.load(Ordering::SeqCst) == epoch {
            if kept.len() >= KEPT_MAX {
                kept.clear();
            }
            kept.insert(key, value);
        }
    }

    /// To be called after a change was committed, before it is answered.
    pub(crate) fn forget(&self, key: &K) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        self.epoch.fetch_add(1, Ordering::SeqCst);
        kept.remove(key);
    }

    pub(crate) fn forget_all(&self) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        self.epoch.fetch_add(1, Ordering::SeqCst);
        kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let recent = Recent::new();
        let epoch = recent.epoch();
        recent.forget(&1);
        recent.keep(epoch, 1, "old");
        assert_eq!(recent.get(&1), None);
        recent.keep(recent.epoch(), 1, "new");
        assert_eq!(recent.get(&1), Some("new"));
        recent.forget_all();
        assert_eq!(recent.get(&1), None);
    }
}
