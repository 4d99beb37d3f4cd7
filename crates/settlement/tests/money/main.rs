//! The money path on both databases: what goes right, each refusal, faults between
//! hospital and insured place, everybody at once.

mod away;
mod faults;
mod hammer;
mod http;
mod office;
mod refusals;
mod stays;
mod town;
mod undone;
mod visits;
