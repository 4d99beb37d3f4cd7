//! Charging a visit: uploads of fee lines, and taking them back.

use crate::rules::line::{self, Line, LineAsked, OPEN_LINES_MAX};
use crate::rules::stage::Step;
use crate::store::{self, TAKEN_BACK, Upload};
use crate::visit::{By, Visit, seen, tell};
use crate::{CHARGED, Refusal, Settlements};
use ::store::{SqlExt, Tx};
use kernel::{Error, Fen, PersonId, VisitId};

/// An upload.
#[derive(Debug, Clone)]
pub struct Charge {
    /// Whose visit.
    pub person: PersonId,
    /// Which.
    pub visit: VisitId,
    /// The institution's number of the batch.
    pub batch: String,
    /// The lines.
    pub lines: Vec<LineAsked>,
    /// How many the sender counts, if it says so.
    pub count: Option<usize>,
    /// What the sender sums them to, if it says so.
    pub total: Option<Fen>,
}

/// What an upload came to.
#[derive(Debug, Clone)]
pub struct ChargedNow {
    /// The visit afterwards.
    pub visit: Visit,
    /// The new lines with what the catalogue says of them.
    pub lines: Vec<Line>,
    /// Lines that had come before.
    pub repeated: usize,
}

/// Characters of a batch number at most.
const BATCH_MAX: usize = 30;

pub(crate) fn batch_fits(batch: &str) -> Result<(), Error> {
    let fine = batch.len() <= BATCH_MAX && batch.bytes().all(|byte| byte.is_ascii_graphic());
    if fine { Ok(()) } else { Err(insurance::Refusal::FieldInvalid.at("batch")) }
}

/// Checks what the sender counts and sums against the lines it sent.
pub(crate) fn declared(lines: &[LineAsked], count: Option<usize>, total: Option<Fen>) -> Result<(), Error> {
    if count.is_some_and(|count| count != lines.len()) {
        return Err(Refusal::TotalMismatch.at("count").with(lines.len().to_string()));
    }
    let sum = lines.iter().try_fold(Fen::ZERO, |sum, line| sum.plus(Fen(line.amount_fen)));
    let sum = sum.ok_or_else(|| Refusal::LineInvalid.at("amount_fen"))?;
    if total.is_some_and(|total| total != sum) {
        return Err(Refusal::TotalMismatch.at("total_fen").with(sum.to_string()));
    }
    Ok(())
}

/// Prices lines by the catalogue of the place of care on a day.
pub(crate) fn priced(
    env: &Settlements,
    visit: &Visit,
    asked: Vec<LineAsked>,
    known: &[Line],
) -> Result<line::Charged, Error> {
    let coded = asked.iter().any(|line| !line.code.is_empty());
    let area = env.directory.get(visit.institution).map(|one| one.region.clone()).unwrap_or_default();
    let version = Some(visit.about.catalogue.as_str()).filter(|version| !version.is_empty());
    let catalogue = if coded || version.is_some() {
        Some(env.insurance.reference.catalogue(&area, visit.began_on, version)?)
    } else {
        None
    };
    line::charge(asked, known, catalogue.as_deref())
}

/// Adds lines to a visit (2204, 2301). What came before with the same content
/// changes nothing.
pub fn charge(tx: &mut Tx<'_>, env: &Settlements, by: &By, ask: &Charge) -> Result<ChargedNow, Error> {
    batch_fits(&ask.batch)?;
    declared(&ask.lines, ask.count, ask.total)?;
    let mut visit = seen(tx, by, ask.person, ask.visit)?;
    let uploads = store::uploads(tx, ask.person, ask.visit)?;
    let known: Vec<Line> =
        uploads.into_iter().filter(|one| one.settlement != TAKEN_BACK).flat_map(|one| one.lines).collect();
    let charged = priced(env, &visit, ask.lines.clone(), &known)?;
    if charged.lines.is_empty() {
        return Ok(ChargedNow { visit, lines: Vec::new(), repeated: charged.repeated });
    }
    let count = i64::try_from(charged.lines.len()).unwrap_or(i64::MAX);
    visit.step(Step::Charge)?;
    visit.lines = visit.lines.saturating_add(count);
    if usize::try_from(visit.lines).unwrap_or(usize::MAX) > OPEN_LINES_MAX {
        return Err(Refusal::TooManyLines.at("lines").with(format!("{OPEN_LINES_MAX} open lines")));
    }
    visit.total = visit.total.plus(charged.total).ok_or_else(|| Refusal::LineInvalid.at("amount_fen"))?;
    visit.about.uploads = visit.about.uploads.saturating_add(1);
    let upload = Upload {
        seq: visit.about.uploads,
        batch: ask.batch.clone(),
        settlement: 0,
        total: charged.total,
        lines: charged.lines,
    };
    store::insert_upload(tx, ask.person, ask.visit, &upload)?;
    store::put_visit(tx, &visit)?;
    visit.version = visit.version.saturating_add(1);
    tell(tx, &CHARGED, &visit, by.actor);
    Ok(ChargedNow { visit, lines: upload.lines, repeated: charged.repeated })
}

/// Takes all open lines of a visit back (2205, 2302).
pub fn uncharge(tx: &mut Tx<'_>, by: &By, person: PersonId, id: VisitId) -> Result<Visit, Error> {
    let mut visit = seen(tx, by, person, id)?;
    visit.step(Step::Uncharge)?;
    store::move_uploads(tx, person, id, 0, TAKEN_BACK)?;
    visit.lines = 0;
    visit.total = Fen::ZERO;
    store::put_visit(tx, &visit)?;
    visit.version = visit.version.saturating_add(1);
    tell(tx, &CHARGED, &visit, by.actor);
    Ok(visit)
}

/// Lines of a visit: what is open, or what a settlement settled.
pub fn lines_of(
    sql: &mut (impl SqlExt + ?Sized),
    person: PersonId,
    visit: VisitId,
    settlement: i64,
) -> Result<Vec<Line>, Error> {
    let uploads = store::uploads(sql, person, visit)?;
    Ok(uploads.into_iter().filter(|one| one.settlement == settlement).flat_map(|one| one.lines).collect())
}
