//! The code crate from outside: what people, forgers and other programs do with it.

mod cose;
mod offline;
mod phone;
mod picture;
mod random;
mod scene;
mod vectors;
