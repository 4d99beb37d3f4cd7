//! How insurance is written as JSON.

use crate::eligibility::Eligibility;
use crate::rules::coverage::Coverage;
use crate::years::Year;
use kernel::FilingId;
use kernel::InstitutionId;
use serde_json::{Value, json};

/// A coverage period.
pub fn coverage_json(one: &Coverage) -> Value {
    json!({
        "coverage": one.id().to_string(),
        "admdvs": one.admdvs,
        "insutype": one.insutype,
        "psn_type": one.psn_type,
        "basic": one.basic(),
        "from": one.period.from_on.to_string(),
        "to": one.period.to_on.to_string(),
    })
}

/// The sums of a year.
pub fn year_json(year: &Year) -> Value {
    let sums = &year.sums;
    let pools = |table: &[kernel::Fen; 3]| {
        let [op, ip, chronic] = table;
        json!({ "op": op.0, "ip": ip.0, "chronic": chronic.0 })
    };
    json!({
        "insutype": year.insutype,
        "year": sums.year,
        "version": sums.version,
        "admissions": sums.admissions,
        "deductible_fen": pools(&sums.dedc_used),
        "in_scope_fen": pools(&sums.inscp),
        "pooled_fen": pools(&sums.pool_paid),
        "supplement_fen": sums.hifob_paid.0,
        "major_illness_base_fen": sums.mi_base.0,
        "major_illness_fen": sums.mi_paid.0,
        "aid_base_fen": sums.maf_base.0,
        "aid_fen": sums.maf_paid.0,
        "civil_servant_fen": sums.cvl_paid.0,
    })
}

/// Everything about a person's insurance.
pub fn eligibility_json(found: &Eligibility) -> Value {
    let (card, day) = (&found.card, found.day);
    let period = |one: crate::Period| json!({ "from": one.from_on.to_string(), "to": one.to_on.to_string() });
    json!({
        "person": found.person.to_string(),
        "psn_no": card.psn_no,
        "day": day.to_string(),
        "covered": found.covered(),
        "suspended": card.suspended(day),
        "birth": card.birth_on.to_string(),
        "age": card.birth_on.age_on(day),
        "retired": card.retired(day),
        "account": card.account.name(),
        "basic": card.basic(day).ok().map(coverage_json),
        "plan": found.plan.as_ref().map(|plan| json!({ "version": plan.version, "insutype": plan.insutype, "admdvs": plan.admdvs })),
        "coverages": card.coverages.iter().map(coverage_json).collect::<Vec<_>>(),
        "standings": card.standings.iter().map(|one| json!({
            "standing": one.number.to_string(), "kind": one.kind.name(), "value": one.value, "period": period(one.period),
            "active": one.period.holds(day),
        })).collect::<Vec<_>>(),
        "filings": card.filings.iter().map(|one| json!({
            "filing": FilingId(one.number).to_string(), "kind": one.kind.name(), "area": one.area, "code": one.code,
            "institution": (one.institution != 0).then(|| InstitutionId(one.institution).to_string()),
            "period": period(one.period), "active": one.active(day),
        })).collect::<Vec<_>>(),
        "sharings": card.sharings.iter().map(|one| json!({
            "sharing": one.number.to_string(), "owner": one.owner().to_string(), "kinship": one.kinship,
            "use_max_fen": one.use_max, "period": period(one.period), "active": one.active(day),
        })).collect::<Vec<_>>(),
        "years": found.years.iter().map(year_json).collect::<Vec<_>>(),
    })
}
