//! Money set aside: reserved, then captured, released or expired, once (L6). When its
//! time is over is judged by this node's clock alone.

use crate::Refusal;
use crate::post::{Held, Ledger, Wanted};
use crate::rules::account::{Account, Entity};
use crate::rules::entry::{Entry, Line, Refs, Side};
use crate::rules::kind::EntryKind;
use crate::rules::reversal::amount_of;
use crate::store::reserves::{self, End, Reservation, ReserveId, ReserveStage};
use ::store::{Sql as _, SqlExt, Tx};
use kernel::{Error, Fault, Fen, JournalId, PersonId};

/// Reservations ended by one call of [`Ledger::expire_due`].
pub const EXPIRED_MAX: i64 = 512;

/// Money to be set aside.
#[derive(Debug, Clone, Copy)]
pub struct Reserve<'a> {
    /// In whose books.
    pub entity: Entity,
    /// Where it is now.
    pub from: Account,
    /// Where it waits; same party and fund.
    pub into: Account,
    /// How much.
    pub amount: Fen,
    /// Ends by itself from here on, microseconds UTC.
    pub expires_at: i64,
    /// What it refers to.
    pub refs: Refs<'a>,
}

impl Ledger {
    /// Sets money aside until it is captured, released or its time is over.
    pub fn reserve(&self, tx: &mut Tx<'_>, reserve: &Reserve<'_>) -> Result<ReserveId, Error> {
        let Reserve { entity, from, into, amount, expires_at, refs } = *reserve;
        if from == into || from.party != into.party || from.fund != into.fund {
            return Err(Refusal::AccountUnknown.at("into").with("another code of the same party and fund"));
        }
        if expires_at <= tx.now() {
            return Err(Refusal::ReserveExpired.at("expires_at"));
        }
        let lines = [move_out(from, amount), move_in(into, amount)];
        let entry = Entry { entity, kind: EntryKind::Hold, period: None, refs, lines: &lines };
        let id = self.append(tx, Wanted { entry, of: None, held: Held::Open })?;
        let id = ReserveId { party: from.party, id };
        reserves::insert(tx, id, reserve)?;
        Ok(id)
    }

    /// Uses a reservation: posts `entry`, which must take exactly `amount` from where
    /// the money waits; what is left goes back.
    pub fn capture(&self, tx: &mut Tx<'_>, id: ReserveId, amount: Fen, entry: &Entry<'_>) -> Result<JournalId, Error> {
        let found = open(tx, id)?;
        if tx.now() >= found.expires_at {
            return Err(Refusal::ReserveExpired.into());
        }
        if amount <= Fen::ZERO || amount > found.amount {
            return Err(Refusal::ReserveTooSmall.at("amount"));
        }
        let taken = amount_of(entry.lines, found.into, Side::Debit)?;
        let others = entry.lines.iter().any(|line| line.account.code == found.into.code && line.account != found.into);
        let given = amount_of(entry.lines, found.into, Side::Credit)?;
        if entry.entity != found.entity || taken != amount || given != Fen::ZERO || others {
            return Err(Refusal::ReserveTooSmall.at("lines").with("the entry takes another amount than is captured"));
        }
        if entry.kind.of_the_ledger() {
            return Err(Refusal::NotReversible.at("kind"));
        }
        let mut wanted = vec![Wanted { entry: *entry, of: Some(id.id), held: Held::Open }];
        let rest = found.amount.minus(amount).ok_or(Refusal::AmountInvalid)?;
        let lines = back(&found, rest);
        if rest > Fen::ZERO {
            wanted.push(given_back(&found, EntryKind::Release, entry.refs, id, &lines));
        }
        let ids = match self.append_all(tx, &wanted) {
            Ok(ids) => ids,
            Err(error) => return Err(ended_meanwhile(tx, id, error)),
        };
        let by = ids.first().copied().ok_or(Refusal::EntryUnknown)?;
        end(tx, id, ReserveStage::Captured, amount, by)?;
        Ok(by)
    }

    /// Gives a reservation back.
    pub fn release(&self, tx: &mut Tx<'_>, id: ReserveId) -> Result<JournalId, Error> {
        let found = open(tx, id)?;
        self.give_back(tx, id, &found, ReserveStage::Released)
    }

    fn give_back(
        &self,
        tx: &mut Tx<'_>,
        id: ReserveId,
        found: &Reservation,
        stage: ReserveStage,
    ) -> Result<JournalId, Error> {
        let kind = if stage == ReserveStage::Expired { EntryKind::Expiry } else { EntryKind::Release };
        let lines = back(found, found.amount);
        let by = match self.append(tx, given_back(found, kind, Refs::default(), id, &lines)) {
            Ok(by) => by,
            Err(error) => return Err(ended_meanwhile(tx, id, error)),
        };
        end(tx, id, stage, Fen::ZERO, by)?;
        Ok(by)
    }

    /// Ends reservations whose time is over, at most [`EXPIRED_MAX`]; answers how many.
    /// Call it every second or so; twice does no harm.
    pub async fn expire_due(&self) -> Result<u64, Error> {
        let due = self.db().read(|sql| {
            let now = sql.now();
            Ok(reserves::due(sql, now, EXPIRED_MAX)?)
        });
        let mut ended = 0u64;
        for id in due.await? {
            let ledger = self.clone();
            let done = self.db().write(id.party, move |tx| {
                let found = match open(tx, id) {
                    Ok(found) => found,
                    // Captured or released since it was read.
                    Err(Error::Refused(_)) => return Ok(false),
                    Err(fault) => return Err(fault),
                };
                if tx.now() < found.expires_at {
                    return Ok(false);
                }
                ledger.give_back(tx, id, &found, ReserveStage::Expired)?;
                Ok(true)
            });
            match done.await {
                Ok(one) => ended = ended.saturating_add(u64::from(one)),
                // Somebody in another lane was first; what was begun here is undone.
                Err(Error::Refused(_)) => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(ended)
    }
}

/// Until when money of a person is set aside at most, microseconds UTC; nothing when
/// none is.
pub fn held_until(sql: &mut (impl SqlExt + ?Sized), person: PersonId) -> Result<Option<i64>, Fault> {
    reserves::open_until(sql, person.0)
}

/// Takes money out of an account: the side on which it shrinks.
fn move_out(account: Account, amount: Fen) -> Line {
    if account.code.kind().by_debit() { Line::credit(account, amount) } else { Line::debit(account, amount) }
}

/// Puts money into an account, as the other side of [`move_out`].
fn move_in(account: Account, amount: Fen) -> Line {
    if account.code.kind().by_debit() { Line::debit(account, amount) } else { Line::credit(account, amount) }
}

fn back(found: &Reservation, amount: Fen) -> [Line; 2] {
    [move_out(found.into, amount), move_in(found.from, amount)]
}

fn given_back<'a>(
    found: &Reservation,
    kind: EntryKind,
    refs: Refs<'a>,
    id: ReserveId,
    lines: &'a [Line],
) -> Wanted<'a> {
    let entry = Entry { entity: found.entity, kind, period: None, refs, lines };
    Wanted { entry, of: Some(id.id), held: Held::Open }
}

/// The reservation, if it is still open.
fn open(tx: &mut Tx<'_>, id: ReserveId) -> Result<Reservation, Error> {
    let found = reserves::reservation(tx, id)?.ok_or(Refusal::ReserveUnknown)?;
    match found.stage {
        ReserveStage::Open => Ok(found),
        ReserveStage::Captured => Err(Refusal::ReserveEnded.error().with("captured")),
        ReserveStage::Released => Err(Refusal::ReserveEnded.error().with("released")),
        ReserveStage::Expired => Err(Refusal::ReserveExpired.into()),
    }
}

/// Why the money that waits is not there: when somebody in another lane ended the
/// reservation since it was read, that is said.
fn ended_meanwhile(tx: &mut Tx<'_>, id: ReserveId, error: Error) -> Error {
    if error.code() != Refusal::AccountInsufficient.kind().code {
        return error;
    }
    open(tx, id).err().unwrap_or(error)
}

fn end(tx: &mut Tx<'_>, id: ReserveId, stage: ReserveStage, taken: Fen, by: JournalId) -> Result<(), Error> {
    let at = tx.now();
    if reserves::end(tx, id, &End { stage, taken, at, by })? {
        return Ok(());
    }
    // Somebody in another lane was first between the look and this line.
    Err(Refusal::ReserveEnded.into())
}
