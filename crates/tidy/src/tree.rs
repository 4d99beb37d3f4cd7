//! The files of the repository as text, read once; what builds and tools leave
//! behind is passed over.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Folders that hold nothing of ours.
const PASSED_OVER: &[&str] = &[".git", "target", "node_modules"];

/// Crates whose folders stand at the top, beside `crates/`.
pub const AT_THE_TOP: &[&str] = &["bench", "rig"];

/// A text file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its path from the root of the repository, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// The path's parts.
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.path.split('/')
    }

    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.parts().next_back().unwrap_or_default()
    }

    /// What comes after the last dot of its name: `rs`, `md`, `sql`.
    pub fn kind(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, kind)| kind)
    }

    /// The crate it belongs to: the folder under `crates/`, or one at the top.
    pub fn crate_name(&self) -> Option<&str> {
        let mut parts = self.parts();
        match parts.next() {
            Some("crates") => parts.next(),
            Some(name) => AT_THE_TOP.iter().find(|top| **top == name).copied(),
            None => None,
        }
    }

    /// Whether the whole file is test code: a test program, a benchmark, an example.
    pub fn is_test(&self) -> bool {
        self.parts().any(|part| matches!(part, "tests" | "benches" | "examples"))
    }
}

/// Every text file of the repository.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: Vec<Source>,
    paths: BTreeSet<String>,
}

impl Tree {
    /// The repository this crate stands in.
    ///
    /// # Panics
    /// When a folder cannot be read.
    pub fn of_repository() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut tree = Self::default();
        tree.walk(&root, "");
        tree
    }

    /// A tree of given files, for tests of the rules.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.add((*path).to_owned(), Some((*text).to_owned()));
        }
        tree
    }

    fn walk(&mut self, folder: &Path, prefix: &str) {
        let listing = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut entries: Vec<PathBuf> = listing.filter_map(Result::ok).map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let below = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
            if path.is_dir() {
                if !PASSED_OVER.contains(&name) {
                    self.walk(&path, &below);
                }
            } else {
                // A picture is no text: it only exists.
                self.add(below, std::fs::read_to_string(&path).ok());
            }
        }
    }

    fn add(&mut self, path: String, text: Option<String>) {
        let mut folder = path.as_str();
        while let Some((above, _)) = folder.rsplit_once('/') {
            self.paths.insert(above.to_owned());
            folder = above;
        }
        self.paths.insert(path.clone());
        if let Some(text) = text {
            self.files.push(Source { path, text });
        }
    }

    /// Every text file.
    pub fn files(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// Text files whose name ends so.
    pub fn ending(&self, end: &str) -> impl Iterator<Item = &Source> {
        self.files.iter().filter(move |file| file.path.ends_with(end))
    }

    /// One file by its path.
    pub fn file(&self, path: &str) -> Option<&Source> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether a file or folder of this path is there.
    pub fn has(&self, path: &str) -> bool {
        self.paths.contains(path.trim_end_matches('/'))
    }

    /// Names of the crates: folders under `crates/` with a manifest.
    pub fn crates(&self) -> Vec<&str> {
        self.files
            .iter()
            .filter_map(|file| file.path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"))
            .filter(|name| !name.contains('/'))
            .collect()
    }
}

/// Lines with their numbers from 1.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}
