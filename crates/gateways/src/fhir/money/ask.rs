//! `POST /fhir/Claim/$submit`: a predetermination is answered by what settling would
//! give, a claim settles. Items that name no visit are registered, charged and settled at
//! once; items of a visit stand for its open lines.

use super::super::FhirGateway;
use super::super::answer::{Outcome, issue};
use super::read::{said, written};
use super::say::{MED_TYPE, MESSAGE, Said, VISIT};
use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use insurance::{CareKind, Day};
use kernel::{Actor, Error, Fault, Fen, InstitutionId, PersonId, QuoteId, VisitId};
use serde_json::Value;
use settlement::answer::Split;
use settlement::compute::Terms;
use settlement::rules::line::LineAsked;
use settlement::rules::price::Price;
use settlement::visit::VisitAbout;
use settlement::{Direct, SettleAsk, What};
use std::sync::Arc;
use web::Caller;

/// The body of an operation: the resource, or Parameters with one called `resource`.
pub(super) async fn sent(request: Request, gateway: &FhirGateway, kind: &str) -> Result<Value, Outcome> {
    super::super::answer::json_only(request.headers())?;
    let bytes = web::caller::read_body(request, gateway).await.map_err(|problem| Outcome::from(problem.0))?;
    let value =
        fhir::parse(&bytes, &fhir::Limits::default()).map_err(|issues| Outcome::of(StatusCode::BAD_REQUEST, issues))?;
    let inner = value.get("parameter").and_then(Value::as_array).and_then(|all| {
        all.iter().find(|one| one.get("name").is_some_and(|name| name == "resource"))?.get("resource").cloned()
    });
    let resource = inner.unwrap_or(value);
    if resource.get("resourceType").and_then(Value::as_str) == Some(kind) {
        return Ok(resource);
    }
    Err(wrong("resourceType", &format!("This address takes a {kind}."), "此地址不接受这种资源。"))
}

/// A fault in what was sent.
pub(super) fn wrong(at: &str, en: &str, zh: &str) -> Outcome {
    Outcome::of(StatusCode::UNPROCESSABLE_ENTITY, vec![issue("invalid", "fhir.money-invalid", at, en.to_owned(), zh)])
}

pub(super) fn text<'a>(value: &'a Value, place: &str) -> &'a str {
    value.pointer(place).and_then(Value::as_str).unwrap_or_default()
}

/// The digits of a number as they were sent.
fn digits(value: &Value, place: &str) -> String {
    match value.pointer(place) {
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    }
}

fn fen(value: &Value, place: &str, at: &str) -> Result<i64, Outcome> {
    Fen::from_yuan(&digits(value, place)).map(|fen| fen.0).map_err(|bad| wrong(at, &bad.to_string(), "金额格式不对。"))
}

/// Thousandths of a quantity.
fn milli(value: &Value, place: &str, at: &str) -> Result<i64, Outcome> {
    let said = digits(value, place);
    let said = if said.is_empty() { "1".to_owned() } else { said };
    let (whole, rest) = said.split_once('.').unwrap_or((&said, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = plain(whole.trim_start_matches('-')) && plain(rest) && rest.len() <= 3;
    let number = fits.then(|| format!("{whole}{rest:0<3}").parse().ok()).flatten();
    number.ok_or_else(|| wrong(at, "At most three decimals.", "数量最多三位小数。"))
}

/// What a Claim asks.
struct Asked {
    person: PersonId,
    institution: InstitutionId,
    usage: &'static str,
    med_type: String,
    began_on: Option<Day>,
    msgid: String,
    visit: Option<VisitId>,
    quote: Option<QuoteId>,
    lines: Vec<LineAsked>,
    total: Option<i64>,
    about: VisitAbout,
}

/// The person a reference names.
pub(super) fn patient(resource: &Value) -> Result<PersonId, Outcome> {
    let said = text(resource, "/patient/reference");
    let id = said.rsplit('/').next().unwrap_or_default().parse();
    id.map_err(|_bad| wrong("patient.reference", "Patient/ID of a person of this node.", "请引用本节点的患者。"))
}

fn read(resource: &Value, actor: &Actor) -> Result<Asked, Outcome> {
    let usage = match text(resource, "/use") {
        "predetermination" => "predetermination",
        "claim" => "claim",
        _ => return Err(wrong("use", "predetermination or claim.", "use 只能是 predetermination 或 claim。")),
    };
    let institution = actor.institution.ok_or_else(|| Error::from(web::Refusal::NotFound).at("provider"))?;
    let identifiers = resource.get("identifier").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let named = |system: &str| {
        identifiers.iter().find(|one| text(one, "/system") == system).map(|one| text(one, "/value").to_owned())
    };
    let began = text(resource, "/billablePeriod/start");
    let began_on = Day::read(began.get(..10).unwrap_or_default());
    if !began.is_empty() && began_on.is_none() {
        return Err(wrong("billablePeriod.start", "YYYY-MM-DD.", "日期格式不对。"));
    }
    let place =
        |text: &str, at: &str| text.parse::<VisitId>().map_err(|_bad| wrong(at, "A visit's number.", "就诊编号不对。"));
    let visit = named(VISIT).map(|number| place(&number, "identifier")).transpose()?;
    let reference = text(resource, "/insurance/0/preAuthRef/0");
    let quote = (!reference.is_empty())
        .then(|| {
            reference
                .parse::<QuoteId>()
                .map_err(|_bad| wrong("insurance.preAuthRef", "A quote's number.", "报价编号不对。"))
        })
        .transpose()?;
    let items = resource.get("item").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let lines = (1..).zip(items).map(|(number, item)| line(number, item)).collect::<Result<Vec<_>, _>>()?;
    let total = resource.get("total").map(|_| fen(resource, "/total/value", "total")).transpose()?;
    let med_type = text(resource, "/subType/coding/0/code").to_owned();
    let system = text(resource, "/subType/coding/0/system");
    if visit.is_none() && quote.is_none() && (system != MED_TYPE || med_type.is_empty()) {
        return Err(wrong("subType", &format!("A treatment type of {MED_TYPE}, such as 11."), "请填写医疗类别。"));
    }
    Ok(Asked {
        person: patient(resource)?,
        institution,
        usage,
        med_type,
        began_on,
        msgid: named(MESSAGE).unwrap_or_default(),
        visit,
        quote,
        lines,
        total,
        about: VisitAbout {
            diagnosis: text(resource, "/diagnosis/0/diagnosisCodeableConcept/coding/0/code").to_owned(),
            diagnosis_name: text(resource, "/diagnosis/0/diagnosisCodeableConcept/coding/0/display").to_owned(),
            ..VisitAbout::default()
        },
    })
}

fn line(number: usize, item: &Value) -> Result<LineAsked, Outcome> {
    let at = |member: &str| format!("item[{}].{member}", number - 1);
    let price = Price::read(&digits(item, "/unitPrice/value"));
    let price =
        price.ok_or_else(|| wrong(&at("unitPrice"), "Yuan with at most six decimals.", "单价最多六位小数。"))?;
    let (price_fen, price) = price.kept();
    Ok(LineAsked {
        sn: item.get("sequence").map_or_else(|| number.to_string(), ToString::to_string),
        code: text(item, "/productOrService/coding/0/code").to_owned(),
        local_code: text(item, "/productOrService/coding/1/code").to_owned(),
        name: text(item, "/productOrService/text").to_owned(),
        qty_milli: milli(item, "/quantity/value", &at("quantity"))?,
        price_fen,
        amount_fen: fen(item, "/net/value", &at("net"))?,
        price,
        of: String::new(),
        category: text(item, "/category/coding/0/code").to_owned(),
        unit: text(item, "/quantity/unit").to_owned(),
    })
}

/// `POST /fhir/Claim/$submit`
pub(in super::super) async fn submit(
    State(gateway): State<FhirGateway>,
    Caller(actor): Caller,
    request: Request,
) -> Result<Response, Outcome> {
    let resource = sent(request, &gateway, "Claim").await?;
    let asked = read(&resource, &actor)?;
    let answer = if asked.usage == "claim" {
        settled(&gateway, &actor, asked).await?
    } else {
        predetermined(&gateway, &actor, asked).await?
    };
    Ok(written(StatusCode::OK, &answer))
}

impl Asked {
    fn ask(self) -> SettleAsk {
        let what = match (self.quote, self.visit) {
            (Some(quote), _) => What::Quote(quote.0),
            (None, Some(visit)) => What::Visit(visit.0),
            (None, None) => What::Direct(Box::new(Direct {
                institution: self.institution,
                med_type: self.med_type,
                began_on: self.began_on,
                about: self.about,
                lines: self.lines,
            })),
        };
        SettleAsk {
            person: self.person.0,
            msgid: self.msgid,
            what,
            batch: String::new(),
            use_account: true,
            mid_stay: false,
            hospital_fen: 0,
            total_fen: self.total,
            classes_fen: None,
            lower_is_fine: false,
            hold: None,
        }
    }
}

async fn settled(gateway: &FhirGateway, actor: &Arc<Actor>, asked: Asked) -> Result<Value, Outcome> {
    if asked.msgid.is_empty() {
        return Err(wrong(
            "identifier",
            &format!("A number of {MESSAGE}: the same again settles once."),
            "请填写报文编号。",
        ));
    }
    let settled = gateway.settlements.settle(actor, asked.ask()).await?;
    let shown = gateway.settlements.read(actor, settled.id).await?;
    let answer = shown.answer.as_ref().ok_or_else(|| Error::from(Fault::broken("a settlement without its answer")))?;
    let row = &shown.row;
    let said = said(gateway, answer, row.person, row.institution, row.plan, shown.undone_by.is_some());
    Ok(said.claim_response(gateway, &answer.split)?)
}

async fn predetermined(gateway: &FhirGateway, actor: &Arc<Actor>, asked: Asked) -> Result<Value, Outcome> {
    let (person, institution) = (asked.person, asked.institution);
    let mut med_type = asked.med_type.clone();
    let day = asked.began_on.unwrap_or_else(|| Day::of(gateway.records.db.world().now()));
    let visit = asked.visit.map(|visit| visit.to_string()).unwrap_or_default();
    let (split, quote, plan): (Split, String, String) = match asked.visit {
        Some(visit) => {
            med_type = gateway.settlements.visit(actor, visit).await?.med_type;
            let terms = Terms { total: asked.total.map(Fen), ..Terms::default() };
            let quote = gateway.settlements.quote(actor, visit, terms).await?;
            (quote.split, quote.quote, quote.plan_version)
        }
        None => (gateway.settlements.preview(actor, &asked.ask()).await?, String::new(), String::new()),
    };
    let card = gateway.records.db.read(move |sql| insurance::eligibility::card(sql, person)).await?;
    let coverage = card.as_ref().and_then(|(_, card)| card.basic(day).ok().cloned());
    let said = Said {
        id: "predetermination".into(),
        person,
        institution,
        usage: "predetermination",
        med_type: if CareKind::of_med_type(&med_type).is_some() { med_type } else { String::new() },
        insutype: coverage.as_ref().map(|one| one.insutype.clone()).unwrap_or_default(),
        admdvs: coverage.map(|one| one.admdvs).unwrap_or_default(),
        visit,
        settlement: String::new(),
        msgid: String::new(),
        plan,
        at: kernel::time::rfc3339(gateway.records.db.world().now()),
        cancelled: false,
        quote,
    };
    let mut answer = said.claim_response(gateway, &split)?;
    // Nothing is kept under an id.
    if let Some(members) = answer.as_object_mut() {
        members.remove("id");
    }
    Ok(answer)
}
