//! What a payment is and may become: values in, values out.

pub mod outcome;
pub mod shares;
pub mod stage;
pub mod tender;
pub mod till;
pub mod wait;
