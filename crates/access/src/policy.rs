//! Policy: the committed table of rights × roles, read at start.

use kernel::Right;
use std::collections::HashMap;
use std::sync::Arc;

/// The table as committed.
pub const TEXT: &str = include_str!("../policy.txt");

/// Which role holds which rights.
#[derive(Debug, Clone)]
pub struct Policy {
    roles: HashMap<String, Arc<[&'static str]>>,
}

impl Policy {
    /// Reads the table for the rights that the program's capabilities declare.
    /// Refuses a right without a row, a row without a right and a ragged row, so
    /// that a route nobody decided about does not start (K7).
    pub fn read(text: &str, rights: &[Right]) -> Result<Self, String> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let head = lines.next().ok_or("the policy table is empty")?;
        let roles: Vec<&str> = head.split_whitespace().skip(1).collect();
        let mut held: Vec<Vec<&'static str>> = vec![Vec::new(); roles.len()];
        let mut seen = Vec::new();
        for line in lines {
            let mut cells = line.split_whitespace();
            let name = cells.next().unwrap_or_default();
            let right = rights
                .iter()
                .find(|right| right.name == name)
                .ok_or_else(|| format!("the policy names the right {name}, which no capability declares"))?;
            let marks: Vec<&str> = cells.collect();
            if marks.len() != roles.len() || marks.iter().any(|mark| *mark != "x" && *mark != ".") {
                return Err(format!("the policy's row {name} must have x or . for each of {} roles", roles.len()));
            }
            for (role, mark) in held.iter_mut().zip(&marks) {
                if *mark == "x" {
                    role.push(right.name);
                }
            }
            seen.push(right.name);
        }
        if let Some(right) = rights.iter().find(|right| !seen.contains(&right.name)) {
            return Err(format!("the policy has no row for the right {}", right.name));
        }
        let roles = roles
            .into_iter()
            .zip(held)
            .map(|(role, mut rights)| {
                rights.sort_unstable();
                (role.to_owned(), Arc::from(rights))
            })
            .collect();
        Ok(Self { roles })
    }

    /// The rights of a role, sorted; nothing for an unknown role.
    pub fn rights(&self, role: &str) -> Option<Arc<[&'static str]>> {
        self.roles.get(role).cloned()
    }

    /// The names of all roles, sorted.
    pub fn roles(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.roles.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Right = Right::new("a.one", "");
    const TWO: Right = Right::new("a.two", "");

    #[test]
    fn what_nobody_decided_does_not_start() {
        let table = "right doctor citizen\na.one x .\n";
        let policy = Policy::read(table, &[ONE]).unwrap();
        assert_eq!(policy.rights("doctor").unwrap().as_ref(), ["a.one"]);
        assert!(policy.rights("citizen").unwrap().is_empty());
        assert!(policy.rights("nobody").is_none());
        assert!(Policy::read(table, &[ONE, TWO]).unwrap_err().contains("no row for the right a.two"));
        assert!(Policy::read(table, &[TWO]).unwrap_err().contains("no capability declares"));
        assert!(Policy::read("right doctor citizen\na.one x\n", &[ONE]).is_err());
    }

    /// K9: the administrators' roles are disjoint and none reads clinical data.
    #[test]
    fn administrators_share_nothing_and_read_nothing_clinical() {
        let rights: Vec<Right> = TEXT
            .lines()
            .filter(|line| line.contains('.') && !line.starts_with('#') && !line.starts_with("right"))
            .filter_map(|line| line.split_whitespace().next())
            .map(|name| Right { name, says: "" })
            .collect();
        let policy = Policy::read(TEXT, &rights).unwrap();
        let shared_by_all = ["directory.read"];
        let own = |role: &str| -> Vec<&'static str> {
            policy.rights(role).unwrap().iter().copied().filter(|name| !shared_by_all.contains(name)).collect()
        };
        let (admin, audit, privacy) = (own("admin"), own("audit"), own("privacy"));
        for name in admin.iter().chain(&audit).chain(&privacy) {
            let held = [&admin, &audit, &privacy].into_iter().filter(|role| role.contains(name)).count();
            assert_eq!(held, 1, "{name} is held by two administrators");
            assert!(!name.starts_with("records.") && !name.starts_with("desks."), "{name}");
        }
    }
}
