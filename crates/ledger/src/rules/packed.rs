//! The bytes of an entry's body and the seal over a journal row.
//!
//! Body: version 1, then references (a byte of flags, what they name), the count of
//! lines, then each line as one number (code × 8 + party? × 4 + fund? × 2 +
//! credit?), fund, party, amount. Numbers are base 128, low digits first; parties 8
//! bytes, little-endian. A line takes about 14 bytes.

use crate::rules::account::{Account, Code};
use crate::rules::entry::{Line, OwnedRefs, Refs, Side};
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::{Fault, Fen, PaymentId, SettlementId, VisitId};
use sha2::Sha256;

const VERSION: u8 = 1;
/// Bytes of a seal.
pub const SEAL_LEN: usize = 16;

const SETTLEMENT: u8 = 1;
const VISIT: u8 = 2;
const PAYMENT: u8 = 4;
const PLAN: u8 = 8;
const MSGID: u8 = 16;
const NOTE: u8 = 32;

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 128 {
        out.push(u8::try_from(value & 127).unwrap_or(0) | 128);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or(0));
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, u64::try_from(text.len()).unwrap_or(0));
    out.extend_from_slice(text.as_bytes());
}

/// Writes references and lines.
pub fn pack(refs: &Refs<'_>, lines: &[Line]) -> Vec<u8> {
    let mut out = Vec::with_capacity(lines.len().saturating_mul(15).saturating_add(32));
    out.push(VERSION);
    let ids = [
        (SETTLEMENT, refs.settlement.map(|id| id.0)),
        (VISIT, refs.visit.map(|id| id.0)),
        (PAYMENT, refs.payment.map(|id| id.0)),
        (PLAN, (refs.plan != 0).then_some(refs.plan)),
    ];
    let texts = [(MSGID, refs.msgid), (NOTE, refs.note)];
    let flags = ids.iter().filter(|(_, id)| id.is_some()).map(|(flag, _)| flag);
    let flags = flags.chain(texts.iter().filter(|(_, text)| !text.is_empty()).map(|(flag, _)| flag));
    out.push(flags.fold(0, |all, flag| all | flag));
    for id in ids.iter().filter_map(|(_, id)| *id) {
        out.extend_from_slice(&id.to_le_bytes());
    }
    for (_, words) in texts.iter().filter(|(_, text)| !text.is_empty()) {
        text(&mut out, words);
    }
    pack_lines(&mut out, lines);
    out
}

/// Writes lines alone.
pub fn pack_lines(out: &mut Vec<u8>, lines: &[Line]) {
    number(out, u64::try_from(lines.len()).unwrap_or(0));
    for line in lines {
        let account = line.account;
        let mut head = u64::from(account.code.number()) << 3;
        head |= if account.party == 0 { 0 } else { 4 };
        head |= if account.fund == 0 { 0 } else { 2 };
        head |= u64::from(line.side == Side::Credit);
        number(out, head);
        if account.fund != 0 {
            number(out, u64::from(account.fund));
        }
        if account.party != 0 {
            out.extend_from_slice(&account.party.to_le_bytes());
        }
        number(out, line.amount.0.unsigned_abs());
    }
}

/// Reads packed bytes from the front.
struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 127).checked_shl(shift)?;
            if byte < 128 {
                return Some(value);
            }
        }
        None
    }

    fn id(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<String> {
        let length = usize::try_from(self.number()?).ok()?;
        String::from_utf8(self.take(length)?.to_vec()).ok()
    }

    fn skip_text(&mut self) -> Option<()> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length).map(drop)
    }

    fn line(&mut self) -> Option<Line> {
        let head = self.number()?;
        let code = Code::from_number(u16::try_from(head >> 3).ok()?)?;
        let fund = if head & 2 == 0 { 0 } else { u32::try_from(self.number()?).ok()? };
        let party = if head & 4 == 0 { 0 } else { self.id()? };
        let amount = Fen(i64::try_from(self.number()?).ok()?);
        let side = if head & 1 == 0 { Side::Debit } else { Side::Credit };
        Some(Line { account: Account { code, fund, party }, side, amount })
    }

    fn refs(&mut self) -> Option<OwnedRefs> {
        if self.byte()? != VERSION {
            return None;
        }
        let flags = self.byte()?;
        let mut refs = OwnedRefs::default();
        if flags & SETTLEMENT != 0 {
            refs.settlement = Some(SettlementId(self.id()?));
        }
        if flags & VISIT != 0 {
            refs.visit = Some(VisitId(self.id()?));
        }
        if flags & PAYMENT != 0 {
            refs.payment = Some(PaymentId(self.id()?));
        }
        if flags & PLAN != 0 {
            refs.plan = self.id()?;
        }
        if flags & MSGID != 0 {
            refs.msgid = self.text()?;
        }
        if flags & NOTE != 0 {
            refs.note = self.text()?;
        }
        Some(refs)
    }

    fn skip_refs(&mut self) -> Option<()> {
        if self.byte()? != VERSION {
            return None;
        }
        let flags = self.byte()?;
        for flag in [SETTLEMENT, VISIT, PAYMENT, PLAN] {
            if flags & flag != 0 {
                self.take(8)?;
            }
        }
        for flag in [MSGID, NOTE] {
            if flags & flag != 0 {
                self.skip_text()?;
            }
        }
        Some(())
    }

    fn lines(&mut self, each: &mut dyn FnMut(Line)) -> Option<()> {
        let count = self.number()?;
        for _ in 0..count {
            each(self.line()?);
        }
        self.0.is_empty().then_some(())
    }
}

/// The fault of a row that cannot be.
pub fn unreadable(id: i64) -> Fault {
    Fault::broken(format!("ledger_journal.body of entry {id} cannot be read"))
}

/// Reads references and lines of a body.
pub fn unpack(id: i64, body: &[u8]) -> Result<(OwnedRefs, Vec<Line>), Fault> {
    let mut cursor = Cursor(body);
    let refs = cursor.refs().ok_or_else(|| unreadable(id))?;
    let mut lines = Vec::new();
    cursor.lines(&mut |line| lines.push(line)).ok_or_else(|| unreadable(id))?;
    Ok((refs, lines))
}

/// Reads the lines of a body and passes over its references.
pub fn each_line(id: i64, body: &[u8], each: &mut dyn FnMut(Line)) -> Result<(), Fault> {
    let mut cursor = Cursor(body);
    cursor.skip_refs().and_then(|()| cursor.lines(each)).ok_or_else(|| unreadable(id))
}

/// Reads lines written by [`pack_lines`].
pub fn unpack_lines(id: i64, bytes: &[u8]) -> Result<Vec<Line>, Fault> {
    let mut lines = Vec::new();
    Cursor(bytes).lines(&mut |line| lines.push(line)).ok_or_else(|| unreadable(id))?;
    Ok(lines)
}

/// Seals journal rows: HMAC-SHA256 under a key of the node, cut to 16 bytes, so that
/// a row that was edited, swapped or written by hand shows at once; that one was
/// taken away shows in the chain of segments.
#[derive(Clone)]
pub struct Sealer(Hmac<Sha256>);

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer")
    }
}

/// What of a journal row the seal covers.
#[derive(Debug, Clone, Copy)]
pub struct Sealed<'a> {
    /// Id, entity, period, instant, kind, the entry it is of; as the columns hold them.
    pub numbers: [i64; 6],
    /// The body.
    pub body: &'a [u8],
}

impl Sealer {
    /// A sealer with a key.
    pub fn new(key: &[u8; 32]) -> Self {
        // HMAC pads a shorter key with zeros to its block of 64 bytes.
        let mut block = [0u8; 64];
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        Self(Hmac::new(&block.into()))
    }

    /// The seal of a row.
    pub fn seal(&self, row: &Sealed<'_>) -> [u8; SEAL_LEN] {
        let mut mac = self.0.clone();
        for number in row.numbers {
            mac.update(&number.to_le_bytes());
        }
        mac.update(row.body);
        let full: [u8; 32] = mac.finalize().into_bytes().into();
        let mut short = [0; SEAL_LEN];
        short.iter_mut().zip(full).for_each(|(to, from)| *to = from);
        short
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "a test fails where something does not hold")]
mod tests {
    use super::*;
    use kernel::PersonId;
    use proptest::prelude::*;

    fn any_line() -> impl Strategy<Value = Line> {
        (0..Code::ALL.len(), any::<u32>(), any::<i64>(), 1..=1_000_000_000_000i64, any::<bool>()).prop_map(
            |(code, fund, party, amount, credit)| Line {
                account: Account { code: Code::ALL[code], fund, party },
                side: if credit { Side::Credit } else { Side::Debit },
                amount: Fen(amount),
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(lines in prop::collection::vec(any_line(), 0..9), ids in any::<[Option<i64>; 3]>(),
            plan in any::<i64>(), msgid in ".{0,20}", note in ".{0,20}") {
            let refs = Refs {
                settlement: ids[0].map(SettlementId),
                visit: ids[1].map(VisitId),
                payment: ids[2].map(PaymentId),
                plan,
                msgid: &msgid,
                note: &note,
            };
            let body = pack(&refs, &lines);
            let (back, read) = unpack(7, &body).unwrap();
            prop_assert_eq!(back.as_refs(), refs);
            prop_assert_eq!(&read, &lines);
            let mut again = Vec::new();
            each_line(7, &body, &mut |line| again.push(line)).unwrap();
            prop_assert_eq!(again, lines);
            for cut in 0..body.len() {
                prop_assert!(unpack(7, &body[..cut]).is_err());
            }
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(unpack(7, &bytes).is_err() || bytes.len() >= 3);
        }
    }

    #[test]
    fn a_seal_covers_every_column() {
        let sealer = Sealer::new(&[9; 32]);
        let body = pack(&Refs::default(), &[Line::debit(Account::personal(PersonId(4)), Fen(5))]);
        let row = Sealed { numbers: [1, 2, 3, 4, 5, 6], body: &body };
        let first = sealer.seal(&row);
        for column in 0..6 {
            let mut other = row;
            other.numbers[column] += 1;
            assert_ne!(sealer.seal(&other), first, "column {column}");
        }
        let mut edited = body.clone();
        *edited.last_mut().unwrap() += 1;
        assert_ne!(sealer.seal(&Sealed { body: &edited, ..row }), first);
        assert_ne!(Sealer::new(&[8; 32]).seal(&row), first);
    }
}
