//! A disk that fails on demand: `shim.c`, compiled here and preloaded into the
//! node, so that the program itself knows nothing of it.

use crate::home::{Home, Variables};
use std::path::PathBuf;
use std::process::Command;

/// The shim of one node.
pub(crate) struct Shim {
    library: PathBuf,
    data: PathBuf,
    full: PathBuf,
    sync: PathBuf,
}

impl Shim {
    /// Compiles the shim for a node's data folder.
    pub(crate) fn new(home: &Home) -> Self {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/shim.c");
        let library = home.path("shim.so");
        let made = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .arg(&library)
            .args([source, "-ldl"])
            .output()
            .expect("a C compiler is needed");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let data = home.path("data").canonicalize().expect("the node has data");
        Self { library, data, full: home.path("disk-is-full"), sync: home.path("sync-fails") }
    }

    /// What the node needs in its environment.
    pub(crate) fn variables(&self) -> Variables {
        let pairs = [
            ("LD_PRELOAD", &self.library),
            ("FAULTS_FOLDER", &self.data),
            ("FAULTS_FULL", &self.full),
            ("FAULTS_SYNC", &self.sync),
        ];
        pairs.map(|(name, path)| (name.to_owned(), path.display().to_string())).to_vec()
    }

    /// From now on the disk is full, or has room again.
    pub(crate) fn set_full(&self, full: bool) {
        if full {
            std::fs::write(&self.full, "").unwrap();
        } else {
            std::fs::remove_file(&self.full).unwrap();
        }
    }

    /// From now on syncing fails for paths that end so.
    pub(crate) fn fail_sync(&self, ending: &str) {
        let fresh = self.sync.with_extension("new");
        std::fs::write(&fresh, ending).unwrap();
        std::fs::rename(&fresh, &self.sync).unwrap();
    }
}
