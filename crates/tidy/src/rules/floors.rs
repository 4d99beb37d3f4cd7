//! Arrows between crates point down the floor table of `ARCHITECTURE.md`.

use super::BESIDE;
use super::manifests::{dependencies, manifests};
use crate::Finding;
use crate::tree::{AT_THE_TOP, Tree, lines};
use std::collections::BTreeMap;

const TABLE: &str = "ARCHITECTURE.md";

/// The table: crate → floor. It is the fenced block under the heading "Floors",
/// one floor a line, `7 desks gateways town`.
pub fn floors(architecture: &str) -> BTreeMap<String, u32> {
    let mut table = BTreeMap::new();
    let mut here = false;
    let mut fenced = false;
    for (_, line) in lines(architecture) {
        if line.starts_with('#') {
            here = line.trim_start_matches('#').trim() == "Floors";
        } else if here && line.starts_with("```") {
            fenced = !fenced;
        } else if here && fenced {
            let mut words = line.split_whitespace();
            if let Some(floor) = words.next().and_then(|word| word.parse().ok()) {
                table.extend(words.map(|name| (name.to_owned(), floor)));
            }
        }
    }
    table
}

/// Every crate has a floor, and what it leans on stands lower.
pub fn arrows(tree: &Tree) -> Vec<Finding> {
    let Some(architecture) = tree.file(TABLE) else {
        return vec![Finding::whole(TABLE, "is missing; it holds the floor table")];
    };
    let table = floors(&architecture.text);
    let crates = tree.crates();
    let mut found = Vec::new();
    for (name, file) in manifests(tree).filter(|(name, _)| !AT_THE_TOP.contains(name)) {
        let beside = BESIDE.contains(&name);
        let floor = table.get(name);
        if floor.is_none() && !beside {
            found.push(Finding::whole(
                &file.path,
                format!("`{name}` has no floor; give it one in {TABLE}, with a note in docs/decisions"),
            ));
        }
        if !architecture.text.contains(&format!("`crates/{name}`")) {
            found.push(Finding::whole(
                TABLE,
                format!("does not say what `crates/{name}` holds; add a row to the table of rooms"),
            ));
        }
        for one in dependencies(&file.text).iter().filter(|one| crates.contains(&one.name.as_str())) {
            let says = if BESIDE.contains(&one.name.as_str()) {
                (!one.dev && !beside)
                    .then(|| format!("leans on `{}` outside its tests; move it to [dev-dependencies]", one.name))
            } else {
                match (floor, table.get(&one.name)) {
                    (Some(from), Some(to)) if to >= from => Some(format!(
                        "`{name}` (floor {from}) leans on `{}` (floor {to}); arrows point down: let the lower crate publish an event or take a handler",
                        one.name
                    )),
                    _ => None,
                }
            };
            found.extend(says.map(|says| Finding::at(&file.path, one.line, says)));
        }
    }
    found
}
