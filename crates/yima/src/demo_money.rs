//! How the town is insured: plans, a catalogue, agreements, coverage and accounts,
//! and a visit of today that waits to be paid. Everything goes through the verbs that
//! an agency's office and a hospital's system use.

use crate::compose::Node;
use crate::money::Money;
use insurance::rules::designation::{CareKind, Designation};
use insurance::share::NewSharing;
use insurance::{Day, FOREVER, Period};
use insurance::{enrol, load, share};
use kernel::time::DAY;
use kernel::{Actor, ActorId, Error, Fault, Fen, InstitutionId, PersonId};
use settlement::rules::line::LineAsked;
use settlement::visit::{Register, VisitAbout};
use std::sync::Arc;
use store::{Sql as _, Tx};
use town::{LANJIANG, Level, Named, Town, YUNZHOU};

/// The plans of the two cities, one for each insured type.
const PLANS: [&str; 4] = [
    include_str!("../../adjudication/plans/990100-310.json"),
    include_str!("../../adjudication/plans/990100-390.json"),
    include_str!("../../adjudication/plans/990200-310.json"),
    include_str!("../../adjudication/plans/990200-390.json"),
];
/// Items with national-looking codes that belong to nobody, one JSON object a line.
const CATALOGUE: &str = include_str!("demo_catalogue.jsonl");
const VERSION: &str = "demo-1";

/// Days before now from which everything holds.
const SINCE_DAYS: i64 = 400;

/// Loads plans, catalogues and agreements.
pub(crate) async fn prepare(node: &Node, town: &Town, places: &[(&'static str, InstitutionId)]) -> Result<(), Error> {
    let since = Day::of(node.db.world().now() - SINCE_DAYS * DAY);
    for document in PLANS {
        let new = load::NewPlan {
            version: VERSION.into(),
            from_on: Some(since),
            to_on: None,
            document: document.as_bytes().to_vec(),
        };
        load::plan(&node.money.insurance, new, None).await?;
    }
    for area in [YUNZHOU, LANJIANG] {
        load::catalogue(&node.money.insurance, area, VERSION, since, CATALOGUE, None).await?;
        for one in town.institutions() {
            let Some((_, institution)) = places.iter().find(|(key, _)| *key == one.key) else { continue };
            for kind in kinds(one.level) {
                let agreement = Designation {
                    admdvs: area.into(),
                    institution: *institution,
                    kind: *kind,
                    level: level(one.level).into(),
                    period: Period { from_on: since, to_on: FOREVER },
                    suspended_from: FOREVER,
                };
                load::designate(&node.money.insurance, agreement, None).await?;
            }
        }
    }
    Ok(())
}

fn kinds(level: Level) -> &'static [CareKind] {
    match level {
        Level::Tertiary | Level::Secondary => &[CareKind::Op, CareKind::Ip, CareKind::Chronic],
        Level::Primary => &[CareKind::Op, CareKind::Chronic],
        Level::Ambulance => &[CareKind::Op],
        Level::Pharmacy => &[CareKind::Pharmacy],
        Level::Agency => &[],
    }
}

/// The level under which a plan pays.
fn level(level: Level) -> &'static str {
    match level {
        Level::Tertiary => "3",
        Level::Secondary => "2",
        Level::Primary | Level::Ambulance | Level::Agency => "0",
        Level::Pharmacy => "P",
    }
}

/// What the agency knows of somebody who moves in; nothing for people without cover.
pub(crate) struct Covered {
    new: enrol::NewCoverage,
    credit: Option<Fen>,
}

/// How a person of the town is insured.
pub(crate) fn covered(town: &Town, index: u32, now: i64) -> Option<Covered> {
    let one = town.person(index);
    let cover = one.insured?;
    let birth = one.birth_date.as_deref().and_then(Day::read)?;
    let employee = cover.plan.ends_with("/employee");
    let age = birth.age_on(Day::of(now));
    let psn_type = match (employee, age) {
        (true, 60..) => "1201",
        (true, _) => "1101",
        (false, ..=5) => "1402",
        (false, ..=17) => "1403",
        (false, 60..) => "1600",
        (false, _) => "1501",
    };
    let document = one.id_number.as_deref().map(kernel::coded::masked).unwrap_or_default();
    let new = enrol::NewCoverage {
        psn_no: String::new(),
        birth_on: birth,
        name: kernel::coded::masked_name(&one.name),
        document,
        admdvs: cover.region.into(),
        insutype: if employee { "310" } else { "390" }.into(),
        psn_type: psn_type.into(),
        employer: String::new(),
        period: Period { from_on: Day::of(now - SINCE_DAYS * DAY), to_on: FOREVER },
    };
    // Up to two thousand yuan, the same for the same person; the story's first person
    // has less than her bill asks.
    let credit = employee.then(|| Fen(5_230 + i64::from(index % 60) * 3_000));
    Some(Covered { new, credit })
}

/// Enrols somebody and credits the account.
pub(crate) fn enrol_one(tx: &mut Tx<'_>, money: &Money, person: PersonId, one: &Covered) -> Result<(), Error> {
    enrol::enrol(tx, person, &one.new, ActorId(0))?;
    if let Some(credit) = one.credit {
        settlement::account::credit(tx, &money.settlements, person, credit, "demo", ActorId(0))?;
    }
    Ok(())
}

/// A line of the demo: code, name, quantity in thousandths, price in fen, category, unit.
type Sold = (&'static str, &'static str, i64, i64, &'static str, &'static str);

/// A visit half a year back, so that the year's deductible is used and a bill exists.
const EARLIER: &[Sold] = &[
    ("000000000100001", "普通门诊诊查费", 1000, 2_500, "13", "次"),
    ("000000000300003", "胸部 CT 平扫", 1000, 28_000, "03", "次"),
    ("000000000300001", "超声心动图", 1000, 18_000, "03", "次"),
    ("000000000200003", "血脂四项", 1000, 6_000, "04", "项"),
    ("XC000000000000000000003", "阿托伐他汀钙片 20mg×28", 6000, 4_260, "09", "盒"),
];

/// Today's visit, which waits to be paid on the phone.
const TODAY: &[Sold] = &[
    ("000000000200001", "血常规（五分类）", 1000, 2_200, "04", "项"),
    ("000000000200002", "糖化血红蛋白", 1000, 6_800, "04", "项"),
    ("XC000000000000000000001", "苯磺酸氨氯地平片 5mg×28", 2000, 2_320, "09", "盒"),
    ("000000000300001", "超声心动图", 1000, 15_000, "03", "次"),
];

fn lines(sold: &[Sold]) -> Vec<LineAsked> {
    (1..)
        .zip(sold)
        .map(|(sn, (code, name, qty_milli, price_fen, category, unit))| LineAsked {
            sn: format!("{sn}"),
            code: (*code).into(),
            local_code: String::new(),
            name: (*name).into(),
            qty_milli: *qty_milli,
            price_fen: *price_fen,
            amount_fen: price_fen * qty_milli / 1000,
            price: String::new(),
            of: String::new(),
            category: (*category).into(),
            unit: (*unit).into(),
        })
        .collect()
}

/// A hospital's system registers a visit and charges it; answers the visit.
async fn charged(
    node: &Node,
    his: &Arc<Actor>,
    person: PersonId,
    number: &str,
    sold: &[Sold],
) -> Result<kernel::VisitId, Error> {
    let institution = his.institution.ok_or_else(|| Fault::broken("a hospital's system belongs to no hospital"))?;
    let about = VisitAbout {
        diagnosis: "I10.x00".into(),
        diagnosis_name: "原发性高血压".into(),
        department: "心内科".into(),
        doctor: "林若衡".into(),
        outside: number.into(),
        credential: "01".into(),
        ..VisitAbout::default()
    };
    let ask = Register {
        person,
        institution,
        actor: his.id,
        msgid: format!("demo-{number}-1"),
        med_type: "11".into(),
        began_on: None,
        about,
    };
    let visit = node.money.settlements.register(his, ask).await?;
    let charge = settlement::fees::Charge {
        person,
        visit,
        batch: format!("{number}-1"),
        lines: lines(sold),
        count: None,
        total: None,
    };
    node.money.settlements.charge(his, charge).await?;
    Ok(visit)
}

/// What the story's first person has behind her and before her, and whose accounts
/// the family shares. `systems` are the hospitals' programs by their institution's key.
pub(crate) async fn begin(
    node: &Node,
    systems: &[(&'static str, ActorId)],
    people: &[(Named, PersonId)],
) -> Result<(), Error> {
    let person = |key: &str| people.iter().find(|(named, _)| named.key == key).map(|(_, person)| *person);
    let Some(jingyi) = person("jingyi") else { return Ok(()) };
    for (relative, kinship) in [(person("guilan"), "child"), (person("mingxuan"), "parent")] {
        let Some(relative) = relative else { continue };
        node.db.write(relative.0, move |tx| family(tx, jingyi, relative, kinship)).await?;
    }
    let Some((_, his)) = systems.iter().find(|(key, _)| *key == "yz1") else { return Ok(()) };
    let his = actor(node, *his).await?;
    let earlier = charged(node, &his, jingyi, "M0527", EARLIER).await?;
    let ask = settlement::SettleAsk {
        person: jingyi.0,
        msgid: "demo-M0527-2".into(),
        what: settlement::What::Visit(earlier.0),
        batch: "M0527-1".into(),
        use_account: false,
        mid_stay: false,
        hospital_fen: 0,
        total_fen: None,
        classes_fen: None,
        lower_is_fine: true,
        hold: None,
    };
    node.money.settlements.settle(&his, ask).await?;
    charged(node, &his, jingyi, "M1124", TODAY).await?;
    Ok(())
}

async fn actor(node: &Node, id: ActorId) -> Result<Arc<Actor>, Error> {
    let (db, policy) = (node.db.clone(), node.gate.policy().clone());
    // The look-up waits for a reader, so it gets a thread that may wait.
    let found = tokio::task::spawn_blocking(move || access::actors::find(&db, &policy, id)).await;
    let found = found.map_err(|error| Fault::broken(format!("looking up an actor: {error}")))??;
    found.map(Arc::new).ok_or_else(|| Fault::broken("an actor of the town is gone").into())
}

/// Leave to spend from each other's accounts inside the story's family.
fn family(tx: &mut Tx<'_>, owner: PersonId, relative: PersonId, kinship: &str) -> Result<(), Error> {
    let today = Day::of(tx.now());
    let new = NewSharing {
        owner,
        relative,
        kinship: kinship.into(),
        use_max: Some(Fen(20_000)),
        period: Period { from_on: today, to_on: FOREVER },
    };
    let (number, stage) = share::offer(tx, &new, ActorId(0))?;
    if stage == insurance::rules::sharing::SharingStage::Drafted {
        share::confirm(tx, relative, number, ActorId(0))?;
    }
    Ok(())
}
