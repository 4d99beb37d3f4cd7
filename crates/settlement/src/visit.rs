//! Visits and stays: registered, discharged, opened again, taken back.

use crate::rules::message::{self, Done, Verb, again};
use crate::rules::stage::{Stage, Step, VisitKind};
use crate::store::{self, message as messages, settled};
use crate::{MOVED, REGISTERED, Refusal, Settlements};
use ::store::{Event, Sql as _, SqlExt, Tx};
use insurance::{CareKind, Day};
use kernel::{Actor, ActorId, ActorKind, Error, Fen, InstitutionId, PersonId, VisitId};
use serde::{Deserialize, Serialize};

/// A visit or a stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Whose.
    pub person: PersonId,
    /// Its number (mdtrt_id).
    pub id: VisitId,
    /// Where.
    pub institution: InstitutionId,
    /// What is settled for it.
    pub care: CareKind,
    /// Treatment type, two to six digits.
    pub med_type: String,
    /// Where it stands.
    pub stage: Stage,
    /// Rises with every change.
    pub version: i64,
    /// Open lines.
    pub lines: i64,
    /// Their sum.
    pub total: Fen,
    /// First day.
    pub began_on: Day,
    /// Last day of a stay that ended.
    pub ended_on: Option<Day>,
    /// When it was registered, microseconds UTC.
    pub opened_at: i64,
    /// Everything that changes no money.
    pub about: VisitAbout,
}

/// What is told of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct VisitAbout {
    /// The code of the diagnosis.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub diagnosis: String,
    /// Its name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub diagnosis_name: String,
    /// The department.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub department: String,
    /// The doctor.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub doctor: String,
    /// The institution's own number of the visit (ipt_otp_no).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub outside: String,
    /// What showed who it is: 01 e-credential, 02 identity card, 03 social card.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub credential: String,
    /// The presence behind it: asked as the token of a scan, kept as its number; of a
    /// hospital's program whatever names its own check, never a document's number.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub proof: String,
    /// Up to which total the presence lets settle, fen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_fen: Option<i64>,
    /// Version of the catalogue asked for; the one of the day when empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub catalogue: String,
    /// Uploads so far.
    pub uploads: i64,
    /// Live settlements: number and batch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub live: Vec<(i64, String)>,
    /// Whether a part of the stay was settled before: the rest has no second
    /// deductible.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub continued: bool,
}

/// Characters of each word at most.
const WORD_MAX: usize = 100;

impl VisitAbout {
    fn checked(&self) -> Result<(), Error> {
        let words = [
            (&self.diagnosis, "diagnosis"),
            (&self.diagnosis_name, "diagnosis_name"),
            (&self.department, "department"),
            (&self.doctor, "doctor"),
            (&self.outside, "outside"),
            (&self.credential, "credential"),
            (&self.catalogue, "catalogue"),
        ];
        for (word, field) in words {
            if word.chars().count() > WORD_MAX || word.contains(char::is_control) {
                return Err(insurance::Refusal::FieldInvalid.at(field));
            }
        }
        Ok(())
    }
}

impl Visit {
    /// Visit or stay.
    pub const fn kind(&self) -> VisitKind {
        match self.care {
            CareKind::Ip => VisitKind::Stay,
            CareKind::Op | CareKind::Chronic | CareKind::Pharmacy => VisitKind::Visit,
        }
    }

    /// The person's number while a stay goes on.
    pub(crate) fn open_stay(&self) -> Option<i64> {
        let open = self.kind() == VisitKind::Stay
            && self.ended_on.is_none()
            && matches!(self.stage, Stage::Registered | Stage::Charged);
        open.then_some(self.person.0)
    }

    /// Moves it, or says why not.
    pub(crate) fn step(&mut self, by: Step) -> Result<(), Error> {
        self.stage = self.stage.moved(self.kind(), by)?;
        Ok(())
    }
}

/// Who acts, as far as visits and settlements ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// The actor.
    pub actor: ActorId,
    /// For which institution.
    pub institution: Option<InstitutionId>,
    /// The person it is, of a citizen.
    pub person: Option<PersonId>,
    /// Whether it acts for the agency's office.
    pub office: bool,
}

impl By {
    /// From the caller of a route.
    pub fn of(actor: &Actor) -> Self {
        let citizen = actor.kind == ActorKind::Citizen;
        Self {
            actor: actor.id,
            institution: actor.institution.filter(|_| !citizen),
            person: actor.person.filter(|_| citizen),
            office: actor.may(crate::OFFICE),
        }
    }

    /// Whether what belongs to this person and institution may be seen and moved.
    pub fn sees(&self, person: PersonId, institution: InstitutionId) -> bool {
        self.office || self.person == Some(person) || self.institution == Some(institution)
    }
}

/// A visit that may be seen, or the refusal that says neither that it exists nor
/// that it does not.
pub fn seen(sql: &mut (impl SqlExt + ?Sized), by: &By, person: PersonId, id: VisitId) -> Result<Visit, Error> {
    store::visit(sql, person, id)?
        .filter(|visit| by.sees(visit.person, visit.institution))
        .ok_or_else(|| Refusal::VisitUnknown.at("visit"))
}

/// A visit to be registered.
#[derive(Debug, Clone, Serialize)]
pub struct Register {
    /// Whose.
    #[serde(skip)]
    pub person: PersonId,
    /// Where.
    #[serde(skip)]
    pub institution: InstitutionId,
    /// By whom.
    #[serde(skip)]
    pub actor: ActorId,
    /// Under which message.
    #[serde(skip)]
    pub msgid: String,
    /// Treatment type.
    pub med_type: String,
    /// First day; today when nothing.
    pub began_on: Option<Day>,
    /// Everything else.
    pub about: VisitAbout,
}

/// A visit that is new: checked, not written.
pub(crate) fn fresh(env: &Settlements, ask: &Register, id: VisitId, now: i64) -> Result<Visit, Error> {
    ask.about.checked()?;
    let care = CareKind::of_med_type(&ask.med_type)
        .ok_or_else(|| insurance::Refusal::FieldInvalid.at("med_type").with("11, 14, 21, 41 …"))?;
    if env.directory.get(ask.institution).is_none() {
        return Err(insurance::Refusal::InstitutionNotDesignated.at("institution"));
    }
    let today = Day::of(now);
    let began_on = ask.began_on.unwrap_or(today);
    if began_on > today || began_on < today.plus(-crate::compute::LATE_DAYS_MAX) {
        return Err(Refusal::LimitDaysExceeded.at("began_on"));
    }
    Ok(Visit {
        person: ask.person,
        id,
        institution: ask.institution,
        care,
        med_type: ask.med_type.clone(),
        stage: Stage::Registered,
        version: 1,
        lines: 0,
        total: Fen::ZERO,
        began_on,
        ended_on: None,
        opened_at: now,
        about: ask.about.clone(),
    })
}

/// The canonical text of what a message asks.
pub(crate) fn canonical(asked: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(asked).map_err(|error| {
        kernel::Fault::from_source(kernel::FaultKind::Broken, "writing what a message asks", error).into()
    })
}

/// Registers a visit or a stay (2201, 2401). The person must be covered on the first
/// day; a person has one open stay. The same message again answers the same visit.
pub fn register(tx: &mut Tx<'_>, env: &Settlements, ask: &Register) -> Result<VisitId, Error> {
    message::checked(&ask.msgid)?;
    let hash = message::hash(Verb::Register, &canonical(&(ask.person.0, ask))?);
    let read = settled::begin(tx, ask.person, ask.institution, &ask.msgid)?;
    if let Some(known) = &read.message {
        return again(known, Verb::Register, &hash).map(VisitId);
    }
    let id = VisitId(tx.new_id());
    let visit = fresh(env, ask, id, tx.now())?;
    let card = read.card.ok_or_else(|| insurance::Refusal::PersonNotFound.at("person"))?;
    let admdvs = &card.basic(visit.began_on)?.admdvs;
    env.insurance.designation(admdvs, visit.institution, visit.care, visit.began_on)?;
    if visit.kind() == VisitKind::Stay && store::open_stay(tx, ask.person)?.is_some() {
        return Err(Refusal::StayOpenElsewhere.at("person"));
    }
    store::insert_visit(tx, &visit)?;
    store::index(tx, id.0, ask.person);
    let done = Done { verb: Verb::Register, hash, person: ask.person, object: id.0 };
    messages::insert(tx, ask.institution, &ask.msgid, &done);
    tell(tx, &REGISTERED, &visit, ask.actor);
    Ok(id)
}

pub(crate) fn tell(tx: &mut Tx<'_>, name: &'static kernel::EventName, visit: &Visit, actor: ActorId) {
    tx.event(Event {
        person: Some(visit.person),
        actor: Some(actor),
        institution: Some(visit.institution),
        object: visit.id.to_string(),
        ..Event::of(name)
    });
}

fn moved(
    tx: &mut Tx<'_>,
    by: &By,
    person: PersonId,
    id: VisitId,
    change: impl FnOnce(&mut Visit, i64) -> Result<(), Error>,
) -> Result<Visit, Error> {
    let mut visit = seen(tx, by, person, id)?;
    let now = tx.now();
    change(&mut visit, now)?;
    store::put_visit(tx, &visit)?;
    visit.version = visit.version.saturating_add(1);
    tell(tx, &MOVED, &visit, by.actor);
    Ok(visit)
}

/// A stay ends (2402): no more fees; refused before its first day and after today.
pub fn discharge(tx: &mut Tx<'_>, by: &By, person: PersonId, id: VisitId, last: Option<Day>) -> Result<Visit, Error> {
    moved(tx, by, person, id, |visit, now| {
        let today = Day::of(now);
        let last = last.unwrap_or(today);
        if last < visit.began_on || last > today {
            return Err(insurance::Refusal::FieldInvalid.at("last"));
        }
        visit.step(Step::Discharge)?;
        visit.ended_on = Some(last);
        Ok(())
    })
}

/// The end of a stay is taken back (2405).
pub fn readmit(tx: &mut Tx<'_>, by: &By, person: PersonId, id: VisitId) -> Result<Visit, Error> {
    if store::open_stay(tx, person)?.is_some() {
        return Err(Refusal::StayOpenElsewhere.at("person"));
    }
    moved(tx, by, person, id, |visit, _| {
        visit.step(Step::Readmit)?;
        visit.ended_on = None;
        if visit.lines == 0 {
            visit.stage = Stage::Registered;
        }
        Ok(())
    })
}

/// A visit without fees is taken back (2202, 2404).
pub fn annul(tx: &mut Tx<'_>, by: &By, person: PersonId, id: VisitId) -> Result<Visit, Error> {
    moved(tx, by, person, id, |visit, _| {
        if !visit.about.live.is_empty() {
            return Err(Refusal::VisitClosed.at("visit").with("settled"));
        }
        visit.step(Step::Annul)
    })
}

/// Changes what is told of a visit (2203, 2403): diagnosis, department, doctor.
pub fn retell(tx: &mut Tx<'_>, by: &By, person: PersonId, id: VisitId, about: &VisitAbout) -> Result<Visit, Error> {
    about.checked()?;
    moved(tx, by, person, id, |visit, _| {
        if visit.stage == Stage::Void {
            return Err(Refusal::VisitClosed.at("visit").with(visit.stage.name()));
        }
        let kept = VisitAbout {
            uploads: visit.about.uploads,
            live: std::mem::take(&mut visit.about.live),
            continued: visit.about.continued,
            credential: visit.about.credential.clone(),
            proof: visit.about.proof.clone(),
            limit_fen: visit.about.limit_fen,
            ..about.clone()
        };
        visit.about = kept;
        Ok(())
    })
}
