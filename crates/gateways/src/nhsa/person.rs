//! 1101 who somebody is and how insured, 2001 whether a treatment is paid, 5206 the sums
//! of the year, 5301 recognised diseases.

use super::node::{Node, yuan};
use super::turn::Turn;
use super::{Refusal, said, who};
use insurance::{CHECKED, CareKind, Day, FilingKind, eligibility};
use kernel::{Error, PersonId};
use ledger::Entity;
use serde_json::{Value, json};

/// 1101
pub(super) async fn person(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    if node.text("mdtrt_cert_type", 3)? == "03" {
        node.need("card_sn", 32)?;
    }
    let shown = who::shown(turn, node, "01101").await?;
    let person = PersonId(shown.person);
    let card = who::card(turn, person).await?;
    who::looked(turn, person, &CHECKED, "").await?;
    let balance = balance(turn, person, &card).await?;
    let known = said::known(turn, person, card).await?;
    let mut base = known.baseinfo();
    // What a hospital sends instead of the code from here on: a code counts once.
    base["exp_content"] = if shown.token.is_empty() {
        Value::from("")
    } else {
        json!({ "presence_token": shown.token }).to_string().into()
    };
    Ok(json!({
        "baseinfo": base,
        "insuinfo": known.insuinfo(turn.codes, balance),
        "idetinfo": known.idetinfo(),
    }))
}

/// What the account holds, by the books of the insured place.
async fn balance(turn: &Turn<'_>, person: PersonId, card: &insurance::Card) -> Result<i64, Error> {
    let today = who::today(turn);
    let area = card.basic(today).map(|one| one.admdvs.clone()).unwrap_or_default();
    let books: Entity = turn.gateway.settlements.agency(&area);
    let found = turn.gateway.settlements.db.read(move |sql| Ok(ledger::personal(sql, books, person)?)).await?;
    Ok(found.map_or(0, |account| account.balance.0))
}

/// 2001: the conditions under which a treatment is paid on its days; the refusals of
/// a settlement come here already.
pub(super) async fn entitled(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let one = who::insured(turn, node).await?;
    let (insutype, med_type) = (node.need("insutype", 6)?, node.need("med_type", 6)?);
    let begin = node.need_day("begntime")?;
    let end = node.day("endtime")?;
    let disease = node.text("dise_codg", 30)?;
    if node.text("fixmedins_code", 30)? != turn.institution.code {
        return Err(Refusal::FixmedinsWrong.at("fixmedins_code"));
    }
    let care = CareKind::of_med_type(&med_type).ok_or_else(|| Refusal::FieldWrong.at("med_type"))?;
    who::looked(turn, one.person, &CHECKED, "").await?;
    let reference = &turn.gateway.settlements.insurance.reference;
    let coverage = one.card.basic(begin)?;
    if coverage.insutype != insutype {
        return Err(insurance::Refusal::CoverageNone.at("insutype").with(coverage.insutype.clone()));
    }
    if one.card.suspended(begin) {
        return Err(insurance::Refusal::CoverageSuspended.at("psn_no"));
    }
    let plan = reference.plan(&coverage.admdvs, &coverage.insutype, begin)?;
    let institution = turn.institution.id;
    let designation = reference.designation(&coverage.admdvs, institution, care, begin)?;
    let insured = eligibility::Insured::under(&one.card, coverage, plan.clone(), begin);
    eligibility::place(&one.card, &insured, &designation, &turn.institution.region, begin)?;
    if care == CareKind::Chronic && !one.card.recognised(begin, &disease, institution) {
        return Err(insurance::Refusal::ChronicNotRecognised.at("dise_codg"));
    }
    Ok(json!({ "trtinfo": [{
        "psn_no": one.card.psn_no,
        "trt_chk_type": "1",
        "fund_pay_type": "310100",
        "trt_enjymnt_flag": "1",
        "begndate": begin.to_string(),
        "enddate": end.unwrap_or(begin).to_string(),
        "trt_chk_rslt": plan.version,
    }] }))
}

/// The sums of a year as rows of `cum_type_code`.
fn rows(insutype: &str, sums: &adjudication::Accumulators) -> Vec<Value> {
    let row = |code: &str, cum: String| {
        json!({
            "insutype": insutype,
            "year": sums.year.to_string(),
            "cum_ym": format!("{}00", sums.year),
            "cum_type_code": code,
            "cum": cum,
        })
    };
    let all = |table: &[kernel::Fen]| yuan(table.iter().fold(0, |sum, one| sum + one.0));
    let employee = insutype == "310";
    vec![
        row("C0000", sums.admissions.to_string()),
        row("S0000", all(&sums.inscp)),
        row("Q0000", all(&sums.dedc_used)),
        row(if employee { "F310100" } else { "F390100" }, all(&sums.pool_paid)),
        row("F330100", yuan(sums.hifob_paid.0)),
        row("F390200", yuan(sums.mi_paid.0)),
        row("F320100", yuan(sums.cvl_paid.0)),
        row("F610100", yuan(sums.maf_paid.0)),
    ]
}

/// 5206
pub(super) async fn sums(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let one = who::insured(turn, node).await?;
    let year = node.text("cum_ym", 6)?;
    let wanted: Option<i32> = match year.get(..4) {
        Some(digits) => Some(digits.parse().map_err(|_bad| Refusal::FieldWrong.at("cum_ym"))?),
        None if year.is_empty() => None,
        None => return Err(Refusal::FieldWrong.at("cum_ym")),
    };
    who::looked(turn, one.person, &CHECKED, "").await?;
    let years = turn.gateway.settlements.db.read(move |sql| insurance::years::all(sql, one.person)).await?;
    let kept = years.iter().filter(|year| wanted.is_none_or(|wanted| year.sums.year == wanted));
    let listed: Vec<Value> = kept.flat_map(|year| rows(&year.insutype, &year.sums)).collect();
    Ok(json!({ "cuminfo": listed }))
}

/// 5301
pub(super) async fn recognised(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let one = who::insured(turn, node).await?;
    who::looked(turn, one.person, &CHECKED, "").await?;
    let today: Day = who::today(turn);
    let listed: Vec<Value> = one
        .card
        .filings
        .iter()
        .filter(|filing| filing.kind == FilingKind::Chronic && filing.active(today))
        .map(|filing| {
            json!({
                "opsp_dise_code": filing.code,
                "opsp_dise_name": "",
                "begndate": filing.period.from_on.to_string(),
                "enddate": filing.period.to_on.to_string(),
            })
        })
        .collect();
    Ok(json!({ "feedetail": listed }))
}
