//! Stages, lines, messages, outcomes: values in, values out.

pub mod ask;
pub mod line;
pub mod message;
pub mod price;
pub mod stage;
pub mod stored;
