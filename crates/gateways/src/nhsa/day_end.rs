//! Day's end: 3201 totals, 3202 the detail of a difference, 9101 and 9102 the files that
//! carry it. Files of an institution lie in a ring of slots: the newest are kept.

use super::codes::name_of;
use super::node::Node;
use super::turn::{self, Turn};
use super::{Refusal, envelope};
use ::store::{Sql as _, fact};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clearing::rules::nhsa::{Claimed, EQUAL, Line, general_check};
use clearing::rules::row::Known;
use clearing::rules::{matcher, nhsa};
use clearing::{Group, Lists, Row, Scope, Span, Sums};
use insurance::Day;
use kernel::time::DAY;
use kernel::{Error, Fault, FaultKind, InstitutionId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Rows of one span at most.
const ROWS_MAX: i64 = 200_000;
/// Files kept of an institution.
const SLOTS: i64 = 32;
/// Bytes of a file at most.
const FILE_MAX: usize = 4 << 20;
/// How long a file is promised.
const FILE_LIFE: i64 = 7 * DAY;

/// The span of a statement, its last day included.
fn span(node: Node<'_>) -> Result<Span, Error> {
    let (from, to) = (node.need_day("stmt_begndate")?, node.need_day("stmt_enddate")?);
    let midnight = |day: Day| envelope::moment(&day.to_string());
    let span = midnight(from).zip(midnight(to)).map(|(from, last)| Span { from, until: last + DAY });
    let span = span.ok_or_else(|| Refusal::FieldWrong.at("stmt_begndate"))?;
    if span.until <= span.from || span.until - span.from > 31 * DAY {
        return Err(clearing::Refusal::SpanWrong.at("stmt_enddate"));
    }
    Ok(span)
}

/// A row of the agency with who and which visit it is about.
struct Kept {
    row: Row,
    person: kernel::PersonId,
    visit: String,
}

/// The agency's rows of the institution for a span.
async fn agency(turn: &Turn<'_>, span: Span) -> Result<Vec<Kept>, Error> {
    let env = &turn.gateway.settlements;
    let rows = env.detail(turn.institution.id, span.from, span.until, ROWS_MAX).await?;
    let mut kept = Vec::new();
    for row in rows.iter().filter(|row| row.kind.name() != "supplement") {
        let plan = env.insurance.reference.plan_by_id(row.plan);
        let month: String = envelope::digits(row.at).chars().take(6).collect();
        let refund = row.of.is_some();
        let group = Group {
            insutype: row.insutype.clone(),
            clr_type: name_of(&turn.codes.clr_type, row.care.name()).to_owned(),
            setl_optins: plan.map(|plan| plan.admdvs.clone()).unwrap_or_default(),
            period: month,
            refund,
        };
        let totals = &row.totals;
        let account = totals.account.0 + if turn.codes.acct_pay_holds_mutual { totals.mutual.0 } else { 0 };
        let sums = Sums { medfee: totals.fee.0, fund: totals.fund.0, account, cash: totals.cash.0 };
        // What undoes carries no message of its own: its number is its key.
        let msgid = if row.msgid.is_empty() { row.id.to_string() } else { row.msgid.clone() };
        let made_by = row.of.map(|of| of.to_string());
        let undoes =
            made_by.and_then(|of| rows.iter().find(|one| one.id.to_string() == of)).map(|one| one.msgid.clone());
        kept.push(Kept {
            row: Row {
                msgid,
                setl_id: row.id.to_string(),
                group,
                sums,
                undoes,
                order: None,
                at: row.at,
                known: Known::Done,
            },
            person: row.person,
            visit: row.visit.to_string(),
        });
    }
    Ok(kept)
}

/// 3201
pub(super) async fn general(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let span = span(node)?;
    let (insutype, clr_type) = (node.need("insutype", 6)?, node.need("clr_type", 6)?);
    let setl_optins = node.need("setl_optins", 6)?;
    let refund = node.flag("refd_setl_flag")?;
    let count = node.need("fixmedins_setl_cnt", 15)?;
    let rows = count.parse().map_err(|_bad| Refusal::FieldWrong.at("fixmedins_setl_cnt"))?;
    let sums = Sums {
        medfee: node.need_yuan("medfee_sumamt")?,
        fund: node.need_yuan("fund_pay_sumamt")?,
        account: node.need_yuan("acct_pay")?,
        cash: 0,
    };
    // Months are one span here, and without the flag both directions are one group.
    let group = Group {
        insutype,
        clr_type,
        setl_optins: setl_optins.clone(),
        period: String::new(),
        refund: refund.unwrap_or(false),
    };
    let theirs = agency(turn, span).await?.into_iter().map(|kept| {
        let mut row = kept.row;
        row.group.period.clear();
        row.group.refund = refund.is_some() && row.group.refund;
        row
    });
    let (result, words) = general_check(&Claimed { group, sums, rows }, &theirs.collect::<Vec<_>>());
    Ok(json!({ "stmtinfo": { "setl_optins": setl_optins, "stmt_rslt": result, "stmt_rslt_dscr": words } }))
}

/// 3202: the hospital's lines against the agency's. Without a file, the agency's lines.
pub(super) async fn detail(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["data"])?;
    let span = span(node)?;
    let (clr_type, setl_optins) = (node.text("clr_type", 6)?, node.text("setl_optins", 6)?);
    let asked = |group: &Group| {
        (clr_type.is_empty() || group.clr_type == clr_type)
            && (setl_optins.is_empty() || group.setl_optins == setl_optins)
    };
    let all = agency(turn, span).await?;
    let mine: Vec<&Kept> = all.iter().filter(|kept| asked(&kept.row.group)).collect();
    let number = node.text("file_qury_no", 30)?;
    let lines = if number.is_empty() {
        let mut lines = Vec::new();
        for kept in &mine {
            lines.push(line(turn, kept).await?);
        }
        lines
    } else {
        let (_, bytes) = stored(turn, &number).await?;
        differences(turn, span, &bytes, &mine, mine.len() == all.len()).await?
    };
    let text: String = lines.iter().map(|line| line.write() + "\n").collect();
    keep(turn, format!("3202-{}.txt", envelope::digits(span.from)), text.into_bytes(), "fileinfo").await
}

async fn psn_no(turn: &Turn<'_>, person: kernel::PersonId) -> Result<String, Error> {
    let card = turn.gateway.settlements.db.read(move |sql| insurance::eligibility::card(sql, person)).await?;
    Ok(card.map(|(_, card)| card.psn_no).unwrap_or_default())
}

async fn line(turn: &Turn<'_>, kept: &Kept) -> Result<Line, Error> {
    Ok(Line {
        psn_no: psn_no(turn, kept.person).await?,
        mdtrt_id: kept.visit.clone(),
        setl_id: kept.row.setl_id.clone(),
        msgid: kept.row.msgid.clone(),
        stmt_rslt: EQUAL.to_owned(),
        refund: kept.row.group.refund,
        memo: String::new(),
        sums: kept.row.sums,
    })
}

/// Compares a hospital's file with the agency's rows; the comparison is kept for the
/// office when the file speaks of the whole span.
async fn differences(
    turn: &Turn<'_>,
    span: Span,
    file: &[u8],
    theirs: &[&Kept],
    whole: bool,
) -> Result<Vec<Line>, Error> {
    let text = std::str::from_utf8(file).map_err(|_bad| Refusal::FieldWrong.at("file_qury_no").with("UTF-8"))?;
    let mut here = Vec::new();
    for (place, text) in (1..).zip(text.lines().filter(|line| !line.trim().is_empty())) {
        let wrong = || Refusal::FieldWrong.at("file_qury_no").with(format!("line {place}"));
        let line = Line::read(text).map_err(|_bad| wrong())?;
        let twin = theirs.iter().find(|kept| kept.row.msgid == line.msgid && kept.row.group.refund == line.refund);
        let group = twin.map_or_else(
            || Group {
                insutype: String::new(),
                clr_type: String::new(),
                setl_optins: String::new(),
                period: envelope::digits(span.from).chars().take(6).collect(),
                refund: line.refund,
            },
            |kept| kept.row.group.clone(),
        );
        let cash = twin.map_or(0, |kept| kept.row.sums.cash);
        here.push(Row {
            msgid: line.msgid,
            setl_id: line.setl_id,
            group,
            sums: Sums { cash, ..line.sums },
            undoes: twin.and_then(|kept| kept.row.undoes.clone()),
            order: None,
            at: twin.map_or(span.from, |kept| kept.row.at),
            known: Known::Done,
        });
    }
    let there = theirs.iter().map(|kept| kept.row.clone()).collect();
    let lists = Lists { here, there, ..Lists::default() };
    let mut who = std::collections::HashMap::new();
    for kept in theirs {
        who.insert(kept.row.msgid.clone(), (psn_no(turn, kept.person).await?, kept.visit.clone()));
    }
    let report = matcher::compare(span, &lists);
    if whole {
        turn.gateway.clearing.reconcile(turn.actor, Scope { institution: turn.institution.id, span }, lists).await?;
    }
    Ok(nhsa::detail(&report, &|msgid| who.get(msgid).cloned().unwrap_or_default()))
}

/// A file of an institution.
#[derive(Debug, Default, Serialize, Deserialize)]
struct File {
    number: String,
    filename: String,
    body: String,
}

fn name(institution: InstitutionId, slot: i64) -> String {
    format!("nhsa.file/{}/{slot}", institution.0)
}

fn broken(error: serde_json::Error) -> Fault {
    Fault::from_source(FaultKind::Broken, "a file of the national interface", error)
}

/// Keeps a file in the next slot, once for a message.
async fn keep(turn: &Turn<'_>, filename: String, bytes: Vec<u8>, node: &'static str) -> Result<Value, Error> {
    if bytes.len() > FILE_MAX {
        return Err(Refusal::FieldTooLong.at("in").with(format!("at most {FILE_MAX} bytes")));
    }
    let institution = turn.institution.id;
    turn::once(turn, "file", institution.0, move |tx| {
        let counter = format!("nhsa.files/{}", institution.0);
        let last =
            fact::find(tx, &counter)?.and_then(|bytes| String::from_utf8(bytes).ok()?.parse().ok()).unwrap_or(0_i64);
        let next = last + 1;
        let slot = next.rem_euclid(SLOTS);
        let number = format!("{slot:02}{:016x}", tx.new_id());
        let file = File { number: number.clone(), filename: filename.clone(), body: STANDARD.encode(&bytes) };
        tx.set_fact(&name(institution, slot), &serde_json::to_vec(&file).map_err(broken)?)?;
        tx.set_fact(&counter, next.to_string().as_bytes())?;
        let end = envelope::written(tx.now() + FILE_LIFE);
        Ok(json!({ node: { "file_qury_no": number, "filename": filename, "dld_endtime": end } }))
    })
    .await
}

/// A file of this institution by its number.
async fn stored(turn: &Turn<'_>, number: &str) -> Result<(String, Vec<u8>), Error> {
    let unknown = || Refusal::FileUnknown.at("file_qury_no");
    let slot: i64 = number.get(..2).and_then(|digits| digits.parse().ok()).ok_or_else(unknown)?;
    let fact_name = name(turn.institution.id, slot);
    let found = turn.gateway.settlements.db.read(move |sql| Ok(fact::find(sql, &fact_name)?)).await?;
    let file: File = serde_json::from_slice(&found.ok_or_else(unknown)?).map_err(broken)?;
    if file.number != number {
        return Err(unknown());
    }
    Ok((file.filename, STANDARD.decode(file.body).map_err(|_bad| Fault::broken("a kept file"))?))
}

/// 9101: `in` is the file as Base64.
pub(super) async fn upload(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["fsUploadIn", "data"])?;
    let filename = node.need("filename", 200)?;
    if node.need("fixmedins_code", 30)? != turn.institution.code {
        return Err(Refusal::FixmedinsWrong.at("fixmedins_code"));
    }
    let bytes = STANDARD.decode(node.need("in", FILE_MAX * 2)?);
    keep(turn, filename, bytes.map_err(|_bad| Refusal::FieldWrong.at("in").with("Base64"))?, "fileinfo").await
}

/// 9102
pub(super) async fn download(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["fsDownloadIn", "data"])?;
    let (filename, bytes) = stored(turn, &node.need("file_qury_no", 30)?).await?;
    Ok(json!({ "fsDownloadOut": { "filename": filename, "out": STANDARD.encode(bytes) } }))
}
