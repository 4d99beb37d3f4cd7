//! The master index on both databases: who is one person, who must not be merged,
//! what happens at the same moment; and the look-up behind the gate.

use access::Gate;
use access::actors::NewActor;
use access::policy::Policy;
use access::tokens::{self, TokenKind};
use axum::Router;
use axum::body::Body;
use axum::middleware::from_fn;
use http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use identity::{
    CAPABILITY, Demographics, Identifier, Index, RESIDENT_ID_SYSTEM, Resolved, US_SSN_SYSTEM, create, exists, find,
    lookup, masked, resolve,
};
use kernel::{ActorKind, Error, InstitutionId, PersonId, Right};
use keys::{Keeping, Keys, Passphrase, Setting};
use store::{Db, Engine, P, Settings, SqlExt as _};
use testkit::{Bench, on_both};
use tower::ServiceExt as _;

const FIRST: InstitutionId = InstitutionId(101);
const SECOND: InstitutionId = InstitutionId(102);
const NUMBER: &str = "11010519491231002X";

fn zhou() -> Demographics {
    Demographics {
        name: "周静怡".into(),
        gender: "female".into(),
        birth: "1949-12-31".into(),
        document: Some(resident(NUMBER)),
        ..Demographics::default()
    }
}

fn resident(number: &str) -> Identifier {
    Identifier::new(RESIDENT_ID_SYSTEM, number)
}

fn mrn(value: &str) -> Identifier {
    Identifier::new("urn:mrn", value)
}

fn index(bench: &Bench) -> Index {
    Index::load(&bench.db, &Keys::for_tests(&bench.db).expect("keys")).expect("the index key")
}

fn told(bench: &Bench, at: InstitutionId, who: &Demographics, identifiers: &[Identifier]) -> Result<Resolved, Error> {
    let index = index(bench);
    let (who, identifiers) = (who.clone(), identifiers.to_vec());
    bench.db.write_now(at.0, move |tx| resolve(tx, &index, at, &who, &identifiers))
}

fn count(bench: &Bench, sql: &'static str) -> i64 {
    let found = bench.db.read_now(move |reader| Ok(reader.one(sql, &[], |row| row.i64(0))?));
    found.expect("a count").expect("a row")
}

const PERSONS: &str = "SELECT COUNT(*) FROM identity_persons";
const NUMBERS: &str = "SELECT COUNT(*) FROM identity_numbers";
const LINKS: &str = "SELECT COUNT(*) FROM identity_links";

#[test]
fn a_national_number_makes_one_person_of_two_hospitals_records() {
    on_both(&[&keys::CAPABILITY, &CAPABILITY], |bench| {
        let first = told(bench, FIRST, &zhou(), &[resident(NUMBER), mrn("1"), Identifier::source("a")]).unwrap();
        assert!(first.created, "{}", bench.name);
        let mut phoned = zhou();
        phoned.phone = "13800000000".into();
        phoned.name = String::new();
        let second = told(bench, SECOND, &phoned, &[resident("11010519491231002x"), mrn("1")]).unwrap();
        assert_eq!(second, Resolved { person: first.person, created: false }, "{}", bench.name);
        // The same local number of another hospital, without a national one, is somebody else.
        let other = told(bench, InstitutionId(103), &zhou(), &[mrn("1")]).unwrap();
        assert!(other.created && other.person != first.person, "{}", bench.name);
        // Told again, nothing changes.
        let again = told(bench, FIRST, &zhou(), &[resident(NUMBER), mrn("1"), Identifier::source("a")]).unwrap();
        assert_eq!(again, Resolved { person: first.person, created: false }, "{}", bench.name);
        assert_eq!((count(bench, PERSONS), count(bench, NUMBERS), count(bench, LINKS)), (2, 5, 5), "{}", bench.name);
        let row = bench
            .db
            .read_now(move |sql| {
                Ok(sql.one(
                    "SELECT name, phone, version FROM identity_persons WHERE person_id = $1",
                    &[P::I(first.person.0)],
                    |row| Ok((row.text(0)?.to_owned(), row.text(1)?.to_owned(), row.i64(2)?)),
                )?)
            })
            .unwrap();
        assert_eq!(row, Some(("周静怡".to_owned(), "13800000000".to_owned(), 2)), "{}", bench.name);
    });
}

#[test]
fn two_people_are_not_merged() {
    on_both(&[&keys::CAPABILITY, &CAPABILITY], |bench| {
        let first = told(bench, FIRST, &zhou(), &[resident(NUMBER), mrn("1")]).unwrap();
        let other = told(bench, SECOND, &zhou(), &[mrn("9")]).unwrap();
        assert_ne!(first.person, other.person);
        let refused = told(bench, SECOND, &zhou(), &[resident(NUMBER), mrn("9")]).unwrap_err();
        assert_eq!(refused.code(), "identity.conflicting-identifiers", "{}", bench.name);
        let mut man = zhou();
        man.gender = "male".into();
        let refused = told(bench, SECOND, &man, &[resident(NUMBER), mrn("10")]).unwrap_err();
        assert_eq!(refused.code(), "identity.demographics-contradict", "{}", bench.name);
        let mut younger = zhou();
        younger.birth = "1950-01-01".into();
        let refused = told(bench, SECOND, &younger, &[resident(NUMBER)]).unwrap_err();
        assert_eq!(refused.code(), "identity.demographics-contradict", "{}", bench.name);
        // A refusal leaves nothing: the number is still free.
        assert!(told(bench, SECOND, &man, &[mrn("10")]).unwrap().created, "{}", bench.name);
        // The hospital that knows the person by its own number may correct them.
        let corrected = told(bench, FIRST, &younger, &[resident(NUMBER), mrn("1")]).unwrap();
        assert_eq!(corrected.person, first.person, "{}", bench.name);
    });
}

#[test]
fn a_wrong_check_character_links_nobody() {
    on_both(&[&keys::CAPABILITY, &CAPABILITY], |bench| {
        let typo = resident("110105194912310021");
        let first = told(bench, FIRST, &zhou(), std::slice::from_ref(&typo)).unwrap();
        let second = told(bench, SECOND, &zhou(), std::slice::from_ref(&typo)).unwrap();
        assert!(second.created && first.person != second.person, "{}", bench.name);
    });
}

#[test]
fn many_identifiers_and_none() {
    on_both(&[&keys::CAPABILITY, &CAPABILITY], |bench| {
        let many: Vec<Identifier> = (0..20).map(|n| mrn(&n.to_string())).chain([mrn("3"), mrn(" ")]).collect();
        let one = told(bench, FIRST, &zhou(), &many).unwrap();
        assert_eq!(count(bench, NUMBERS), 20, "{}", bench.name);
        assert_eq!(told(bench, FIRST, &zhou(), &many[19..]).unwrap().person, one.person, "{}", bench.name);
        let too_many: Vec<Identifier> = (0..65).map(|n| mrn(&n.to_string())).collect();
        let refused = told(bench, FIRST, &zhou(), &too_many).unwrap_err();
        assert_eq!(refused.code(), "identity.too-many-identifiers");
        // Without an identifier nobody can be recognised: always somebody new.
        assert!(told(bench, FIRST, &zhou(), &[]).unwrap().created);
        assert!(told(bench, FIRST, &zhou(), &[]).unwrap().created);
        let index = index(bench);
        bench
            .db
            .read_now(move |sql| {
                let asked = [mrn("7"), mrn("unknown"), mrn("19")];
                let found = lookup(sql, &index, FIRST, &asked)?;
                assert_eq!(found, [Some(one.person), None, Some(one.person)]);
                assert_eq!(find(sql, &index, FIRST, &asked)?, Some(one.person));
                assert_eq!(find(sql, &index, SECOND, &asked)?, None);
                assert!(exists(sql, one.person)? && !exists(sql, PersonId(5))?);
                assert_eq!(masked(sql, one.person)?.map(|person| person.name), Some("周*怡".to_owned()));
                assert_eq!(masked(sql, PersonId(5))?, None);
                Ok(())
            })
            .unwrap();
    });
}

/// Two hospitals tell of the same new person at the same moment, over both lanes.
#[test]
fn twins_in_flight_become_one_person() {
    on_both(&[&keys::CAPABILITY, &CAPABILITY], |bench| {
        for round in 0..20i64 {
            let ssn = Identifier::new(US_SSN_SYSTEM, format!("999-10-{:04}", round + 1000));
            let persons: Vec<PersonId> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..6i64)
                    .map(|hospital| {
                        let identifiers = [ssn.clone(), mrn(&format!("{round}-{hospital}"))];
                        scope.spawn(move || told(bench, InstitutionId(hospital), &zhou(), &identifiers).unwrap().person)
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert!(persons.iter().all(|person| *person == persons[0]), "{}: {persons:?}", bench.name);
        }
        assert_eq!(count(bench, PERSONS), 20, "{}", bench.name);
        assert_eq!(count(bench, NUMBERS), 20 * 7, "{}", bench.name);
    });
}

/// A population is made, and the same transaction already supplies for it.
#[test]
fn a_created_person_is_found_in_the_same_transaction() {
    on_both(&[&keys::CAPABILITY, &CAPABILITY], |bench| {
        let index = index(bench);
        let person = PersonId(bench.db.world().new_id());
        let resolved = bench
            .db
            .write_now(person.0, move |tx| {
                create(tx, &index, FIRST, person, &zhou(), &[resident(NUMBER)])?;
                resolve(tx, &index, SECOND, &zhou(), &[resident(NUMBER), Identifier::source("p1")])
            })
            .unwrap();
        assert_eq!(resolved, Resolved { person, created: false }, "{}", bench.name);
    });
}

#[test]
fn the_index_key_stays() {
    on_both(&[&keys::CAPABILITY, &CAPABILITY], |bench| {
        let first = told(bench, FIRST, &zhou(), &[resident(NUMBER)]).unwrap();
        assert_eq!(found_with(bench, index(bench)), Some(first.person), "{}", bench.name);
        assert_eq!(found_with(bench, Index::with_key(&[7; 32]).unwrap()), None, "{}", bench.name);
    });
}

fn found_with(bench: &Bench, index: Index) -> Option<PersonId> {
    bench.db.read_now(move |sql| find(sql, &index, SECOND, &[resident(NUMBER)])).expect("a look-up")
}

fn under(secret: &str) -> Setting {
    let passphrase = Passphrase::of(secret.into()).expect("long enough");
    Setting { keeping: Keeping::Sealed(passphrase), ..Setting::test() }
}

/// Every value of every table, as a thief of a dump has it.
fn dump(bench: &Bench) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (sql, columns) in [
        ("SELECT name, value FROM store_facts LIMIT 1000", 2),
        ("SELECT used, public_part, sealed FROM keys_keys LIMIT 1000", 3),
        ("SELECT digest FROM identity_numbers LIMIT 1000", 1),
    ] {
        let rows = bench.db.read_now(move |reader| {
            let row = |row: &store::Row<'_>| {
                let value = |at| {
                    row.bytes(at).map_or_else(
                        |_text| row.text(at).map(|text| text.as_bytes().to_vec()),
                        |bytes| Ok(bytes.to_vec()),
                    )
                };
                (0..columns).map(value).collect::<Result<Vec<_>, _>>()
            };
            Ok(reader.all(sql, &[], row)?)
        });
        all.extend(rows.expect("rows").into_iter().flatten());
    }
    all
}

fn holds(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}

/// A database of before `keys` had the index key in custody: the key in clear as a
/// fact. The first start seals it, what it found before is found on, and the key's
/// bytes are nowhere any more, neither in a row nor on a page.
#[test]
fn an_open_index_key_is_sealed_in_its_place() {
    const CANARY: [u8; 32] = *b"the index key of an old database";
    on_both(&[&keys::CAPABILITY, &CAPABILITY], |bench| {
        let old = Index::with_key(&CANARY).unwrap();
        let (who, at) = (zhou(), old.clone());
        let person = bench.db.write_now(0, move |tx| {
            tx.set_fact("identity.index-key", &CANARY)?;
            resolve(tx, &at, FIRST, &who, &[resident(NUMBER)])
        });
        let person = person.unwrap().person;
        assert!(dump(bench).iter().any(|value| holds(value, &CANARY)), "the dump sees it before");
        let keys = Keys::load(&bench.db, under("a long secret of the operator")).unwrap();
        for start in 0..2 {
            let index = Index::load(&bench.db, &keys).unwrap();
            assert_eq!(found_with(bench, index), Some(person), "{} {start}", bench.name);
            assert!(!dump(bench).iter().any(|value| holds(value, &CANARY)), "{} {start}", bench.name);
        }
    });
}

/// The same down to the pages of the file, across two runs of a node.
#[test]
fn no_page_keeps_the_open_index_key() {
    const CANARY: [u8; 32] = *b"the index key of an old database";
    let folder = testkit::sqlite(&[]);
    let path = folder.folder().unwrap().join("old.sqlite");
    let run = |work: &dyn Fn(&Db)| {
        let steps = store::migrate::in_order(&[&store::CAPABILITY, &keys::CAPABILITY, &CAPABILITY]);
        let db = Db::open(Settings::of(Engine::Sqlite(path.clone())), &steps).unwrap();
        work(&db);
        db.close();
    };
    let anywhere = || {
        let files = std::fs::read_dir(path.parent().unwrap()).unwrap().map(|file| file.unwrap().path());
        let old = files.filter(|file| file.to_string_lossy().contains("old.sqlite"));
        old.filter(|file| holds(&std::fs::read(file).unwrap(), &CANARY[..16])).count()
    };
    run(&|db| db.write_now(0, |tx| Ok(tx.set_fact("identity.index-key", &CANARY)?)).unwrap());
    assert_eq!(anywhere(), 1, "the search finds it before");
    run(&|db| {
        let keys = Keys::load(db, under("a long secret of the operator")).unwrap();
        Index::load(db, &keys).unwrap();
    });
    assert_eq!(anywhere(), 0);
    folder.db.close();
}

/// A new database has no index key at all: it comes from the custody, and another
/// secret does not find anybody.
#[test]
fn a_new_database_has_no_index_key() {
    on_both(&[&keys::CAPABILITY, &CAPABILITY], |bench| {
        let keys = Keys::load(&bench.db, under("a long secret of the operator")).unwrap();
        let index = Index::load(&bench.db, &keys).unwrap();
        let (at, who) = (index.clone(), zhou());
        let person = bench.db.write_now(0, move |tx| resolve(tx, &at, FIRST, &who, &[resident(NUMBER)])).unwrap();
        assert_eq!(found_with(bench, Index::load(&bench.db, &keys).unwrap()), Some(person.person), "{}", bench.name);
        let facts = dump(bench);
        assert!(!facts.iter().any(|value| value == b"identity.index-key"), "{}", bench.name);
        let key = keys.secret(keys::Use::Index, b"identifiers").unwrap();
        assert!(!facts.iter().any(|value| holds(value, &key.bytes()[..16])), "{}", bench.name);
    });
}

/// The committed policy; rights of other crates are declared by name only.
fn policy() -> Policy {
    let rights: Vec<Right> = access::policy::TEXT
        .lines()
        .filter(|line| !line.starts_with(['#', ' ']) && !line.starts_with("right"))
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| Right::new(name, ""))
        .collect();
    Policy::read(access::policy::TEXT, &rights).expect("the policy reads")
}

async fn token(bench: &Bench, role: &'static str) -> String {
    let given = bench.db.write(0, move |tx| {
        let new = NewActor {
            kind: ActorKind::Staff,
            name: role.into(),
            role: role.into(),
            institution: Some(FIRST),
            place: String::new(),
            person: None,
            login: None,
        };
        let actor = access::actors::enrol(tx, &policy(), &new)?;
        Ok(tokens::give(tx, actor, TokenKind::Bearer, "test", kernel::time::DAY))
    });
    given.await.expect("a token")
}

fn router(bench: &Bench) -> Router {
    let gate = Gate::new(bench.db.clone(), policy(), false);
    let index = index(bench);
    identity::api::routes(&gate, &index).into_iter().fold(Router::new(), |router, route| {
        let gate = gate.clone();
        let guard = from_fn(move |request, next| {
            access::gate::guard(gate.clone(), route.right, access::gate::as_problem, request, next)
        });
        router.route(route.path, route.handler.layer(guard))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_registrar_finds_a_person_masked_and_leaves_a_trace() {
    let bench = testkit::sqlite(&[&access::CAPABILITY, &keys::CAPABILITY, &CAPABILITY]);
    let index = index(&bench);
    let person =
        bench.db.write(1, move |tx| resolve(tx, &index, FIRST, &zhou(), &[resident(NUMBER)])).await.unwrap().person;
    let (registrar, doctor) = (token(&bench, "registrar").await, token(&bench, "doctor").await);
    let router = router(&bench);
    let ask = |token: &str, query: &str| {
        let request = Request::get(format!("/v1/persons{query}")).header("authorization", format!("Bearer {token}"));
        let answer = router.clone().oneshot(request.body(Body::empty()).unwrap());
        async move {
            let answer = answer.await.unwrap();
            let status = answer.status();
            let body = answer.into_body().collect().await.unwrap().to_bytes();
            (status, serde_json::from_slice::<serde_json::Value>(&body).unwrap())
        }
    };
    let exact = format!("?identifier={RESIDENT_ID_SYSTEM}%7C{NUMBER}");
    let (status, _) = ask(&doctor, &exact).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, body) = ask(&registrar, "?identifier=nonsense").await;
    assert_eq!((status, &body["code"]), (StatusCode::BAD_REQUEST, &"web.parameter-invalid".into()));
    let (status, body) = ask(&registrar, &format!("?identifier={RESIDENT_ID_SYSTEM}%7C1")).await;
    assert_eq!((status, &body["code"]), (StatusCode::NOT_FOUND, &"identity.nobody-found".into()));
    let (status, body) = ask(&registrar, &exact).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(body["person"]["id"], person.to_string());
    assert_eq!(body["person"]["name"], "周*怡");
    assert_eq!(body["person"]["document"], "1101••••••••••002X");
    assert!(!body.to_string().contains(NUMBER));
    let looks = bench
        .db
        .read(move |sql| {
            Ok(sql.one(
                "SELECT COUNT(*) FROM store_events WHERE person_id = $1 AND name = 300",
                &[P::I(person.0)],
                |row| row.i64(0),
            )?)
        })
        .await
        .unwrap();
    assert_eq!(looks, Some(1));
    bench.db.close();
}
