//! From a request to an answer: the envelope, the institution, the message number, the
//! operator, then the transaction.
//!
//! Each message number is claimed with the bytes of its body before anything happens, so
//! that another body under it has no effect; an answer to what was done is kept before it
//! is sent, so that the same body gets the same bytes for ever. Between claim and kept
//! answer the verb itself is repeatable, which makes a crash converge.

use super::codes::Codes;
use super::envelope::{Message, Unread, answer};
use super::node::Node;
use super::signing::{self, Seal};
use super::{NhsaGateway, Refusal, audit, day_end, fees, file, person, settle, sign, visit};
use ::store::{OnceKey, Reply};
use axum::extract::{Request, State};
use axum::response::Response;
use directory::Institution;
use http::StatusCode;
use kernel::{Actor, Error, Fault};
use serde_json::{Value, json};
use std::sync::Arc;
use web::{Caller, Problem};

/// What a transaction is run with.
pub(super) struct Turn<'a> {
    pub(super) gateway: &'a NhsaGateway,
    pub(super) actor: &'a Arc<Actor>,
    pub(super) institution: Arc<Institution>,
    pub(super) codes: &'static Codes,
    pub(super) message: &'a Message,
    /// The quote that this message settles, if its operator saw one.
    pub(super) quote: Option<i64>,
    /// Whether the message came before, with the same body.
    pub(super) repeated: bool,
}

/// `GET /nhsa`: for whom the token speaks, so that a program can fill its envelope.
pub(super) async fn introduction(
    State(gateway): State<NhsaGateway>,
    Caller(actor): Caller,
) -> Result<Response, Problem> {
    let institution = institution_of(&gateway, &actor)?;
    let body = json!({
        "fixmedins_code": institution.code,
        "fixmedins_name": institution.name,
        "mdtrtarea_admvs": institution.region,
        "region": gateway.settlements.region.to_string(),
        "signing": signing::introduced(&gateway, institution.id).await?,
        "transactions": TRANSACTIONS,
    });
    Ok(web::answer::json_bytes(StatusCode::OK, body.to_string().into_bytes()))
}

fn institution_of(gateway: &NhsaGateway, actor: &Actor) -> Result<Arc<Institution>, Error> {
    let found = actor.institution.and_then(|id| gateway.settlements.directory.get(id));
    found.ok_or_else(|| Refusal::FixmedinsWrong.at("fixmedins_code"))
}

/// `POST /nhsa`: always 200 with an `infcode`.
pub(super) async fn message(State(gateway): State<NhsaGateway>, Caller(actor): Caller, request: Request) -> Response {
    let region = gateway.settlements.region;
    let now = || gateway.settlements.db.world().now();
    let bytes = match web::caller::read_body(request, &gateway).await {
        Ok(bytes) => bytes,
        Err(problem) => return sent(answer(&Message::default(), region, now(), Err(&problem.0))),
    };
    let read = Codes::of(region).map_err(|fault| Unread::boxed(Message::default(), fault.into()));
    let read = read.and_then(|codes| Message::read(&bytes, codes, now()).map(|message| (codes, message)));
    let (codes, message) = match read {
        Ok(read) => read,
        Err(unread) => return sent(answer(&unread.message, region, now(), Err(&unread.error))),
    };
    let unsigned = |error: &Error| sent(answer(&message, region, now(), Err(error)));
    let seal = match actor.institution {
        Some(institution) => signing::asked(&gateway, institution, &message).await,
        None => Ok(None),
    };
    let seal = match seal {
        Ok(seal) => seal,
        Err(error) => return unsigned(&error),
    };
    match answered(&gateway, &actor, codes, &message, seal.as_ref()).await {
        Ok(body) => sent(body),
        Err(error) => match sealed(seal.as_ref(), answer(&message, region, now(), Err(&error))) {
            Ok(body) => sent(body),
            Err(fault) => unsigned(&fault.into()),
        },
    }
}

/// An answer with the node's signature, where the institution signs too.
fn sealed(seal: Option<&Seal>, body: Vec<u8>) -> Result<Vec<u8>, Fault> {
    seal.map_or(Ok(body.clone()), |seal| seal.signed(&body))
}

fn sent(body: Vec<u8>) -> Response {
    web::answer::json_bytes(StatusCode::OK, body)
}

/// Transactions spoken.
const TRANSACTIONS: &[&str] = &[
    "1101", "2001", "2101", "2102", "2103", "2201", "2202", "2203", "2203A", "2204", "2205", "2206", "2207", "2207A",
    "2208", "2301", "2302", "2303", "2304", "2305", "2401", "2402", "2403", "2404", "2405", "2501", "2502", "2503",
    "2504", "2505", "2506", "2601", "3101", "3102", "3103", "3201", "3202", "5203", "5206", "5301", "9001", "9002",
    "9101", "9102",
];

async fn answered(
    gateway: &NhsaGateway,
    actor: &Arc<Actor>,
    codes: &'static Codes,
    message: &Message,
    seal: Option<&Seal>,
) -> Result<Vec<u8>, Error> {
    if !TRANSACTIONS.contains(&message.infno.as_str()) {
        return Err(Refusal::InfnoUnknown.at("infno").with(message.infno.clone()));
    }
    let institution = institution_of(gateway, actor)?;
    if institution.code != message.fixmedins {
        return Err(Refusal::FixmedinsWrong.at("fixmedins_code"));
    }
    if let Some(seal) = seal {
        seal.check(message)?;
    }
    let mut turn = Turn { gateway, actor, institution, codes, message, quote: None, repeated: false };
    if message.infno != "9001" {
        sign::checked(&turn).await?;
    }
    let _alone = gateway.twins.alone(turn.institution.id.0, &message.msgid).await;
    let claimed = claim(&turn).await?;
    (turn.quote, turn.repeated) = (claimed.quote, claimed.repeated);
    if let Some(reply) = claimed.kept {
        stands(&turn, &reply.body).await?;
        return Ok(reply.body);
    }
    let output = run(&turn).await?;
    let now = gateway.settlements.db.world().now();
    let body = sealed(seal, answer(message, gateway.settlements.region, now, Ok(output)))?;
    let key = key(&turn, "reply");
    let kept = gateway.settlements.db.write(key.home(), move |tx| tx.once(&key, |_| Ok((200, body.clone())))).await;
    Ok(kept.map_err(conflict)?.body)
}

/// The key of a part of a message: its claim, its answer, an effect of its own.
pub(super) fn key(turn: &Turn<'_>, what: &str) -> OnceKey {
    let route = format!("POST /nhsa {what}");
    OnceKey::new(turn.institution.id.0, &route, &turn.message.msgid, &turn.message.body, true)
}

/// Refuses to repeat the answer of a settlement or admission that was undone since, so
/// that nobody takes it for one that holds.
async fn stands(turn: &Turn<'_>, body: &[u8]) -> Result<(), Error> {
    let undone = || settlement::Refusal::AlreadyCancelled.at("msgid");
    let kept: Value = serde_json::from_slice(body).unwrap_or_default();
    let named = |place: &str| kept.pointer(place).and_then(Value::as_str).unwrap_or_default().to_owned();
    match turn.message.infno.as_str() {
        "2102" | "2207" | "2207A" | "2304" => {
            let id = named("/output/setlinfo/setl_id").parse().map_err(|_bad| undone())?;
            let shown = turn.gateway.settlements.read(turn.actor, id).await?;
            if shown.undone_by.is_some() { Err(undone()) } else { Ok(()) }
        }
        "2201" | "2401" => {
            let place = if turn.message.infno == "2201" { "/output/data/mdtrt_id" } else { "/output/result/mdtrt_id" };
            let id = named(place).parse().map_err(|_bad| undone())?;
            let visit = turn.gateway.settlements.visit(turn.actor, id).await?;
            if visit.stage == settlement::rules::stage::Stage::Void { Err(undone()) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// A number that came with another body is the interface's own refusal.
fn conflict(error: Error) -> Error {
    if error.code() == ::store::once::Refusal::KeyReused.kind().code {
        Refusal::DuplicateConflict.at("msgid")
    } else {
        error
    }
}

/// What was known of a message when it came.
struct Claimed {
    quote: Option<i64>,
    repeated: bool,
    kept: Option<Reply>,
}

/// Claims the message number for this body, remembers which quote it settles, and finds
/// the answer that was kept.
async fn claim(turn: &Turn<'_>) -> Result<Claimed, Error> {
    let (claim, reply) = (key(turn, "claim"), key(turn, "reply"));
    let visit = settles(turn)?;
    let (institution, opter) = (turn.institution.id, turn.message.opter.clone());
    let done = turn.gateway.settlements.db.write(claim.home(), move |tx| {
        let claimed = tx.once(&claim, |tx| {
            let quote = match &visit {
                Some(visit) => sign::quoted(tx, institution, &opter, visit)?,
                None => None,
            };
            Ok((202, quote.unwrap_or(0).to_string().into_bytes()))
        })?;
        let quote = std::str::from_utf8(&claimed.body).ok().and_then(|text| text.parse().ok()).filter(|id| *id != 0);
        Ok(Claimed { quote, repeated: claimed.repeated, kept: kept(tx, &reply)? })
    });
    done.await.map_err(conflict)
}

/// What is kept under a key, if anything.
fn kept(tx: &mut ::store::Tx<'_>, key: &OnceKey) -> Result<Option<Reply>, Error> {
    const NOTHING: &str = Refusal::FileUnknown.kind().code;
    match tx.once(key, |_| Err(Refusal::FileUnknown.error())) {
        Ok(reply) => Ok(Some(reply)),
        Err(Error::Refused(refused)) if refused.kind.code == NOTHING => Ok(None),
        Err(error) => Err(error),
    }
}

/// Runs an effect of a message once: the same message again gets what it made.
pub(super) async fn once(
    turn: &Turn<'_>,
    what: &str,
    home: i64,
    mut work: impl FnMut(&mut ::store::Tx<'_>) -> Result<Value, Error> + Send + 'static,
) -> Result<Value, Error> {
    let key = key(turn, what);
    let reply = turn
        .gateway
        .settlements
        .db
        .write(home, move |tx| tx.once(&key, |tx| Ok((200, work(tx)?.to_string().into_bytes()))));
    let wrong = |error| kernel::Fault::from_source(kernel::FaultKind::Broken, "reading what a message made", error);
    Ok(serde_json::from_slice(&reply.await.map_err(conflict)?.body).map_err(wrong)?)
}

/// The visit that a settling message names.
fn settles(turn: &Turn<'_>) -> Result<Option<String>, Error> {
    match turn.message.infno.as_str() {
        "2207" | "2207A" | "2304" => Node::of(turn.message, &["data"])?.need("mdtrt_id", 30).map(Some),
        _ => Ok(None),
    }
}

async fn run(turn: &Turn<'_>) -> Result<Value, Error> {
    match turn.message.infno.as_str() {
        "9001" => sign::sign_in(turn).await,
        "9002" => sign::sign_out(turn).await,
        "1101" => person::person(turn).await,
        "2001" => person::entitled(turn).await,
        "5206" => person::sums(turn).await,
        "5301" => person::recognised(turn).await,
        "2201" => visit::register(turn).await,
        "2401" => visit::admit(turn).await,
        "2202" | "2404" => visit::annul(turn).await,
        "2203" | "2203A" | "2403" => visit::retell(turn).await,
        "2402" => visit::discharge(turn).await,
        "2405" => visit::readmit(turn).await,
        "2204" | "2301" => fees::charge(turn).await,
        "2205" | "2302" => fees::uncharge(turn).await,
        "2206" | "2303" => settle::quote(turn).await,
        "2207" | "2207A" | "2304" => settle::settle(turn).await,
        "2101" => settle::preview(turn).await,
        "2102" => settle::direct(turn).await,
        "2103" | "2208" | "2305" => settle::cancel(turn).await,
        "2601" => settle::reverse(turn).await,
        "5203" => settle::read(turn).await,
        "2501" | "2503" | "2505" => file::file(turn).await,
        "2502" | "2504" | "2506" => file::unfile(turn).await,
        "3101" | "3102" => audit::audit(turn).await,
        "3103" => audit::feedback(turn).await,
        "3201" => day_end::general(turn).await,
        "3202" => day_end::detail(turn).await,
        "9101" => day_end::upload(turn).await,
        "9102" => day_end::download(turn).await,
        _ => Err(Refusal::InfnoUnknown.at("infno")),
    }
}
