//! Step 12: what the own account pays, then relatives' accounts in the person's order,
//! each within its payable classes; cash is the rest.

use crate::amount::{above, minus, plus};
use crate::settle::Work;
use crate::trace::{Note, Trace};
use kernel::{Error, Fen};

impl<T: Trace> Work<'_, T> {
    /// Step 3: the current year's account money pays in-scope fees before the
    /// deductible; answers what it paid.
    pub(crate) fn pay_account_first(&mut self) -> Result<Fen, Error> {
        if !self.ready.account_is_first(self.pool) || self.encounter.account_refused {
            return Ok(Fen::ZERO);
        }
        let first = self.before.acct_current_year.min(self.before.acct_balance).min(self.out.inscp_scp_amt);
        self.burden = minus(self.burden, first)?;
        self.trace.note(|| Note::AccountFirst { amount: first });
        Ok(first)
    }

    fn payable(&self, pays: [bool; 4]) -> Result<Fen, Error> {
        let left = [self.burden, self.preself_left, self.out.overlmt_selfpay, self.out.fulamt_ownpay_amt];
        let mut sum = Fen::ZERO;
        for (amount, pays) in left.into_iter().zip(pays) {
            if pays {
                sum = plus(sum, amount)?;
            }
        }
        Ok(sum)
    }

    /// Pays the person's part; `first` of it is paid already.
    pub(crate) fn pay_person(&mut self, first: Fen) -> Result<(), Error> {
        let mut owed = minus(self.out.psn_part_amt, first)?;
        let balance = minus(self.before.acct_balance, first)?;
        let mut own = Fen::ZERO;
        if !self.encounter.account_refused {
            let payable = self.payable(self.ready.account_pays)?;
            own = balance.min(payable).min(owed);
            self.trace.note(|| Note::Account { amount: own, balance, payable });
        }
        owed = minus(owed, own)?;
        self.out.acct_pay = plus(first, own)?;
        self.out.balc = minus(balance, own)?;
        if !self.person.mutual.is_empty() {
            self.pay_relatives(own, &mut owed)?;
        }
        self.out.psn_cash_pay = owed;
        let delta = &mut self.out.delta;
        delta.acct_balance = Fen(self.out.acct_pay.0.saturating_neg());
        // Older money goes first, except in the account-first step.
        let current = above(self.before.acct_current_year, first).min(self.out.balc);
        delta.acct_current_year = minus(current, self.before.acct_current_year)?;
        Ok(())
    }

    fn pay_relatives(&mut self, own: Fen, owed: &mut Fen) -> Result<(), Error> {
        // The own account has paid the first classes, the relatives' list is a prefix.
        let mut payable = above(self.payable(self.ready.mutual_pays)?, own).min(*owed);
        let (person, before) = (self.person, self.before);
        for (place, relative) in person.mutual.iter().enumerate() {
            let held = before.mutual.iter().find(|(owner, _)| *owner == relative.owner);
            let balance = held.map_or(Fen::ZERO, |(_, balance)| *balance);
            let amount = balance.min(relative.limit.unwrap_or(balance)).min(payable);
            self.trace.note(|| Note::Relative { place, amount, balance, limit: relative.limit });
            if amount == Fen::ZERO {
                continue;
            }
            payable = minus(payable, amount)?;
            *owed = minus(*owed, amount)?;
            self.out.acct_mulaid_pay = plus(self.out.acct_mulaid_pay, amount)?;
            self.out.acct_mulaid_detail.push((place, amount));
            self.out.delta.mutual.push((relative.owner.clone(), Fen(amount.0.saturating_neg())));
        }
        Ok(())
    }
}
