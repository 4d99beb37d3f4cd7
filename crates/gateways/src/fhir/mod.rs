//! FHIR R4 REST: supply ([`write`]), read ([`read`]), search ([`search`]), and the
//! statement of what is offered ([`metadata`]); the money side is written from the money
//! rooms ([`money`]).

mod answer;
mod metadata;
mod money;
mod read;
mod search;
mod write;

pub use answer::refuse;

use clearing::Clearing;
use records::{READ, Records, WRITE};
use settlement::{SETTLE, Settlements};
use web::Route;

/// Codes of issues that the gateway itself finds, with their meanings.
pub const ISSUES: &[(&str, &str, &str)] = &[
    ("records.unchanged", "The resource was here in just this form; no new version.", "内容未变，没有新版本。"),
    ("fhir.bundle-expected", "This address takes a Bundle.", "此地址只接受 Bundle。"),
    ("fhir.format-unsupported", "Only JSON is spoken here.", "只接受 JSON。"),
    ("fhir.type-mismatch", "Address and resource name different types.", "地址与资源类型不一致。"),
    ("fhir.id-mismatch", "Address and resource have different ids.", "地址与资源的 id 不一致。"),
    ("fhir.money-invalid", "A member of a claim or task cannot be used.", "费用申请或任务的字段取值不对。"),
    ("fhir.search-person-needed", "A search must name the person.", "查询必须指明患者。"),
];

/// What FHIR's routes work with.
#[derive(Clone)]
pub struct FhirGateway {
    /// The records.
    pub records: Records,
    /// How the gateway is reached, `http://…/fhir`.
    pub base: String,
    /// What was settled and can be.
    pub settlements: Settlements,
    /// Comparisons and statements of institutions.
    pub clearing: Clearing,
}

/// The routes.
pub fn routes(gateway: &FhirGateway) -> Vec<Route> {
    vec![
        Route::get("/fhir/metadata", kernel::right::PUBLIC, metadata::metadata, gateway),
        Route::post("/fhir", WRITE, write::bundle, gateway),
        Route::post("/fhir/", WRITE, write::bundle, gateway),
        Route::post("/fhir/Claim/$submit", SETTLE, money::submit, gateway),
        Route::post("/fhir/CoverageEligibilityRequest/$submit", READ, money::check_eligibility, gateway),
        Route::post("/fhir/Task", SETTLE, money::cancel, gateway),
        Route::post("/fhir/{type}", WRITE, write::create, gateway),
        Route::put("/fhir/{type}", WRITE, write::update_where, gateway),
        Route::get("/fhir/{type}", READ, search::search, gateway),
        Route::post("/fhir/{type}/_search", READ, search::search_form, gateway),
        Route::get("/fhir/{type}/{id}", READ, read::read, gateway),
        Route::put("/fhir/{type}/{id}", WRITE, write::update, gateway),
        Route::get("/fhir/{type}/{id}/_history", READ, read::history, gateway),
        Route::get("/fhir/{type}/{id}/_history/{version}", READ, read::version, gateway),
        Route::get("/fhir/Patient/{id}/$everything", READ, search::everything, gateway),
    ]
}
