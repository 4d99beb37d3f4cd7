//! Bills on both databases: issuing, numbers, red letters, marks, seals, pages, and
//! the routes behind the gate.

mod scene;
mod issuing;
mod after;
mod paper;
mod routes;
mod whole;
