//! Making, following and ending keys. A successor is published before it signs and
//! its forerunner counts after it stopped signing, so that nobody without a network
//! meets a key they cannot know.

use crate::ring::Keys;
use crate::rules::key::{Key, State};
use crate::rules::kid::Kid;
use crate::rules::plan::Use;
use crate::store::{self, Stored};
use crate::{ACTIVATED, MADE, RETIRED, REVOKED, Refusal};
use ::store::{Event, Sql as _, Tx};
use kernel::{ActorId, Error, EventName, InstitutionId};

/// Characters of a reason at most.
pub const REASON_MAX: usize = 200;

fn logged(tx: &mut Tx<'_>, name: &'static EventName, key: &Key, by: Option<ActorId>) {
    let detail =
        format!("{{\"used\":\"{}\",\"suite\":{},\"not_after\":{}}}", key.used.name(), key.suite, key.not_after);
    tx.event(Event {
        actor: by,
        institution: key.site,
        object: key.kid.to_string(),
        detail: Some(detail.into_bytes()),
        ..Event::of(name)
    });
}

/// Moves a key; refuses what its stage does not allow and what somebody else moved
/// meanwhile.
fn move_to(tx: &mut Tx<'_>, key: &Key, state: State, reason: &str, by: Option<ActorId>) -> Result<(), Error> {
    let now = tx.now();
    let ended_at = matches!(state, State::Retired | State::Revoked).then_some(now);
    if !key.state.may_become(state) || !store::set_state(tx, key, state, ended_at, reason)? {
        return Err(Refusal::StageWrong.at("kid"));
    }
    let name = match state {
        State::Next => return Err(Refusal::StageWrong.at("kid")),
        State::Active => &ACTIVATED,
        State::Retired => &RETIRED,
        State::Revoked => &REVOKED,
    };
    logged(tx, name, key, by);
    Ok(())
}

/// Stores a fresh key; when it signs at once, it retires who signed before.
fn add(tx: &mut Tx<'_>, fresh: &Stored, by: Option<ActorId>) -> Result<(), Error> {
    if fresh.key.state == State::Active {
        for other in store::of_use(tx, fresh.key.used, fresh.key.site)? {
            if other.key.state == State::Active {
                move_to(tx, &other.key, State::Retired, "", by)?;
            }
        }
    }
    store::insert(tx, fresh)?;
    logged(tx, &MADE, &fresh.key, by);
    if fresh.key.state == State::Active {
        logged(tx, &ACTIVATED, &fresh.key, by);
    }
    Ok(())
}

/// The verb that makes the first key of a use and site, unless somebody was first.
pub(crate) fn first(
    keys: &Keys,
    used: Use,
    site: Option<InstitutionId>,
) -> Result<impl FnMut(&mut Tx<'_>) -> Result<(), Error> + Send + 'static, Error> {
    let now = keys.inner.db.world().now();
    let fresh = keys.fresh(used, site, State::Active, now)?;
    Ok(move |tx: &mut Tx<'_>| {
        let known = store::of_use(tx, used, site)?;
        if known.iter().any(|one| one.key.state == State::Active && one.key.not_after > now) {
            return Ok(());
        }
        add(tx, &fresh, None)
    })
}

/// When the successor begins to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begins {
    /// After the lead of its use: verifiers without a network learn of it in time.
    AfterLead,
    /// At once: the old key is suspected.
    AtOnce,
}

impl Keys {
    /// Makes the successor of the key that signs for a use and site. Refuses while
    /// another successor waits.
    pub async fn rotate(
        &self,
        used: Use,
        site: Option<InstitutionId>,
        begins: Begins,
        by: Option<ActorId>,
    ) -> Result<Key, Error> {
        let fresh = self.successor(used, site, begins)?;
        let key = fresh.key.clone();
        self.inner.db.write(0, move |tx| followed(tx, &fresh, by)).await?;
        self.reload().await?;
        Ok(key)
    }

    fn successor(&self, used: Use, site: Option<InstitutionId>, begins: Begins) -> Result<Stored, Error> {
        let now = self.inner.db.world().now();
        let (state, not_before) = match begins {
            Begins::AtOnce => (State::Active, now),
            Begins::AfterLead => (State::Next, now + used.plan().lead),
        };
        // A first key has nobody to follow: it signs at once.
        let first = !self.list().iter().any(|key| key.used == used && key.site == site && key.state == State::Active);
        let (state, not_before) = if first { (State::Active, now) } else { (state, not_before) };
        self.fresh(used, site, state, not_before)
    }

    /// Revokes a key with a reason: nothing it signed counts any more. When it
    /// signed, a successor signs at once. Refuses secrets, which sign nothing.
    pub async fn revoke(&self, kid: Kid, reason: &str, by: Option<ActorId>) -> Result<Option<Key>, Error> {
        let reason: String = reason.chars().take(REASON_MAX).collect();
        let key = self.public_of(kid).ok_or_else(|| Refusal::KeyUnknown.at("kid"))?;
        if !key.used.plan().signs {
            // What a secret made (look-ups, pseudonyms, codes) would be lost with it.
            return Err(Refusal::WrongUse.at("kid"));
        }
        let now = self.inner.db.world().now();
        let successor =
            if key.state == State::Active { Some(self.fresh(key.used, key.site, State::Active, now)?) } else { None };
        let follows = successor.as_ref().map(|stored| stored.key.clone());
        self.inner
            .db
            .write(0, move |tx| {
                let stored = store::one(tx, kid)?.ok_or_else(|| Refusal::KeyUnknown.at("kid"))?;
                move_to(tx, &stored.key, State::Revoked, &reason, by)?;
                match &successor {
                    Some(fresh) => add(tx, fresh, by),
                    None => Ok(()),
                }
            })
            .await?;
        self.reload().await?;
        Ok(follows)
    }

    /// What the passing of time asks for: successors begin to sign, and are made for
    /// keys that near their end. Answers how many keys it touched. To be called now
    /// and then; twice does no harm.
    pub async fn turn(&self) -> Result<usize, Error> {
        self.refresh().await?;
        let now = self.inner.db.world().now();
        let all = self.list();
        let waits = |key: &Key| {
            all.iter().any(|other| other.used == key.used && other.site == key.site && other.state == State::Next)
        };
        let mut fresh = Vec::new();
        for key in all.iter().filter(|key| key.wants_successor(now) && !waits(key)) {
            let not_before = now + key.used.plan().lead;
            fresh.push(self.fresh(key.used, key.site, State::Next, not_before)?);
        }
        let due: Vec<Kid> = all.iter().filter(|key| key.moved(now).is_some()).map(|key| key.kid).collect();
        let touched = fresh.len() + due.len();
        if touched == 0 {
            return Ok(0);
        }
        self.inner
            .db
            .write(0, move |tx| {
                for stored in &fresh {
                    add(tx, stored, None)?;
                }
                for kid in &due {
                    begin(tx, *kid)?;
                }
                Ok(())
            })
            .await?;
        self.reload().await?;
        Ok(touched)
    }
}

/// A successor asked for by somebody.
fn followed(tx: &mut Tx<'_>, fresh: &Stored, by: Option<ActorId>) -> Result<(), Error> {
    let known = store::of_use(tx, fresh.key.used, fresh.key.site)?;
    if fresh.key.state == State::Next && known.iter().any(|one| one.key.state == State::Next) {
        return Err(Refusal::StageWrong.at("used").with("a successor waits already"));
    }
    add(tx, fresh, by)
}

/// A waiting key begins to sign and retires who signed before it.
fn begin(tx: &mut Tx<'_>, kid: Kid) -> Result<(), Error> {
    let Some(stored) = store::one(tx, kid)? else { return Ok(()) };
    if stored.key.state != State::Next {
        return Ok(());
    }
    for other in store::of_use(tx, stored.key.used, stored.key.site)? {
        if other.key.state == State::Active {
            move_to(tx, &other.key, State::Retired, "", None)?;
        }
    }
    move_to(tx, &stored.key, State::Active, "", None)
}
