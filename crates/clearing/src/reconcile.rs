//! Keeping comparisons: a later run of the same span supersedes the earlier one, whose
//! findings are voided and stay. The same lists again do nothing.

use crate::rules::matcher;
use crate::rules::row::{Action, Cause, Finding, Lists, Report, Scope, Span, Total};
use crate::{ACTED, COMPARED, Clearing, READ, RECONCILE, Refusal, store};
use ::store::{Event, Sql as _, Tx};
use kernel::time::DAY;
use kernel::{Actor, ActorId, Error, Fault, FaultKind, InstitutionId, TaskId};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// Rows of all lists of one comparison, at most.
pub const ROWS_MAX: usize = 400_000;
/// Days of one comparison, at most.
const DAYS_MAX: i64 = 31;
/// Characters of a note at most.
const NOTE_MAX: usize = 200;

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FindingStage {
    /// Nobody acted on it.
    Open,
    /// Somebody acted on it; only a later comparison without it shows that it helped.
    Acted,
    /// A later comparison replaced it.
    Voided,
}

impl FindingStage {
    /// The number the database holds.
    pub fn code(self) -> i64 {
        match self {
            Self::Open => 1,
            Self::Acted => 2,
            Self::Voided => 3,
        }
    }

    /// Back from the database's number.
    pub fn from_code(code: i64) -> Option<Self> {
        [Self::Open, Self::Acted, Self::Voided].into_iter().find(|one| one.code() == code)
    }

    /// The word of the JSON interface.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acted => "acted",
            Self::Voided => "voided",
        }
    }
}

/// A finding as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its place in the report, from 1.
    pub ordinal: i64,
    /// Where it stands.
    pub stage: FindingStage,
    /// What the match says.
    pub finding: Finding,
    /// What was done.
    pub note: String,
    /// By whom.
    pub acted_by: Option<ActorId>,
}

/// A comparison as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// Whose books.
    pub institution: InstitutionId,
    /// Which span.
    pub span: Span,
    /// The later run of the same span, if there is one.
    pub superseded_by: Option<TaskId>,
    /// Whether nothing is to be done.
    pub balanced: bool,
    /// Totals by group.
    pub totals: Vec<Total>,
    /// Microseconds UTC.
    pub made_at: i64,
    /// SHA-256 of the lists.
    pub digest: [u8; 32],
}

fn digest(lists: &Lists) -> Result<[u8; 32], Error> {
    let mut sorted = lists.clone();
    let row_key = |row: &crate::Row| (row.msgid.clone(), row.at, row.sums.medfee, row.setl_id.clone());
    let money_key = |money: &crate::Money| (money.order.clone(), money.refund.clone(), money.at, money.fen);
    sorted.here.sort_by_key(row_key);
    sorted.there.sort_by_key(row_key);
    sorted.taken.sort_by_key(money_key);
    sorted.channel.sort_by_key(money_key);
    sorted.carried.sort();
    let bytes = serde_json::to_vec(&sorted)
        .map_err(|error| Fault::from_source(FaultKind::Broken, "writing lists as JSON", error))?;
    Ok(Sha256::digest(&bytes).into())
}

fn checked(scope: Scope, lists: &Lists) -> Result<(), Error> {
    let long = scope.span.until.checked_sub(scope.span.from);
    if !long.is_some_and(|long| long > 0 && long <= DAYS_MAX.saturating_mul(DAY)) {
        return Err(Refusal::SpanWrong.at("span"));
    }
    let lengths = [lists.here.len(), lists.there.len(), lists.taken.len(), lists.channel.len(), lists.carried.len()];
    if lengths.iter().fold(0_usize, |sum, one| sum.saturating_add(*one)) > ROWS_MAX {
        return Err(Refusal::ListsTooLong.error().with(format!("at most {ROWS_MAX} rows")));
    }
    Ok(())
}

impl Clearing {
    /// Compares an institution's books for a span and keeps what was found.
    pub async fn reconcile(&self, actor: &Arc<Actor>, scope: Scope, lists: Lists) -> Result<Task, Error> {
        let (this, by) = (self.clone(), actor.id);
        self.db.write(scope.institution.0, move |tx| this.reconcile_in(tx, by, scope, &lists)).await
    }

    /// [`Clearing::reconcile`] in the caller's transaction, for gateways and jobs.
    pub fn reconcile_in(&self, tx: &mut Tx<'_>, by: ActorId, scope: Scope, lists: &Lists) -> Result<Task, Error> {
        checked(scope, lists)?;
        let digest = digest(lists)?;
        let earlier = store::live_task(tx, scope)?;
        if let Some(task) = earlier.as_ref().filter(|task| task.digest == digest) {
            return Ok(task.clone());
        }
        let report = matcher::compare(scope.span, &with_carried(tx, scope, earlier.as_ref(), lists)?);
        let task = Task {
            id: TaskId(tx.new_id()),
            institution: scope.institution,
            span: scope.span,
            superseded_by: None,
            balanced: report.balances(),
            totals: report.totals.clone(),
            made_at: tx.now(),
            digest,
        };
        if let Some(earlier) = earlier {
            store::supersede(tx, &earlier, task.id)?;
        }
        store::insert_task(tx, &task, by)?;
        keep(tx, &task, &report)?;
        tx.event(Event {
            actor: Some(by),
            institution: Some(scope.institution),
            object: task.id.to_string(),
            detail: Some(format!(r#"{{"findings":{}}}"#, report.findings.len()).into_bytes()),
            ..Event::of(&COMPARED)
        });
        Ok(task)
    }

    /// Says what was done about a finding; the books must still come to agree.
    pub async fn act(&self, actor: &Arc<Actor>, id: TaskId, ordinal: i64, note: String) -> Result<(), Error> {
        if note.is_empty() || note.chars().count() > NOTE_MAX {
            return Err(web::Refusal::BodyInvalid.at("note").with(format!("1 to {NOTE_MAX} characters")));
        }
        let task = self.task(actor, id).await?;
        let by = actor.id;
        self.db
            .write(task.institution.0, move |tx| {
                let now = tx.now();
                if !store::act(tx, &task, ordinal, &note, (by, now))? {
                    return Err(Refusal::FindingVoided.error());
                }
                tx.event(Event {
                    actor: Some(by),
                    institution: Some(task.institution),
                    object: format!("{} {ordinal}", task.id),
                    ..Event::of(&ACTED)
                });
                Ok(())
            })
            .await
    }

    /// A comparison the actor may see: an officer's any, an institution's own.
    pub async fn task(&self, actor: &Actor, id: TaskId) -> Result<Task, Error> {
        let found = self.db.read(move |sql| Ok(store::task(sql, id)?)).await?;
        found.filter(|task| sees(actor, task.institution)).ok_or_else(|| web::Refusal::NotFound.at("task"))
    }

    /// What a comparison found.
    pub async fn findings(&self, task: &Task) -> Result<Vec<Kept>, Error> {
        let (institution, id) = (task.institution, task.id);
        self.db.read(move |sql| Ok(store::findings(sql, institution, id)?)).await
    }

    /// The newest live comparisons the actor may see, with their open findings.
    pub async fn tasks(&self, actor: &Actor) -> Result<Vec<(Task, i64)>, Error> {
        let only = if actor.may(RECONCILE) { None } else { actor.institution.filter(|_| actor.may(READ)) };
        if only.is_none() && !actor.may(RECONCILE) {
            return Err(web::Refusal::NotFound.error());
        }
        self.db.read(move |sql| Ok(store::newest(sql, only)?)).await
    }
}

/// Whether an actor may see an institution's books.
pub(crate) fn sees(actor: &Actor, institution: InstitutionId) -> bool {
    actor.may(RECONCILE) || (actor.may(READ) && actor.institution == Some(institution))
}

/// What an earlier run of the span carried over midnight is not carried again once a
/// day has passed.
fn with_carried(tx: &mut Tx<'_>, scope: Scope, earlier: Option<&Task>, lists: &Lists) -> Result<Lists, Error> {
    let mut lists = lists.clone();
    let day_passed = tx.now() >= scope.span.until.saturating_add(DAY);
    if let Some(task) = earlier.filter(|_| day_passed) {
        let kept = store::findings(tx, task.institution, task.id)?;
        let late =
            kept.into_iter().filter(|one| one.finding.cause == Cause::Late && one.finding.action == Action::Carry);
        lists.carried.extend(late.map(|one| one.finding.key));
    }
    Ok(lists)
}

fn keep(tx: &mut Tx<'_>, task: &Task, report: &Report) -> Result<(), Error> {
    let mut ordinal = 0_i64;
    for finding in &report.findings {
        ordinal = ordinal.saturating_add(1);
        store::insert_finding(tx, task, ordinal, finding)?;
    }
    Ok(())
}
