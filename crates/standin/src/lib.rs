//! A stand-in for the mobile pay platform, for tests and the demo: it takes orders
//! and refunds in the shape of WeChat Pay's API v3 for medical insurance, checks every
//! signature, seals its callbacks, and misbehaves when it is told to.
//!
//! It shares no code with the channel in `payment`: another library signs (`ring`),
//! another one seals (`aes-gcm`), and bodies are read as plain JSON, so that both
//! sides cannot be wrong in the same way. No money moves here; it is no place for
//! real keys.
//!
//! [`crypto`] signs, checks and seals; [`book`] holds orders and refunds as a platform
//! would; [`mischief`] names what can go wrong; [`platform`] speaks and calls back.

pub mod book;
pub mod crypto;
pub mod mischief;
pub mod platform;

pub use mischief::Mischief;
pub use platform::{Running, Settings, Standin};
