//! Nouns and decisions of the master index.

pub mod demographics;
pub mod fhir_patient;
pub mod identifier;
