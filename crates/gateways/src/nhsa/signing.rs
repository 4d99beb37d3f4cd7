//! Which institutions and terminals must sign their messages, with which keys; answers to
//! those that do are signed by the node. A fact of the node for each institution, set by
//! the administrator.

use super::envelope::Message;
use super::signature::{self, SIGNTYPE, Unsigned, public_key};
use super::{NhsaGateway, Refusal, SIGNING_SET};
use ::store::{Event, SqlExt, fact};
use axum::extract::{Path, State};
use axum::response::Response;
use directory::Institution;
use http::StatusCode;
use kernel::{Error, Fault, FaultKind, InstitutionId};
use keys::{Signer, Use};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use web::{Body, Caller, Problem};

/// Keys of an institution at once: the old beside the new.
const KEYS_MAX: usize = 4;
/// Terminals with a rule of their own.
const TERMINALS_MAX: usize = 1_000;

/// Whether messages are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Mode {
    /// They need not be; a signature is not looked at.
    #[default]
    Off,
    /// By SM2; without a good signature nothing is done.
    Sm2,
}

/// What is known of an institution's signatures.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Signing {
    mode: Mode,
    /// Public keys, hexadecimal.
    #[serde(default)]
    keys: Vec<String>,
    /// Terminals (`dev_no`) for which another mode holds.
    #[serde(default)]
    terminals: BTreeMap<String, Mode>,
}

fn name(institution: InstitutionId) -> String {
    format!("nhsa.signing/{}", institution.0)
}

fn find(sql: &mut (impl SqlExt + ?Sized), institution: InstitutionId) -> Result<Signing, Fault> {
    let wrong = |error| Fault::from_source(FaultKind::Broken, "reading how an institution signs", error);
    let found = fact::find(sql, &name(institution))?;
    found.map_or(Ok(Signing::default()), |bytes| serde_json::from_slice(&bytes).map_err(wrong))
}

impl Signing {
    fn mode_of(&self, terminal: &str) -> Mode {
        self.terminals.get(terminal).copied().unwrap_or(self.mode)
    }

    fn checked(&self) -> Result<(), Error> {
        if self.keys.len() > KEYS_MAX || self.terminals.len() > TERMINALS_MAX {
            return Err(Refusal::SigningInvalid.at("keys").with(format!("at most {KEYS_MAX} keys")));
        }
        if let Some(wrong) = self.keys.iter().find(|key| public_key(key).is_none()) {
            return Err(Refusal::SigningInvalid.at("keys").with(wrong.chars().take(16).collect::<String>()));
        }
        let signs = self.mode == Mode::Sm2 || self.terminals.values().any(|mode| *mode == Mode::Sm2);
        if signs && self.keys.is_empty() {
            return Err(Refusal::SigningInvalid.at("keys").with("none"));
        }
        Ok(())
    }

    fn view(&self, institution: &Institution, node: &Signer) -> Value {
        json!({
            "institution": institution.code,
            "mode": self.mode,
            "keys": self.keys,
            "terminals": self.terminals,
            "node": ::store::value::hex(node.public()),
        })
    }
}

/// How messages of an institution that signs are checked and answered.
pub(super) struct Seal {
    keys: Vec<suites::PublicKey>,
    node: Signer,
}

/// The seal that holds for a message, if its institution and terminal must sign.
pub(super) async fn asked(
    gateway: &NhsaGateway,
    institution: InstitutionId,
    message: &Message,
) -> Result<Option<Seal>, Error> {
    let signing = gateway.settlements.db.read(move |sql| Ok(find(sql, institution)?)).await?;
    if signing.mode_of(&message.dev_no) == Mode::Off {
        return Ok(None);
    }
    let keys = signing.keys.iter().filter_map(|key| public_key(key)).collect();
    Ok(Some(Seal { keys, node: node_key(gateway).await? }))
}

/// The node's key for answers; SM2 whatever its other keys are.
async fn node_key(gateway: &NhsaGateway) -> Result<Signer, Error> {
    gateway.credentials.keys.signer(Use::Interface, None).await
}

/// What `GET /nhsa` says of signatures.
pub(super) async fn introduced(gateway: &NhsaGateway, institution: InstitutionId) -> Result<Value, Error> {
    let signing = gateway.settlements.db.read(move |sql| Ok(find(sql, institution)?)).await?;
    if signing.mode == Mode::Off && signing.terminals.values().all(|mode| *mode == Mode::Off) {
        return Ok(Value::Null);
    }
    let node = node_key(gateway).await?;
    let terminals = &signing.terminals;
    Ok(json!({
        "signtype": SIGNTYPE, "mode": signing.mode, "terminals": terminals, "node": ::store::value::hex(node.public()),
    }))
}

fn members(body: &[u8]) -> Result<Map<String, Value>, Fault> {
    serde_json::from_slice(body)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "reading a message again", error))
}

impl Seal {
    /// Refuses a message without a good signature.
    pub(super) fn check(&self, message: &Message) -> Result<(), Error> {
        match signature::check(&members(&message.body)?, &self.keys) {
            Ok(()) => Ok(()),
            Err(Unsigned::Missing) => Err(Refusal::SignatureMissing.at("cainfo")),
            Err(Unsigned::Wrong) => Err(Refusal::SignatureWrong.at("cainfo")),
        }
    }

    /// The answer with the node's signature.
    pub(super) fn signed(&self, answer: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut members = members(answer)?;
        let mut failed = None;
        let done =
            signature::sign(&mut members, |text| self.node.sign(text).map_err(|fault| failed = Some(fault)).ok());
        match (done, failed) {
            (Some(()), _) => Ok(Value::Object(members).to_string().into_bytes()),
            (None, Some(fault)) => Err(fault),
            (None, None) => Err(Fault::broken("an answer of the national interface that cannot be signed")),
        }
    }
}

fn institution(gateway: &NhsaGateway, code: &str) -> Result<Arc<Institution>, Error> {
    gateway.settlements.directory.by_code(code).ok_or_else(|| web::Refusal::NotFound.at("institution"))
}

fn answered(signing: &Signing, institution: &Institution, node: &Signer) -> Response {
    web::answer::json_bytes(StatusCode::OK, signing.view(institution, node).to_string().into_bytes())
}

/// `GET /v1/nhsa/signing/{institution}`: who must sign, by the institution's code.
pub(super) async fn show(State(gateway): State<NhsaGateway>, Path(code): Path<String>) -> Result<Response, Problem> {
    let institution = institution(&gateway, &code)?;
    let id = institution.id;
    let signing = gateway.settlements.db.read(move |sql| Ok(find(sql, id)?)).await?;
    Ok(answered(&signing, &institution, &node_key(&gateway).await?))
}

/// `PUT /v1/nhsa/signing/{institution} {mode, keys, terminals}`: the same again changes
/// nothing.
pub(super) async fn set(
    State(gateway): State<NhsaGateway>,
    Caller(actor): Caller,
    Path(code): Path<String>,
    Body(asked): Body<Signing>,
) -> Result<Response, Problem> {
    let institution = institution(&gateway, &code)?;
    asked.checked()?;
    let (id, by, kept) = (institution.id, actor.id, asked.clone());
    let wrong = |error| Fault::from_source(FaultKind::Broken, "writing how an institution signs", error);
    let body = serde_json::to_vec(&asked).map_err(wrong)?;
    let set = gateway.settlements.db.write(id.0, move |tx| {
        tx.set_fact(&name(id), &body)?;
        tx.event(Event {
            actor: Some(by),
            institution: Some(id),
            detail: Some(json!({ "mode": kept.mode, "keys": kept.keys.len() }).to_string().into_bytes()),
            ..Event::of(&SIGNING_SET)
        });
        Ok(())
    });
    set.await?;
    Ok(answered(&asked, &institution, &node_key(&gateway).await?))
}
