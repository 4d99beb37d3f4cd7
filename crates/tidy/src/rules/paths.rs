//! What the documents name is there.

use crate::Finding;
use crate::tree::{Source, Tree, lines};

/// Folders a path in a document may begin with.
const ROOTS: &[&str] = &["crates/", "docs/", "scripts/", "bench/", "rig/", ".ci/"];

/// Documents that speak of the tree as it is. Decisions speak of their day.
fn is_checked(file: &Source) -> bool {
    let root = !file.path.contains('/') && file.path != "CHANGELOG.md";
    let below = file.path.starts_with("docs/journeys/") || file.path.starts_with("docs/operate/");
    file.kind() == "md" && (root || below || matches!(file.path.as_str(), "bench/README.md" | "rig/README.md"))
}

/// A path as it can be looked up: nothing when it is a pattern, an address or a
/// word with a slash.
fn as_path(text: &str) -> Option<&str> {
    let pattern =
        text.contains(|letter: char| "<>*{}…$()| ".contains(letter)) || text.contains("NAME") || text.contains("YYYY");
    let path = text.split('#').next().unwrap_or_default();
    (!pattern && ROOTS.iter().any(|root| path.starts_with(root))).then_some(path)
}

/// Paths in backticks, and links, of one line.
fn named(line: &str) -> Vec<&str> {
    let ticked = line.split('`').skip(1).step_by(2).filter_map(as_path);
    let linked = line.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let local = linked.filter(|link| !link.contains(':') && !link.starts_with('#'));
    ticked.chain(local.filter_map(|link| link.split('#').next())).collect()
}

/// Files and folders named by `README.md`, `ARCHITECTURE.md`, the journeys and
/// the operator's documents exist.
pub fn named_files(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files().filter(|file| is_checked(file)) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in lines(&file.text) {
            for path in named(line) {
                let beside = beside(folder, path);
                if !tree.has(path) && !tree.has(&beside) {
                    found.push(Finding::at(
                        &file.path,
                        number,
                        format!("`{path}` is not there; name what is, or write it"),
                    ));
                }
            }
        }
    }
    found
}

/// A link as it is meant from the folder of its document.
fn beside(folder: &str, link: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop();
            }
            name => parts.push(name),
        }
    }
    parts.join("/")
}
