//! What a platform can do to its merchants, each on demand and once.

use std::time::Duration;

/// A misbehaviour, used up by the first thing it fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mischief {
    /// The next order is lost before it has any effect.
    LoseOrder,
    /// The next order is taken, its answer lost.
    LoseOrderAnswer,
    /// The next order is taken, its answer comes late.
    LateOrderAnswer(Duration),
    /// The next order is taken and answered with a wrong signature.
    ForgeOrderAnswer,
    /// The next order is taken and answered with 502.
    FailAfterOrder,
    /// The next order is confirmed and called back before it is answered.
    CallBackFirst,
    /// The next order takes one fen more than was asked.
    TakeMore,
    /// The next query is answered with a wrong signature.
    ForgeQueryAnswer,
    /// The next query is lost.
    LoseQuery,
    /// The next confirmation is never called back.
    NeverCallBack,
    /// The next callback comes so often.
    CallBackTimes(u8),
    /// The next callback has a wrong signature.
    ForgeCallback,
    /// The next callback was signed ten minutes ago.
    OldCallback,
    /// The next callback names one fen more than was taken.
    MisstateCallback,
    /// The next callback is sealed with another key.
    SealWrongly,
    /// The next refund is taken, its answer lost.
    LoseRefundAnswer,
    /// The next refund stays under way until it is finished by hand.
    KeepRefundUnderway,
    /// The next refund ends abnormally: nothing went back.
    RefundAbnormally,
    /// The next notice of insured refunds is answered with 500.
    FailRefundNotice,
}
