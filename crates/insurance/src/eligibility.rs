//! How a person is insured on a day: what a settlement computes with ([`Insured`]),
//! and what desks, the national interface and the person see ([`Eligibility`]).

use crate::reference::{Plan, Reference};
use crate::rules::card::{AccountStage, Card};
use crate::rules::coverage::{Coverage, StandingKind};
use crate::rules::day::Day;
use crate::rules::designation::{CareKind, Designation};
use crate::rules::filing::FilingKind;
use crate::store::person as rows;
use crate::years::{self, Year};
use crate::{Insurance, Refusal};
use ::store::SqlExt;
use adjudication::{AidClass, Filing, Level, Person, Region, Relative};
use kernel::{Error, Fen, InstitutionId, PersonId};
use std::sync::Arc;

/// A person on a day, ready to adjudicate.
#[derive(Debug, Clone)]
pub struct Insured {
    /// The basic coverage.
    pub coverage: Coverage,
    /// The agency's number.
    pub psn_no: String,
    /// What about the person changes money.
    pub person: Person,
    /// Whether benefits are suspended.
    pub suspended: bool,
    /// Whether the personal account pays.
    pub account_pays: bool,
    /// Relatives whose accounts may pay, in order, with the most for one use.
    pub relatives: Vec<(PersonId, Option<Fen>)>,
    /// The plan.
    pub plan: Arc<Plan>,
}

impl Insured {
    /// What a card says on a day under a plan of that day; refuses where there is no
    /// coverage or no plan.
    pub fn on(card: &Card, reference: &Reference, day: Day) -> Result<Self, Error> {
        let coverage = card.basic(day)?;
        let plan = reference.plan(&coverage.admdvs, &coverage.insutype, day)?;
        Ok(Self::under(card, coverage, plan, day))
    }

    /// The same under a given plan.
    pub fn under(card: &Card, coverage: &Coverage, plan: Arc<Plan>, day: Day) -> Self {
        let aid = card.standing(StandingKind::Aid, day).and_then(|one| AidClass::read(&one.value));
        let beside =
            |insutype: &str| card.coverages.iter().any(|one| one.insutype == insutype && one.period.holds(day));
        let relatives: Vec<(PersonId, Option<Fen>)> =
            card.relatives(day).map(|one| (one.owner(), one.use_max.map(Fen))).collect();
        let person = Person {
            age: u8::try_from(card.birth_on.age_on(day).clamp(0, 150)).unwrap_or(0),
            retired: card.retired(day),
            civil_servant: beside("320") || card.standing(StandingKind::CivilServant, day).is_some(),
            enterprise: beside(&plan.rules.supplement_insutype()),
            family_doctor: card.standing(StandingKind::FamilyDoctor, day).is_some(),
            aid_class: aid,
            mutual: relatives
                .iter()
                .map(|(owner, limit)| Relative { owner: owner.to_string(), limit: *limit })
                .collect(),
        };
        Self {
            psn_no: card.psn_no.clone(),
            person,
            suspended: card.suspended(day),
            account_pays: card.account.pays(),
            relatives,
            coverage: coverage.clone(),
            plan,
        }
    }
}

/// Where care happens, seen from the insured place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The institution's level under its agreement.
    pub level: Level,
    /// At home, in the province, beyond.
    pub region: Region,
    /// What was filed for it.
    pub filing: Filing,
}

/// How far an area lies from the insured place: the first four digits name the
/// city, the first two the province.
pub fn region_of(insured: &str, treated: &str) -> Region {
    if treated.is_empty() || treated.get(..4) == insured.get(..4) {
        Region::Home
    } else if treated.get(..2) == insured.get(..2) {
        Region::InProvince
    } else {
        Region::OutOfProvince
    }
}

/// Level, distance and filing of an encounter; refuses care away without a filing
/// where the plan has no rule for unfiled care.
pub fn place(card: &Card, insured: &Insured, designation: &Designation, area: &str, day: Day) -> Result<Place, Error> {
    let level = Level::read(&designation.level).unwrap_or(Level::Community);
    let region = region_of(&insured.coverage.admdvs, area);
    if region == Region::Home {
        return Ok(Place { level, region, filing: Filing::Unfiled });
    }
    let filed = card.away(day, area, designation.institution);
    let filing = match filed.map(|one| one.kind) {
        Some(FilingKind::LongTerm) => Filing::LongTerm,
        Some(FilingKind::Referral) => Filing::Referral,
        Some(FilingKind::Emergency) => Filing::Emergency,
        Some(FilingKind::Temporary) => Filing::Temporary,
        Some(FilingKind::Chronic | FilingKind::Designated) | None => Filing::Unfiled,
    };
    if filing == Filing::Unfiled && !insured.plan.allows_unfiled(region) {
        let elsewhere = card.filings.iter().any(|one| one.kind.away() && one.active(day));
        let refusal = if elsewhere { Refusal::FilingOtherArea } else { Refusal::FilingRequired };
        return Err(refusal.error().with(area.to_owned()));
    }
    Ok(Place { level, region, filing })
}

/// Everything about a person's insurance that desks and the person see.
#[derive(Debug, Clone)]
pub struct Eligibility {
    /// Whose.
    pub person: PersonId,
    /// The day asked about.
    pub day: Day,
    /// Coverage, standings, filings, sharing.
    pub card: Card,
    /// Sums of the years, newest first.
    pub years: Vec<Year>,
    /// The plan of the basic coverage, if there is one.
    pub plan: Option<Arc<Plan>>,
}

impl Eligibility {
    /// Whether a fund pays on the day asked about.
    pub fn covered(&self) -> bool {
        self.card.basic(self.day).is_ok() && !self.card.suspended(self.day)
    }

    /// Whether the personal account can pay.
    pub fn account(&self) -> AccountStage {
        self.card.account
    }
}

/// Reads how a person is insured; nothing when nobody here knows them. For verbs of
/// this node: routes make the look durable before they answer.
pub fn eligibility(
    sql: &mut (impl SqlExt + ?Sized),
    reference: &Reference,
    person: PersonId,
    day: Day,
) -> Result<Option<Eligibility>, Error> {
    let Some((_, card)) = rows::card(sql, person)? else { return Ok(None) };
    let plan = card.basic(day).ok().and_then(|one| reference.plan(&one.admdvs, &one.insutype, day).ok());
    Ok(Some(Eligibility { person, day, years: years::all(sql, person)?, card, plan }))
}

/// A person's card and its version.
pub fn card(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Option<(i64, Card)>, Error> {
    Ok(rows::card(sql, person)?)
}

/// Whose an agency's number is.
pub fn person_of(sql: &mut (impl SqlExt + ?Sized), psn_no: &str) -> Result<Option<PersonId>, Error> {
    Ok(rows::number(sql, psn_no)?)
}

impl Insurance {
    /// The agreement of an institution for a kind of care with a person's insured
    /// place on a day.
    pub fn designation(
        &self,
        admdvs: &str,
        institution: InstitutionId,
        kind: CareKind,
        day: Day,
    ) -> Result<Designation, Error> {
        self.reference.designation(admdvs, institution, kind, day)
    }
}
