//! Dialects at the edge: translate, then call a verb. Owns no table, decides
//! nothing. Now FHIR R4; CDS Hooks, DICOMweb, the NHSA envelope and HL7 v2 come
//! with their own issues.

pub mod fhir;
