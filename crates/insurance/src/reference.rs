//! Plans, catalogues and agreements in memory, replaced as one after each write.

use crate::Refusal;
use crate::rules::catalogue::{self, Catalogue};
use crate::rules::day::{Day, Period};
use crate::rules::designation::{CareKind, Designation};
use crate::store;
use ::store::Db;
use kernel::{Error, Fault, FaultKind, InstitutionId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// A plan ready to adjudicate.
#[derive(Debug)]
pub struct Plan {
    /// Its number; settlements keep it (L7).
    pub id: i64,
    /// Pooling area, six digits.
    pub admdvs: String,
    /// Insured type.
    pub insutype: String,
    /// As its authors call it.
    pub version: String,
    /// The days it holds.
    pub period: Period,
    /// What `adjudication` makes of the document.
    pub rules: adjudication::Ready,
    /// The document, byte for byte.
    pub document: Vec<u8>,
}

impl Plan {
    /// The benefit year of a day: named after the year its first day lies in
    /// (Shanghai's begins in July).
    pub fn year_of(&self, day: Day) -> i32 {
        day.adjudicated().map_or(0, |day| self.rules.plan().benefit_year(day))
    }

    /// Whether it says what care away without a filing is paid.
    pub fn allows_unfiled(&self, region: adjudication::Region) -> bool {
        self.rules.plan().cross_region.iter().any(|rule| {
            rule.region.is_none_or(|only| only == region) && rule.filing.include(adjudication::Filing::Unfiled)
        })
    }
}

/// The reference data of a node; cheap to clone, reading never waits for the
/// database.
#[derive(Clone)]
pub struct Reference {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    held: RwLock<Arc<Snapshot>>,
    turns: AtomicU64,
}

#[derive(Default)]
struct Snapshot {
    turn: u64,
    plans: Vec<Arc<Plan>>,
    catalogues: Vec<Arc<Catalogue>>,
    designations: HashMap<(InstitutionId, CareKind), Vec<Designation>>,
}

/// Bytes of a catalogue version unpacked, at most.
const CATALOGUE_BYTES_MAX: usize = 256 << 20;

/// Packs a catalogue's lines.
pub(crate) fn packed(lines: &str) -> Result<Vec<u8>, Fault> {
    zstd::bulk::compress(lines.as_bytes(), 9)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "packing a catalogue", error))
}

impl Snapshot {
    fn read(sql: &mut (impl ::store::SqlExt + ?Sized), turn: u64) -> Result<Self, Error> {
        let mut snapshot = Self { turn, ..Self::default() };
        for row in store::plans(sql)? {
            let rules = crate::load::compiled(&row.document)?;
            snapshot.plans.push(Arc::new(Plan {
                id: row.id,
                admdvs: row.admdvs,
                insutype: row.insutype,
                version: row.version,
                period: row.period,
                rules,
                document: row.document,
            }));
        }
        for row in store::catalogues(sql)? {
            let lines = zstd::bulk::decompress(&row.items, CATALOGUE_BYTES_MAX).map_err(|error| {
                Fault::from_source(FaultKind::Broken, "unpacking insurance_catalogues.items", error)
            })?;
            let text = String::from_utf8(lines)
                .map_err(|error| Fault::from_source(FaultKind::Broken, "reading insurance_catalogues.items", error))?;
            let items = catalogue::read(&text)?.into_iter().map(|item| (item.code.clone(), item)).collect();
            snapshot.catalogues.push(Arc::new(Catalogue {
                admdvs: row.admdvs,
                version: row.version,
                from_on: row.from_on,
                items,
            }));
        }
        for one in store::designations(sql)? {
            snapshot.designations.entry((one.institution, one.kind)).or_default().push(one);
        }
        Ok(snapshot)
    }
}

impl Reference {
    /// Reads the reference data of a database that is open, on a thread of its own:
    /// a node may be opened from inside the asynchronous world.
    pub fn load(db: &Db) -> Result<Self, Error> {
        let inner = Inner { db: db.clone(), held: RwLock::default(), turns: AtomicU64::new(1) };
        let reference = Self { inner: Arc::new(inner) };
        std::thread::scope(|scope| scope.spawn(|| reference.reload_now()).join())
            .unwrap_or_else(|_panic| Err(Fault::broken("reading plans and catalogues").into()))?;
        Ok(reference)
    }

    fn held(&self) -> Arc<Snapshot> {
        self.inner.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold(&self, snapshot: Snapshot) {
        let mut held = self.inner.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.turn < snapshot.turn {
            *held = Arc::new(snapshot);
        }
    }

    /// Reads everything again, after a transaction that loaded something.
    pub async fn reload(&self) -> Result<(), Error> {
        let turn = self.inner.turns.fetch_add(1, Ordering::SeqCst);
        let snapshot = self.inner.db.read(move |sql| Snapshot::read(sql, turn)).await?;
        self.hold(snapshot);
        Ok(())
    }

    /// [`Reference::reload`] for threads outside the asynchronous world.
    pub fn reload_now(&self) -> Result<(), Error> {
        let turn = self.inner.turns.fetch_add(1, Ordering::SeqCst);
        let snapshot = self.inner.db.read_now(move |sql| Snapshot::read(sql, turn))?;
        self.hold(snapshot);
        Ok(())
    }

    /// The plan of an area and insured type on a day: the version loaded last of
    /// those that hold; or the refusal that there is none.
    pub fn plan(&self, admdvs: &str, insutype: &str, day: Day) -> Result<Arc<Plan>, Error> {
        let held = self.held();
        let holds = |one: &&Arc<Plan>| one.admdvs == admdvs && one.insutype == insutype && one.period.holds(day);
        let found = held.plans.iter().rev().find(holds).cloned();
        found.ok_or_else(|| Refusal::PlanMissing.error().with(format!("{admdvs} {insutype} {day}")))
    }

    /// A plan by its number, as a settlement keeps it.
    pub fn plan_by_id(&self, id: i64) -> Option<Arc<Plan>> {
        self.held().plans.iter().find(|one| one.id == id).cloned()
    }

    /// All plans, in the order they were loaded.
    pub fn plans(&self) -> Vec<Arc<Plan>> {
        self.held().plans.clone()
    }

    /// The catalogue of an area on a day, or the named version of it.
    pub fn catalogue(&self, admdvs: &str, day: Day, version: Option<&str>) -> Result<Arc<Catalogue>, Error> {
        let held = self.held();
        let mut of_area = held.catalogues.iter().rev().filter(|one| one.admdvs == admdvs);
        let found = match version {
            Some(version) => of_area.find(|one| one.version == version),
            None => of_area.find(|one| one.from_on <= day),
        };
        found.cloned().ok_or_else(|| Refusal::CatalogueVersionUnknown.at("catalogue").with(admdvs))
    }

    /// All catalogue versions.
    pub fn catalogues(&self) -> Vec<Arc<Catalogue>> {
        self.held().catalogues.clone()
    }

    /// The agreement under which an institution settles on a day for people of an
    /// area: the area's own, else the one with its own area (care away is settled
    /// by the institutions that the place of care has agreements with). Refuses
    /// where there is none, or where it is suspended.
    pub fn designation(
        &self,
        admdvs: &str,
        institution: InstitutionId,
        kind: CareKind,
        day: Day,
    ) -> Result<Designation, Error> {
        let held = self.held();
        let all = held.designations.get(&(institution, kind)).map(Vec::as_slice).unwrap_or_default();
        let own = all.iter().find(|one| one.admdvs == admdvs);
        let found = own.or_else(|| all.first()).ok_or_else(|| Refusal::InstitutionNotDesignated.at("institution"))?;
        found.open(day)?;
        Ok(found.clone())
    }

    /// All agreements of an institution, or of everybody.
    pub fn designations(&self, institution: Option<InstitutionId>) -> Vec<Designation> {
        let held = self.held();
        let mut all: Vec<Designation> = held
            .designations
            .iter()
            .filter(|((one, _), _)| institution.is_none_or(|wanted| wanted == *one))
            .flat_map(|(_, rows)| rows.iter().cloned())
            .collect();
        all.sort_by(|one, other| {
            (&one.admdvs, one.institution, one.kind.name()).cmp(&(&other.admdvs, other.institution, other.kind.name()))
        });
        all
    }
}
