//! Comparing books, naming causes, and what a payout may become: values in, values out.

pub mod matcher;
pub mod money;
pub mod nhsa;
pub mod payout;
pub mod row;
