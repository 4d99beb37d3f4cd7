//! Phones: registered once, they fetch handles ahead and mint codes without a
//! network. The device's secret travels wrapped to a key that its browser made and
//! cannot read out; the node keeps none of it, it derives it again.

use crate::rules::card::{LABEL_MAX, Medium, Proof, State};
use crate::show::Next;
use crate::store::devices::DEVICES_MAX;
use crate::{Credentials, DEVICE_ADDED, DEVICE_REMOVED, NewCard, Refusal, Standing, issue_as, store};
use ::store::{Event, Sql as _, Tx};
use aws_lc_rs::agreement;
use code::Stock;
use code::time::{HALF_MINUTE, SLOT};
use kernel::{Actor, CardId, DeviceId, Error, EventName, Fault, PersonId};

pub use crate::store::devices::Device;

/// Days a device may fetch ahead.
pub const DAYS_MAX: u32 = 4;
/// Bytes of a public key: an uncompressed P-256 point.
pub const PUBLIC_KEY_LEN: usize = 65;

/// A device to be registered.
#[derive(Debug, Clone)]
pub struct NewDevice {
    /// What its owner calls it.
    pub label: String,
    /// Its P-256 point, uncompressed.
    pub public_key: Vec<u8>,
    /// Whose code it shows.
    pub shows: PersonId,
}

/// A device's secret on its way, sealed for its own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrapped {
    /// The node's ephemeral P-256 point, uncompressed.
    pub public_key: Vec<u8>,
    /// The nonce of AES-256-GCM.
    pub iv: [u8; suites::NONCE_LEN],
    /// The sealed secret with its tag.
    pub sealed: Vec<u8>,
}

/// Whether bytes are a point on P-256.
fn point(public_key: &[u8]) -> bool {
    let key = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, public_key);
    public_key.len() == PUBLIC_KEY_LEN
        && agreement::PrivateKey::from_private_key(&agreement::ECDH_P256, &[1; 32])
            .is_ok_and(|own| agreement::agree(&own, key, (), |_shared| Ok(())).is_ok())
}

/// Seals a secret for a device: ECDH on P-256, HKDF-SHA-256 without salt, info
/// `yima-device-1 <device> <epoch>`, AES-256-GCM with the device's id as context.
fn wrapped(
    device: DeviceId,
    public_key: &[u8],
    epoch: u16,
    secret: &[u8; 32],
    chance: &dyn kernel::chance::Chance,
) -> Result<Wrapped, Fault> {
    let broken = |doing: &str| Fault::broken(format!("wrapping a device's secret: {doing}"));
    let own = loop {
        // A number outside the curve's order comes once in 2^32 draws.
        if let Ok(own) = agreement::PrivateKey::from_private_key(&agreement::ECDH_P256, &chance.key()) {
            break own;
        }
    };
    let theirs = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, public_key);
    let suite = suites::intl();
    let info = format!("yima-device-1 {device} {epoch}");
    let key = agreement::agree(&own, theirs, (), |shared| {
        let extracted = suite.mac_key(&[0; 32]).tag(&[shared]);
        Ok(suite.derive(&suite.mac_key(&extracted), &[info.as_bytes()]))
    })
    .map_err(|()| broken("no point of the curve"))?;
    let mut iv = [0; suites::NONCE_LEN];
    chance.fill(&mut iv);
    let sealed = suite.seal(&key, iv, device.to_string().as_bytes(), secret).ok_or_else(|| broken("sealing"))?;
    let public_key = own.compute_public_key().map_err(|_unspecified| broken("its own point"))?.as_ref().to_vec();
    Ok(Wrapped { public_key, iv, sealed })
}

/// Registers a device for its owner: for their own card on the phone, made when
/// there is none, or for somebody whose mandate they hold.
pub fn register(tx: &mut Tx<'_>, owner: PersonId, new: &NewDevice, actor: &Actor) -> Result<Device, Error> {
    if new.label.chars().count() > LABEL_MAX {
        return Err(web::Refusal::BodyInvalid.at("label").with(format!("at most {LABEL_MAX} characters")));
    }
    if !point(&new.public_key) {
        return Err(Refusal::DeviceKeyInvalid.at("public_key"));
    }
    let devices = store::devices::of(tx, owner)?;
    if devices.iter().filter(|device| device.removed_at.is_none()).count() >= DEVICES_MAX {
        return Err(Refusal::TooMany.at("device"));
    }
    let card = if new.shows == owner { own_card(tx, owner, actor)? } else { card_for(tx, owner, new.shows)? };
    let now = tx.now();
    let device = Device {
        id: DeviceId(tx.new_id()),
        owner,
        card,
        shows: new.shows,
        label: new.label.clone(),
        public_key: new.public_key.clone(),
        registered_at: now,
        seen_at: now,
        removed_at: None,
    };
    store::devices::insert(tx, &device)?;
    store::insert_minter(tx, device.id.0, device.shows, device.card);
    told(tx, &DEVICE_ADDED, &device, actor);
    Ok(device)
}

/// The person's card on the phone: the newest live one, an applied one that this
/// activates, or a new one, as sure as signing in was. Refuses while one rests or is
/// reported lost: its owner stopped it, and nothing but its owner's word begins anew.
pub fn own_card(tx: &mut Tx<'_>, owner: PersonId, actor: &Actor) -> Result<CardId, Error> {
    if let Some(card) = store::newest_card(tx, owner, Medium::Phone, 0)? {
        return Ok(card.id);
    }
    let now = tx.now();
    let waits = |card: &&crate::rules::card::Card| {
        card.medium == Medium::Phone && card.mandate == 0 && card.state == State::Applied && !card.ran_out(now)
    };
    let cards = store::cards(tx, owner)?;
    if cards.iter().any(|card| card.stopped(now)) {
        return Err(Refusal::CardEnded.at("card"));
    }
    if let Some(card) = cards.iter().find(waits) {
        if !store::set_state(tx, card, State::Active)? {
            return Err(Refusal::StageWrong.at("card"));
        }
        return Ok(card.id);
    }
    let card = NewCard {
        person: owner,
        medium: Medium::Phone,
        label: "",
        issuer: Some(actor.id),
        institution: actor.institution,
        expires_at: None,
    };
    issue_as(tx, &card, Standing { state: State::Active, proof: Proof::Told, mandate: 0 })
}

/// The card of somebody whose live mandate the owner holds.
fn card_for(tx: &mut Tx<'_>, owner: PersonId, shows: PersonId) -> Result<CardId, Error> {
    let now = tx.now();
    let held = store::mandates::held(tx, owner)?;
    let live = held
        .iter()
        .filter(|one| one.person == shows && one.ended_at.is_none() && one.until_at.is_none_or(|until| until > now));
    for mandate in live {
        if let Some(card) = store::newest_card(tx, shows, Medium::Phone, mandate.id)? {
            return Ok(card.id);
        }
    }
    Err(Refusal::MandateEnded.at("for"))
}

fn told(tx: &mut Tx<'_>, name: &'static EventName, device: &Device, actor: &Actor) {
    tx.event(Event {
        person: Some(device.shows),
        actor: Some(actor.id),
        institution: actor.institution,
        object: device.id.to_string(),
        ..Event::of(name)
    });
}

/// Takes a device away: its codes are refused from the commit on. False when it
/// was gone.
pub fn remove(
    tx: &mut Tx<'_>,
    credentials: &Credentials,
    owner: PersonId,
    id: DeviceId,
    actor: &Actor,
) -> Result<bool, Error> {
    let device = store::devices::one(tx, owner, id)?.ok_or_else(|| web::Refusal::NotFound.at("device"))?;
    let now = tx.now();
    credentials.ended.tell(id.0, now);
    if !store::devices::remove(tx, owner, id)? {
        return Ok(false);
    }
    store::remove_minter(tx, id.0)?;
    told(tx, &DEVICE_REMOVED, &device, actor);
    Ok(true)
}

impl Credentials {
    /// A person's devices, newest first.
    pub async fn devices(&self, owner: PersonId) -> Result<Vec<Device>, Error> {
        self.db.read(move |sql| Ok(store::devices::of(sql, owner)?)).await
    }

    async fn device(&self, owner: PersonId, id: DeviceId) -> Result<Device, Error> {
        let device = self.db.read(move |sql| Ok(store::devices::one(sql, owner, id)?)).await?;
        device.filter(|device| device.removed_at.is_none()).ok_or_else(|| web::Refusal::NotFound.at("device"))
    }

    /// What a device fetches ahead for some days, with its secret wrapped. A card
    /// that rests or ended gives nothing.
    pub async fn stock(&self, owner: PersonId, id: DeviceId, days: u32) -> Result<(Stock, Wrapped), Error> {
        let device = self.device(owner, id).await?;
        let (shows, card) = (device.shows, device.card);
        let now = self.db.world().now();
        let live =
            self.db.read(move |sql| Ok(store::card(sql, shows, card)?.is_some_and(|card| card.live(now)))).await?;
        if !live {
            return Err(Refusal::CardEnded.at("device"));
        }
        let slot_seconds = HALF_MINUTE * i64::from(SLOT);
        let slots = i64::from(days.clamp(1, DAYS_MAX)) * 86_400 / slot_seconds + 1;
        let stock = self.codes.stock(id.0, now, u32::try_from(slots).unwrap_or(1));
        let wrapped = wrapped(id, &device.public_key, stock.epoch, &stock.secret, self.db.world().chance())?;
        self.db.write(owner.0, move |tx| Ok(store::devices::seen(tx, owner, id)?)).await?;
        Ok((stock, wrapped))
    }

    /// The next code of a device that was not used, so that its page moves on after
    /// a scan; refused when the card rests or ended, so that its page stops.
    pub async fn next_of(&self, owner: PersonId, id: DeviceId) -> Result<Next, Error> {
        let device = self.device(owner, id).await?;
        let (this, now) = (self.clone(), self.db.world().now());
        self.db
            .read(move |sql| {
                let card = store::card(sql, device.shows, device.card)?;
                if card.is_none_or(|card| !card.live(now)) {
                    return Err(Refusal::CardEnded.at("device"));
                }
                this.next(sql, id.0)
            })
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::chance::{Chance as _, SeededChance};

    /// What the browser does: the same secret comes out, and only there.
    #[test]
    fn a_wrapped_secret_opens_on_its_device() {
        let chance = SeededChance::new(5);
        let phone = agreement::PrivateKey::from_private_key(&agreement::ECDH_P256, &chance.key()).unwrap();
        let public = phone.compute_public_key().unwrap().as_ref().to_vec();
        assert!(point(&public));
        let (device, secret) = (DeviceId(7), [9; 32]);
        let sent = wrapped(device, &public, 2_969, &secret, &chance).unwrap();
        let node = agreement::UnparsedPublicKey::new(&agreement::ECDH_P256, &sent.public_key);
        let suite = suites::intl();
        let key = agreement::agree(&phone, node, (), |shared| {
            let extracted = suite.mac_key(&[0; 32]).tag(&[shared]);
            Ok(suite.derive(&suite.mac_key(&extracted), &[format!("yima-device-1 {device} 2969").as_bytes()]))
        })
        .unwrap();
        let opened = suite.open(&key, sent.iv, device.to_string().as_bytes(), &sent.sealed).unwrap();
        assert_eq!(opened.as_slice(), secret);
        assert!(suite.open(&key, sent.iv, b"d-another", &sent.sealed).is_none());
    }

    #[test]
    fn what_is_no_point_is_refused() {
        let chance = SeededChance::new(5);
        let own = agreement::PrivateKey::from_private_key(&agreement::ECDH_P256, &chance.key()).unwrap();
        let mut public = own.compute_public_key().unwrap().as_ref().to_vec();
        assert!(!point(&[]) && !point(&[4; PUBLIC_KEY_LEN]) && !point(&public[..64]));
        public[64] ^= 1;
        assert!(!point(&public));
    }
}
