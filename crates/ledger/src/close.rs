//! Closing a month: from then on nothing is posted into it or before it, and its
//! trial balance is kept as a hash that `check` computes again.

use crate::Refusal;
use crate::post::Ledger;
use crate::rules::account::Entity;
use crate::rules::fold::Trial;
use crate::rules::period::Period;
use crate::store::{self, Closing, folds};
use ::store::{Event, Sql as _};
use kernel::{ActorId, Error, Fault};

impl Ledger {
    /// Closes a month that is over. Who posts into it meanwhile is refused; everything
    /// posted before is folded, totalled and kept.
    pub async fn close(&self, actor: ActorId, entity: Entity, period: Period) -> Result<Closing, Error> {
        if !period.is_month() || period >= Period::of(self.now()) {
            return Err(Refusal::PeriodOpen.at("period").with(period.to_string()));
        }
        let before = self.closed_through(entity);
        if before.is_some_and(|closed| period <= closed) {
            return Err(Refusal::PeriodClosed.at("period").with(period.to_string()));
        }
        // From here on no new posting gets in; those that got in before are committed
        // or gone when the watermark has passed every lane, which `fold` waits for.
        self.set_closed_through(entity, Some(period));
        let done = self.close_now(actor, entity, period).await;
        if done.is_err() {
            self.set_closed_through(entity, before);
        }
        done
    }

    async fn close_now(&self, actor: ActorId, entity: Entity, period: Period) -> Result<Closing, Error> {
        let passed = self.watermark().await?;
        loop {
            self.fold().await?;
            let (folded, last) = self
                .db()
                .read(move |sql| Ok((folds::last_segment(sql)?.to_id, store::last_id_to(sql, passed)?)))
                .await?;
            if folded >= last {
                break;
            }
            // Another caller's fold is under way; it ends by itself.
            tokio::task::yield_now().await;
        }
        let trial =
            self.db().read(move |sql| Ok(Trial::of(entity, period, &folds::totals(sql, entity, period)?)?)).await?;
        if trial.difference() != kernel::Fen::ZERO {
            return Err(Fault::broken(format!("the books of {entity} do not balance in {period}")).into());
        }
        self.db()
            .write(0, move |tx| {
                let closing = Closing {
                    entity,
                    period,
                    closed_at: tx.now(),
                    accounts: i64::try_from(trial.lines.len()).unwrap_or(i64::MAX),
                    debit: trial.debit,
                    credit: trial.credit,
                    hash: trial.hash(),
                };
                if !store::insert_closing(tx, &closing, actor.0)? {
                    return Err(Refusal::PeriodClosed.at("period"));
                }
                let object = format!("{entity} {period} {}", ::store::value::hex(&closing.hash));
                tx.event(Event { actor: Some(actor), object, ..Event::of(&crate::CLOSED) });
                Ok(closing)
            })
            .await
    }
}
