//! PDF documents with embedded CJK type: e-bills, card sheets, statements; no I/O.
//!
//! A [`Page`] is a drawing: text, lines, areas, QR codes, tables, the round stamp,
//! other pages placed on it. A [`Document`] writes pages as one tagged file
//! (PDF/A-3a and PDF/UA-1): same input, same bytes, so the day of the document is
//! handed in. Lengths are whole micrometres from the upper left corner, so that a
//! caller needs no float. This crate knows no noun of the house: what stands on a
//! bill or card is for `bills` and `credentials` to say.
//!
//! Reading order: [`measure`], [`face`] (the fonts and how text is measured),
//! [`page`], [`table`], [`document`] (writing), then [`sheet`] and [`statement`].

pub mod measure;
pub mod face;
pub mod page;
pub mod table;
pub mod document;
pub mod sheet;
pub mod statement;
mod mark;
mod qr;
mod stamp;
mod write;

pub use document::{About, Document, Language, Written, attached};
pub use face::{fitted, width_of, wrapped};
pub use measure::{Align, Area, Colour, Point, Role, Size, Stroke, Type, Um, mm};
pub use page::Page;
pub use qr::TooLong;
pub use sheet::{sheets, sheets_two_sided};
pub use statement::Statement;
pub use table::{Column, Look, Table};
