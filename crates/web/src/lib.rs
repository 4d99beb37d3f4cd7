//! What every surface is built from: a route with its right, answers and
//! problems, page shells, widgets and words. Knows no capability and no SQL.

pub mod answer;
pub mod assets;
pub mod caller;
pub mod icons;
pub mod layout;
pub mod route;
pub mod widgets;
pub mod words;

pub use answer::Problem;
pub use caller::{Body, Caller, Refusal};
pub use route::Route;
pub use words::Lang;
