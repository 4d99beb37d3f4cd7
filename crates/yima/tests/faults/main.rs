//! Faults of the world around the real program: full disks, disks that fail,
//! kills, signals, a database or a PKCS#11 token that is away, and what the logs say
//! meanwhile.
#![expect(clippy::unwrap_used, reason = "a test program: a panic is how it fails")]

mod codes;
mod disk;
mod ending;
mod home;
mod kill;
mod logs;
mod postgres;
mod shim;
mod supply;
mod token;
