//! The life of cards at a staffed desk.

use super::{answered, card_id, once, once_key, person_id};
use crate::issue::{NewCard, Standing, issue_as};
use crate::mandates::{NewMandate, give};
use crate::rules::card::{Act, Card, Medium, Proof, State as Stage};
use crate::rules::mandate::MandateKind;
use crate::show::Shown;
use crate::{Credentials, Refusal, life, merge, paper, store};
use ::store::OnceKey;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use kernel::{CardId, Error, Fault, PersonId, Purpose};
use serde::{Deserialize, Serialize};
use web::{Body, Caller, Problem};

#[derive(Debug, Deserialize)]
pub(super) struct CardAsked {
    person: String,
    medium: String,
    #[serde(default)]
    label: String,
    /// `none`, `told`, `document` or `face`; a clerk saw the document unless told.
    proof: Option<String>,
    /// Whether it waits to be activated by a device or a desk.
    #[serde(default)]
    apply: bool,
    expires_at: Option<i64>,
}

#[derive(Serialize)]
struct CardAnswer {
    card: String,
}

async fn exists(credentials: &Credentials, person: PersonId, field: &str) -> Result<(), Error> {
    if credentials.db.read(move |sql| Ok(identity::exists(sql, person)?)).await? {
        Ok(())
    } else {
        Err(Refusal::PersonUnknown.at(field))
    }
}

/// `POST /v1/cards {person, medium, label, proof, apply, expires_at}`: a card for a
/// person who is known; shows codes at once unless it is applied for.
pub(super) async fn issue_card(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<CardAsked>,
) -> Result<Response, Problem> {
    let key = once_key(&headers, &actor, "POST /v1/cards", &[&asked.person, &asked.medium, &asked.label])?;
    let person = person_id(&asked.person, "person")?;
    let medium = Medium::from_name(&asked.medium)
        .filter(|medium| !medium.numbered())
        .ok_or_else(|| web::Refusal::BodyInvalid.at("medium").with("phone, paper, infant or temporary"))?;
    let proof = match asked.proof.as_deref() {
        None if matches!(medium, Medium::Infant | Medium::Temporary) => Proof::None,
        None => Proof::Document,
        Some(word) => Proof::from_name(word)
            .ok_or_else(|| web::Refusal::BodyInvalid.at("proof").with("none, told, document or face"))?,
    };
    exists(&credentials, person, "person").await?;
    let state = if asked.apply { Stage::Applied } else { Stage::Active };
    let label = asked.label;
    once(&credentials, person, key, 201, move |tx| {
        let new = NewCard {
            person,
            medium,
            label: &label,
            issuer: Some(actor.id),
            institution: actor.institution,
            expires_at: asked.expires_at,
        };
        let card = issue_as(tx, &new, Standing { state, proof, mandate: 0 })?;
        Ok(CardAnswer { card: card.to_string() })
    })
    .await
}

#[derive(Debug, Deserialize)]
pub(super) struct BindAsked {
    person: String,
    medium: String,
    number: String,
}

/// `POST /v1/cards/bind {person, medium, number}`: a bank, social security or
/// hospital card that stands for the person; the number is not kept.
pub(super) async fn bind(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<BindAsked>,
) -> Result<Response, Problem> {
    let key = once_key(&headers, &actor, "POST /v1/cards/bind", &[&asked.person, &asked.medium, &asked.number])?;
    let person = person_id(&asked.person, "person")?;
    let medium = Medium::from_name(&asked.medium)
        .filter(|medium| medium.numbered())
        .ok_or_else(|| web::Refusal::BodyInvalid.at("medium").with("bank, social or local"))?;
    exists(&credentials, person, "person").await?;
    let mut bound = credentials.bind_number(person, medium, &asked.number, &actor)?;
    once(&credentials, person, key, 201, move |tx| Ok(CardAnswer { card: bound(tx)?.to_string() })).await
}

/// Whose a card is, or that there is none.
async fn owner(credentials: &Credentials, card: CardId) -> Result<PersonId, Error> {
    let person = credentials.db.read(move |sql| Ok(store::person_of(sql, card)?)).await?;
    person.ok_or_else(|| web::Refusal::NotFound.at("card"))
}

/// A card as JSON.
#[derive(Serialize)]
pub(super) struct CardView {
    card: String,
    medium: &'static str,
    label: String,
    state: &'static str,
    proof: &'static str,
    issued_at: i64,
    expires_at: Option<i64>,
}

impl CardView {
    /// A card at an instant: one whose time has come shows as expired.
    pub(super) fn of(card: Card, now: i64) -> Self {
        let state = if card.ran_out(now) { Stage::Expired } else { card.state };
        Self {
            card: card.id.to_string(),
            medium: card.medium.name(),
            label: card.label,
            state: state.name(),
            proof: card.proof.name(),
            issued_at: card.issued_at,
            expires_at: card.expires_at,
        }
    }
}

/// `GET /v1/cards/{card}`: where a card stands.
pub(super) async fn card(
    State(credentials): State<Credentials>,
    Path(card): Path<String>,
) -> Result<Response, Problem> {
    let id = card_id(&card)?;
    let found = credentials.db.read(move |sql| {
        let Some(person) = store::person_of(sql, id)? else { return Ok(None) };
        Ok(store::card(sql, person, id)?)
    });
    let card = found.await?.ok_or_else(|| web::Refusal::NotFound.at("card"))?;
    answered(StatusCode::OK, &CardView::of(card, credentials.db.world().now()))
}

#[derive(Serialize)]
struct RevokeAnswer {
    card: String,
    revoked: bool,
}

/// `POST /v1/cards/{card}/revoke`: the same again changes nothing.
pub(super) async fn revoke_card(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(card): Path<String>,
) -> Result<Response, Problem> {
    let card = card_id(&card)?;
    let person = owner(&credentials, card).await?;
    let this = credentials.clone();
    credentials.db.write(person.0, move |tx| life::revoke(tx, &this, (person, card), &actor)).await?;
    answered(StatusCode::OK, &RevokeAnswer { card: card.to_string(), revoked: true })
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ReplaceAsked {
    #[serde(default)]
    label: String,
}

/// `POST /v1/cards/{card}/replace {label}`: ends it and answers its successor.
pub(super) async fn replace_card(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(card): Path<String>,
    headers: HeaderMap,
    Body(asked): Body<ReplaceAsked>,
) -> Result<Response, Problem> {
    let key = once_key(&headers, &actor, "POST /v1/cards/{card}/replace", &[&card, &asked.label])?;
    let card = card_id(&card)?;
    let person = owner(&credentials, card).await?;
    let this = credentials.clone();
    once(&credentials, person, key, 201, move |tx| {
        let new = life::replace(tx, &this, (person, card), &asked.label, &actor)?;
        Ok(CardAnswer { card: new.to_string() })
    })
    .await
}

#[derive(Serialize)]
pub(super) struct StateAnswer {
    pub(super) card: String,
    pub(super) state: &'static str,
}

/// `POST /v1/cards/{card}/act/{act}`: activate, suspend, resume or lost.
pub(super) async fn act_on(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path((card, act)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let act = Act::from_name(&act)
        .filter(|act| matches!(act, Act::Activate | Act::Suspend | Act::Resume | Act::Lose))
        .ok_or_else(|| web::Refusal::NotFound.at("act"))?;
    let card = card_id(&card)?;
    let person = owner(&credentials, card).await?;
    let this = credentials.clone();
    let state = credentials.db.write(person.0, move |tx| life::act(tx, &this, (person, card), act, &actor)).await?;
    answered(StatusCode::OK, &StateAnswer { card: card.to_string(), state: state.name() })
}

#[derive(Debug, Deserialize)]
pub(super) struct MergeAsked {
    from: String,
    into: String,
}

#[derive(Serialize)]
struct MergeAnswer {
    into: String,
    cards: u64,
}

/// `POST /v1/cards/merge {from, into}`: a newborn's or unknown person's cards become
/// the person's own.
pub(super) async fn merge_cards(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<MergeAsked>,
) -> Result<Response, Problem> {
    let key = once_key(&headers, &actor, "POST /v1/cards/merge", &[&asked.from, &asked.into])?;
    let (from, into) = (person_id(&asked.from, "from")?, person_id(&asked.into, "into")?);
    exists(&credentials, from, "from").await?;
    exists(&credentials, into, "into").await?;
    let this = credentials.clone();
    once(&credentials, into, key, 200, move |tx| {
        let cards = merge::merge(tx, &this, from, into, &actor)?;
        Ok(MergeAnswer { into: into.to_string(), cards })
    })
    .await
}

#[derive(Debug, Deserialize)]
pub(super) struct GuardianAsked {
    person: String,
    guardian: String,
    #[serde(default)]
    purposes: Vec<String>,
    until_at: Option<i64>,
    limit_fen: Option<i64>,
}

#[derive(Serialize)]
struct GuardianAnswer {
    mandate: String,
    card: String,
}

/// Purposes by their codes.
pub(super) fn purposes(codes: &[String]) -> Result<Vec<Purpose>, Error> {
    codes.iter().map(|code| Purpose::from_code(code).ok_or_else(|| Refusal::PurposeUnknown.at("purposes"))).collect()
}

/// `POST /v1/cards/guardian {person, guardian, purposes, until_at, limit_fen}`: a
/// clerk saw the document that says who the guardian is.
pub(super) async fn guardian(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<GuardianAsked>,
) -> Result<Response, Problem> {
    let key = once_key(&headers, &actor, "POST /v1/cards/guardian", &[&asked.person, &asked.guardian])?;
    let new = NewMandate {
        person: person_id(&asked.person, "person")?,
        holder: person_id(&asked.guardian, "guardian")?,
        kind: MandateKind::Guardian,
        purposes: purposes(&asked.purposes)?,
        until_at: asked.until_at,
        limit_fen: asked.limit_fen,
    };
    exists(&credentials, new.person, "person").await?;
    exists(&credentials, new.holder, "guardian").await?;
    once(&credentials, new.person, key, 201, move |tx| {
        let (mandate, card) = give(tx, &new, &actor)?;
        Ok(GuardianAnswer { mandate: mandate.id.to_string(), card: card.to_string() })
    })
    .await
}

#[derive(Serialize)]
pub(super) struct ShownAnswer {
    code: String,
    step_ends_at: i64,
    seconds_left: i64,
}

impl From<Shown> for ShownAnswer {
    fn from(shown: Shown) -> Self {
        Self { code: shown.code, step_ends_at: shown.step_ends_at, seconds_left: shown.seconds_left }
    }
}

/// `GET /v1/cards/{card}/code`: a desk shows the code of a card.
pub(super) async fn card_code(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(card): Path<String>,
) -> Result<Response, Problem> {
    let shown = credentials.show_at_desk(&actor, card_id(&card)?).await?;
    answered(StatusCode::OK, &ShownAnswer::from(shown))
}

#[derive(Serialize)]
struct PrintedAnswer {
    card: String,
    code: String,
    name: String,
    expires_at: i64,
}

/// `POST /v1/cards/{card}/print`: a printed code for a card on paper or plastic.
pub(super) async fn print_card(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(card): Path<String>,
) -> Result<Response, Problem> {
    let printed = credentials.print_code(&actor, card_id(&card)?).await?;
    let answer = PrintedAnswer {
        card: printed.card.to_string(),
        code: printed.code,
        name: printed.name,
        expires_at: printed.expires_at,
    };
    answered(StatusCode::CREATED, &answer)
}

/// Cards of one sheet at most.
const SHEET_MAX: usize = 500;

#[derive(Debug, Deserialize)]
pub(super) struct SheetAsked {
    cards: Vec<String>,
    /// What stands above the code.
    #[serde(default)]
    region: String,
}

/// `POST /v1/cards/sheet {cards, region}`: A4 sheets of cards to cut, as PDF, each
/// with a fresh printed code.
pub(super) async fn sheet(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Body(asked): Body<SheetAsked>,
) -> Result<Response, Problem> {
    if asked.cards.is_empty() || asked.cards.len() > SHEET_MAX {
        return Err(web::Refusal::BodyInvalid.at("cards").with(format!("1 to {SHEET_MAX}")).into());
    }
    let ids: Vec<CardId> = asked.cards.iter().map(|text| card_id(text)).collect::<Result<_, _>>()?;
    let mut drawn = Vec::with_capacity(ids.len());
    for id in ids {
        drawn.push(paper::drawn(&credentials.print_code(&actor, id).await?, &asked.region));
    }
    let about = print::About {
        title: "一码通纸质码".into(),
        author: asked.region,
        subject: "Printed codes".into(),
        language: print::Language::Zh,
        made_at: credentials.db.world().now(),
        id: OnceKey::new(actor.id.0, "sheet", &asked.cards.join(" "), b"", false).home().to_string(),
    };
    let mut document = print::Document::new(about);
    for page in print::sheets(&drawn) {
        document.add(page);
    }
    let pdf = document.write().map_err(|error| Fault::broken(format!("a sheet of cards: {error}")))?;
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"cards.pdf\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    Ok((StatusCode::OK, headers, pdf.bytes).into_response())
}
