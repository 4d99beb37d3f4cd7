//! Insurance on both databases: reference data with its versions and days, people,
//! filings that wait, what is shown.

use access::Gate;
use access::policy::Policy;
use directory::{Directory, NewInstitution};
use insurance::enrol::{NewCoverage, enrol, move_account};
use insurance::file::{NewFiling, file, move_filing};
use insurance::load::{NewPlan, catalogue_now, designate_now, plan_now};
use insurance::rules::filing::{FilingKind, Move, Stage};
use insurance::share::{NewSharing, confirm, offer, revoke};
use insurance::{AccountStage, CareKind, Day, Designation, FOREVER, Insurance, Period, eligibility};
use kernel::{ActorId, Capability, Error, Fen, InstitutionId, PersonId, Right};
use store::Sql as _;
use testkit::{Bench, on_both};

const CAPABILITIES: [&Capability; 5] =
    [&access::CAPABILITY, &directory::CAPABILITY, &identity::CAPABILITY, &ledger::CAPABILITY, &insurance::CAPABILITY];
const BY: ActorId = ActorId(1);

fn day(text: &str) -> Day {
    Day::read(text).expect("a day")
}

fn code<T>(done: Result<T, Error>) -> &'static str {
    done.map_or_else(|error| error.code(), |_| "ok")
}

fn opened(bench: &Bench) -> (Insurance, InstitutionId) {
    let rights: Vec<Right> = access::policy::TEXT
        .lines()
        .filter(|line| !line.starts_with(['#', ' ']) && !line.starts_with("right"))
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| Right::new(name, ""))
        .collect();
    let policy = Policy::read(access::policy::TEXT, &rights).expect("a policy");
    let gate = Gate::new(bench.db.clone(), policy, false);
    let directory = Directory::load(&bench.db).expect("a directory");
    let new =
        NewInstitution {
            code: "H1".into(), name: "医院".into(), region: "990100".into(), ..NewInstitution::default()
        };
    let hospital = directory.enrol_now(new).expect("a hospital");
    (Insurance::load(&bench.db, &directory, &gate).expect("insurance"), hospital)
}

fn document(deductible: i64) -> Vec<u8> {
    serde_json::json!({
        "admdvs": "990100", "insutype": "310", "year_from": 2026, "year_to": 2026,
        "deductibles": [{"pool": "op", "kind": "annual", "amount": deductible}],
        "rates": [{"pool": "op", "group": "*", "level": "*", "segments": [{"upto": null, "bp": 7000}]}],
        "account_pays": [], "mutual_pays": [],
    })
    .to_string()
    .into_bytes()
}

fn plan(version: &str, document: Vec<u8>) -> NewPlan {
    NewPlan { version: version.into(), from_on: None, to_on: None, document }
}

fn coverage(insutype: &str, birth: &str, from: &str) -> NewCoverage {
    NewCoverage {
        psn_no: String::new(),
        birth_on: day(birth),
        name: "李*".into(),
        document: "9901••••0036".into(),
        admdvs: "990100".into(),
        insutype: insutype.into(),
        psn_type: if insutype == "310" { "1101" } else { "1501" }.into(),
        employer: String::new(),
        period: Period::since(day(from)),
    }
}

fn person(bench: &Bench, insutype: &str, birth: &str) -> PersonId {
    let person = PersonId(bench.db.world().new_id());
    let new = coverage(insutype, birth, "2026-01-01");
    bench.db.write_now(person.0, move |tx| enrol(tx, person, &new, BY)).expect("enrolled");
    person
}

#[test]
fn plans_are_versions_of_days() {
    on_both(&CAPABILITIES, |bench| {
        let (insurance, _) = opened(bench);
        let first = plan_now(&insurance, plan("1", document(10_000)), None).expect("loaded");
        assert_eq!(plan_now(&insurance, plan("1", document(10_000)), None).expect("the same"), first);
        assert_eq!(code(plan_now(&insurance, plan("1", document(5_000)), None)), "insurance.plan-version-taken");
        let second = plan_now(&insurance, plan("2", document(5_000)), None).expect("the next");
        let found = |on: &str| insurance.reference.plan("990100", "310", day(on)).map(|plan| plan.id);
        assert_eq!(found("2026-11-18").expect("a plan"), second, "the version loaded last");
        assert_eq!(code(found("2027-01-01")), "insurance.plan-missing");
        assert_eq!(insurance.reference.plan_by_id(first).expect("kept").version, "1");
        for (text, wanted) in [
            ("{", "insurance.plan-invalid"),
            (r#"{"admdvs":"990100","insutype":"310","year":2026,"rates":[],"wrong":1}"#, "insurance.plan-invalid"),
            (
                r#"{"admdvs":"990100","insutype":"310","year":2026,"rates":[{"pool":"op","segments":[{"upto":5,"bp":12000}]}]}"#,
                "insurance.plan-invalid",
            ),
        ] {
            assert_eq!(code(plan_now(&insurance, plan("9", text.into()), None)), wanted, "{text}");
        }
        assert_eq!(code(plan_now(&insurance, plan("a b", document(1)), None)), "insurance.field-invalid");
        // What one node loads, a node that starts later knows.
        let again = opened_again(bench);
        assert_eq!(again.reference.plans().len(), 2);
    });
}

fn opened_again(bench: &Bench) -> Insurance {
    let policy = Policy::read("right citizen\n", &[]).expect("a policy");
    let gate = Gate::new(bench.db.clone(), policy, false);
    let directory = Directory::load(&bench.db).expect("a directory");
    Insurance::load(&bench.db, &directory, &gate).expect("insurance")
}

#[test]
fn catalogues_are_versions_from_a_day_on() {
    on_both(&CAPABILITIES, |bench| {
        let (insurance, _) = opened(bench);
        let item = |limit: i64| {
            format!(r#"{{"code":"XB02","name":"氨氯地平","class":"B","selfpay_bp":1000,"limit_fen":{limit}}}"#)
        };
        let load = |version: &str, from: &str, lines: &str| {
            catalogue_now(&insurance, "990100", version, day(from), lines, None)
        };
        assert_eq!(load("1", "2026-01-01", &item(2_000)).expect("loaded"), 1);
        load("2", "2026-07-01", &item(1_500)).expect("loaded");
        assert_eq!(code(load("1", "2026-01-01", &item(2_000))), "ok", "the same again");
        assert_eq!(code(load("1", "2026-01-01", &item(9))), "insurance.plan-version-taken");
        assert_eq!(code(load("3", "2026-01-01", "{}")), "insurance.catalogue-invalid");
        let limit = |on: &str, version: Option<&str>| {
            let catalogue = insurance.reference.catalogue("990100", day(on), version)?;
            Ok(catalogue.price("XB02")?.limit)
        };
        assert_eq!(limit("2026-06-30", None).expect("an item"), Some(Fen(2_000)));
        assert_eq!(limit("2026-07-01", None).expect("an item"), Some(Fen(1_500)));
        assert_eq!(limit("2026-07-01", Some("1")).expect("an item"), Some(Fen(2_000)));
        assert_eq!(code(limit("2026-07-01", Some("7"))), "insurance.catalogue-version-unknown");
        assert_eq!(code(limit("2025-12-31", None)), "insurance.catalogue-version-unknown");
        let unknown = insurance.reference.catalogue("990100", day("2026-07-01"), None).expect("one").price("NONE");
        assert_eq!(code(unknown), "insurance.line-code-unknown");
    });
}

#[test]
fn agreements_hold_between_days_and_can_be_suspended() {
    on_both(&CAPABILITIES, |bench| {
        let (insurance, hospital) = opened(bench);
        let agreement = |suspended: &str| Designation {
            admdvs: "990100".into(),
            institution: hospital,
            kind: CareKind::Op,
            level: "2".into(),
            period: Period { from_on: day("2026-01-01"), to_on: day("2026-12-31") },
            suspended_from: if suspended.is_empty() { FOREVER.plus(1) } else { day(suspended) },
        };
        let open = |on: &str, kind| code(insurance.designation("990100", hospital, kind, day(on)));
        assert_eq!(open("2026-05-05", CareKind::Op), "insurance.institution-not-designated");
        designate_now(&insurance, vec![agreement("")], None).expect("agreed");
        for (on, kind, wanted) in [
            ("2026-05-05", CareKind::Op, "ok"),
            ("2025-12-31", CareKind::Op, "insurance.institution-not-designated"),
            ("2026-05-05", CareKind::Ip, "insurance.institution-not-designated"),
        ] {
            assert_eq!(open(on, kind), wanted, "{on} {kind:?}");
        }
        designate_now(&insurance, vec![agreement("2026-05-01")], None).expect("suspended");
        assert_eq!(open("2026-05-05", CareKind::Op), "insurance.institution-suspended");
        assert_eq!(open("2026-04-30", CareKind::Op), "ok");
    });
}

#[test]
fn filings_wait_for_an_office_and_take_each_others_place() {
    on_both(&CAPABILITIES, |bench| {
        let (insurance, _) = opened(bench);
        let person = person(bench, "310", "1980-02-02");
        let new = |kind, code: &str| NewFiling {
            kind,
            area: "330100".into(),
            institution: None,
            code: code.into(),
            from_on: None,
            to_on: None,
        };
        let filed = |new: NewFiling| bench.db.write_now(person.0, move |tx| file(tx, person, &new, BY));
        let (first, stage) = filed(new(FilingKind::LongTerm, "")).expect("filed");
        assert_eq!(stage, Stage::Submitted);
        let moved = |id, by| bench.db.write_now(person.0, move |tx| move_filing(tx, person, id, by, "缺材料", BY));
        assert_eq!(moved(first, Move::AskDocs).expect("asked"), Stage::PendingDocs);
        assert_eq!(moved(first, Move::Resubmit).expect("brought"), Stage::Submitted);
        assert_eq!(moved(first, Move::Accept).expect("accepted"), Stage::Accepted);
        let (second, _) = filed(new(FilingKind::LongTerm, "")).expect("filed");
        moved(second, Move::Accept).expect("accepted");
        assert_eq!(code(moved(first, Move::Cancel)), "insurance.filing-stage", "superseded");
        assert_eq!(code(filed(new(FilingKind::Chronic, ""))), "insurance.field-invalid");
        assert_eq!(code(moved(kernel::FilingId(3), Move::Accept)), "web.not-found");
        let reference = insurance.reference.clone();
        let shown = bench.db.read_now(move |sql| {
            let today = Day::of(sql.now());
            eligibility::eligibility(sql, &reference, person, today)
        });
        let shown = shown.expect("read").expect("insured");
        assert_eq!(
            shown.card.filings.iter().map(insurance::rules::filing::Filing::id).collect::<Vec<_>>(),
            vec![second]
        );
        assert!(shown.covered() && shown.account() == AccountStage::Open && shown.plan.is_none());
    });
}

#[test]
fn accounts_are_shared_by_leave() {
    on_both(&CAPABILITIES, |bench| {
        opened(bench);
        let owner = person(bench, "310", "1980-02-02");
        let (adult, child) = (person(bench, "390", "1982-02-02"), person(bench, "390", "2015-02-02"));
        let offered = |relative, kinship: &str| {
            let new = NewSharing {
                owner,
                relative,
                kinship: kinship.into(),
                use_max: None,
                period: Period::since(day("2026-01-01")),
            };
            bench.db.write_now(relative.0, move |tx| offer(tx, &new, BY))
        };
        assert_eq!(code(offered(adult, "cousin")), "insurance.sharing-kinship");
        assert_eq!(code(offered(owner, "spouse")), "insurance.sharing-kinship");
        let (number, _) = offered(adult, "spouse").expect("offered");
        assert_eq!(code(offered(adult, "spouse")), "insurance.sharing-stage");
        let relatives = |of: PersonId| {
            let found = bench.db.read_now(move |sql| eligibility::card(sql, of)).expect("read");
            found.expect("a card").1.relatives(day("2026-11-18")).count()
        };
        assert_eq!(relatives(adult), 0, "not taken yet");
        bench.db.write_now(adult.0, move |tx| confirm(tx, adult, number, BY)).expect("taken");
        offered(child, "parent").expect("a minor's holds at once");
        assert_eq!((relatives(adult), relatives(child)), (1, 1));
        bench.db.write_now(adult.0, move |tx| revoke(tx, adult, number, BY)).expect("ended");
        assert_eq!(relatives(adult), 0);
        bench.db.write_now(owner.0, move |tx| move_account(tx, owner, AccountStage::Frozen, BY)).expect("frozen");
        assert_eq!(code(offered(adult, "spouse")), "insurance.account-stage");
        let closed = bench.db.write_now(owner.0, move |tx| move_account(tx, owner, AccountStage::Closed, BY));
        assert_eq!(code(closed), "ok");
        let opened = bench.db.write_now(owner.0, move |tx| move_account(tx, owner, AccountStage::Open, BY));
        assert_eq!(code(opened), "insurance.account-stage");
    });
}

/// The sums of a year follow one another, whether they are written at once or with the
/// other rows of a batch.
#[test]
fn a_year_is_put_in_the_place_of_the_one_before_only() {
    on_both(&CAPABILITIES, |bench| {
        let person = PersonId(77);
        let sums = |version: u64| adjudication::Accumulators {
            version,
            admissions: i64::try_from(version).unwrap(),
            ..adjudication::Accumulators::of_year(2026)
        };
        let later = |version: u64| {
            let after = sums(version);
            bench.db.write_now(person.0, move |tx| insurance::years::put_later(tx, person, "310", &after))
        };
        later(1).unwrap();
        later(2).unwrap();
        assert_eq!(code(later(2)), "fault", "{}: others were faster", bench.name);
        assert_eq!(code(later(4)), "fault", "{}: one between is missing", bench.name);
        let after = sums(3);
        bench.db.write_now(person.0, move |tx| insurance::years::put(tx, person, "310", &after)).unwrap();
        assert_eq!(code(later(3)), "fault", "{}: both ways are one", bench.name);
        let year = bench.db.read_now(move |sql| insurance::years::find(sql, person, "310", 2026)).unwrap();
        assert_eq!(year.sums, sums(3), "{}", bench.name);
    });
}
