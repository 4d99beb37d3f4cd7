//! Events: everything that happens, chained per lane by SHA-256.
//!
//! A verb hands an [`Event`] to its transaction; the lane gives it the next place
//! in its chain when the batch is flushed, so that a rolled-back verb leaves no
//! gap (U4). The detail enters the chain as its digest: erasing it later leaves
//! the chain whole (U7).

use crate::link::{Group, Link};
use crate::sql::{Insert, Kind, SqlExt};
use crate::tx::Later;
use crate::value::{Cells, P};
use kernel::{ActorId, EventName, Fault, GrantId, InstitutionId, PersonId};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// What kind.
    pub name: &'static EventName,
    /// Whose data or affairs it touches.
    pub person: Option<PersonId>,
    /// Who did it.
    pub actor: Option<ActorId>,
    /// For which institution.
    pub institution: Option<InstitutionId>,
    /// Under which leave.
    pub grant: Option<GrantId>,
    /// Five digits of the purpose, or empty.
    pub purpose: &'static str,
    /// What it was done to: our ids and resource types, never names or codes.
    pub object: String,
    /// Particulars as JSON.
    pub detail: Option<Vec<u8>>,
}

impl Event {
    /// An event of a kind, about nobody yet.
    pub fn of(name: &'static EventName) -> Self {
        Self {
            name,
            person: None,
            actor: None,
            institution: None,
            grant: None,
            purpose: "",
            object: String::new(),
            detail: None,
        }
    }
}

static EVENTS: Insert = Insert {
    table: "store_events",
    columns: &[
        ("person_id", Kind::Int),
        ("lane", Kind::Int),
        ("seq", Kind::Int),
        ("at", Kind::Int),
        ("name", Kind::Int),
        ("actor_id", Kind::Int),
        ("institution_id", Kind::Int),
        ("grant_id", Kind::Int),
        ("purpose", Kind::Text),
        ("object", Kind::Text),
        ("detail", Kind::Bytes),
        ("hash", Kind::Bytes),
    ],
    on_conflict: "",
};

/// The end of a lane's chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) lane: i64,
    pub(crate) seq: i64,
    pub(crate) hash: [u8; 32],
}

/// The fields of a stored event that its hash covers.
struct Chained<'a> {
    numbers: [i64; 8],
    purpose: &'a str,
    object: &'a str,
    detail: [u8; 32],
}

/// SHA-256 of nothing: most events have no detail.
static NO_DETAIL: LazyLock<[u8; 32]> = LazyLock::new(|| Sha256::digest([]).into());

/// SHA-256 of the detail; an absent detail counts as empty.
fn digest(detail: &[u8]) -> [u8; 32] {
    if detail.is_empty() { *NO_DETAIL } else { Sha256::digest(detail).into() }
}

fn chained(previous: &[u8; 32], link: &Chained<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous);
    let mut numbers = [0; 64];
    for (place, number) in numbers.chunks_exact_mut(8).zip(link.numbers) {
        place.copy_from_slice(&number.to_le_bytes());
    }
    hash.update(numbers);
    for text in [link.purpose, link.object] {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(text.as_bytes());
    }
    hash.update(link.detail);
    hash.finalize().into()
}

/// An event before it has its place in a chain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    /// Microseconds UTC.
    pub(crate) at: i64,
    /// Code of its kind.
    pub(crate) name: i64,
    /// Person, actor, institution, grant; 0 for none.
    pub(crate) ids: [i64; 4],
    pub(crate) purpose: &'a str,
    pub(crate) object: &'a str,
    pub(crate) detail: Option<&'a [u8]>,
}

impl Event {
    /// The event as something that happened at `at`.
    pub(crate) fn line(&self, at: i64) -> Line<'_> {
        Line {
            at,
            name: self.name.code,
            ids: [
                self.person.map_or(0, |id| id.0),
                self.actor.map_or(0, |id| id.0),
                self.institution.map_or(0, |id| id.0),
                self.grant.map_or(0, |id| id.0),
            ],
            purpose: self.purpose,
            object: &self.object,
            detail: self.detail.as_deref(),
        }
    }
}

/// Gives each event its place after `head` and writes all, together with the grouped
/// rows that wait; nothing but the commit may follow. The new head is returned and
/// becomes true when the transaction commits.
pub(crate) fn append(link: &mut Link, head: Head, lines: &[Line<'_>], later: &Later) -> Result<Head, Fault> {
    let mut groups: Vec<Group<'_>> = later.groups().collect();
    if lines.is_empty() {
        if !groups.is_empty() {
            link.write_groups(&groups, None, true)?;
        }
        return Ok(head);
    }
    let mut head = head;
    let mut hashes = Vec::with_capacity(lines.len());
    for (line, seq) in lines.iter().zip(head.seq + 1..) {
        let [person, actor, institution, grant] = line.ids;
        head.seq = seq;
        head.hash = chained(
            &head.hash,
            &Chained {
                numbers: [person, head.lane, seq, line.at, line.name, actor, institution, grant],
                purpose: line.purpose,
                object: line.object,
                detail: digest(line.detail.unwrap_or_default()),
            },
        );
        hashes.push((seq, head.hash));
    }
    let mut cells = Vec::with_capacity(lines.len() * EVENTS.columns.len());
    for (line, (seq, hash)) in lines.iter().zip(&hashes) {
        let [person, actor, institution, grant] = line.ids;
        cells.extend([person, head.lane, *seq, line.at, line.name, actor, institution, grant].map(P::I));
        let detail = line.detail.map_or(P::Null, P::B);
        cells.extend([P::S(line.purpose), P::S(line.object), detail, P::B(hash)]);
    }
    groups.push(Group { insert: &EVENTS, cells: Cells::Lent(&cells) });
    link.write_groups(
        &groups,
        Some((
            "INSERT INTO store_heads (lane, seq, hash) VALUES ($1, $2, $3)
             ON CONFLICT (lane) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
            &[P::I(head.lane), P::I(head.seq), P::B(&head.hash)],
        )),
        true,
    )?;
    Ok(head)
}

/// Where a lane's chain ends.
pub(crate) fn head(link: &mut Link, lane: i64) -> Result<Head, Fault> {
    let mut head = Head { lane, seq: 0, hash: [0; 32] };
    link.rows("SELECT seq, hash FROM store_heads WHERE lane = $1", &[P::I(lane)], &mut |row| {
        head.seq = row.i64(0)?;
        head.hash = row.bytes(1)?.try_into().map_err(|_wrong| Fault::broken("store_heads.hash is not 32 bytes"))?;
        Ok(())
    })?;
    Ok(head)
}

/// What a walk along the chains found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainReport {
    /// Events seen.
    pub events: u64,
    /// Lanes seen.
    pub lanes: u64,
    /// What is wrong, one sentence each; empty when the trail is whole.
    pub wrong: Vec<String>,
}

/// Problems named before the walk stops listing them.
const WRONG_MAX: usize = 20;

/// Walks every lane's chain from its first link and names each row that was
/// edited, removed or added behind the writers' backs (U2, U4, U9).
pub fn verify(sql: &mut (impl SqlExt + ?Sized)) -> Result<ChainReport, Fault> {
    let mut report = ChainReport { events: 0, lanes: 0, wrong: Vec::new() };
    let heads = sql.all("SELECT lane, seq, hash FROM store_heads ORDER BY lane LIMIT 1024", &[], |row| {
        Ok((row.i64(0)?, row.i64(1)?, row.bytes(2)?.to_vec()))
    })?;
    for (lane, seq_max, last) in heads {
        report.lanes += 1;
        let mut previous = [0u8; 32];
        let mut expected = 1i64;
        sql.rows(
            "SELECT person_id, lane, seq, at, name, actor_id, institution_id, grant_id, purpose, object, detail, hash
             FROM store_events WHERE lane = $1 ORDER BY seq",
            &[P::I(lane)],
            &mut |row| {
                report.events += 1;
                let mut numbers = [0i64; 8];
                for (column, number) in numbers.iter_mut().enumerate() {
                    *number = row.i64(column)?;
                }
                let link = Chained {
                    numbers,
                    purpose: row.text(8)?,
                    object: row.text(9)?,
                    detail: digest(row.opt_bytes(10)?.unwrap_or_default()),
                };
                let wanted = chained(&previous, &link);
                let stored = row.bytes(11)?;
                if report.wrong.len() < WRONG_MAX {
                    if numbers[2] != expected {
                        report.wrong.push(format!("lane {lane}: after event {} comes {}", expected - 1, numbers[2]));
                    } else if stored != wanted {
                        report.wrong.push(format!("lane {lane}: event {} does not match its hash", numbers[2]));
                    }
                }
                expected = numbers[2] + 1;
                previous = stored.try_into().map_err(|_wrong| Fault::broken("store_events.hash is not 32 bytes"))?;
                Ok(())
            },
        )?;
        if (expected - 1, previous.as_slice()) != (seq_max, last.as_slice()) && report.wrong.len() < WRONG_MAX {
            report.wrong.push(format!("lane {lane}: ends at event {} instead of {seq_max}", expected - 1));
        }
    }
    let chained = sql.one("SELECT COUNT(*) FROM store_events", &[], |row| row.i64(0))?.unwrap_or(0);
    if u64::try_from(chained).ok() != Some(report.events) {
        report.wrong.push(format!("{chained} events are stored, {} hang in a chain", report.events));
    }
    Ok(report)
}
