//! What a person's own phone calls: about nobody but its person and those whose
//! codes the person may show.

use super::cards::{CardView, ShownAnswer, StateAnswer};
use super::{answered, base64, bytes, card_id, once, once_key, person_id};
use crate::devices::{Device, NewDevice, register as register_device, remove as remove_device};
use crate::issue::{NewCard, Standing, issue_as};
use crate::offline::Holder;
use crate::rules::card::{Act, LABEL_MAX, Medium, Proof, State as Stage};
use crate::{Credentials, Refusal, life, store};
use axum::extract::OriginalUri;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use kernel::{Actor, DeviceId, Error, PersonId};
use serde::{Deserialize, Serialize};
use web::{Body, Caller, Problem};

/// The person who calls.
pub(super) fn own(actor: &Actor) -> Result<PersonId, Error> {
    actor.person.ok_or_else(|| Refusal::NoCard.error())
}

/// `GET /me/code`: the code of one's own phone, by the node itself.
pub(super) async fn own_code(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
) -> Result<Response, Problem> {
    answered(StatusCode::OK, &ShownAnswer::from(credentials.show_own(&actor).await?))
}

fn device_id(text: &str) -> Result<DeviceId, Error> {
    text.parse().map_err(|_bad| web::Refusal::NotFound.at("device"))
}

#[derive(Debug, Deserialize)]
pub(super) struct UsedAsked {
    device: String,
}

#[derive(Serialize)]
struct UsedAnswer {
    step: u32,
    sub: u32,
}

/// `GET /me/used?device=`: the next sub-counter of the current half minute; 8 means
/// that all were used.
pub(super) async fn used(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Query(asked): Query<UsedAsked>,
) -> Result<Response, Problem> {
    let next = credentials.next_of(own(&actor)?, device_id(&asked.device)?).await?;
    answered(StatusCode::OK, &UsedAnswer { step: next.step.0, sub: next.sub })
}

#[derive(Serialize)]
struct DeviceView {
    device: String,
    card: String,
    person: String,
    label: String,
    registered_at: i64,
    seen_at: i64,
    removed_at: Option<i64>,
}

impl From<Device> for DeviceView {
    fn from(device: Device) -> Self {
        Self {
            device: device.id.to_string(),
            card: device.card.to_string(),
            person: device.shows.to_string(),
            label: device.label,
            registered_at: device.registered_at,
            seen_at: device.seen_at,
            removed_at: device.removed_at,
        }
    }
}

#[derive(Serialize)]
struct DevicesAnswer {
    devices: Vec<DeviceView>,
}

/// `GET /me/devices`.
pub(super) async fn devices(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
) -> Result<Response, Problem> {
    let devices = credentials.devices(own(&actor)?).await?;
    answered(StatusCode::OK, &DevicesAnswer { devices: devices.into_iter().map(DeviceView::from).collect() })
}

#[derive(Debug, Deserialize)]
pub(super) struct RegisterAsked {
    #[serde(default)]
    label: String,
    public_key: String,
    #[serde(rename = "for")]
    shows: Option<String>,
}

#[derive(Serialize)]
struct RegisterAnswer {
    #[serde(flatten)]
    device: DeviceView,
    region: u32,
    now_at: i64,
}

/// `POST /me/devices {label, public_key, for}`: this phone will mint codes.
pub(super) async fn register(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<RegisterAsked>,
) -> Result<Response, Problem> {
    let owner = own(&actor)?;
    let parts = [asked.label.as_str(), &asked.public_key, asked.shows.as_deref().unwrap_or_default()];
    let key = once_key(&headers, &actor, "POST /me/devices", &parts)?;
    let shows = asked.shows.as_deref().map_or(Ok(owner), |text| person_id(text, "for"))?;
    let new = NewDevice { label: asked.label, public_key: bytes(&asked.public_key, "public_key")?, shows };
    let region = credentials.codes.region();
    once(&credentials, owner, key, 201, move |tx| {
        let device = register_device(tx, owner, &new, &actor)?;
        Ok(RegisterAnswer { device: device.into(), region, now_at: ::store::Sql::now(tx) })
    })
    .await
}

#[derive(Debug, Deserialize)]
pub(super) struct LabelAsked {
    label: String,
}

#[derive(Serialize)]
struct RenameAnswer {
    device: String,
    label: String,
}

/// `POST /me/devices/{device}/rename {label}`.
pub(super) async fn rename(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(device): Path<String>,
    Body(asked): Body<LabelAsked>,
) -> Result<Response, Problem> {
    let (owner, id) = (own(&actor)?, device_id(&device)?);
    if asked.label.chars().count() > LABEL_MAX {
        return Err(web::Refusal::BodyInvalid.at("label").with(format!("at most {LABEL_MAX} characters")).into());
    }
    let label = asked.label.clone();
    let there = credentials.db.write(owner.0, move |tx| Ok(store::devices::rename(tx, owner, id, &label)?)).await?;
    if !there {
        return Err(web::Refusal::NotFound.at("device").into());
    }
    answered(StatusCode::OK, &RenameAnswer { device, label: asked.label })
}

#[derive(Serialize)]
struct RemoveAnswer {
    device: String,
    removed: bool,
}

/// `POST /me/devices/{device}/remove`: the same again changes nothing.
pub(super) async fn remove(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(device): Path<String>,
) -> Result<Response, Problem> {
    let (owner, id) = (own(&actor)?, device_id(&device)?);
    let this = credentials.clone();
    credentials.db.write(owner.0, move |tx| remove_device(tx, &this, owner, id, &actor)).await?;
    answered(StatusCode::OK, &RemoveAnswer { device, removed: true })
}

#[derive(Debug, Deserialize)]
pub(super) struct StockAsked {
    days: u32,
}

#[derive(Serialize)]
struct StockAnswer {
    device: String,
    region: u32,
    suite: u8,
    now_at: i64,
    epoch: u16,
    first: u32,
    span: u32,
    count: usize,
    handles: String,
    bars: String,
    key: KeyView,
}

#[derive(Serialize)]
struct KeyView {
    public_key: String,
    iv: String,
    wrapped: String,
}

/// `POST /me/devices/{device}/stock {days}`: what the phone needs to show codes
/// without a network.
pub(super) async fn stock(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(device): Path<String>,
    Body(asked): Body<StockAsked>,
) -> Result<Response, Problem> {
    let (stock, key) = credentials.stock(own(&actor)?, device_id(&device)?, asked.days).await?;
    answered(
        StatusCode::OK,
        &StockAnswer {
            device,
            region: stock.region,
            suite: stock.suite,
            now_at: credentials.db.world().now(),
            epoch: stock.epoch,
            first: stock.first_slot * code::time::SLOT,
            span: code::time::SLOT,
            count: stock.handles.len(),
            handles: base64(&stock.handles.concat()),
            bars: base64(&stock.bars.concat()),
            key: KeyView { public_key: base64(&key.public_key), iv: base64(&key.iv), wrapped: base64(&key.sealed) },
        },
    )
}

#[derive(Debug, Deserialize)]
pub(super) struct CredentialAsked {
    holder: String,
    suite: Option<u8>,
}

#[derive(Serialize)]
struct CredentialAnswer {
    credential: String,
    suite: u8,
    expires_at: i64,
}

/// `POST /me/devices/{device}/credential {holder, suite}`: a signed credential for two
/// sides without a network, for the phone's own signing key; without a suite the
/// node's own is meant.
pub(super) async fn credential(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    Path(device): Path<String>,
    Body(asked): Body<CredentialAsked>,
) -> Result<Response, Problem> {
    let holder = Holder { suite: asked.suite, public: bytes(&asked.holder, "holder")? };
    let given = credentials.credential(&actor, device_id(&device)?, holder).await?;
    let credential = base64(&given.credential);
    answered(StatusCode::CREATED, &CredentialAnswer { credential, suite: given.suite, expires_at: given.expires_at })
}

#[derive(Serialize)]
struct CardsAnswer {
    cards: Vec<CardView>,
}

/// `GET /me/cards`.
pub(super) async fn cards(State(credentials): State<Credentials>, Caller(actor): Caller) -> Result<Response, Problem> {
    let person = own(&actor)?;
    let now = credentials.db.world().now();
    let cards = credentials.cards(person).await?;
    answered(StatusCode::OK, &CardsAnswer { cards: cards.into_iter().map(|card| CardView::of(card, now)).collect() })
}

/// `POST /me/cards {label}`: asks for a card on the phone; a device activates it.
pub(super) async fn apply(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Body(asked): Body<LabelAsked>,
) -> Result<Response, Problem> {
    let person = own(&actor)?;
    let key = once_key(&headers, &actor, "POST /me/cards", &[&asked.label])?;
    once(&credentials, person, key, 201, move |tx| {
        let new = NewCard {
            person,
            medium: Medium::Phone,
            label: &asked.label,
            issuer: Some(actor.id),
            institution: None,
            expires_at: None,
        };
        let card = issue_as(tx, &new, Standing { state: Stage::Applied, proof: Proof::Told, mandate: 0 })?;
        Ok(StateAnswer { card: card.to_string(), state: Stage::Applied.name() })
    })
    .await
}

/// `POST /me/cards/{card}/{act}`: suspend, resume or lost. Whoever reports a card lost
/// is signed out elsewhere: who found the phone would resume it.
pub(super) async fn act_on(
    State(credentials): State<Credentials>,
    Caller(actor): Caller,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    Path((card, act)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let person = own(&actor)?;
    let act = Act::from_name(&act)
        .filter(|act| matches!(act, Act::Suspend | Act::Resume | Act::Lose))
        .ok_or_else(|| web::Refusal::NotFound.at("act"))?;
    let id = card_id(&card)?;
    let this = credentials.clone();
    if act == Act::Lose {
        let keep = access::gate::token_of(&headers, uri.path());
        access::sign_in::end_sessions(&credentials.gate, &actor, actor.id, keep).await?;
    }
    let state = credentials.db.write(person.0, move |tx| life::act(tx, &this, (person, id), act, &actor)).await?;
    answered(StatusCode::OK, &StateAnswer { card, state: state.name() })
}
