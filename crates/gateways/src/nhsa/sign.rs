//! Signing in and out (9001, 9002), and what a signed-in operator saw: the latest quotes,
//! so that a settlement can say that what was shown to the person has changed.

use super::node::Node;
use super::turn::Turn;
use super::{Refusal, SIGNED_IN, SIGNED_OUT};
use ::store::{Event, Sql as _, SqlExt, Tx, fact};
use kernel::time::DAY;
use kernel::{Error, Fault, FaultKind, InstitutionId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What is kept of an operator of an institution, under one name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Desk {
    /// Empty when signed out.
    sign_no: String,
    /// When signed in, microseconds UTC.
    at: i64,
    /// Visit and quote, newest last.
    quotes: Vec<(String, i64)>,
}

/// How long a sign-in holds.
const SIGNED_LIFE: i64 = DAY;
/// Quotes remembered of an operator.
const QUOTES_MAX: usize = 32;

fn name(institution: InstitutionId, opter: &str) -> String {
    format!("nhsa.desk/{}/{opter}", institution.0)
}

fn desk(sql: &mut (impl SqlExt + ?Sized), institution: InstitutionId, opter: &str) -> Result<Desk, Fault> {
    let found = fact::find(sql, &name(institution, opter))?;
    let wrong = |error| Fault::from_source(FaultKind::Broken, "reading a desk of the national interface", error);
    found.map_or(Ok(Desk::default()), |bytes| serde_json::from_slice(&bytes).map_err(wrong))
}

fn keep(tx: &mut Tx<'_>, institution: InstitutionId, opter: &str, desk: &Desk) -> Result<(), Fault> {
    let wrong = |error| Fault::from_source(FaultKind::Broken, "writing a desk of the national interface", error);
    tx.set_fact(&name(institution, opter), &serde_json::to_vec(desk).map_err(wrong)?)
}

/// Refuses an operator that is not signed in under the number of the envelope.
pub(super) async fn checked(turn: &Turn<'_>) -> Result<(), Error> {
    let (institution, opter) = (turn.institution.id, turn.message.opter.clone());
    let db = &turn.gateway.settlements.db;
    let desk = db.read(move |sql| Ok(desk(sql, institution, &opter)?)).await?;
    let live = !desk.sign_no.is_empty() && db.world().now() < desk.at + SIGNED_LIFE;
    if live && desk.sign_no == turn.message.sign_no { Ok(()) } else { Err(Refusal::SignInRequired.at("sign_no")) }
}

/// 9001: an operator who is signed in already gets the same number again.
pub(super) async fn sign_in(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["signIn", "data"])?;
    let opter = node.need("opter_no", 30)?;
    node.text("mac", 20)?;
    node.text("ip", 20)?;
    if opter != turn.message.opter {
        return Err(Refusal::FieldWrong.at("opter_no").with("opter"));
    }
    let (institution, actor) = (turn.institution.id, turn.actor.id);
    let desk = turn.gateway.settlements.db.write(institution.0, move |tx| {
        let mut desk = desk(tx, institution, &opter)?;
        let now = tx.now();
        if desk.sign_no.is_empty() || now >= desk.at + SIGNED_LIFE {
            let key = tx.new_key();
            desk.sign_no = ::store::value::hex(key.get(..15).unwrap_or_default());
            desk.at = now;
            keep(tx, institution, &opter, &desk)?;
            tx.event(told(&SIGNED_IN, institution, actor));
        }
        Ok(desk)
    });
    let desk = desk.await?;
    Ok(json!({ "signinoutb": { "sign_time": super::envelope::written(desk.at), "sign_no": desk.sign_no } }))
}

fn told(name: &'static kernel::EventName, institution: InstitutionId, actor: kernel::ActorId) -> Event {
    Event { actor: Some(actor), institution: Some(institution), ..Event::of(name) }
}

/// 9002: the number ends.
pub(super) async fn sign_out(turn: &Turn<'_>) -> Result<Value, Error> {
    let node = Node::of(turn.message, &["signOut", "data"])?;
    let (opter, sign_no) = (node.need("opter_no", 30)?, node.need("sign_no", 30)?);
    if opter != turn.message.opter || sign_no != turn.message.sign_no {
        return Err(Refusal::FieldWrong.at("sign_no"));
    }
    let (institution, actor) = (turn.institution.id, turn.actor.id);
    let at = turn.gateway.settlements.db.write(institution.0, move |tx| {
        let mut desk = desk(tx, institution, &opter)?;
        if desk.sign_no == sign_no {
            desk.sign_no.clear();
            keep(tx, institution, &opter, &desk)?;
            tx.event(told(&SIGNED_OUT, institution, actor));
        }
        Ok(tx.now())
    });
    Ok(json!({ "signinoutb": { "sign_time": super::envelope::written(at.await?) } }))
}

/// Remembers that an operator was shown a quote of a visit.
pub(super) async fn remember(turn: &Turn<'_>, visit: String, quote: i64) -> Result<(), Error> {
    let (institution, opter) = (turn.institution.id, turn.message.opter.clone());
    let done = turn.gateway.settlements.db.write(institution.0, move |tx| {
        let mut desk = desk(tx, institution, &opter)?;
        desk.quotes.retain(|(known, _)| *known != visit);
        desk.quotes.push((visit.clone(), quote));
        let over = desk.quotes.len().saturating_sub(QUOTES_MAX);
        desk.quotes.drain(..over);
        Ok(keep(tx, institution, &opter, &desk)?)
    });
    done.await
}

/// The quote of a visit that an operator was shown last.
pub(super) fn quoted(
    tx: &mut Tx<'_>,
    institution: InstitutionId,
    opter: &str,
    visit: &str,
) -> Result<Option<i64>, Error> {
    let desk = desk(tx, institution, opter)?;
    Ok(desk.quotes.iter().rev().find(|(known, _)| known == visit).map(|(_, quote)| *quote))
}
