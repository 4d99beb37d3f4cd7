//! The whole directory in memory, replaced as one after each write.

use crate::enrol::enrol;
use crate::rules::institution::{Institution, NewInstitution};
use crate::store;
use ::store::Db;
use kernel::{Error, Fault, InstitutionId};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The directory of a node; cheap to clone, reading never waits for the database.
#[derive(Debug, Clone)]
pub struct Directory {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    db: Db,
    held: RwLock<Arc<Snapshot>>,
    turns: AtomicU64,
}

#[derive(Debug, Default)]
struct Snapshot {
    /// Which loading made it: a later one never gives way to an earlier one.
    turn: u64,
    in_order: Vec<Arc<Institution>>,
    by_id: HashMap<InstitutionId, Arc<Institution>>,
    by_code: HashMap<String, Arc<Institution>>,
}

impl Snapshot {
    fn of(turn: u64, all: Vec<Institution>) -> Self {
        let mut snapshot = Self { turn, ..Self::default() };
        for one in all.into_iter().map(Arc::new) {
            snapshot.by_id.insert(one.id, one.clone());
            snapshot.by_code.insert(one.code.clone(), one.clone());
            snapshot.in_order.push(one);
        }
        snapshot
    }
}

impl Directory {
    /// Reads the directory of a database that is open. Waits on a thread of its own:
    /// a node may be opened from inside the asynchronous world.
    pub fn load(db: &Db) -> Result<Self, Error> {
        let inner = Inner { db: db.clone(), held: RwLock::default(), turns: AtomicU64::new(1) };
        let directory = Self { inner: Arc::new(inner) };
        std::thread::scope(|scope| scope.spawn(|| directory.reload_now()).join())
            .unwrap_or_else(|_panic| Err(Fault::broken("reading the directory").into()))?;
        Ok(directory)
    }

    fn held(&self) -> Arc<Snapshot> {
        self.inner.held.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn next_turn(&self) -> u64 {
        self.inner.turns.fetch_add(1, Ordering::SeqCst)
    }

    fn hold(&self, turn: u64, all: Vec<Institution>) {
        let snapshot = Arc::new(Snapshot::of(turn, all));
        let mut held = self.inner.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.turn < turn {
            *held = snapshot;
        }
    }

    /// Reads the directory again, after a transaction that enrolled.
    pub async fn reload(&self) -> Result<(), Error> {
        let turn = self.next_turn();
        let all = self.inner.db.read(|sql| Ok(store::all(sql)?)).await?;
        self.hold(turn, all);
        Ok(())
    }

    /// [`Directory::reload`] for threads outside the asynchronous world.
    pub fn reload_now(&self) -> Result<(), Error> {
        let turn = self.next_turn();
        let all = self.inner.db.read_now(|sql| Ok(store::all(sql)?))?;
        self.hold(turn, all);
        Ok(())
    }

    /// An institution by id.
    pub fn get(&self, id: InstitutionId) -> Option<Arc<Institution>> {
        self.held().by_id.get(&id).cloned()
    }

    /// An institution by the code other systems know it by.
    pub fn by_code(&self, code: &str) -> Option<Arc<Institution>> {
        self.held().by_code.get(code).cloned()
    }

    /// All institutions, by code.
    pub fn all(&self) -> Vec<Arc<Institution>> {
        self.held().in_order.clone()
    }

    /// The name people read; the id's text for one that is not in the directory.
    pub fn name(&self, id: InstitutionId, english: bool) -> String {
        self.get(id).map_or_else(|| id.to_string(), |one| one.said(english).to_owned())
    }

    /// Enrols several in one transaction; answers their ids in the same order.
    pub async fn enrol_all(&self, new: Vec<NewInstitution>) -> Result<Vec<InstitutionId>, Error> {
        let ids = self.inner.db.write(0, move |tx| new.iter().map(|one| enrol(tx, one)).collect()).await?;
        self.reload().await?;
        Ok(ids)
    }

    /// Enrols one institution from a thread outside the asynchronous world.
    pub fn enrol_now(&self, new: NewInstitution) -> Result<InstitutionId, Error> {
        let id = self.inner.db.write_now(0, move |tx| enrol(tx, &new))?;
        self.reload_now()?;
        Ok(id)
    }
}
