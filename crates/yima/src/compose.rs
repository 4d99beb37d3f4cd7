//! The one list of capabilities, and the node they make together.

use crate::money::{self, Money};
use access::{Gate, Policy};
use credentials::Credentials;
use desks::Desks;
use directory::Directory;
use gateways::fhir::FhirGateway;
use gateways::nhsa::NhsaGateway;
use kernel::{Capability, Error, Fault, Right};
use keys::Keys;
use records::Records;
use store::{Db, Settings, migrate};
use web::Route;

/// Every capability this program has. A new one is a line here.
pub const CAPABILITIES: &[&Capability] = &[
    &store::CAPABILITY,
    &access::CAPABILITY,
    &keys::CAPABILITY,
    &directory::CAPABILITY,
    &identity::CAPABILITY,
    &credentials::CAPABILITY,
    &records::CAPABILITY,
    &insurance::CAPABILITY,
    &ledger::CAPABILITY,
    &bills::CAPABILITY,
    &settlement::CAPABILITY,
    &payment::CAPABILITY,
    &clearing::CAPABILITY,
    &gateways::CAPABILITY,
    &desks::CAPABILITY,
];

/// Rights of all capabilities.
pub fn rights() -> Vec<Right> {
    CAPABILITIES.iter().flat_map(|one| one.rights.iter().copied()).collect()
}

/// Codes of events that are looks, for "who looked".
pub fn looks() -> &'static [i64] {
    static LOOKS: std::sync::LazyLock<Vec<i64>> = std::sync::LazyLock::new(|| {
        CAPABILITIES
            .iter()
            .flat_map(|one| one.events.iter())
            .filter(|event| event.look)
            .map(|event| event.code)
            .collect()
    });
    &LOOKS
}

/// What the node is told at start.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// The database.
    pub settings: Settings,
    /// Realm and secret of the keys.
    pub keys: keys::Setting,
    /// Division code.
    pub region: u32,
    /// Its name.
    pub region_name: String,
    /// How browsers reach it.
    pub public_url: String,
    /// The mobile channel, where one is connected.
    pub mobile: Option<payment::mobile::Settings>,
    /// Whether it is the demo: its first page and the shortcuts exist.
    pub demo: bool,
}

/// A node: every capability with what it works with.
#[derive(Clone)]
pub struct Node {
    /// The database.
    pub db: Db,
    /// Who may.
    pub gate: Gate,
    /// Institutions.
    pub directory: Directory,
    /// The key of the identity look-up.
    pub index: identity::Index,
    /// The node's keys.
    pub keys: Keys,
    /// Cards and codes.
    pub credentials: Credentials,
    /// Clinical records.
    pub records: Records,
    /// The money rooms.
    pub money: Money,
    /// Pages across capabilities.
    pub desks: Desks,
    /// FHIR's dialect.
    pub fhir: FhirGateway,
    /// The national insurance interface.
    pub nhsa: NhsaGateway,
}

impl Node {
    /// Opens the database, runs the migrations, checks that policy and rights
    /// agree, wires the capabilities.
    pub fn open(wishes: Wishes) -> Result<Self, Error> {
        let migrations = migrate::in_order(CAPABILITIES);
        let db = Db::open(wishes.settings, &migrations)?;
        let policy = Policy::read(access::policy::TEXT, &rights()).map_err(Fault::broken)?;
        let gate = Gate::new(db.clone(), policy, wishes.public_url.starts_with("https://"));
        let directory = Directory::load(&db)?;
        let keys = Keys::load(&db, wishes.keys)?;
        let index = identity::Index::load(&db, &keys)?;
        let credentials = Credentials::load(&credentials::Parts {
            db: &db,
            gate: &gate,
            directory: &directory,
            index: &index,
            keys: &keys,
            region: wishes.region,
        })?;
        let records =
            Records { db: db.clone(), gate: gate.clone(), index: index.clone(), directory: directory.clone() };
        let money = Money::open(&money::Parts {
            db: &db,
            gate: &gate,
            directory: &directory,
            keys: &keys,
            credentials: &credentials,
            region: wishes.region,
            region_name: &wishes.region_name,
            public_url: &wishes.public_url,
            mobile: wishes.mobile,
        })?;
        let fhir = FhirGateway {
            records: records.clone(),
            base: format!("{}/fhir", wishes.public_url),
            settlements: money.settlements.clone(),
            clearing: money.clearing.clone(),
        };
        let nhsa = NhsaGateway::new(money.settlements.clone(), credentials.clone(), money.clearing.clone());
        let desks = Desks::new(&desks::Parts {
            gate: gate.clone(),
            directory: directory.clone(),
            credentials: credentials.clone(),
            records: records.clone(),
            settlements: money.settlements.clone(),
            payments: money.payments.clone(),
            bills: money.bills.clone(),
            looks: looks(),
            region_name: wishes.region_name,
            public_url: wishes.public_url,
            demo: wishes.demo,
        })?;
        Ok(Self { db, gate, directory, index, keys, credentials, records, money, desks, fhir, nhsa })
    }

    /// Every route of every capability.
    pub fn routes(&self) -> Vec<Route> {
        let mut all = Vec::new();
        all.extend(access::api::routes(&self.gate));
        all.extend(keys::api::routes(&self.keys));
        all.extend(directory::api::routes(&self.directory));
        all.extend(identity::api::routes(&self.gate, &self.index));
        all.extend(credentials::api::routes(&self.credentials));
        all.extend(records::api::routes(&self.records));
        all.extend(self.money.routes());
        all.extend(gateways::fhir::routes(&self.fhir));
        all.extend(gateways::nhsa::routes(&self.nhsa));
        all.extend(self.desks.routes());
        all
    }
}
