//! Dialects at the edge: translate, then call a verb. Owns no table, decides
//! nothing. FHIR R4 and the envelope of the national insurance interface; CDS Hooks,
//! DICOMweb and HL7 v2 come with their own issues.

pub mod fhir;
pub mod nhsa;

pub use nhsa::CAPABILITY;
