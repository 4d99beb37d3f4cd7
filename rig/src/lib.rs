//! The rig's disk: a filesystem in memory that keeps only what was synced, and loses
//! the rest when it is told that the power was cut. `scripts/rig/power.py` runs a node
//! on it. It has no code of Yima's.

pub mod chance;
pub mod content;
pub mod disk;
pub mod mount;
