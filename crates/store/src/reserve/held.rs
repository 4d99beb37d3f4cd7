//! A look in the reserve: its fields, and how a record is written and found again.

use crate::event::Line;
use kernel::{ActorId, GrantId, InstitutionId, PersonId};
use sha2::{Digest as _, Sha256};

/// Bytes before the first record.
pub(super) const HEAD: u64 = 64;
/// What a reserve's file begins with.
const MARK: &[u8; 16] = b"yima looks v1\n\0\0";
/// Length, sequence and digest in front of a record's content.
const FRONT: usize = 4 + 8 + 16;
/// Bytes of a record at most; more cannot be one.
pub(super) const RECORD_MAX: usize = 1 << 20;

/// A look that waits for its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// When, microseconds UTC.
    pub at: i64,
    /// Code of the kind of event.
    pub name: i64,
    /// Whose data; 0 for nobody's.
    pub person: PersonId,
    /// Who looked.
    pub actor: ActorId,
    /// For which institution; 0 for nobody.
    pub institution: InstitutionId,
    /// Under which leave; 0 when it needs none.
    pub grant: GrantId,
    /// Five digits of the purpose, or empty.
    pub purpose: String,
    /// What was looked at.
    pub object: String,
    /// Particulars as JSON.
    pub detail: Option<Vec<u8>>,
}

impl Held {
    pub(super) fn of(line: &Line<'_>) -> Self {
        let [person, actor, institution, grant] = line.ids;
        Self {
            at: line.at,
            name: line.name,
            person: PersonId(person),
            actor: ActorId(actor),
            institution: InstitutionId(institution),
            grant: GrantId(grant),
            purpose: line.purpose.to_owned(),
            object: line.object.to_owned(),
            detail: line.detail.map(<[u8]>::to_vec),
        }
    }

    /// The look as the chain takes it.
    pub(crate) fn line(&self) -> Line<'_> {
        Line {
            at: self.at,
            name: self.name,
            ids: [self.person.0, self.actor.0, self.institution.0, self.grant.0],
            purpose: &self.purpose,
            object: &self.object,
            detail: self.detail.as_deref(),
        }
    }

    /// Adds the record to `bytes`.
    pub(super) fn write(&self, seq: i64, bytes: &mut Vec<u8>) {
        let line = self.line();
        let mut content = Vec::with_capacity(96 + self.object.len());
        for number in [line.at, line.name].into_iter().chain(line.ids) {
            content.extend_from_slice(&number.to_le_bytes());
        }
        content.push(u8::from(self.detail.is_some()));
        for part in [self.purpose.as_bytes(), self.object.as_bytes(), self.detail.as_deref().unwrap_or_default()] {
            content.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
            content.extend_from_slice(part);
        }
        bytes.extend_from_slice(&u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend_from_slice(&seq.to_le_bytes());
        bytes.extend_from_slice(&digest(seq, &content));
        bytes.extend_from_slice(&content);
    }

    fn read(mut content: &[u8]) -> Option<Self> {
        let mut numbers = [0; 6];
        for number in &mut numbers {
            *number = i64::from_le_bytes(*taken(&mut content)?);
        }
        let [at, name, person, actor, institution, grant] = numbers;
        let [detailed] = *taken(&mut content)?;
        let mut part = || {
            let length = usize::try_from(u32::from_le_bytes(*taken(&mut content)?)).ok()?;
            let (part, rest) = content.split_at_checked(length)?;
            content = rest;
            Some(part.to_vec())
        };
        Some(Self {
            at,
            name,
            person: PersonId(person),
            actor: ActorId(actor),
            institution: InstitutionId(institution),
            grant: GrantId(grant),
            purpose: String::from_utf8(part()?).ok()?,
            object: String::from_utf8(part()?).ok()?,
            detail: Some(part()?).filter(|_| detailed == 1),
        })
    }
}

fn taken<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (first, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(first)
}

/// The first 16 bytes of SHA-256 over sequence and content.
fn digest(seq: i64, content: &[u8]) -> [u8; 16] {
    let mut hash = Sha256::new();
    hash.update(seq.to_le_bytes());
    hash.update(content);
    let full: [u8; 32] = hash.finalize().into();
    let mut short = [0; 16];
    short.copy_from_slice(&full[..16]);
    short
}

/// What a file begins with.
pub(super) fn head(database: &[u8; 16], id: &[u8; 16]) -> Vec<u8> {
    let mut bytes = [MARK.as_slice(), database, id].concat();
    bytes.resize(usize::try_from(HEAD).unwrap_or(64), 0);
    bytes
}

/// Whose file it is and which; nothing when it is no reserve.
pub(super) fn read_head(mut bytes: &[u8]) -> Option<([u8; 16], [u8; 16])> {
    let mark: &[u8; 16] = taken(&mut bytes)?;
    let (database, id) = (*taken(&mut bytes)?, *taken(&mut bytes)?);
    (mark == MARK).then_some((database, id))
}

/// A record that was found whole.
pub(super) struct NextRecord {
    pub(super) seq: i64,
    pub(super) held: Held,
    /// Where the next one begins.
    pub(super) end: u64,
}

/// The whole records from the front, up to the first that is not.
pub(super) fn records(bytes: &[u8]) -> impl Iterator<Item = NextRecord> {
    let mut at = usize::try_from(HEAD).unwrap_or(64);
    std::iter::from_fn(move || {
        let mut rest = bytes.get(at..)?;
        let length = usize::try_from(u32::from_le_bytes(*taken(&mut rest)?)).ok()?;
        let seq = i64::from_le_bytes(*taken(&mut rest)?);
        let wanted: &[u8; 16] = taken(&mut rest)?;
        let content = rest.get(..length).filter(|_| length > 0 && length <= RECORD_MAX)?;
        if digest(seq, content) != *wanted {
            return None;
        }
        let held = Held::read(content)?;
        at += FRONT + length;
        Some(NextRecord { seq, held, end: u64::try_from(at).ok()? })
    })
}
