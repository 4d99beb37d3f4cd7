//! The person's bills, one of them, its pages as PDF.

use crate::Desks;
use crate::asked::{Asked, page};
use crate::pay::bill_pages::{BILLS, BillLine, BillPage, Bills, Column, State as Standing, bill_page, bills_page};
use crate::pay::pages::{PAY, address};
use crate::pay::split::quantity;
use crate::phone::own_person;
use ::bills::rules::parts::fund_name;
use ::bills::show::Bill;
use axum::extract::{Path, State};
use axum::response::Response;
use kernel::{Actor, BillId, Error, Fen, SettlementId};
use std::sync::Arc;
use web::Caller;
use web::words::{Lang, Word, dates};

fn standing(bill: &Bill) -> Standing {
    match bill.state() {
        "red" => Standing::Red,
        "void" => Standing::Void,
        "paper" => Standing::Paper,
        "marked" => Standing::Marked,
        _ => Standing::Live,
    }
}

pub(super) async fn list(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    asked.or_refusal(listed(&desks, &actor, &asked).await)
}

async fn listed(desks: &Desks, actor: &Arc<Actor>, asked: &Asked) -> Result<Response, Error> {
    let grant = desks.gate.grant(actor, own_person(actor)?).await?;
    let elder = asked.query("elder") == Some("1");
    let bills = desks.bills.own(&grant).await?;
    let line = |bill: &Bill| BillLine {
        address: address(&format!("{BILLS}/{}", bill.id), elder),
        pdf: format!("{BILLS}/{}.pdf", bill.id),
        issuer: bill.content.issuer.clone(),
        number: bill.content.number.clone(),
        day: dates::date(bill.content.issued_at),
        total: bill.content.parts.total,
        own: bill.content.parts.cash,
        state: standing(bill),
    };
    Ok(page(bills_page(&Bills {
        lang: asked.lang,
        here: address(BILLS, elder),
        elder,
        bills: bills.iter().map(line).collect(),
    })))
}

pub(super) async fn one(
    State(desks): State<Desks>,
    Caller(actor): Caller,
    asked: Asked,
    Path(bill): Path<String>,
) -> Response {
    asked.or_refusal(shown(&desks, &actor, &asked, &bill).await)
}

async fn shown(desks: &Desks, actor: &Arc<Actor>, asked: &Asked, text: &str) -> Result<Response, Error> {
    let (id, pdf) = text.strip_suffix(".pdf").map_or((text, false), |bare| (bare, true));
    let id: BillId = id.parse().map_err(|_bad| web::Refusal::NotFound.error())?;
    let grant = desks.gate.grant(actor, own_person(actor)?).await?;
    let bill = desks.bills.see(&grant, id).await?;
    if pdf {
        let number = bill.content.number.clone();
        return Ok(::bills::api::as_pdf(&number, desks.bills.pdf(bill, asked.lang).await?));
    }
    let elder = asked.query("elder") == Some("1");
    Ok(page(bill_page(&view(asked.lang, elder, &bill))))
}

/// A bill as its page shows it.
fn view(lang: Lang, elder: bool, bill: &Bill) -> BillPage {
    let content = &bill.content;
    let parts = &content.parts;
    let mut paid: Vec<(String, Fen)> =
        parts.funds.iter().map(|part| (fund_name(&part.fund, lang == Lang::En).to_owned(), part.amount)).collect();
    for (word, amount) in [
        (Word::PartAccount, parts.account),
        (Word::PartFamily, parts.mutual),
        (Word::PartOwn, parts.cash),
        (Word::PartInstitution, parts.hospital),
    ] {
        if amount != Fen::ZERO {
            paid.push((lang[word].to_owned(), amount));
        }
    }
    let item = |line: &::bills::Charge| Column {
        name: line.name.clone(),
        note: format!("{} × {} {} · {}", line.price, quantity(line.qty_milli), line.unit, line.class),
        amount: line.amount,
    };
    BillPage {
        lang,
        here: address(&format!("{BILLS}/{}", bill.id), elder),
        elder,
        state: standing(bill),
        red: bill.standing.red.map(|number| number.to_string()),
        code: content.code.clone(),
        number: content.number.clone(),
        check: content.check.clone(),
        payer: [content.payer.name.as_str(), &content.payer.document, &content.payer.insured]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        issued: dates::date(content.issued_at),
        issuer: content.issuer.clone(),
        lines: content.lines.iter().map(item).collect(),
        parts: paid,
        total: parts.total,
        seal: bill.seal.clone(),
        pdf: format!("{BILLS}/{}.pdf", bill.id),
        why: content.original.is_none().then(|| address(&format!("{PAY}/{}/why", SettlementId(bill.id.0)), elder)),
    }
}
