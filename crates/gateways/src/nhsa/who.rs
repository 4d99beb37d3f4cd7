//! Who is meant: by the agency's number, or by what the person shows: the code of this
//! region or the presence it proved (01), the identity card (02), the health card (03).

use super::Refusal;
use super::node::Node;
use super::turn::Turn;
use ::store::{Event, OnceKey};
use credentials::{Credentials, scan::Scan, scan::Scanned};
use identity::{HEALTH_CARD_SYSTEM, Identifier, RESIDENT_ID_SYSTEM};
use insurance::{Card, Day, eligibility};
use kernel::{Error, Fault, FaultKind, PersonId, Purpose};
use serde::{Deserialize, Serialize};

/// Somebody who is insured.
pub(super) struct Insured {
    pub(super) person: PersonId,
    pub(super) card: Card,
}

/// What somebody showed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Shown {
    pub(super) person: i64,
    /// The presence token, when a code was scanned.
    pub(super) token: String,
    /// The presence's number.
    pub(super) presence: String,
}

/// Characters of a credential at most: a presence token is the longest.
const CERT_MAX: usize = 400;

/// The person of `psn_no`, insured at the place that the envelope names.
pub(super) async fn insured(turn: &Turn<'_>, node: Node<'_>) -> Result<Insured, Error> {
    let psn_no = node.need("psn_no", 30)?;
    let found = turn.gateway.settlements.db.read(move |sql| {
        let Some(person) = eligibility::person_of(sql, &psn_no)? else { return Ok(None) };
        Ok(eligibility::card(sql, person)?.map(|(_, card)| Insured { person, card }))
    });
    let one = found.await?.ok_or_else(|| insurance::Refusal::PersonNotFound.at("psn_no"))?;
    let insuplc = &turn.message.insuplc;
    if !one.card.coverages.is_empty() && !one.card.coverages.iter().any(|known| known.admdvs == *insuplc) {
        return Err(Refusal::InsuplcWrong.at("insuplc_admdvs"));
    }
    Ok(one)
}

/// The card of a person whose number the agency may not have given yet.
pub(super) async fn card(turn: &Turn<'_>, person: PersonId) -> Result<Card, Error> {
    let found = turn.gateway.settlements.db.read(move |sql| eligibility::card(sql, person)).await?;
    found.map(|(_, card)| card).ok_or_else(|| insurance::Refusal::PersonNotFound.at("mdtrt_cert_no"))
}

fn kept(_: &Credentials, scanned: &Scanned) -> Result<Vec<u8>, Error> {
    let shown = Shown {
        person: scanned.presence.person.0,
        token: scanned.token.clone(),
        presence: scanned.presence.id.to_string(),
    };
    let wrong = |error| Fault::from_source(FaultKind::Broken, "writing what was scanned", error);
    Ok(serde_json::to_vec(&shown).map_err(wrong)?)
}

/// Purposes whose presence lets somebody be registered and settled for.
const PURPOSES: &[&str] = &["01101", "01102", "01103", "01201", "01301", "02121"];

/// Who shows the credential of a node, scanned for a purpose when it is a code.
pub(super) async fn shown(turn: &Turn<'_>, node: Node<'_>, purpose: &str) -> Result<Shown, Error> {
    let kind = node.need("mdtrt_cert_type", 3)?;
    let number = match node.text("mdtrt_cert_no", CERT_MAX)? {
        number if number.is_empty() => node.need("certno", 50)?,
        number => number,
    };
    if !turn.codes.mdtrt_cert_type.contains_key(&kind) {
        return Err(Refusal::FieldWrong.at("mdtrt_cert_type"));
    }
    match kind.as_str() {
        "01" if number.starts_with(credentials::token::PREFIX) => present(turn, number).await,
        "01" => scanned(turn, number, purpose).await,
        "02" => by_document(turn, Identifier::new(RESIDENT_ID_SYSTEM, number)).await,
        _ => by_document(turn, Identifier::new(HEALTH_CARD_SYSTEM, number)).await,
    }
}

/// A presence is proved once for a message: asked again after its quarter of an hour,
/// the message still finds what it did.
async fn present(turn: &Turn<'_>, token: String) -> Result<Shown, Error> {
    let purposes: Vec<Purpose> = PURPOSES.iter().filter_map(|code| Purpose::from_code(code)).collect();
    let proved = turn.gateway.credentials.proved(turn.actor, &token, &purposes).await;
    let shown = proved.map(|said| Shown { person: said.person.0, token, presence: said.presence.to_string() });
    if !turn.repeated && shown.is_err() {
        return shown;
    }
    let home = shown.as_ref().map_or(0, |shown| shown.person);
    let made = super::turn::once(turn, "presence", home, move |_| match &shown {
        Ok(shown) => {
            Ok(serde_json::json!({ "person": shown.person, "token": shown.token, "presence": shown.presence }))
        }
        Err(_) => Err(credentials::Refusal::PresenceOver.at("mdtrt_cert_no")),
    });
    let wrong = |error| Fault::from_source(FaultKind::Broken, "reading a presence", error);
    Ok(serde_json::from_value(made.await?).map_err(wrong)?)
}

async fn scanned(turn: &Turn<'_>, code: String, purpose: &str) -> Result<Shown, Error> {
    let message = turn.message;
    let key = OnceKey::new(turn.institution.id.0, "POST /nhsa scan", &message.msgid, &message.body, true);
    let place: String = message.dev_no.chars().take(credentials::scan::PLACE_MAX).collect();
    let scan = Scan { code, purpose: purpose.to_owned(), place };
    let reply = turn.gateway.credentials.scan_once(turn.actor, scan, key, kept).await?;
    let wrong = |error| Fault::from_source(FaultKind::Broken, "reading what was scanned", error);
    Ok(serde_json::from_slice(&reply.body).map_err(wrong)?)
}

/// By an exact number, for those who may look people up; the look stays in the trail.
async fn by_document(turn: &Turn<'_>, document: Identifier) -> Result<Shown, Error> {
    if !turn.actor.may(identity::FIND) {
        return Err(access::Refusal::RightMissing.error().with(identity::FIND.name));
    }
    let (index, institution) = (turn.gateway.credentials.index.clone(), turn.institution.id);
    let db = &turn.gateway.settlements.db;
    let found = db.read(move |sql| identity::find(sql, &index, institution, std::slice::from_ref(&document))).await?;
    let person = found.ok_or_else(|| insurance::Refusal::PersonNotFound.at("mdtrt_cert_no"))?;
    looked(turn, person, &identity::FOUND, "").await?;
    Ok(Shown { person: person.0, ..Shown::default() })
}

/// A look that is durable before its first byte goes out.
pub(super) async fn looked(
    turn: &Turn<'_>,
    person: PersonId,
    name: &'static kernel::EventName,
    object: &str,
) -> Result<(), Error> {
    let look = Event {
        person: Some(person),
        actor: Some(turn.actor.id),
        institution: Some(turn.institution.id),
        purpose: "01301",
        object: object.to_owned(),
        ..Event::of(name)
    };
    turn.gateway.settlements.db.record(person.0, look).await
}

/// The person of `psn_no`, who also shows a credential where the node has one; answers
/// the presence that was proved.
pub(super) async fn who_shows(turn: &Turn<'_>, node: Node<'_>, purpose: &str) -> Result<(Insured, String), Error> {
    let one = insured(turn, node).await?;
    if node.text("mdtrt_cert_type", 3)?.is_empty() {
        return Err(Refusal::FieldMissing.at("mdtrt_cert_type"));
    }
    let shown = shown(turn, node, purpose).await?;
    if shown.person != one.person.0 {
        return Err(Refusal::CredentialMismatch.at("mdtrt_cert_no"));
    }
    Ok((one, shown.presence))
}

/// Today, China's.
pub(super) fn today(turn: &Turn<'_>) -> Day {
    Day::of(turn.gateway.settlements.db.world().now())
}
