//! Closing a till: what should be there by tender, what was counted, the difference.

use kernel::Fen;

/// One tender of a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Total {
    /// Payments taken.
    pub payments: i64,
    /// Taken in.
    pub taken: Fen,
    /// Refunds given.
    pub refunds: i64,
    /// Given back.
    pub given: Fen,
}

/// A tender of a closed shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// What went through.
    pub total: Total,
    /// What should be there: the float (cash only), plus taken, less given.
    pub expected: Fen,
    /// What the clerk counted.
    pub counted: Fen,
    /// Counted less expected: below zero where something is missing.
    pub difference: Fen,
}

/// Compares; nothing when a sum leaves 64 bits.
pub fn count(float: Fen, total: Total, counted: Fen) -> Option<Counted> {
    let expected = float.plus(total.taken)?.minus(total.given)?;
    Some(Counted { total, expected, counted, difference: counted.minus(expected)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_is_counted_less_expected() {
        let total = Total { payments: 3, taken: Fen(9000), refunds: 1, given: Fen(500) };
        for (float, counted, difference) in [(20_000, 28_500, 0), (20_000, 28_400, -100), (0, 8_501, 1)] {
            let told = count(Fen(float), total, Fen(counted)).unwrap();
            assert_eq!((told.expected, told.difference), (Fen(float + 8_500), Fen(difference)));
        }
        assert_eq!(count(Fen(i64::MAX), total, Fen(0)), None);
    }
}
