//! Settlements that run together: what they begin with is read at once, the years' sums
//! are written with the other rows. Only those that come with their lines; what settles
//! a visit that is there reads and changes rows of its own.

use crate::Settlements;
use crate::settle::{self, Draft, SettleAsk, Settled, What, Worked};
use crate::store::ahead::Ahead;
use crate::visit::By;
use ::store::gather::{Part, Ways};
use ::store::{Db, Gather, Tx};
use bills::Number;
use kernel::{Error, InstitutionId, PersonId};
use std::collections::HashSet;

/// One of them.
pub(crate) struct Asked {
    env: Settlements,
    by: By,
    ask: SettleAsk,
    bill: Number,
}

/// Where settlements meet on their way to the lanes.
#[derive(Debug, Clone)]
pub struct Meeting(Gather<Asked, Settled>);

impl Meeting {
    /// Of a database.
    pub fn new(db: &Db) -> Self {
        Self(Gather::new(db, Ways { together, alone }))
    }
}

impl Settlements {
    /// Settles, and answers when it is durable. `bill` as of [`settle::settle`].
    pub(crate) async fn settled(&self, by: By, ask: SettleAsk, bill: Number) -> Result<Settled, Error> {
        let (env, home) = (self.clone(), ask.person);
        match &ask.what {
            What::Direct(_) if ask.hold.is_none() => {
                crate::rules::message::checked(&ask.msgid)?;
                self.meeting.0.ask(home, Asked { env, by, ask, bill }).await
            }
            What::Direct(_) | What::Quote(_) | What::Visit(_) => {
                self.db.write(home, move |tx| settle::settle(tx, &env, &by, &ask, &bill)).await
            }
        }
    }
}

fn alone(tx: &mut Tx<'_>, asked: &Asked) -> Result<Settled, Error> {
    settle::settle(tx, &asked.env, &asked.by, &asked.ask, &asked.bill)
}

fn together(tx: &mut Tx<'_>, all: &[&Asked]) -> Result<Vec<Part<Settled>>, Error> {
    let keys: Vec<Option<(PersonId, InstitutionId, &str)>> = all.iter().map(|asked| key(asked)).collect();
    let known: Vec<(PersonId, InstitutionId, &str)> = keys.iter().copied().flatten().collect();
    let mut ahead = match all.first() {
        Some(first) => Ahead::read(tx, first.env.db.engine(), &known)?,
        None => return Ok(Vec::new()),
    };
    let (mut messages, mut parts) = (HashSet::new(), Vec::with_capacity(all.len()));
    for (asked, key) in all.iter().zip(&keys) {
        // Twins of one message: the second must find the first.
        let first = key.is_some_and(|(_, institution, msgid)| messages.insert((institution, msgid)));
        parts.push(if first { one(tx, asked, &mut ahead)? } else { Part::Alone });
    }
    Ok(parts)
}

/// Whose it is, and the message's key.
fn key(asked: &Asked) -> Option<(PersonId, InstitutionId, &str)> {
    match &asked.ask.what {
        What::Direct(direct) => Some((PersonId(asked.ask.person), direct.institution, asked.ask.msgid.as_str())),
        What::Quote(_) | What::Visit(_) => None,
    }
}

/// Settles one of several. A refusal while it is worked out is its own; whatever fails
/// while it is written is all of theirs.
fn one(tx: &mut Tx<'_>, asked: &Asked, ahead: &mut Ahead) -> Result<Part<Settled>, Error> {
    let new = match settle::worked_out(tx, &asked.env, &asked.by, &asked.ask, ahead) {
        Ok(Worked::Before(settled)) => return Ok(Part::Done(Ok(settled))),
        Ok(Worked::New(new)) => *new,
        Err(Error::Refused(refused)) => return Ok(Part::Done(Err(Error::Refused(refused)))),
        Err(fault) => return Err(fault),
    };
    let relatives = new.relatives().to_vec();
    let (actor, put_year) = (asked.by.actor, insurance::years::put_later as settle::PutYear);
    let draft = Draft { ask: &asked.ask, actor, bill: &asked.bill, put_year };
    let settled = settle::write(tx, &asked.env, &draft, new)?;
    for owner in relatives {
        ahead.spent(owner);
    }
    Ok(Part::Done(Ok(settled)))
}
