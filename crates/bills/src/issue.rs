//! Issuing the bill of a settlement, in the settlement's transaction: checks and
//! one grouped insert; no statement, no read, no signature.

use crate::numbers::Number;
use crate::rules::charge::{Charge, summed};
use crate::rules::content::{Content, Kind, Payer, VERSION};
use crate::rules::number::{check_code, code};
use crate::rules::parts::Parts;
use crate::{ISSUED, Refusal, store};
use ::store::{Event, Sql as _, Tx};
use kernel::time::china_day;
use kernel::{ActorId, BillId, Error, Fault, FaultKind, InstitutionId, PersonId, SettlementId};

/// Characters of a printed word at most.
const WORD_MAX: usize = 200;

/// A bill to be issued.
#[derive(Debug, Clone)]
pub struct New {
    /// The settlement it is the bill of.
    pub settlement: SettlementId,
    /// Who pays.
    pub person: PersonId,
    /// Who issues; the number must be theirs.
    pub institution: InstitutionId,
    /// What it is for.
    pub kind: Kind,
    /// The visit's number as printed.
    pub visit: String,
    /// The settlement's number as printed.
    pub serial: String,
    /// Who pays, as printed.
    pub payer: Payer,
    /// The issuer's name, as on its stamp.
    pub issuer_name: String,
    /// 1 to 1,000 lines.
    pub lines: Vec<Charge>,
    /// Who paid what; the total is that of the lines.
    pub parts: Parts,
    /// Who is named in the bill's own event; nobody when the settlement's event says it.
    pub actor: Option<ActorId>,
}

pub(crate) fn written(content: &Content) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(content).map_err(|error| Fault::from_source(FaultKind::Broken, "writing a bill", error).into())
}

/// Six digits by chance.
pub(crate) fn fresh_check(tx: &Tx<'_>) -> String {
    let mut chance = [0; 3];
    tx.world().chance().fill(&mut chance);
    check_code(chance)
}

fn checked(new: &New) -> Result<(), Error> {
    new.parts.checked()?;
    if summed(&new.lines)? != new.parts.total {
        return Err(Refusal::TotalMismatch.at("lines"));
    }
    let words = [
        (&new.payer.name, "payer.name"),
        (&new.payer.document, "payer.document"),
        (&new.payer.insured, "payer.insured"),
        (&new.visit, "visit"),
        (&new.serial, "serial"),
        (&new.issuer_name, "issuer_name"),
    ];
    match words.iter().find(|(word, _)| word.chars().count() > WORD_MAX) {
        Some((_, field)) => Err(Refusal::LineInvalid.at(*field)),
        None => Ok(()),
    }
}

/// Issues the bill of a settlement; again for the same settlement it changes
/// nothing. Refuses lines and parts that do not add up (E2).
pub fn issue(tx: &mut Tx<'_>, number: &Number, new: &New) -> Result<BillId, Error> {
    checked(new)?;
    if number.issuer() != new.institution {
        return Err(Fault::broken(format!("a number of {} for a bill of {}", number.issuer(), new.institution)).into());
    }
    let now = tx.now();
    let region = number.region();
    let content = Content {
        v: VERSION,
        code: code(region.code, new.kind, &china_day(now)),
        number: number.value().to_string(),
        check: fresh_check(tx),
        kind: new.kind,
        issued_at: now,
        institution: new.institution.to_string(),
        issuer: new.issuer_name.clone(),
        region: region.name.clone(),
        check_at: region.check_at(),
        visit: new.visit.clone(),
        serial: new.serial.clone(),
        payer: new.payer.clone(),
        lines: new.lines.clone(),
        parts: new.parts.clone(),
        original: None,
    };
    let id = BillId(new.settlement.0);
    let place = store::Place { person: new.person, id, institution: new.institution };
    store::insert(tx, place, number.value(), &content, &written(&content)?, None);
    if let Some(actor) = new.actor {
        tx.event(Event {
            person: Some(new.person),
            actor: Some(actor),
            institution: Some(new.institution),
            object: id.to_string(),
            ..Event::of(&ISSUED)
        });
    }
    Ok(id)
}
