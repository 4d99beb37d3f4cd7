//! Charges of a visit before they are settled: each once under its supplier's
//! number.

use crate::rules::charge::{CODE_MAX, Charge, LINES_MAX};
use crate::{Refusal, store};
use ::store::{SqlExt, Tx};
use kernel::{Error, Fault, FaultKind, InstitutionId, PersonId, VisitId};

/// Where a charge stands.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// For whom.
    pub person: PersonId,
    /// In which visit or stay.
    pub visit: VisitId,
    /// The supplier's number of the line.
    pub sn: &'a str,
    /// Who charges.
    pub institution: InstitutionId,
    /// The order it comes from; empty when there is none.
    pub order: &'a str,
}

/// Charges a line. The same line again changes nothing; another content under its
/// number is refused.
pub fn charge(tx: &mut Tx<'_>, line: &Line<'_>, charge: &Charge) -> Result<(), Error> {
    charge.checked()?;
    if line.sn.is_empty() || line.sn.len() > CODE_MAX || line.order.len() > CODE_MAX {
        return Err(Refusal::LineInvalid.at("sn"));
    }
    let body =
        serde_json::to_vec(charge).map_err(|error| Fault::from_source(FaultKind::Broken, "writing a charge", error))?;
    if store::charges::insert(tx, line, charge.amount, &body)? {
        let count = store::charges::count(tx, line.person, line.visit)?;
        let full = usize::try_from(count).is_ok_and(|count| count > LINES_MAX);
        return if full { Err(Refusal::LinesLimit.at("sn")) } else { Ok(()) };
    }
    let same = store::charges::body(tx, line)?.is_some_and(|kept| kept == body);
    if same { Ok(()) } else { Err(Refusal::ChargeDiffers.at("sn").with(line.sn)) }
}

/// Takes a charge away before it is settled; false when there is none.
pub fn uncharge(tx: &mut Tx<'_>, person: PersonId, visit: VisitId, sn: &str) -> Result<bool, Error> {
    Ok(store::charges::delete(tx, person, visit, sn)?)
}

/// The charges of a visit with their numbers, in the order of those.
pub fn charges(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    visit: VisitId,
) -> Result<Vec<(String, Charge)>, Fault> {
    let rows = store::charges::of_visit(sql, person, visit)?;
    rows.into_iter()
        .map(|(sn, body)| {
            let read = serde_json::from_slice(&body);
            let charge = read.map_err(|error| {
                Fault::from_source(FaultKind::Broken, format!("bills_charges.body of {visit} {sn}"), error)
            })?;
            Ok((sn, charge))
        })
        .collect()
}
