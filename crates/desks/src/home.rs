//! The first page of the demo, which leads through the journey.

pub mod pages;
