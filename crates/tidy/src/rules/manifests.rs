//! Manifests, read as far as the rules need: sections and the names in them.

use crate::Finding;
use crate::tree::{Source, Tree, lines};

/// A dependency as a manifest names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// Its name.
    pub name: String,
    /// Whether only tests use it.
    pub dev: bool,
    /// The line, from 1.
    pub line: usize,
}

/// Dependencies of all sections of a manifest.
pub fn dependencies(manifest: &str) -> Vec<Dependency> {
    let mut found = Vec::new();
    let mut section = "";
    for (number, line) in lines(manifest) {
        let line = line.split('#').next().unwrap_or_default().trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
            let table = section.rsplit_once("dependencies.").map(|(before, name)| (before == "dev-", name));
            if let Some((dev, name)) = table {
                found.push(Dependency { name: name.to_owned(), dev, line: number });
            }
        } else if matches!(section, "dependencies" | "dev-dependencies" | "build-dependencies") && !line.is_empty() {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default().trim_matches('"');
            found.push(Dependency { name: name.to_owned(), dev: section == "dev-dependencies", line: number });
        }
    }
    found
}

/// The manifests of the crates, of the benchmarks and of the rig.
pub fn manifests(tree: &Tree) -> impl Iterator<Item = (&str, &Source)> {
    tree.ending("Cargo.toml").filter_map(|file| Some((file.crate_name()?, file)))
}

/// What every crate takes from the workspace.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

/// Every crate has the workspace's lints, edition and licence.
pub fn inherit(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (_, file) in manifests(tree) {
        let mut section = "";
        let mut inherited = Vec::new();
        let mut lints = false;
        for line in file.text.lines().map(str::trim) {
            if line.starts_with('[') {
                section = line;
            }
            if section == "[lints]" && line.replace(' ', "") == "workspace=true" {
                lints = true;
            }
            if section == "[package]"
                && let Some((key, _)) = line.split_once(".workspace")
            {
                inherited.push(key);
            }
        }
        if !lints {
            found.push(Finding::whole(&file.path, "has not the house's lints; add `[lints]` with `workspace = true`"));
        }
        for key in INHERITED.iter().filter(|key| !inherited.contains(key)) {
            found.push(Finding::whole(&file.path, format!("has a {key} of its own; write `{key}.workspace = true`")));
        }
    }
    found
}
