//! What one's scans opened: who can see the record now, who can settle or hand out
//! something, and ending it.

use crate::Desks;
use crate::asked::{Asked, Fields, go_to, page};
use crate::phone::own_person;
use crate::phone::pages::{GRANT, OpenGrant, PRESENCE, open_panel};
use access::grant::GrantRow;
use axum::extract::State;
use axum::response::Response;
use kernel::{Actor, ActorId, Error, Fault, FaultKind, GrantId, PersonId};
use std::collections::HashMap;
use std::sync::Arc;
use web::Caller;
use web::words::{Lang, Word};

/// Names of actors, looked up together.
pub(crate) struct Names(HashMap<ActorId, (String, String)>);

impl Names {
    async fn of(desks: &Desks, mut ids: Vec<ActorId>) -> Result<Self, Error> {
        ids.sort_unstable();
        ids.dedup();
        let (db, policy) = (desks.gate.db().clone(), desks.gate.policy().clone());
        // The look-up waits for a reader, so it gets a thread that may wait.
        let found = tokio::task::spawn_blocking(move || {
            let mut names = HashMap::new();
            for id in ids {
                if let Some(actor) = access::actors::find(&db, &policy, id)? {
                    names.insert(id, (actor.name.to_string(), actor.place.to_string()));
                }
            }
            Ok::<_, Error>(names)
        });
        let names =
            found.await.map_err(|error| Fault::from_source(FaultKind::Broken, "looking up who may look", error))??;
        Ok(Self(names))
    }

    /// `林若衡 · 心内科`; empty for somebody who is no longer here.
    fn who(&self, id: ActorId) -> String {
        self.0.get(&id).map(|(name, place)| who(name, place)).unwrap_or_default()
    }
}

/// A name with department or room.
pub(crate) fn who(name: &str, place: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{name} · {place}") }
}

/// What is open on a person now: grants, then scans that opened no record but let
/// something be done; newest first.
pub(crate) async fn open_grants(desks: &Desks, person: PersonId, lang: Lang) -> Result<Vec<OpenGrant>, Error> {
    let rows = desks.gate.open_grants(person).await?;
    let mut open = Vec::new();
    if !rows.is_empty() {
        let names = Names::of(desks, rows.iter().map(|row| row.actor).collect()).await?;
        open.extend(rows.iter().map(|row| line(desks, &names, row, lang)));
    }
    let now = desks.now();
    for one in desks.credentials.own_presences(person).await? {
        if one.grant.is_some() || one.ended_at.is_some() || one.expires_at <= now {
            continue;
        }
        let purpose = match lang {
            Lang::Zh => one.purpose.zh,
            Lang::En => one.purpose.en,
        };
        open.push(OpenGrant {
            field: PRESENCE,
            id: one.id.to_string(),
            who: desks.directory.name(one.institution, lang == Lang::En),
            place: one.place,
            says: lang.fill(Word::OpenActs, &[purpose]),
            until: one.expires_at,
        });
    }
    Ok(open)
}

fn line(desks: &Desks, names: &Names, row: &GrantRow, lang: Lang) -> OpenGrant {
    let institution = desks.directory.name(row.institution, lang == Lang::En);
    let who = names.who(row.actor);
    OpenGrant {
        field: GRANT,
        id: row.id.to_string(),
        who: if who.is_empty() { institution.clone() } else { who },
        place: institution,
        says: lang.fill(Word::OpenScope, &[&lang[Word::ScopeHalfYear]]),
        until: row.until_at,
    }
}

/// The panel alone, for a page that is already shown.
pub(super) async fn panel(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked) -> Response {
    let elder = asked.query("elder") == Some("1");
    let markup = async {
        let open = open_grants(&desks, own_person(&actor)?, asked.lang).await?;
        Ok(page(open_panel(asked.lang, elder, desks.now(), &open)))
    };
    asked.or_refusal(markup.await)
}

/// Ends a scan and what it opened; what has ended meanwhile is what was wanted.
pub(super) async fn end(State(desks): State<Desks>, Caller(actor): Caller, asked: Asked, fields: Fields) -> Response {
    let elder = if fields.get("elder") == Some("1") { "elder=1&" } else { "" };
    let place = format!("/phone?{elder}ended=1");
    asked.or_refusal(ended(&desks, &actor, &fields).await.map(|()| go_to(&place)))
}

async fn ended(desks: &Desks, actor: &Arc<Actor>, fields: &Fields) -> Result<(), Error> {
    let person = own_person(actor)?;
    if let Some(text) = fields.get(PRESENCE) {
        let presence = text.parse().map_err(|_bad| web::Refusal::ParameterInvalid.at(PRESENCE))?;
        return desks.credentials.end_presence(actor, presence).await;
    }
    let grant: GrantId = fields.text(GRANT).parse().map_err(|_bad| web::Refusal::ParameterInvalid.at(GRANT))?;
    // The scan goes with what it opened: nothing more is settled on it.
    let scans = desks.credentials.own_presences(person).await?;
    if let Some(scan) = scans.iter().find(|one| one.grant == Some(grant)) {
        return desks.credentials.end_presence(actor, scan.id).await;
    }
    match desks.gate.end_grant(actor, person, grant).await {
        Err(error) if error.code() == access::Refusal::GrantMissing.kind().code => Ok(()),
        done => done,
    }
}
