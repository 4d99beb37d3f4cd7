//! The verbs with a transaction of their own, each in the lane of its person: what
//! routes, gateways and pages call.

use crate::answer::{self, Answer, Split};
use crate::cancel::{self, Cancel, Cancelled, Reversal, ReversalAnswer};
use crate::compute::Terms;
use crate::fees::{self, Charge, ChargedNow};
use crate::quote::{self, Quote, QuoteAsk};
use crate::settle::{self, SettleAsk, Settled, What};
use crate::store::Task;
use crate::store::settled::{DayTotal, SettlementRow};
use crate::visit::{self, By, Register, Visit, VisitAbout};
use crate::{Refusal, Settlements, VIEWED};
use ::store::{Event, Tx};
use insurance::Day;
use kernel::{Actor, ActorKind, Error, Fen, InstitutionId, PersonId, Purpose, QuoteId, SettlementId, VisitId};

/// A settlement as it is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The row.
    pub row: SettlementRow,
    /// What was answered, of a settlement.
    pub answer: Option<Answer>,
    /// What undid it.
    pub undone_by: Option<SettlementId>,
}

/// Purposes of a scan that lets a desk register or settle: registering, admission,
/// consultation, settling, a pharmacy sale.
const PURPOSES: [&str; 6] = ["01101", "01102", "01103", "01201", "01301", "02121"];

/// Own visits and settlements shown at once.
const OWN_MAX: i64 = 100;
/// Tasks listed at once.
const TASKS_MAX: i64 = 500;

impl Settlements {
    /// Whose a visit, quote or settlement is; the refusal `unknown` when nobody's.
    async fn home(&self, id: i64, unknown: Refusal) -> Result<PersonId, Error> {
        let found = self.db.read(move |sql| answer::person_of(sql, id)).await?;
        found.ok_or_else(|| unknown.error())
    }

    /// Staff and terminals act for people who showed their code: the token of the scan
    /// becomes the presence's number. A hospital's program checks by itself, a citizen
    /// is there.
    pub(crate) async fn present(&self, actor: &Actor, person: PersonId, about: &mut VisitAbout) -> Result<(), Error> {
        about.limit_fen = None;
        let desk = matches!(actor.kind, ActorKind::Staff | ActorKind::Device);
        let Some(credentials) = self.presence.as_ref().filter(|_| desk) else { return Ok(()) };
        if about.proof.is_empty() {
            return Err(Refusal::PresenceNeeded.at("proof"));
        }
        let purposes: Vec<Purpose> = PURPOSES.iter().filter_map(|code| Purpose::from_code(code)).collect();
        let said = credentials.proved(actor, &about.proof, &purposes).await?;
        if said.person != person {
            return Err(Refusal::PresenceNeeded.at("proof"));
        }
        about.proof = said.presence.to_string();
        about.limit_fen = said.limit_fen;
        Ok(())
    }

    async fn run<T: Send + 'static>(
        &self,
        person: PersonId,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.db.write(person.0, work).await
    }

    /// Registers a visit or a stay. A desk registers for its own institution.
    pub async fn register(&self, actor: &Actor, mut ask: Register) -> Result<VisitId, Error> {
        let by = By::of(actor);
        self.present(actor, ask.person, &mut ask.about).await?;
        if by.institution != Some(ask.institution) && by.person != Some(ask.person) {
            return Err(Refusal::VisitUnknown.at("institution"));
        }
        let env = self.clone();
        self.run(ask.person, move |tx| visit::register(tx, &env, &ask)).await
    }

    /// A visit that the caller may see.
    pub async fn visit(&self, actor: &Actor, id: VisitId) -> Result<Visit, Error> {
        let by = By::of(actor);
        let person = self.home(id.0, Refusal::VisitUnknown).await?;
        let visit = self.db.read(move |sql| visit::seen(sql, &by, person, id)).await?;
        self.looked(actor, person, id.to_string()).await?;
        Ok(visit)
    }

    /// A look that is durable before its first byte goes out (U1).
    async fn looked(&self, actor: &Actor, person: PersonId, object: String) -> Result<(), Error> {
        let look = Event {
            person: Some(person),
            actor: Some(actor.id),
            institution: actor.institution,
            object,
            ..Event::of(&VIEWED)
        };
        self.db.record(person.0, look).await
    }

    /// Adds lines to a visit.
    pub async fn charge(&self, actor: &Actor, mut ask: Charge) -> Result<ChargedNow, Error> {
        let (by, env) = (By::of(actor), self.clone());
        ask.person = self.home(ask.visit.0, Refusal::VisitUnknown).await?;
        self.run(ask.person, move |tx| fees::charge(tx, &env, &by, &ask)).await
    }

    /// Takes the open lines of a visit back.
    pub async fn uncharge(&self, actor: &Actor, id: VisitId) -> Result<Visit, Error> {
        let by = By::of(actor);
        let person = self.home(id.0, Refusal::VisitUnknown).await?;
        self.run(person, move |tx| fees::uncharge(tx, &by, person, id)).await
    }

    /// A stay ends.
    pub async fn discharge(&self, actor: &Actor, id: VisitId, last: Option<Day>) -> Result<Visit, Error> {
        let by = By::of(actor);
        let person = self.home(id.0, Refusal::VisitUnknown).await?;
        self.run(person, move |tx| visit::discharge(tx, &by, person, id, last)).await
    }

    /// The end of a stay is taken back.
    pub async fn readmit(&self, actor: &Actor, id: VisitId) -> Result<Visit, Error> {
        let by = By::of(actor);
        let person = self.home(id.0, Refusal::VisitUnknown).await?;
        self.run(person, move |tx| visit::readmit(tx, &by, person, id)).await
    }

    /// A visit without fees is taken back.
    pub async fn annul(&self, actor: &Actor, id: VisitId) -> Result<Visit, Error> {
        let by = By::of(actor);
        let person = self.home(id.0, Refusal::VisitUnknown).await?;
        self.run(person, move |tx| visit::annul(tx, &by, person, id)).await
    }

    /// Changes what is told of a visit.
    pub async fn retell(&self, actor: &Actor, id: VisitId, about: VisitAbout) -> Result<Visit, Error> {
        let by = By::of(actor);
        let person = self.home(id.0, Refusal::VisitUnknown).await?;
        self.run(person, move |tx| visit::retell(tx, &by, person, id, &about)).await
    }

    /// What settling a visit would give now.
    pub async fn quote(&self, actor: &Actor, visit: VisitId, terms: Terms) -> Result<Quote, Error> {
        let (by, env) = (By::of(actor), self.clone());
        let person = self.home(visit.0, Refusal::VisitUnknown).await?;
        self.run(person, move |tx| quote::quote(tx, &env, &by, &QuoteAsk { person, visit, terms })).await
    }

    /// What a direct settlement would give now, without any effect.
    pub async fn preview(&self, actor: &Actor, ask: &SettleAsk) -> Result<Split, Error> {
        let (by, env, mut ask) = (By::of(actor), self.clone(), ask.clone());
        if let What::Direct(direct) = &mut ask.what {
            if !by.sees(PersonId(ask.person), direct.institution) {
                return Err(Refusal::VisitUnknown.at("institution"));
            }
            self.present(actor, PersonId(ask.person), &mut direct.about).await?;
        }
        self.db.read(move |sql| settle::preview(sql, &env, &by, &ask)).await
    }

    /// Settles. The person of a quote or a visit is looked up; a citizen settles own
    /// visits only, a desk those of its institution.
    pub async fn settle(&self, actor: &Actor, mut ask: SettleAsk) -> Result<Settled, Error> {
        let by = By::of(actor);
        let institution = match &mut ask.what {
            What::Quote(id) => {
                ask.person = self.home(*id, Refusal::NotFound).await?.0;
                None
            }
            What::Visit(id) => {
                ask.person = self.home(*id, Refusal::VisitUnknown).await?.0;
                None
            }
            What::Direct(direct) => {
                self.present(actor, PersonId(ask.person), &mut direct.about).await?;
                Some(direct.institution)
            }
        };
        let person = PersonId(ask.person);
        if let Some(institution) = institution
            && !by.sees(person, institution)
        {
            return Err(Refusal::VisitUnknown.at("institution"));
        }
        let issuer = match institution {
            Some(institution) => institution,
            None => self.issuer(&by, &ask).await?,
        };
        let bill = self.bills.number(issuer).await?;
        self.settled(by, ask, bill).await
    }

    /// The institution that bills: a desk's own, else the visit's.
    async fn issuer(&self, by: &By, ask: &SettleAsk) -> Result<InstitutionId, Error> {
        if let Some(institution) = by.institution {
            return Ok(institution);
        }
        let (by, person, what) = (*by, PersonId(ask.person), ask.what.clone());
        self.db.read(move |sql| settle::issuer(sql, &by, person, &what)).await
    }

    /// Cancels a settlement by its number.
    pub async fn cancel(
        &self,
        actor: &Actor,
        id: SettlementId,
        msgid: String,
        reason: String,
        force: bool,
    ) -> Result<Cancelled, Error> {
        let (by, env) = (By::of(actor), self.clone());
        let person = self.home(id.0, Refusal::NotFound).await?;
        let issuer = self.db.read(move |sql| Ok(answer::seen(sql, &by, person, id)?.0.institution)).await?;
        let red = self.bills.number(issuer).await?;
        let ask = Cancel { person: person.0, settlement: id.0, msgid, reason, force };
        self.run(person, move |tx| cancel::cancel(tx, &env, &by, &ask, &red)).await
    }

    /// Takes a message of an institution back, whether it came or not.
    pub async fn reverse(
        &self,
        actor: &Actor,
        institution: InstitutionId,
        msgid: &str,
    ) -> Result<ReversalAnswer, Error> {
        self.reverse_as(By::of(actor), institution, msgid).await
    }

    /// [`Settlements::reverse`] for whoever asked first.
    pub(crate) async fn reverse_as(
        &self,
        by: By,
        institution: InstitutionId,
        msgid: &str,
    ) -> Result<ReversalAnswer, Error> {
        if by.institution != Some(institution) && !by.office {
            return Err(Refusal::NotFound.at("institution"));
        }
        let red = self.bills.number(institution).await?;
        let mut lane = None;
        loop {
            let (env, msgid, red) = (self.clone(), msgid.to_owned(), red.clone());
            let home = lane.map_or(0, |person: PersonId| person.0);
            let came =
                self.db.write(home, move |tx| cancel::reverse(tx, &env, &by, institution, &msgid, lane, &red)).await?;
            match came {
                Reversal::Done(answer) => return Ok(answer),
                // The message is about somebody: once more, in their lane.
                Reversal::Elsewhere(person) => lane = Some(person),
            }
        }
    }

    /// A settlement that the caller may see; the look is durable first.
    pub async fn read(&self, actor: &Actor, id: SettlementId) -> Result<Shown, Error> {
        let (by, env) = (By::of(actor), self.clone());
        let person = self.home(id.0, Refusal::NotFound).await?;
        let shown = self
            .db
            .read(move |sql| {
                let (row, undone_by) = answer::seen(sql, &by, person, id)?;
                let settled = matches!(row.kind, crate::store::settled::RowKind::Settlement);
                let answer = if settled { Some(answer::again(&env, &row)?.0) } else { None };
                Ok(Shown { row, answer, undone_by })
            })
            .await?;
        self.looked(actor, person, id.to_string()).await?;
        Ok(shown)
    }

    /// Why a settlement is what it is, fen by fen, worked out again from what it kept.
    pub async fn explain(&self, actor: &Actor, id: SettlementId) -> Result<adjudication::Explanation, Error> {
        let (by, env) = (By::of(actor), self.clone());
        let person = self.home(id.0, Refusal::NotFound).await?;
        let explanation = self
            .db
            .read(move |sql| {
                let (row, _) = answer::seen(sql, &by, person, id)?;
                answer::explain(&env, &row)
            })
            .await?;
        self.looked(actor, person, id.to_string()).await?;
        Ok(explanation)
    }

    /// Why a quote says what it says, before anything is paid. Whoever is not the person
    /// leaves a look.
    pub async fn explain_quote(
        &self,
        actor: &Actor,
        id: QuoteId,
        hospital: Fen,
    ) -> Result<adjudication::Explanation, Error> {
        let (by, env) = (By::of(actor), self.clone());
        let person = self.home(id.0, Refusal::NotFound).await?;
        let explanation = self.db.read(move |sql| quote::explain(sql, &env, &by, person, id, hospital)).await?;
        if by.person != Some(person) {
            self.looked(actor, person, id.to_string()).await?;
        }
        Ok(explanation)
    }

    /// A person's own visits, newest first.
    pub async fn own_visits(&self, person: PersonId) -> Result<Vec<Visit>, Error> {
        self.db.read(move |sql| Ok(crate::store::visits(sql, person, OWN_MAX)?)).await
    }

    /// A person's own settlements, newest first.
    pub async fn own(&self, person: PersonId) -> Result<Vec<Shown>, Error> {
        let env = self.clone();
        self.db
            .read(move |sql| {
                let mut shown = Vec::new();
                for row in crate::store::settled::newest(sql, person, OWN_MAX)? {
                    let settled = matches!(row.kind, crate::store::settled::RowKind::Settlement);
                    let answer = if settled { Some(answer::again(&env, &row)?.0) } else { None };
                    let undone_by = crate::store::settled::undone_by(sql, person, row.id)?;
                    shown.push(Shown { row, answer, undone_by });
                }
                Ok(shown)
            })
            .await
    }

    /// What an office must look at, oldest first.
    pub async fn tasks(&self) -> Result<Vec<Task>, Error> {
        self.db.read(|sql| Ok(crate::store::tasks(sql, TASKS_MAX)?)).await
    }

    /// Ends a task.
    pub async fn end_task(&self, person: PersonId, id: i64) -> Result<(), Error> {
        let ended = self.run(person, move |tx| Ok(crate::store::end_task(tx, person, id)?)).await?;
        if ended { Ok(()) } else { Err(Refusal::NotFound.at("task")) }
    }

    /// Sums of an institution's rows between two instants.
    pub async fn totals(
        &self,
        institution: InstitutionId,
        from_at: i64,
        until_at: i64,
    ) -> Result<Vec<DayTotal>, Error> {
        self.db.read(move |sql| answer::totals(sql, institution, from_at, until_at)).await
    }

    /// An institution's rows between two instants, oldest first.
    pub async fn detail(
        &self,
        institution: InstitutionId,
        from_at: i64,
        until_at: i64,
        limit: i64,
    ) -> Result<Vec<SettlementRow>, Error> {
        self.db.read(move |sql| answer::of_institution(sql, institution, from_at, until_at, limit)).await
    }
}
