//! Kinds of journal entries: the events of insurance.md §3.4 by their names.

use web::Lang;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal $text:literal $en:literal $zh:literal;)*) => {
        /// What an entry books.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum EntryKind {$( $(#[$doc])* $name = $number, )*}

        impl EntryKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The number the database holds.
            pub const fn number(self) -> u8 {
                self as u8
            }

            /// Back from the database's number.
            pub const fn from_number(number: u8) -> Option<Self> {
                match number {$( $number => Some(Self::$name), )* _ => None }
            }

            /// The word of the interface.
            pub const fn text(self) -> &'static str {
                match self {$( Self::$name => $text, )*}
            }

            /// What people read.
            pub const fn name(self, lang: Lang) -> &'static str {
                match (self, lang) {$( (Self::$name, Lang::En) => $en, (Self::$name, Lang::Zh) => $zh, )*}
            }
        }
    };
}

kinds! {
    /// A settlement of somebody insured here.
    Settlement = 1 "settlement" "Settlement" "结算";
    /// A settlement of somebody insured elsewhere.
    CrossSettlement = 2 "cross-settlement" "Settlement across regions" "异地结算";
    /// A difference paid later.
    Supplement = 3 "supplement" "Supplementary settlement" "补差结算";
    /// Account money set aside.
    Hold = 4 "hold" "Hold" "冻结";
    /// A hold given back.
    Release = 5 "release" "Hold released" "解冻";
    /// A hold used.
    Capture = 6 "capture" "Hold captured" "冻结扣款";
    /// A hold whose time was over.
    Expiry = 7 "expiry" "Hold expired" "冻结到期退回";
    /// The mirror of another entry.
    Reversal = 8 "reversal" "Reversal" "冲正";
    /// An own share taken.
    CashTaken = 9 "cash-taken" "Own share paid" "个人自付收款";
    /// An own share given back.
    CashRefund = 10 "cash-refund" "Own share refunded" "个人自付退款";
    /// A deposit taken.
    DepositTaken = 11 "deposit-taken" "Deposit taken" "收预交金";
    /// A deposit given back.
    DepositReturned = 12 "deposit-returned" "Deposit returned" "退预交金";
    /// Prefund paid.
    PrefundPaid = 13 "prefund-paid" "Prefund paid" "拨付预付金";
    /// Prefund received.
    PrefundReceived = 14 "prefund-received" "Prefund received" "收到预付金";
    /// A hospital confirmed and paid.
    InstitutionPaid = 15 "institution-paid" "Institution paid" "拨付定点机构";
    /// A rejected part given back to the insured place.
    RejectedReturned = 16 "rejected-returned" "Rejected part returned" "拒付退回";
    /// Clearing paid.
    ClearingPaid = 17 "clearing-paid" "Clearing paid" "清算付款";
    /// Clearing received.
    ClearingReceived = 18 "clearing-received" "Clearing received" "清算收款";
    /// A reimbursement approved.
    ClaimApproved = 19 "claim-approved" "Reimbursement approved" "报销核准";
    /// A reimbursement paid.
    ClaimPaid = 20 "claim-paid" "Reimbursement paid" "报销支付";
    /// A payment the bank sent back.
    ClaimBounced = 21 "claim-bounced" "Reimbursement bounced" "报销退票";
    /// Money paid into a personal account.
    AccountCredited = 22 "account-credited" "Account credited" "个账划入";
    /// An account leaves for another region.
    AccountTransferOut = 23 "account-transfer-out" "Account transferred out" "个账转出";
    /// An account arrives from another region.
    AccountTransferIn = 24 "account-transfer-in" "Account transferred in" "个账转入";
    /// An arrived account found its person.
    AccountTransferMatched = 25 "account-transfer-matched" "Transfer matched" "个账转入匹配";
    /// Wrongly paid, found later.
    WronglyPaid = 26 "wrongly-paid" "Wrongly paid" "违规追回";
    /// A day-end difference not explained yet.
    Difference = 27 "difference" "Unexplained difference" "对账差异";
    /// A union's programme.
    UnionBenefit = 28 "union-benefit" "Union programme benefit" "职工互助保障";
    /// Transfers from a file.
    Batch = 29 "batch" "Batch of transfers" "批量转账";
    /// Anything else, explained in its note.
    Other = 30 "other" "Other" "其他";
}

impl EntryKind {
    /// Kinds the ledger writes by itself, which only their own verbs may post and
    /// which end in their own way instead of being reversed.
    pub const fn of_the_ledger(self) -> bool {
        matches!(self, Self::Hold | Self::Release | Self::Expiry | Self::Reversal)
    }
}
