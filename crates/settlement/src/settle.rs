//! Settling (2102, 2207, 2304): one transaction that holds the split, the sums of the
//! year, the postings, the bill, the message and the event.
//!
//! A settlement reads one row of the person (with the years and the message beside
//! it) and the balances that may pay; it writes the year at once, so that the next
//! settlement of the person in the same batch finds it, and everything else grouped.

use crate::answer::{self, Answer, Split, totals_of};
use crate::bill;
use crate::books::{self, Books};
use crate::compute::{Computed, Subject, Terms, compute};
use crate::fees::{declared, priced};
use crate::quote::{self, subject};
use crate::rules::line::{Line, LineAsked};
use crate::rules::message::{self, Done, Verb, again};
use crate::rules::stage::{Step, VisitKind};
use crate::rules::stored::Stored;
use crate::store::ahead::Ahead;
use crate::store::settled::{self, RowKind, SettlementRow};
use crate::store::{self, Upload, message as messages};
use crate::visit::{By, Register, VisitAbout, canonical, fresh, seen};
use crate::{Refusal, SETTLED, Settlements};
use ::store::{Event, Sql as _, SqlExt, Tx};
use bills::Number;
use insurance::Day;
use kernel::{ActorId, Error, Fault, FaultKind, Fen, InstitutionId, PersonId, QuoteId, SettlementId, VisitId};
use ledger::EntryKind;
use serde::{Deserialize, Serialize};

/// A visit that is registered, charged and settled at once: a pharmacy sale, a
/// dispensary, a kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Direct {
    /// Where.
    #[serde(with = "institution_number")]
    pub institution: InstitutionId,
    /// Treatment type.
    pub med_type: String,
    /// The day; today when nothing.
    pub began_on: Option<Day>,
    /// Everything else about the visit.
    pub about: VisitAbout,
    /// The lines.
    pub lines: Vec<LineAsked>,
}

/// An institution by its number, as asks keep it.
mod institution_number {
    use kernel::InstitutionId;
    use serde::{Deserialize as _, Deserializer, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands in a reference")]
    pub(super) fn serialize<S: Serializer>(id: &InstitutionId, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(id.0)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<InstitutionId, D::Error> {
        i64::deserialize(from).map(InstitutionId)
    }
}

/// What to settle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// What was quoted.
    Quote(i64),
    /// The open lines of a visit.
    Visit(i64),
    /// Lines that come with the message.
    Direct(Box<Direct>),
}

/// A settlement asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettleAsk {
    /// Whose.
    pub person: i64,
    /// Under which message of the institution.
    pub msgid: String,
    /// What.
    pub what: What,
    /// The institution's number of the batch (chrg_bchno).
    pub batch: String,
    /// Personal and relatives' accounts pay (acct_used_flag).
    pub use_account: bool,
    /// A part of a stay that goes on (mid_setl_flag).
    pub mid_stay: bool,
    /// What the institution may not charge, fen.
    pub hospital_fen: i64,
    /// The total as the sender states it, fen (medfee_sumamt).
    pub total_fen: Option<i64>,
    /// The four classes as the sender states them, fen: full self-pay, above limit,
    /// prior self-pay, in scope.
    pub classes_fen: Option<[i64; 4]>,
    /// Settle although the quote is stale, if the person pays no more than quoted.
    pub lower_is_fine: bool,
    /// Account money that was held for this ([`crate::hold`]).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<i64>,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    /// The settlement.
    pub id: SettlementId,
    /// Whose.
    pub person: PersonId,
    /// Of which visit.
    pub visit: VisitId,
    /// What is answered, byte for byte also when asked again.
    pub body: Vec<u8>,
    /// Whether it had been settled before by the same message.
    pub repeated: bool,
}

/// Settles. `bill` is the number its bill gets when it gets one. The same message
/// again answers the same bytes; with another content it is refused.
pub fn settle(tx: &mut Tx<'_>, env: &Settlements, by: &By, ask: &SettleAsk, bill: &Number) -> Result<Settled, Error> {
    match worked_out(tx, env, by, ask, &mut Ahead::default())? {
        Worked::Before(settled) => Ok(settled),
        Worked::New(new) => {
            write(tx, env, &Draft { ask, actor: by.actor, bill, put_year: insurance::years::put }, *new)
        }
    }
}

/// What a settlement comes to before anything of it is written.
pub(crate) enum Worked {
    /// It was made before.
    Before(Settled),
    /// It is to be made.
    New(Box<New>),
}

/// A settlement to be made.
pub(crate) struct New {
    id: SettlementId,
    hash: [u8; 32],
    reserve: Option<ledger::ReserveId>,
    subject: Subject,
    computed: Computed,
}

impl New {
    /// Relatives whose accounts pay.
    pub(crate) fn relatives(&self) -> &[PersonId] {
        &self.computed.relatives
    }
}

/// Works a settlement out and writes nothing.
pub(crate) fn worked_out(
    tx: &mut Tx<'_>,
    env: &Settlements,
    by: &By,
    ask: &SettleAsk,
    ahead: &mut Ahead,
) -> Result<Worked, Error> {
    let person = PersonId(ask.person);
    message::checked(&ask.msgid)?;
    crate::fees::batch_fits(&ask.batch)?;
    let hash = message::hash(Verb::Settle, &canonical(ask)?);
    let (institution, known) = institution(tx, by, person, &ask.what)?;
    let read = ahead.of(tx, person, institution, &ask.msgid)?;
    if let Some(known) = &read.message {
        return repeated(tx, env, person, SettlementId(again(known, Verb::Settle, &hash)?)).map(Worked::Before);
    }
    if let Some((visit, _)) = &known {
        twins_part(tx, visit)?;
    }
    let held = ask.hold.map(|hold| crate::hold::live(tx, person, hold)).transpose()?;
    let terms = terms_of(ask, held.map(|(_, amount)| amount));
    let id = SettlementId(tx.new_id());
    let (subject, quote) = match &ask.what {
        What::Direct(direct) => (direct_subject(env, by, ask, direct, id, tx.now())?, None),
        What::Quote(_) | What::Visit(_) => {
            let (visit, quote) = known.ok_or_else(|| Refusal::VisitUnknown.at("visit"))?;
            (subject(tx, visit, &terms)?, quote)
        }
    };
    let terms = Terms { use_account: quote.map_or(terms.use_account, |quote| quote.use_account), ..terms };
    let computed = compute(env, tx, &read, &subject, &terms)?;
    classes_agree(&computed, ask.classes_fen)?;
    if let Some(quote) = &quote {
        quote::held(quote, &subject.visit, &computed, ask.lower_is_fine, tx.now())?;
    }
    Ok(Worked::New(Box::new(New { id, hash, reserve: held.map(|(reserve, _)| reserve), subject, computed })))
}

/// Twins of one message in one batch: the first one's rows are grouped and not to be
/// seen yet, its change of the visit is. The second must not be told that the visit is
/// closed: it is run again by itself, and finds the first (I3).
fn twins_part(tx: &mut Tx<'_>, visit: &crate::visit::Visit) -> Result<(), Error> {
    for (live, _) in &visit.about.live {
        if settled::find(tx, visit.person, SettlementId(*live))?.is_none() {
            return Err(Fault::new(FaultKind::Conflict, "a settlement of the same batch").into());
        }
    }
    Ok(())
}

/// A settlement about to be written.
pub(crate) struct Draft<'a> {
    pub(crate) ask: &'a SettleAsk,
    pub(crate) actor: ActorId,
    pub(crate) bill: &'a Number,
    /// How the year's sums are put in the place of those before.
    pub(crate) put_year: PutYear,
}

/// [`insurance::years::put`], or `put_later` where the settlement is its person's only
/// one in the batch.
pub(crate) type PutYear = fn(&mut Tx<'_>, PersonId, &str, &adjudication::Accumulators) -> Result<(), Error>;

fn terms_of(ask: &SettleAsk, held: Option<Fen>) -> Terms {
    Terms {
        use_account: ask.use_account,
        mid_stay: ask.mid_stay,
        hospital: Fen(ask.hospital_fen),
        total: ask.total_fen.map(Fen),
        held,
    }
}

type KnownVisit = Option<(crate::visit::Visit, Option<store::QuoteRow>)>;

/// The institution whose message it is: a visit's own.
fn institution(
    sql: &mut (impl SqlExt + ?Sized),
    by: &By,
    person: PersonId,
    what: &What,
) -> Result<(InstitutionId, KnownVisit), Error> {
    let (visit, quote) = match what {
        What::Direct(direct) => return Ok((direct.institution, None)),
        What::Visit(visit) => (VisitId(*visit), None),
        What::Quote(quote) => {
            let row = store::quote(sql, person, QuoteId(*quote))?.ok_or_else(|| Refusal::NotFound.at("quote"))?;
            (row.visit, Some(row))
        }
    };
    let visit = seen(sql, by, person, visit)?;
    Ok((visit.institution, Some((visit, quote))))
}

/// The institution that bills what is settled.
pub fn issuer(
    sql: &mut (impl SqlExt + ?Sized),
    by: &By,
    person: PersonId,
    what: &What,
) -> Result<InstitutionId, Error> {
    Ok(institution(sql, by, person, what)?.0)
}

/// What settling would give now, without any effect.
pub fn preview(sql: &mut (impl SqlExt + ?Sized), env: &Settlements, by: &By, ask: &SettleAsk) -> Result<Split, Error> {
    let person = PersonId(ask.person);
    let (institution, known) = institution(sql, by, person, &ask.what)?;
    let terms = terms_of(ask, None);
    let subject = match (&ask.what, known) {
        (What::Direct(direct), _) => direct_subject(env, by, ask, direct, SettlementId(0), sql.now())?,
        (What::Quote(_) | What::Visit(_), Some((visit, _))) => subject(sql, visit, &terms)?,
        (What::Quote(_) | What::Visit(_), None) => return Err(Refusal::VisitUnknown.at("visit")),
    };
    let read = settled::begin(sql, person, institution, "")?;
    let computed = compute(env, sql, &read, &subject, &terms)?;
    classes_agree(&computed, ask.classes_fen)?;
    let owners: Vec<String> = computed.person.mutual.iter().map(|one| one.owner.clone()).collect();
    Ok(Split::of(&computed.outcome, &owners))
}

/// Answers a settlement that was made before.
fn repeated(tx: &mut Tx<'_>, env: &Settlements, person: PersonId, id: SettlementId) -> Result<Settled, Error> {
    let row = settled::find(tx, person, id)?;
    let row = row.ok_or_else(|| Fault::broken(format!("settlement {id} is named by a message and is not there")))?;
    let (answer, _) = answer::again(env, &row)?;
    Ok(Settled { id, person, visit: row.visit, body: answer.to_bytes()?, repeated: true })
}

fn direct_subject(
    env: &Settlements,
    by: &By,
    ask: &SettleAsk,
    direct: &Direct,
    id: SettlementId,
    now: i64,
) -> Result<Subject, Error> {
    declared(&direct.lines, None, ask.total_fen.map(Fen))?;
    let register = Register {
        person: PersonId(ask.person),
        institution: direct.institution,
        actor: by.actor,
        msgid: String::new(),
        med_type: direct.med_type.clone(),
        began_on: direct.began_on,
        about: direct.about.clone(),
    };
    // The visit and its settlement share their number: one row leads to the person.
    let mut visit = fresh(env, &register, VisitId(id.0), now)?;
    if visit.kind() == VisitKind::Stay {
        return Err(insurance::Refusal::FieldInvalid.at("med_type").with("a stay is admitted first"));
    }
    let charged = priced(env, &visit, direct.lines.clone(), &[])?;
    visit.step(Step::Charge)?;
    visit.lines = i64::try_from(charged.lines.len()).unwrap_or(i64::MAX);
    visit.total = charged.total;
    visit.about.uploads = 1;
    Ok(Subject { visit, lines: charged.lines })
}

/// What the sender says of the four classes must agree (2207 repeats them).
fn classes_agree(computed: &Computed, stated: Option<[i64; 4]>) -> Result<(), Error> {
    let outcome = &computed.outcome;
    let ours =
        [outcome.fulamt_ownpay_amt.0, outcome.overlmt_selfpay.0, outcome.preselfpay_amt.0, outcome.inscp_scp_amt.0];
    match stated {
        Some(stated) if stated != ours => Err(Refusal::TotalMismatch.at("classes_fen").with(format!("{ours:?}"))),
        Some(_) | None => Ok(()),
    }
}

/// Writes everything.
pub(crate) fn write(tx: &mut Tx<'_>, env: &Settlements, draft: &Draft<'_>, new: New) -> Result<Settled, Error> {
    let New { id, hash, reserve, subject: Subject { mut visit, lines }, computed } = new;
    let ask = draft.ask;
    let agency = env.agency(&computed.insured.coverage.admdvs);
    let after = computed.before.after(&computed.outcome.delta)?;
    (draft.put_year)(tx, visit.person, &computed.insured.coverage.insutype, &after)?;
    let journals = post(tx, env, (ask, id, reserve), &visit, &computed, agency)?;
    bill::issue(tx, env, id, draft.bill, &visit, &lines, &computed)?;
    let batch = if ask.batch.is_empty() { format!("{}", visit.about.uploads) } else { ask.batch.clone() };
    settle_visit(tx, ask, &mut visit, &lines, id, &batch)?;
    let row = row_of(tx.now(), (draft, id), &visit, &computed, batch, after.version.cast_signed(), journals)?;
    settled::insert(tx, &row);
    store::index(tx, id.0, visit.person);
    let done = Done { verb: Verb::Settle, hash, person: visit.person, object: id.0 };
    messages::insert(tx, visit.institution, &ask.msgid, &done);
    tx.event(Event {
        person: Some(visit.person),
        actor: Some(draft.actor),
        institution: Some(visit.institution),
        purpose: "01301",
        object: id.to_string(),
        ..Event::of(&SETTLED)
    });
    let owners: Vec<String> = computed.person.mutual.iter().map(|one| one.owner.clone()).collect();
    let split = Split::of(&computed.outcome, &owners);
    let med_type = computed.encounter.med_type.to_string();
    let answer = Answer::of(&row, med_type, &computed.insured.plan.version, split);
    Ok(Settled { id, person: visit.person, visit: visit.id, body: answer.to_bytes()?, repeated: false })
}

fn row_of(
    now: i64,
    (draft, id): (&Draft<'_>, SettlementId),
    visit: &crate::visit::Visit,
    computed: &Computed,
    batch: String,
    year_version: i64,
    journals: [i64; 2],
) -> Result<SettlementRow, Error> {
    let stored = Stored {
        person: computed.person.clone(),
        before: computed.before.clone(),
        encounter: computed.encounter.clone(),
        delta: computed.outcome.delta.clone(),
        journals,
    };
    Ok(SettlementRow {
        person: visit.person,
        id,
        kind: RowKind::Settlement,
        of: None,
        visit: visit.id,
        batch,
        institution: visit.institution,
        actor: draft.actor,
        msgid: draft.ask.msgid.clone(),
        insutype: computed.insured.coverage.insutype.clone(),
        year: computed.before.year,
        year_version,
        plan: computed.insured.plan.id,
        care: visit.care,
        at: now,
        totals: totals_of(&computed.outcome),
        body: stored.pack()?,
    })
}

/// Posts the entries in the books of agency and institution.
fn post(
    tx: &mut Tx<'_>,
    env: &Settlements,
    (ask, id, reserve): (&SettleAsk, SettlementId, Option<ledger::ReserveId>),
    visit: &crate::visit::Visit,
    computed: &Computed,
    agency: ledger::Entity,
) -> Result<[i64; 2], Error> {
    let held = reserve.filter(|_| computed.outcome.acct_pay > Fen::ZERO);
    let books = Books::of(agency, visit.institution, visit.person, computed, held.is_some());
    let refs = books::refs(id, visit.id, computed.insured.plan.id, &ask.msgid);
    let entries = books.entries(EntryKind::Settlement, refs);
    let mut posted = Vec::with_capacity(2);
    match (held, entries.split_first()) {
        (_, None) => {}
        (Some(reserve), Some((first, rest))) => {
            posted.push(env.ledger.capture(tx, reserve, computed.outcome.acct_pay, first)?);
            posted.extend(env.ledger.post_all(tx, rest).map_err(raced)?);
        }
        (None, Some(_)) => posted.extend(env.ledger.post_all(tx, &entries).map_err(raced)?),
    }
    settle_hold(tx, env, (ask.hold, reserve), visit.person, held.is_some())?;
    let mut journals = [0; 2];
    for (slot, id) in journals.iter_mut().zip(posted) {
        *slot = id.0;
    }
    Ok(journals)
}

/// Money that was held is used, or let go when nothing of it was needed.
fn settle_hold(
    tx: &mut Tx<'_>,
    env: &Settlements,
    hold: (Option<i64>, Option<ledger::ReserveId>),
    person: PersonId,
    used: bool,
) -> Result<(), Error> {
    let (Some(hold), Some(reserve)) = hold else { return Ok(()) };
    if !used {
        env.ledger.release(tx, reserve)?;
    }
    crate::hold::captured(tx, person, hold)
}

/// An account that was spent between reading its balance and posting: a conflict,
/// after which the settlement runs again on the new balance.
fn raced(error: Error) -> Error {
    match error.code() {
        "ledger.account-insufficient" | "ledger.account-frozen" => {
            Fault::new(FaultKind::Conflict, "an account was spent at the same time").into()
        }
        _ => error,
    }
}

/// The visit afterwards: its lines are settled, the settlement lives.
fn settle_visit(
    tx: &mut Tx<'_>,
    ask: &SettleAsk,
    visit: &mut crate::visit::Visit,
    lines: &[Line],
    id: SettlementId,
    batch: &str,
) -> Result<(), Error> {
    if visit.about.live.iter().any(|(_, live)| live == batch) {
        return Err(Refusal::VisitClosed.at("batch").with(format!("{batch} is settled")));
    }
    visit.step(if ask.mid_stay { Step::SettleMidStay } else { Step::Settle })?;
    visit.about.live.push((id.0, batch.to_owned()));
    visit.about.continued |= ask.mid_stay;
    let total = visit.total;
    visit.lines = 0;
    visit.total = Fen::ZERO;
    match &ask.what {
        What::Direct(_) => {
            store::insert_visit(tx, visit)?;
            let upload = Upload { seq: 1, batch: batch.to_owned(), settlement: id.0, total, lines: lines.to_vec() };
            store::insert_upload(tx, visit.person, visit.id, &upload)?;
        }
        What::Quote(_) | What::Visit(_) => {
            store::put_visit(tx, visit)?;
            store::move_uploads(tx, visit.person, visit.id, 0, id.0)?;
        }
    }
    Ok(())
}
