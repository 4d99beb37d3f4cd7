//! What the desks work with, and the one list of their routes.

use crate::clinic::facts::Opened;
use crate::home::Stage;
use crate::{account, asked, assets, clinic, home, kiosk, looks, office, pay, phone, sign_in};
use access::{Gate, Passkeys};
use axum::middleware;
use bills::Bills;
use credentials::Credentials;
use directory::Directory;
use kernel::{Actor, Error};
use payment::Payments;
use records::Records;
use settlement::Settlements;
use std::sync::{Arc, PoisonError, RwLock};
use url::{Host, Url};
use web::words::Lang;
use web::{Route, layout::Desk};

/// What the desks are handed at start.
pub struct Parts {
    /// Who may.
    pub gate: Gate,
    /// Names of institutions.
    pub directory: Directory,
    /// Cards and codes.
    pub credentials: Credentials,
    /// Clinical records.
    pub records: Records,
    /// Visits, quotes, settlements.
    pub settlements: Settlements,
    /// Paying the own share.
    pub payments: Payments,
    /// E-bills.
    pub bills: Bills,
    /// Codes of the events that are looks.
    pub looks: &'static [i64],
    /// The region's name, for people.
    pub region_name: String,
    /// How browsers reach the node, without a slash at the end.
    pub public_url: String,
    /// Whether it is the demo: its first page and the shortcuts exist.
    pub demo: bool,
}

/// The desks of a node; cheap to clone.
#[derive(Clone)]
pub struct Desks {
    pub(crate) gate: Gate,
    pub(crate) directory: Directory,
    pub(crate) credentials: Credentials,
    pub(crate) records: Records,
    pub(crate) settlements: Settlements,
    pub(crate) payments: Payments,
    pub(crate) bills: Bills,
    pub(crate) looks: &'static [i64],
    pub(crate) region_name: Arc<str>,
    pub(crate) public_url: Arc<str>,
    pub(crate) demo: bool,
    /// Nothing where the node is reached by an IP address: passkeys need a name.
    pub(crate) passkeys: Option<Passkeys>,
    /// What banners showed lately.
    pub(crate) opened: Arc<Opened>,
    stage: Arc<RwLock<Option<Arc<Stage>>>>,
}

impl Desks {
    /// Desks over the node's capabilities; fails when the public address cannot be
    /// the home of passkeys although it is a name.
    pub fn new(parts: &Parts) -> Result<Self, Error> {
        Ok(Self {
            gate: parts.gate.clone(),
            directory: parts.directory.clone(),
            credentials: parts.credentials.clone(),
            records: parts.records.clone(),
            settlements: parts.settlements.clone(),
            payments: parts.payments.clone(),
            bills: parts.bills.clone(),
            looks: parts.looks,
            region_name: Arc::from(parts.region_name.as_str()),
            public_url: Arc::from(parts.public_url.as_str()),
            demo: parts.demo,
            passkeys: passkeys(&parts.public_url)?,
            opened: Arc::default(),
            stage: Arc::default(),
        })
    }

    /// Says what the demo's first page shows and whom a visitor can be.
    pub fn set_demo(&self, stage: Stage) {
        *self.stage.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(stage));
    }

    /// The demo's stage, once it is set.
    pub(crate) fn stage(&self) -> Option<Arc<Stage>> {
        self.stage.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Now, microseconds UTC.
    pub(crate) fn now(&self) -> i64 {
        self.gate.db().world().now()
    }

    /// The bar over a desk for who sits at it.
    pub(crate) fn desk(&self, lang: Lang, actor: &Actor, here: String) -> Desk {
        let institution = actor.institution.map(|id| self.directory.name(id, lang == Lang::En));
        let place = [institution.as_deref().unwrap_or_default(), &actor.place];
        let place: Vec<&str> = place.into_iter().filter(|part| !part.is_empty()).collect();
        Desk { lang, here, place: place.join(" · "), actor: actor.name.to_string(), now: self.now() }
    }

    /// Every route of the desks.
    pub fn routes(&self) -> Vec<Route> {
        let mut all = assets::routes();
        all.extend(home::routes(self));
        all.extend(phone::routes(self));
        all.extend(clinic::routes(self));
        all.extend(looks::routes(self));
        all.extend(pay::routes(self));
        all.extend(kiosk::routes(self));
        all.extend(office::routes(self));
        all.extend(sign_in::routes(self));
        all.extend(account::routes(self));
        for route in &mut all {
            route.handler = route.handler.clone().layer(middleware::from_fn(asked::remember_language));
        }
        all
    }
}

fn passkeys(public_url: &str) -> Result<Option<Passkeys>, Error> {
    let Ok(url) = Url::parse(public_url) else { return Ok(None) };
    let Some(Host::Domain(name)) = url.host() else { return Ok(None) };
    Ok(Some(Passkeys::new(name, public_url, "Yima 一码通")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_live_under_names_only() {
        for (address, there) in [
            ("http://localhost:8080", true),
            ("https://yima.example.org", true),
            ("http://127.0.0.1:8080", false),
            ("http://[::1]:8080", false),
            ("nowhere", false),
        ] {
            assert_eq!(passkeys(address).unwrap().is_some(), there, "{address}");
        }
    }
}
