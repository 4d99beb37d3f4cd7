//! What every test needs: a hospital, its staff, a person with a card.

use access::Gate;
use access::actors::NewActor;
use access::policy::Policy;
use access::tokens::{self, TokenKind};
use credentials::{Credentials, Medium, NewCard, Parts, Scan, issue};
use directory::{Directory, NewInstitution};
use identity::{Demographics, Identifier, Index, RESIDENT_ID_SYSTEM};
use kernel::{Actor, ActorId, ActorKind, Capability, CardId, Error, InstitutionId, PersonId, Right};
use keys::Keys;
use std::sync::Arc;
use store::{Db, P, SqlExt as _};
use testkit::Bench;

/// Everything a scan touches.
pub(crate) const CAPABILITIES: [&Capability; 5] =
    [&access::CAPABILITY, &keys::CAPABILITY, &directory::CAPABILITY, &identity::CAPABILITY, &credentials::CAPABILITY];

/// The resident number of the person.
pub(crate) const NUMBER: &str = "11010519491231002X";

/// The resident number of the other person.
pub(crate) const OTHER_NUMBER: &str = "110101202005010017";

/// A hospital with a doctor, a registrar, and a person with a phone card.
pub(crate) struct Desk<'a> {
    /// The database.
    pub(crate) bench: &'a Bench,
    /// Cards and codes.
    pub(crate) credentials: Credentials,
    /// Who scans.
    pub(crate) doctor: Arc<Actor>,
    /// Who is scanned.
    pub(crate) person: PersonId,
    /// Their phone's card.
    pub(crate) card: CardId,
    /// The doctor's token.
    pub(crate) doctor_token: String,
    /// A registrar's token.
    pub(crate) registrar_token: String,
    /// The person's own token.
    pub(crate) citizen_token: String,
    /// Another person.
    pub(crate) other: PersonId,
    /// The other person's token.
    pub(crate) other_token: String,
    /// A terminal's token.
    pub(crate) kiosk_token: String,
}

/// The committed policy; rights of other crates are declared by name only.
pub(crate) fn policy() -> Policy {
    let rights: Vec<Right> = access::policy::TEXT
        .lines()
        .filter(|line| !line.starts_with(['#', ' ']) && !line.starts_with("right"))
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| Right::new(name, ""))
        .collect();
    Policy::read(access::policy::TEXT, &rights).expect("the policy reads")
}

fn enrolled(
    bench: &Bench,
    role: &str,
    institution: Option<InstitutionId>,
    person: Option<PersonId>,
) -> (ActorId, String) {
    let new = NewActor {
        kind: if person.is_some() { ActorKind::Citizen } else { ActorKind::Staff },
        name: role.to_owned(),
        role: role.to_owned(),
        institution,
        place: "3 诊室".into(),
        person,
        login: None,
    };
    let done = bench.db.write_now(0, move |tx| {
        let actor = access::actors::enrol(tx, &policy(), &new)?;
        Ok((actor, tokens::give(tx, actor, TokenKind::Bearer, "test", 30 * kernel::time::DAY)))
    });
    done.expect("an actor")
}

/// Cards and codes of a region on an open database, as a process that starts has them.
pub(crate) fn loaded(db: &Db) -> Credentials {
    let gate = Gate::new(db.clone(), policy(), false);
    let directory = Directory::load(db).expect("a directory");
    let keys = Keys::for_tests(db).expect("keys");
    let index = Index::load(db, &keys).expect("the index key");
    Credentials::load(&Parts { db, gate: &gate, directory: &directory, index: &index, keys: &keys, region: 990_100 })
        .expect("credentials")
}

/// Sets the scene on a fresh database.
pub(crate) fn desk(bench: &Bench) -> Desk<'_> {
    let directory = Directory::load(&bench.db).expect("a directory");
    let hospital =
        NewInstitution { code: "H1".into(), name: "云州市第一人民医院".into(), ..NewInstitution::default() };
    let hospital = directory.enrol_now(hospital).expect("a hospital");
    let credentials = loaded(&bench.db);
    let index = credentials.index.clone();
    let who = Demographics {
        name: "周静怡".into(),
        gender: "female".into(),
        birth: "1949-12-31".into(),
        insured: "职工医保".into(),
        insured_region: "990100".into(),
        document: Some(Identifier::new(RESIDENT_ID_SYSTEM, NUMBER)),
        ..Demographics::default()
    };
    let made = bench.db.write_now(1, move |tx| {
        let person =
            identity::resolve(tx, &index, hospital, &who, &[Identifier::new(RESIDENT_ID_SYSTEM, NUMBER)])?.person;
        let other = Demographics { name: "周小宝".into(), birth: "2020-05-01".into(), ..Demographics::default() };
        let other =
            identity::resolve(tx, &index, hospital, &other, &[Identifier::new(RESIDENT_ID_SYSTEM, OTHER_NUMBER)])?;
        Ok((person, issue(tx, &phone_card(person))?, other.person))
    });
    let (person, card, other) = made.expect("a person with a card");
    let (doctor, doctor_token) = enrolled(bench, "doctor", Some(hospital), None);
    let (_, registrar_token) = enrolled(bench, "registrar", Some(hospital), None);
    let (_, kiosk_token) = enrolled(bench, "kiosk", Some(hospital), None);
    let (_, citizen_token) = enrolled(bench, "citizen", None, Some(person));
    let (_, other_token) = enrolled(bench, "citizen", None, Some(other));
    let doctor = access::actors::find(&bench.db, &policy(), doctor).expect("a look-up").expect("the doctor");
    let doctor = Arc::new(doctor);
    Desk {
        bench,
        credentials,
        doctor,
        person,
        card,
        doctor_token,
        registrar_token,
        citizen_token,
        other,
        other_token,
        kiosk_token,
    }
}

/// A card for somebody's phone.
pub(crate) fn phone_card(person: PersonId) -> NewCard<'static> {
    NewCard { person, medium: Medium::Phone, label: "手机", issuer: None, institution: None, expires_at: None }
}

impl Desk<'_> {
    /// The person's code now.
    pub(crate) fn code(&self) -> String {
        self.credentials.codes.mint_at(self.card, self.bench.db.world().now(), 0).expect("a code")
    }

    /// The doctor scans a text for a purpose.
    pub(crate) fn scan(&self, code: &str, purpose: &str) -> Result<credentials::Scanned, Error> {
        let scan = Scan { code: code.into(), purpose: purpose.into(), place: "3 诊室".into() };
        runtime().block_on(self.credentials.scan(&self.doctor, scan))
    }

    /// Events of a kind about the person.
    pub(crate) fn events(&self, code: i64) -> i64 {
        let person = self.person.0;
        let counted = self.bench.db.read_now(move |sql| {
            Ok(sql.one(
                "SELECT COUNT(*) FROM store_events WHERE person_id = $1 AND name = $2",
                &[P::I(person), P::I(code)],
                |row| row.i64(0),
            )?)
        });
        counted.expect("a count").expect("a row")
    }

    /// Rows of a counting statement.
    pub(crate) fn count(&self, sql: &'static str) -> i64 {
        let counted = self.bench.db.read_now(move |reader| Ok(reader.one(sql, &[], |row| row.i64(0))?));
        counted.expect("a count").expect("a row")
    }
}

/// A small runtime for the asynchronous verbs.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}
