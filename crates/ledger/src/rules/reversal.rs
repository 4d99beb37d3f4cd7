//! What of an entry can still be taken back, and the mirror that takes it back (L2).

use crate::Refusal;
use crate::rules::account::{Account, Code};
use crate::rules::entry::{Line, Side};
use kernel::{Error, Fen};

/// Lines of the same account and side made one, in order of first use.
fn gathered(lines: &[Line]) -> Result<Vec<Line>, Error> {
    let mut found: Vec<Line> = Vec::new();
    for line in lines {
        match found.iter_mut().find(|one| one.account == line.account && one.side == line.side) {
            Some(one) => one.amount = one.amount.plus(line.amount).ok_or(Refusal::AmountInvalid)?,
            None => found.push(*line),
        }
    }
    Ok(found)
}

/// What is left of `original` after `taken` (lines in the original's sides), line by
/// line; refuses when something taken was not there.
pub fn left(original: &[Line], taken: &[Line]) -> Result<Vec<Line>, Error> {
    let mut rest = gathered(original)?;
    for line in taken {
        let one = rest.iter_mut().find(|one| one.account == line.account && one.side == line.side);
        let one = one.ok_or_else(|| Refusal::ReversalTooLarge.error().with(line.account.code.text()))?;
        one.amount = one.amount.minus(line.amount).ok_or(Refusal::AmountInvalid)?;
        if one.amount < Fen::ZERO {
            return Err(Refusal::ReversalTooLarge.error().with(line.account.code.text()));
        }
    }
    rest.retain(|line| line.amount > Fen::ZERO);
    Ok(rest)
}

/// The mirror of lines. Money that a hold had set aside goes back to where it was
/// held from: what is given back can be spent.
pub fn mirror(lines: &[Line]) -> Vec<Line> {
    let mirrored = lines.iter().map(|line| {
        let code = if line.account.code == Code::PersonalHeld { Code::Personal } else { line.account.code };
        Line { account: Account { code, ..line.account }, side: line.side.other(), amount: line.amount }
    });
    mirrored.collect()
}

/// The amount of one account and side in lines.
pub fn amount_of(lines: &[Line], account: Account, side: Side) -> Result<Fen, Error> {
    let own = lines.iter().filter(|line| line.account == account && line.side == side);
    own.into_iter().try_fold(Fen::ZERO, |sum, line| sum.plus(line.amount).ok_or_else(|| Refusal::AmountInvalid.error()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::PersonId;

    fn lines(personal: i64, revenue: i64) -> Vec<Line> {
        vec![Line::debit(Account::personal(PersonId(3)), Fen(personal)), Line::credit(Account::revenue(), Fen(revenue))]
    }

    #[test]
    fn a_part_leaves_the_rest_and_no_more_can_be_taken() {
        let rows: [(&[i64], Result<i64, &str>); 4] =
            [(&[], Ok(100)), (&[30], Ok(70)), (&[30, 70], Ok(0)), (&[30, 71], Err("ledger.reversal-too-large"))];
        for (parts, expected) in rows {
            let taken: Vec<Line> = parts.iter().flat_map(|part| lines(*part, *part)).collect();
            let rest = left(&lines(100, 100), &taken).map_err(|error| error.code().to_owned());
            let rest = rest.map(|rest| rest.iter().map(|line| line.amount.0).sum::<i64>() / 2);
            assert_eq!(rest, expected.map_err(str::to_owned), "{parts:?}");
        }
        let other = [Line::credit(Account::bank(), Fen(1))];
        assert_eq!(left(&lines(5, 5), &other).unwrap_err().code(), "ledger.reversal-too-large");
    }

    #[test]
    fn a_mirror_swaps_sides_and_gives_held_money_back_to_be_spent() {
        let held = [Line::debit(Account::held(PersonId(3)), Fen(4)), Line::credit(Account::bank(), Fen(4))];
        let expected = [Line::credit(Account::personal(PersonId(3)), Fen(4)), Line::debit(Account::bank(), Fen(4))];
        assert_eq!(mirror(&held), expected);
    }
}
