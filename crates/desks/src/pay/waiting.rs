//! What waits: charged visits of the person, the one in front quoted.

use crate::Desks;
use crate::asked::Asked;
use crate::pay::pages::{Cannot, Door, Due, PAY, Pay, address};
use crate::pay::reasons::Reason;
use crate::pay::split::{Kin, bar, items};
use crate::pay::state::{ours, stand_of};
use crate::pay::state_pages::Stand;
use crate::phone::own_person;
use crate::refusal::sentences;
use ::settlement::Visit;
use ::settlement::compute::Terms;
use ::settlement::rules::stage::{Stage, VisitKind};
use kernel::{Actor, Error, Fen, PersonId, QuoteId, VisitId};
use web::answer::told;
use web::words::{Lang, Word};

/// What the page is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// Which visit; the newest that waits when nothing.
    pub(super) visit: Option<VisitId>,
    /// Whether account money goes first.
    pub(super) use_account: bool,
    /// Large type.
    pub(super) elder: bool,
    /// Whether the numbers changed since they were shown.
    pub(super) stale: bool,
}

/// Whether its open lines can be settled as a whole.
pub(crate) fn waits(visit: &Visit) -> bool {
    matches!((visit.kind(), visit.stage), (VisitKind::Visit, Stage::Charged) | (VisitKind::Stay, Stage::Discharged))
        && visit.lines > 0
}

/// What the relatives who share their accounts are to the person.
pub(super) async fn kin(desks: &Desks, person: PersonId) -> Result<Kin, Error> {
    let card = desks.settlements.db.read(move |sql| insurance::eligibility::card(sql, person)).await?;
    let sharings = card.map(|(_, card)| card.sharings).unwrap_or_default();
    Ok(sharings.iter().map(|one| (one.owner().to_string(), one.kinship.clone())).collect())
}

/// The page's view.
pub(super) async fn view(desks: &Desks, actor: &Actor, asked: &Asked, wish: Wish) -> Result<Pay, Error> {
    let person = own_person(actor)?;
    let lang = asked.lang;
    let mut waiting: Vec<Visit> = desks.settlements.own_visits(person).await?;
    waiting.retain(waits);
    let place = wish.visit.and_then(|id| waiting.iter().position(|visit| visit.id == id)).unwrap_or(0);
    let front = (!waiting.is_empty()).then(|| waiting.remove(place));
    let (due, cannot) = match &front {
        None => (None, None),
        Some(visit) => match due(desks, actor, lang, visit, wish.use_account).await {
            Ok(due) => (Some(due), None),
            Err(Error::Refused(refused)) => {
                let (fact, what_to_do) = sentences(lang, told(&Error::Refused(refused)).0);
                (None, Some(Cannot { fact, what_to_do }))
            }
            Err(fault) => return Err(fault),
        },
    };
    let here = match wish.visit {
        Some(visit) => format!("{PAY}?visit={visit}&account={}", i32::from(wish.use_account)),
        None => PAY.to_owned(),
    };
    let here = match (wish.elder, here.contains('?')) {
        (false, _) => here,
        (true, true) => format!("{here}&elder=1"),
        (true, false) => format!("{here}?elder=1"),
    };
    Ok(Pay {
        lang,
        here,
        elder: wish.elder,
        due,
        cannot,
        unpaid: unpaid(desks, actor, lang, wish.elder).await?,
        others: waiting.iter().map(|visit| other(desks, lang, visit, wish.elder)).collect(),
        stale: wish.stale,
    })
}

async fn due(desks: &Desks, actor: &Actor, lang: Lang, visit: &Visit, use_account: bool) -> Result<Due, Error> {
    let terms = Terms { use_account, ..Terms::default() };
    let quote = desks.settlements.quote(actor, visit.id, terms).await?;
    let number: QuoteId = quote.quote.parse().map_err(|_bad| web::Refusal::NotFound.error())?;
    let explanation = desks.settlements.explain_quote(actor, number, Fen::ZERO).await?;
    let (person, id) = (visit.person, visit.id);
    let lines = desks.settlements.db.read(move |sql| ::settlement::fees::lines_of(sql, person, id, 0)).await?;
    let kin = kin(desks, person).await?;
    Ok(Due {
        visit: visit.id.to_string(),
        quote: quote.quote.clone(),
        institution: desks.directory.name(visit.institution, lang == Lang::En),
        about: about(visit),
        total: Fen(quote.split.fee_fen),
        own: Fen(quote.split.cash_fen),
        bar: bar(lang, &quote.split, &kin)?,
        use_account,
        by_phone: desks.payments.mobile_open(),
        items: items(lang, &lines),
        reasons: Reason::all(lang, &explanation),
    })
}

/// Department and day.
pub(crate) fn about(visit: &Visit) -> String {
    let day = visit.began_on.to_string();
    if visit.about.department.is_empty() { day } else { format!("{} {day}", visit.about.department) }
}

fn other(desks: &Desks, lang: Lang, visit: &Visit, elder: bool) -> Door {
    let large = if elder { "&elder=1" } else { "" };
    Door {
        address: format!("{PAY}?visit={}{large}", visit.id),
        says: lang.fill(Word::PayOther, &[&desks.directory.name(visit.institution, lang == Lang::En)]),
        small: format!("{} · ¥{}", about(visit), visit.total),
    }
}

/// What was settled from the phone or a kiosk and is not paid, or not known to be.
async fn unpaid(desks: &Desks, actor: &Actor, lang: Lang, elder: bool) -> Result<Vec<Door>, Error> {
    let person = own_person(actor)?;
    let payments = desks.payments.own(actor).await?;
    let mut doors = Vec::new();
    for shown in desks.settlements.own(person).await? {
        if !ours(&shown.row.msgid) || shown.answer.is_none() {
            continue;
        }
        let stand = stand_of(&shown, &payments);
        let owed = shown.row.totals.cash.to_string();
        let (says, small) = match stand {
            Stand::Unpaid => (lang.fill(Word::PayUnpaid, &[&owed]), &lang[Word::PayUnpaidDo]),
            Stand::Failed => (lang.fill(Word::PayUnpaid, &[&owed]), &lang[Word::PayFailed]),
            Stand::Confirming => (lang[Word::PayConfirming].to_owned(), &lang[Word::PayConfirmingDo]),
            Stand::Collect => (lang[Word::PayCollect].to_owned(), &lang[Word::PayCollectDo]),
            Stand::Nothing | Stand::Paid | Stand::There | Stand::Returning | Stand::Refunded | Stand::Undone => {
                continue;
            }
        };
        doors.push(Door { address: address(&format!("{PAY}/{}", shown.row.id), elder), says, small: small.to_owned() });
    }
    Ok(doors)
}
