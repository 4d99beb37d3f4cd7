//! Loading plans, catalogues and agreements: checked, written, told, and held in
//! memory afresh.

use crate::reference::packed;
use crate::rules::catalogue;
use crate::rules::day::{Day, FOREVER, Period};
use crate::rules::designation::Designation;
use crate::store::{self, CatalogueRow, PlanRow};
use crate::{CATALOGUE_LOADED, DESIGNATED, Insurance, PLAN_LOADED, Refusal};
use ::store::{Event, Tx};
use kernel::{ActorId, Error};

/// A plan to be loaded.
#[derive(Debug, Clone)]
pub struct NewPlan {
    /// As its authors call it.
    pub version: String,
    /// First day; of the document's first year when nothing.
    pub from_on: Option<Day>,
    /// Last day; of the document's last year when nothing.
    pub to_on: Option<Day>,
    /// The document, JSON.
    pub document: Vec<u8>,
}

/// Characters of a version at most.
const VERSION_MAX: usize = 40;
/// Bytes of a document at most.
const DOCUMENT_MAX: usize = 1 << 20;

/// What `adjudication` makes of a document.
pub(crate) fn compiled(document: &[u8]) -> Result<adjudication::Ready, Error> {
    let plan: adjudication::Plan = serde_json::from_slice(document)
        .map_err(|error| Refusal::PlanInvalid.at("document").with(error.to_string()))?;
    adjudication::Ready::of(plan)
}

fn prepared(new: NewPlan, id: i64) -> Result<PlanRow, Error> {
    let version_fine = !new.version.is_empty()
        && new.version.chars().count() <= VERSION_MAX
        && !new.version.contains(|letter: char| letter.is_control() || letter.is_whitespace());
    if !version_fine {
        return Err(Refusal::FieldInvalid.at("version"));
    }
    if new.document.len() > DOCUMENT_MAX {
        return Err(Refusal::PlanInvalid.at("document").with(format!("more than {DOCUMENT_MAX} bytes")));
    }
    let ready = compiled(&new.document).map_err(|error| match error {
        Error::Refused(refused) => Refusal::PlanInvalid
            .at(refused.field.unwrap_or_else(|| "document".into()))
            .with(refused.detail.unwrap_or_else(|| refused.kind.en.into())),
        fault @ Error::Fault(_) => fault,
    })?;
    let named = days_of(ready.plan());
    let from_on = new.from_on.or(named.map(|(first, _)| first)).ok_or_else(|| Refusal::FieldInvalid.at("from"))?;
    let period = Period::of(from_on, new.to_on.or(named.map(|(_, last)| last)).unwrap_or(FOREVER));
    Ok(PlanRow {
        id,
        admdvs: ready.plan().admdvs.clone(),
        insutype: ready.plan().insutype.clone(),
        version: new.version,
        period: period.ok_or_else(|| Refusal::FieldInvalid.at("to"))?,
        document: new.document,
    })
}

/// First and last day a document names.
fn days_of(plan: &adjudication::Plan) -> Option<(Day, Day)> {
    let (first, last) = plan.days()?;
    Some((Day::read(&first.to_string())?, Day::read(&last.to_string())?))
}

/// Loads a plan in a transaction; the same version with the same content again
/// changes nothing and answers the first one's number.
pub fn plan_in(tx: &mut Tx<'_>, new: &NewPlan, actor: Option<ActorId>) -> Result<i64, Error> {
    let row = prepared(new.clone(), tx.new_id())?;
    let same = |one: &PlanRow| one.admdvs == row.admdvs && one.insutype == row.insutype && one.version == row.version;
    if let Some(known) = store::plans(tx)?.into_iter().find(same) {
        return if known.document == row.document && known.period == row.period {
            Ok(known.id)
        } else {
            Err(Refusal::PlanVersionTaken.at("version"))
        };
    }
    store::insert_plan(tx, &row, actor)?;
    tx.event(Event {
        actor,
        object: format!("{} {} {}", row.admdvs, row.insutype, row.version),
        ..Event::of(&PLAN_LOADED)
    });
    Ok(row.id)
}

/// Loads a plan and holds it in memory; answers its number.
pub async fn plan(insurance: &Insurance, new: NewPlan, actor: Option<ActorId>) -> Result<i64, Error> {
    let id = insurance.db.write(0, move |tx| plan_in(tx, &new, actor)).await?;
    insurance.reference.reload().await?;
    Ok(id)
}

/// [`plan`] for threads outside the asynchronous world.
pub fn plan_now(insurance: &Insurance, new: NewPlan, actor: Option<ActorId>) -> Result<i64, Error> {
    let id = insurance.db.write_now(0, move |tx| plan_in(tx, &new, actor))?;
    insurance.reference.reload_now()?;
    Ok(id)
}

/// Loads a catalogue version in a transaction; refuses a version that is there with
/// other items.
fn catalogue_in(tx: &mut Tx<'_>, row: &CatalogueRow, actor: Option<ActorId>) -> Result<(), Error> {
    if !store::insert_catalogue(tx, row)? {
        let known = store::catalogues(tx)?;
        let same = known.iter().any(|one| {
            one.admdvs == row.admdvs
                && one.version == row.version
                && one.items == row.items
                && one.from_on == row.from_on
        });
        return if same { Ok(()) } else { Err(Refusal::PlanVersionTaken.at("version")) };
    }
    tx.event(Event { actor, object: format!("{} {}", row.admdvs, row.version), ..Event::of(&CATALOGUE_LOADED) });
    Ok(())
}

fn catalogue_row(admdvs: &str, version: &str, from_on: Day, lines: &str) -> Result<(CatalogueRow, usize), Error> {
    if admdvs.len() != 6 || !admdvs.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::FieldInvalid.at("admdvs"));
    }
    if version.is_empty() || version.len() > VERSION_MAX {
        return Err(Refusal::FieldInvalid.at("version"));
    }
    let count = catalogue::read(lines)?.len();
    Ok((CatalogueRow { admdvs: admdvs.into(), version: version.into(), from_on, items: packed(lines)? }, count))
}

/// Loads a catalogue version from JSON lines; answers how many items it has.
pub async fn catalogue(
    insurance: &Insurance,
    admdvs: &str,
    version: &str,
    from_on: Day,
    lines: &str,
    actor: Option<ActorId>,
) -> Result<usize, Error> {
    let (row, count) = catalogue_row(admdvs, version, from_on, lines)?;
    insurance.db.write(0, move |tx| catalogue_in(tx, &row, actor)).await?;
    insurance.reference.reload().await?;
    Ok(count)
}

/// [`catalogue`] for threads outside the asynchronous world.
pub fn catalogue_now(
    insurance: &Insurance,
    admdvs: &str,
    version: &str,
    from_on: Day,
    lines: &str,
    actor: Option<ActorId>,
) -> Result<usize, Error> {
    let (row, count) = catalogue_row(admdvs, version, from_on, lines)?;
    insurance.db.write_now(0, move |tx| catalogue_in(tx, &row, actor))?;
    insurance.reference.reload_now()?;
    Ok(count)
}

fn designate_in(tx: &mut Tx<'_>, one: &Designation, actor: Option<ActorId>) -> Result<(), Error> {
    store::put_designation(tx, one)?;
    tx.event(Event {
        actor,
        institution: Some(one.institution),
        object: format!("{} {}", one.admdvs, one.kind.name()),
        ..Event::of(&DESIGNATED)
    });
    Ok(())
}

/// Writes an agreement, or new terms of one.
pub async fn designate(insurance: &Insurance, one: Designation, actor: Option<ActorId>) -> Result<(), Error> {
    insurance.db.write(0, move |tx| designate_in(tx, &one, actor)).await?;
    insurance.reference.reload().await
}

/// Writes several agreements from a thread outside the asynchronous world.
pub fn designate_now(insurance: &Insurance, all: Vec<Designation>, actor: Option<ActorId>) -> Result<(), Error> {
    insurance.db.write_now(0, move |tx| all.iter().try_for_each(|one| designate_in(tx, one, actor)))?;
    insurance.reference.reload_now()
}
