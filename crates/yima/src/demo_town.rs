//! How the town moves into a node: institutions and staff first, then the people
//! of the story with their cards, then everybody else in the background.

use crate::compose::Node;
use crate::demo_money::{self, Covered};
use crate::money::Money;
use access::actors::{NewActor, enrol};
use access::tokens::{self, TokenKind};
use credentials::{Medium, NewCard};
use directory::NewInstitution;
use fhir::ResourceType;
use identity::{Demographics, Identifier};
use kernel::time::DAY;
use kernel::{ActorId, ActorKind, Error, Fault, InstitutionId, PersonId};
use records::Supplier;
use records::rules::bundle::{Deed, Item};
use records::supply::Arrival;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use store::Tx;
use town::{Named, Staff, Town};

/// People who move in together, in one transaction.
const TOGETHER: u32 = 64;
/// Movers at the same time: one prepares while another's rows are written.
const MOVERS: usize = 3;
/// Random people named in the demo's JSON line beside those of the story.
const NEIGHBOURS: u32 = 14;

/// How far the town has moved in.
#[derive(Debug)]
pub struct Progress {
    wanted: u32,
    people: AtomicU64,
    entries: AtomicU64,
}

impl Progress {
    /// Nobody yet.
    pub fn of(wanted: u32) -> Self {
        Self { wanted, people: AtomicU64::new(0), entries: AtomicU64::new(0) }
    }

    /// People who live here.
    pub fn people(&self) -> u64 {
        self.people.load(Ordering::Relaxed)
    }

    /// People who will.
    pub fn wanted(&self) -> u64 {
        u64::from(self.wanted)
    }

    /// Clinical entries stored.
    pub fn entries(&self) -> u64 {
        self.entries.load(Ordering::Relaxed)
    }
}

/// Who supplies for each institution.
pub type Suppliers = Arc<HashMap<&'static str, Supplier>>;

/// Somebody of the town's staff with a token.
struct Player {
    staff: Staff,
    token: String,
}

/// Everybody the demo can be.
pub struct Cast {
    players: Vec<Player>,
    citizens: Vec<(Named, PersonId, String)>,
    neighbours: Vec<(u32, PersonId)>,
    institutions: Vec<(&'static str, InstitutionId)>,
    suppliers: Suppliers,
}

/// Where a role's day begins, if it has a page in the demo.
fn desk_of(role: &str) -> Option<&'static str> {
    match role {
        "doctor" => Some("/clinic"),
        "kiosk" => Some("/kiosk"),
        "officer" => Some("/office/ledger"),
        _ => None,
    }
}

fn kind_of(role: &str) -> ActorKind {
    match role {
        "his" => ActorKind::System,
        "kiosk" => ActorKind::Device,
        _ => ActorKind::Staff,
    }
}

/// Enrols institutions and staff, moves the people of the story in.
pub async fn open(node: &Node, town: &Town, progress: &Progress) -> Result<Cast, Error> {
    let mut institutions = Vec::new();
    let (directory, list) = (node.directory.clone(), town.institutions());
    let new = list.iter().map(|one| NewInstitution {
        code: one.code.into(),
        name: one.name.into(),
        name_en: one.name_en.into(),
        region: one.region.into(),
        level: one.level.key().into(),
    });
    let ids = directory.enrol_all(new.collect()).await?;
    institutions.extend(list.iter().map(|one| one.key).zip(ids));
    let place: HashMap<&str, InstitutionId> = institutions.iter().copied().collect();
    let policy = node.gate.policy().clone();
    let staff = town.staff();
    let players = node
        .db
        .write(0, move |tx| {
            let mut players = Vec::new();
            for one in &staff {
                let new = NewActor {
                    kind: kind_of(one.role),
                    name: one.name.to_owned(),
                    role: one.role.to_owned(),
                    institution: place.get(one.institution).copied(),
                    place: one.desk.to_owned(),
                    person: None,
                    login: Some(one.key.to_owned()),
                };
                let actor = enrol(tx, &policy, &new)?;
                let token = tokens::give(tx, actor, TokenKind::Bearer, "demo", 30 * DAY);
                players.push((*one, actor, token));
            }
            Ok(players)
        })
        .await?;
    let suppliers = suppliers(&players, &institutions);
    demo_money::prepare(node, town, &institutions).await?;
    let story = u32::try_from(town.named().len()).unwrap_or(0);
    let known =
        move_in(node, town, 0..story.max(NEIGHBOURS + story).min(town.plan().people), &suppliers, progress).await?;
    let citizens = enrol_citizens(node, town, &known).await?;
    let seats: Vec<(&'static str, ActorId)> = players
        .iter()
        .filter(|(staff, ..)| staff.role == "his")
        .map(|(staff, actor, _)| (staff.institution, *actor))
        .collect();
    demo_money::begin(
        node,
        &seats,
        &citizens.iter().map(|(named, person, _)| (named.clone(), *person)).collect::<Vec<_>>(),
    )
    .await?;
    Ok(Cast {
        players: players.into_iter().map(|(staff, _, token)| Player { staff, token }).collect(),
        citizens,
        neighbours: known.into_iter().filter(|(index, _)| *index >= story).collect(),
        institutions,
        suppliers,
    })
}

/// Each institution supplies through its own system where it has one, else
/// through the first of its staff.
fn suppliers(players: &[(Staff, ActorId, String)], institutions: &[(&'static str, InstitutionId)]) -> Suppliers {
    let mut found = HashMap::new();
    for (key, id) in institutions {
        let here = |role: Option<&str>| {
            players.iter().find(|(staff, _, _)| staff.institution == *key && role.is_none_or(|role| staff.role == role))
        };
        let actor = here(Some("his")).or_else(|| here(None)).map_or(ActorId(0), |(_, actor, _)| *actor);
        found.insert(*key, Supplier { institution: *id, actor });
    }
    Arc::new(found)
}

async fn enrol_citizens(
    node: &Node,
    town: &Town,
    known: &[(u32, PersonId)],
) -> Result<Vec<(Named, PersonId, String)>, Error> {
    let policy = node.gate.policy().clone();
    let wanted: Vec<(Named, PersonId)> = town
        .named()
        .into_iter()
        .filter_map(|named| known.iter().find(|(index, _)| *index == named.index).map(|(_, person)| (named, *person)))
        .collect();
    node.db
        .write(0, move |tx| {
            let mut citizens = Vec::new();
            for (named, person) in &wanted {
                let new = NewActor {
                    kind: ActorKind::Citizen,
                    name: named.name.to_owned(),
                    role: "citizen".to_owned(),
                    institution: None,
                    place: String::new(),
                    person: Some(*person),
                    login: None,
                };
                let actor = enrol(tx, &policy, &new)?;
                let token = tokens::give(tx, actor, TokenKind::Bearer, "demo", 30 * DAY);
                citizens.push((named.clone(), *person, token));
            }
            Ok(citizens)
        })
        .await
}

/// Moves everybody in who does not live here yet.
pub async fn fill(node: &Node, town: Town, progress: &Arc<Progress>, suppliers: &Suppliers) -> Result<(), Error> {
    let next = Arc::new(AtomicU32::new(u32::try_from(progress.people()).unwrap_or(u32::MAX)));
    let mut movers = Vec::new();
    for _ in 0..MOVERS {
        let (node, progress, suppliers, next) = (node.clone(), progress.clone(), suppliers.clone(), next.clone());
        movers.push(tokio::spawn(async move {
            loop {
                let from = next.fetch_add(TOGETHER, Ordering::Relaxed);
                let to = from.saturating_add(TOGETHER).min(town.plan().people);
                if from >= to {
                    return Ok::<(), Error>(());
                }
                move_in(&node, &town, from..to, &suppliers, &progress).await?;
            }
        }));
    }
    for mover in movers {
        mover.await.map_err(|error| Fault::broken(format!("a mover stopped: {error}")))??;
    }
    Ok(())
}

struct Mover {
    person: PersonId,
    demographics: Demographics,
    identifiers: Vec<Identifier>,
    home: InstitutionId,
    covered: Option<Covered>,
}

async fn move_in(
    node: &Node,
    town: &Town,
    indexes: Range<u32>,
    suppliers: &Suppliers,
    progress: &Progress,
) -> Result<Vec<(u32, PersonId)>, Error> {
    let mut movers = Vec::new();
    let mut loads = Vec::new();
    let mut known = Vec::new();
    let mut entries = 0u64;
    for index in indexes {
        let person = PersonId(node.db.world().new_id());
        known.push((index, person));
        movers.push(mover(town, index, person, suppliers, node.db.world().now()));
        let mut supplies: Vec<(Supplier, Vec<Item>)> = Vec::new();
        let mut broken = None;
        town.write_resources(index, &mut |institution, kind, bytes| match (
            suppliers.get(institution),
            item(kind, bytes),
        ) {
            (Some(supplier), Ok(item)) => {
                entries += 1;
                match supplies.iter_mut().find(|(known, _)| known == supplier) {
                    Some((_, items)) => items.push(item),
                    None => supplies.push((*supplier, vec![item])),
                }
            }
            (None, _) => broken = Some(format!("no supplier for {institution}")),
            (_, Err(error)) => broken = Some(error),
        });
        if let Some(error) = broken {
            return Err(Fault::broken(error).into());
        }
        loads.push(Arrival { person, supplies });
    }
    let people = movers.len() as u64;
    let (index, money) = (node.index.clone(), node.money.clone());
    node.records.load(loads, move |tx| movers.iter().try_for_each(|mover| arrive(tx, &money, &index, mover))).await?;
    progress.people.fetch_add(people, Ordering::Relaxed);
    progress.entries.fetch_add(entries, Ordering::Relaxed);
    Ok(known)
}

fn arrive(tx: &mut Tx<'_>, money: &Money, index: &identity::Index, mover: &Mover) -> Result<(), Error> {
    identity::create(tx, index, mover.home, mover.person, &mover.demographics, &mover.identifiers)?;
    let card = NewCard {
        person: mover.person,
        medium: Medium::Phone,
        label: "demo",
        issuer: None,
        institution: Some(mover.home),
        expires_at: None,
    };
    credentials::issue(tx, &card).map(drop)?;
    mover.covered.iter().try_for_each(|covered| demo_money::enrol_one(tx, money, mover.person, covered))
}

fn mover(town: &Town, index: u32, person: PersonId, suppliers: &Suppliers, now: i64) -> Mover {
    let one = town.person(index);
    let home = suppliers.get(one.home).map_or(InstitutionId(0), |supplier| supplier.institution);
    // A passport's system names its country; the hospitals' own accounts bring it.
    let resident = one.id_kind == town::IdKind::ResidentId;
    let system = if resident { identity::RESIDENT_ID_SYSTEM } else { identity::PASSPORT_SYSTEM };
    let document = one.id_number.clone().map(|value| Identifier { system: system.to_owned(), value });
    let demographics = Demographics {
        name: one.name.clone(),
        name_en: one.name_en.clone(),
        gender: one.gender.key().to_owned(),
        birth: one.birth_date.clone().unwrap_or_default(),
        phone: one.phone.clone().unwrap_or_default(),
        address: one.address.clone(),
        insured: one.insured.as_ref().map(|cover| cover.text.to_owned()).unwrap_or_default(),
        insured_region: one.insured.as_ref().map(|cover| cover.region.to_owned()).unwrap_or_default(),
        document: document.clone(),
        deceased_at: None,
    };
    let covered = demo_money::covered(town, index, now);
    Mover { person, demographics, identifiers: document.into_iter().filter(|_| resident).collect(), home, covered }
}

fn item(kind: &'static str, bytes: &[u8]) -> Result<Item, String> {
    let resource: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let kind = ResourceType::from_name(kind).ok_or_else(|| format!("the town writes {kind}, which is not stored"))?;
    let own_id = resource.get("id").and_then(Value::as_str).map(str::to_owned);
    let aliases = own_id.iter().map(|id| format!("{}/{id}", kind.name())).collect();
    Ok(Item { at: kind.name().to_owned(), kind, aliases, own_id, deed: Deed::Store, resource })
}

/// What a kept town leaves in its folder, so that it can be opened again.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    seed: u64,
    people: u32,
    /// Whether everybody had moved in.
    whole: bool,
    entries: u64,
    staff: BTreeMap<String, String>,
    citizens: BTreeMap<String, (String, String)>,
    neighbours: Vec<(u32, String)>,
    institutions: BTreeMap<String, String>,
}

impl Kept {
    /// The plan it was made by: another seed or size would be another town.
    pub fn made_by(&self) -> (u64, u32) {
        (self.seed, self.people)
    }

    /// Whether everybody had moved in when it was stopped.
    pub fn whole(&self) -> bool {
        self.whole
    }

    /// Its cast and how far it is; nothing when an id in it cannot be read.
    pub fn cast(&self, town: &Town) -> Option<(Cast, Progress)> {
        let player = |staff: Staff| Some(Player { token: self.staff.get(staff.key)?.clone(), staff });
        let citizen = |named: Named| {
            let (person, token) = self.citizens.get(named.key)?;
            Some((named, person.parse().ok()?, token.clone()))
        };
        let neighbour = |(index, person): &(u32, String)| Some((*index, person.parse().ok()?));
        let institution = |one: &town::Institution| Some((one.key, self.institutions.get(one.key)?.parse().ok()?));
        let cast = Cast {
            players: town.staff().into_iter().map(player).collect::<Option<_>>()?,
            citizens: town.named().into_iter().map(citizen).collect::<Option<_>>()?,
            neighbours: self.neighbours.iter().map(neighbour).collect::<Option<_>>()?,
            institutions: town.institutions().iter().map(institution).collect::<Option<_>>()?,
            suppliers: Suppliers::default(),
        };
        let progress = Progress::of(self.people);
        progress.people.store(u64::from(self.people), Ordering::Relaxed);
        progress.entries.store(self.entries, Ordering::Relaxed);
        Some((cast, progress))
    }
}

impl Cast {
    /// What to leave in a kept folder.
    pub fn kept(&self, town: &Town, progress: &Progress) -> Kept {
        let citizen = |(named, person, token): &(Named, PersonId, String)| {
            (named.key.to_owned(), (person.to_string(), token.clone()))
        };
        Kept {
            seed: town.plan().seed,
            people: town.plan().people,
            whole: progress.people() >= progress.wanted(),
            entries: progress.entries(),
            staff: self.players.iter().map(|one| (one.staff.key.to_owned(), one.token.clone())).collect(),
            citizens: self.citizens.iter().map(citizen).collect(),
            neighbours: self.neighbours.iter().map(|(index, person)| (*index, person.to_string())).collect(),
            institutions: self.institutions.iter().map(|(key, id)| ((*key).to_owned(), id.to_string())).collect(),
        }
    }

    /// Who supplies for each institution.
    pub fn suppliers(&self) -> Suppliers {
        self.suppliers.clone()
    }

    /// One token a role: the first of each.
    pub fn tokens(&self) -> BTreeMap<String, String> {
        let mut tokens = BTreeMap::new();
        for player in &self.players {
            tokens.entry(player.staff.role.to_owned()).or_insert_with(|| player.token.clone());
        }
        if let Some((_, _, token)) = self.citizens.first() {
            tokens.insert("citizen".to_owned(), token.clone());
        }
        tokens
    }

    /// Named people: key → person id.
    pub fn people_by_key(&self) -> BTreeMap<String, String> {
        self.citizens.iter().map(|(named, person, _)| (named.key.to_owned(), person.to_string())).collect()
    }

    /// People for the JSON line: those of the story, then some neighbours.
    pub fn people(&self, town: &Town) -> Vec<Value> {
        let story = self.citizens.iter().map(|(named, person, token)| {
            json!({ "person": person.to_string(), "key": named.key, "name": named.name, "name_en": named.name_en,
                    "story": named.story, "story_en": named.story_en, "token": token })
        });
        let neighbours = self.neighbours.iter().map(|(index, person)| {
            let one = town.person(*index);
            json!({ "person": person.to_string(), "key": null, "name": one.name, "name_en": one.name_en, "story": "邻居" })
        });
        story.chain(neighbours).collect()
    }

    /// Institutions for the JSON line.
    pub fn institutions(&self, town: &Town) -> Vec<Value> {
        self.institutions
            .iter()
            .zip(town.institutions())
            .map(|((key, id), one)| {
                json!({ "institution": id.to_string(), "key": key, "code": one.code, "name": one.name, "name_en": one.name_en, "region": one.region, "level": one.level.key() })
            })
            .collect()
    }

    /// What the demo's first page shows and lets one be.
    pub fn stage(&self, town: &Town, progress: &Arc<Progress>) -> desks::home::Stage {
        let citizens = self.citizens.iter().map(|(named, _, token)| {
            let age = town
                .person(named.index)
                .birth_date
                .and_then(|birth| kernel::time::age_years(&birth, town.plan().now_micros));
            desks::home::Part {
                key: named.key.to_owned(),
                name: named.name.to_owned(),
                name_en: named.name_en.to_owned(),
                story: named.story.to_owned(),
                story_en: named.story_en.to_owned(),
                age,
                token: token.clone(),
                citizen: true,
                desk: "",
            }
        });
        let staff =
            self.players.iter().filter(|player| desk_of(player.staff.role).is_some()).map(|player| desks::home::Part {
                key: player.staff.key.to_owned(),
                name: player.staff.name.to_owned(),
                name_en: player.staff.name_en.to_owned(),
                story: player.staff.desk.to_owned(),
                story_en: player.staff.desk.to_owned(),
                age: None,
                token: player.token.clone(),
                citizen: false,
                desk: desk_of(player.staff.role).unwrap_or("/clinic"),
            });
        let progress = progress.clone();
        desks::home::Stage {
            parts: citizens.chain(staff).collect(),
            institutions: self.institutions.len(),
            tokens: self.tokens(),
            progress: Arc::new(move || (progress.people(), progress.wanted(), progress.entries())),
        }
    }
}
