//! Other carriers of the same act, at a staffed desk: a document, spoken digits, a
//! printed code, a bank or hospital card. A clerk looks at the person and says so;
//! the presence records what was shown and how sure that makes us.

use crate::codes::Read;
use crate::marks::Mark;
use crate::present::{Showing, present};
use crate::rules::card::Card;
use crate::rules::carrier::Carrier;
use crate::scan::{Scan, Scanned};
use crate::{CONFIRM, Credentials, Refusal, store};
use ::store::{Sql as _, SqlExt};
use identity::{HEALTH_CARD_SYSTEM, Identifier, PASSPORT_SYSTEM, RESIDENT_ID_SYSTEM};
use kernel::{Actor, CardId, Error, PersonId, Purpose};
use std::sync::Arc;

/// What a staffed desk sends.
#[derive(Debug, Clone)]
pub struct DeskScan {
    /// Code, purpose, place; the code is empty when a document is shown alone.
    pub scan: Scan,
    /// What is shown.
    pub carrier: Carrier,
    /// `system|value` of a document, or the number of a card.
    pub identifier: String,
    /// Whether the clerk looked at the person.
    pub confirmed: bool,
}

/// Somebody whose document or card was read.
struct Meant {
    person: PersonId,
    card: CardId,
    mark: Option<Mark>,
}

fn document(desk: &DeskScan) -> Result<Identifier, Error> {
    let wrong = || web::Refusal::BodyInvalid.at("identifier").with("system|value of the document");
    let one = Identifier::parse(&desk.identifier).ok_or_else(wrong)?;
    let fits = match desk.carrier {
        Carrier::IdentityCard => one.system == RESIDENT_ID_SYSTEM,
        Carrier::Passport => one.system.starts_with(PASSPORT_SYSTEM),
        Carrier::SocialCard => one.system == HEALTH_CARD_SYSTEM,
        Carrier::Spoken => true,
        Carrier::Code | Carrier::Credential | Carrier::Paper | Carrier::Bar | Carrier::OtherCard => false,
    };
    if fits && one.global() { Ok(one) } else { Err(wrong()) }
}

impl Credentials {
    /// A scan that counts because a clerk looked at the person.
    pub async fn scan_at_desk(&self, actor: &Arc<Actor>, desk: DeskScan) -> Result<Scanned, Error> {
        if actor.institution.is_none() {
            return Err(Refusal::InstitutionMissing.into());
        }
        if desk.scan.place.chars().count() > crate::scan::PLACE_MAX {
            return Err(web::Refusal::BodyInvalid.at("place"));
        }
        if !actor.may(CONFIRM) {
            return Err(access::Refusal::RightMissing.error().with(CONFIRM.name));
        }
        if desk.carrier.needs_confirmation() && !desk.confirmed {
            return Err(Refusal::ConfirmationNeeded.at("confirmed"));
        }
        self.paced(actor)?;
        let asked = desk.scan.purpose.clone();
        let purpose = Purpose::from_code(&asked).ok_or_else(|| Refusal::PurposeUnknown.at("purpose"))?;
        let meant = match self.meant(actor, &desk).await? {
            Ok(meant) => meant,
            Err(refusal) => return Err(self.told_of(actor, &asked, None, refusal.at("code")).await),
        };
        let ticket = self.marks.ticket();
        if meant.mark.is_some_and(|mark| !self.marks.claim(mark, ticket)) {
            return Err(self.told_of(actor, &asked, Some(meant.person), Refusal::CodeUsed.at("code")).await);
        }
        let person = meant.person;
        let masked = self.db.read(move |sql| Ok(identity::masked(sql, person)?)).await?;
        let masked = masked.ok_or_else(|| Refusal::PersonUnknown.at("identifier"))?;
        let claimed = meant.mark.map(|mark| (mark, person));
        let showing = Showing { person, card: meant.card, mark: meant.mark, carrier: desk.carrier, mandate: None };
        let (ended, by, place) = (self.ended.clone(), actor.clone(), desk.scan.place);
        match self.db.write(person.0, move |tx| present(tx, &ended, &showing, &by, purpose, &place)).await {
            Ok(presence) => {
                self.opened_a_grant(&presence);
                let token = self.tokens.give(&presence, actor.id).await?;
                Ok(Scanned { person: masked, presence, token })
            }
            Err(error) => Err(self.given_back(actor, &asked, claimed, ticket, error).await),
        }
    }

    /// Whom a carrier means; the inner refusal is a guess or a replay.
    async fn meant(&self, actor: &Actor, desk: &DeskScan) -> Result<Result<Meant, Refusal>, Error> {
        match desk.carrier {
            Carrier::IdentityCard | Carrier::Passport => {
                let person = self.by_document(actor, document(desk)?).await?;
                Ok(person.map(alone).ok_or(Refusal::CodeRefused))
            }
            Carrier::SocialCard if desk.identifier.contains('|') => {
                let person = self.by_document(actor, document(desk)?).await?;
                Ok(person.map(alone).ok_or(Refusal::CodeRefused))
            }
            Carrier::SocialCard | Carrier::OtherCard => self.by_number(desk).await,
            Carrier::Spoken => self.by_digits(actor, desk).await,
            Carrier::Paper => match self.codes.read(&desk.scan.code, self.db.world().now())? {
                Read::Paper => self.by_paper(&desk.scan.code).await,
                Read::True(..) | Read::False(..) | Read::Spoken(_) | Read::Offline => {
                    Err(web::Refusal::BodyInvalid.at("carrier"))
                }
            },
            Carrier::Code | Carrier::Credential | Carrier::Bar => Err(web::Refusal::BodyInvalid.at("carrier")),
        }
    }

    async fn by_document(&self, actor: &Actor, document: Identifier) -> Result<Option<PersonId>, Error> {
        let institution = actor.institution.ok_or(Refusal::InstitutionMissing)?;
        let index = self.index.clone();
        self.db.read(move |sql| identity::find(sql, &index, institution, std::slice::from_ref(&document))).await
    }

    /// A bank, social security or hospital card, by its number.
    async fn by_number(&self, desk: &DeskScan) -> Result<Result<Meant, Refusal>, Error> {
        let digests: Vec<_> = desk
            .carrier
            .medium()
            .iter()
            .map(|medium| self.digest_of(*medium, &desk.identifier))
            .collect::<Result<_, _>>()?;
        self.db
            .read(move |sql| {
                let now = sql.now();
                for digest in &digests {
                    if let Some((person, card)) = store::numbers::find(sql, digest)? {
                        let live = store::card(sql, person, card)?.is_some_and(|card| card.live(now));
                        return Ok(if live {
                            Ok(Meant { person, card, mark: None })
                        } else {
                            Err(Refusal::CodeRefused)
                        });
                    }
                }
                Ok(Err(Refusal::CodeRefused))
            })
            .await
    }

    /// Six digits, with the document of who says them.
    async fn by_digits(&self, actor: &Actor, desk: &DeskScan) -> Result<Result<Meant, Refusal>, Error> {
        let now = self.db.world().now();
        let Read::Spoken(digits) = self.codes.read(&desk.scan.code, now)? else {
            return Err(web::Refusal::BodyInvalid.at("code").with("six digits"));
        };
        let Some(person) = self.by_document(actor, document(desk)?).await? else {
            return Ok(Err(Refusal::CodeRefused));
        };
        let this = self.clone();
        self.db
            .read(move |sql| {
                for card in store::cards(sql, person)?.into_iter().filter(|card| card.mandate == 0 && card.live(now)) {
                    if let Some(mark) = this.said_by(sql, &card, &digits, now)? {
                        return Ok(Ok(Meant { person, card: card.id, mark: Some(mark) }));
                    }
                }
                Ok(Err(Refusal::CodeRefused))
            })
            .await
    }

    /// The minter of a card whose digits these are.
    fn said_by(
        &self,
        sql: &mut (impl SqlExt + ?Sized),
        card: &Card,
        digits: &str,
        now: i64,
    ) -> Result<Option<Mark>, Error> {
        let minters = store::devices::minters_of(sql, card.id, card.person)?;
        Ok(minters
            .into_iter()
            .find_map(|minted_by| self.codes.spoken(minted_by, digits, now).map(|step| Mark { minted_by, step })))
    }

    async fn by_paper(&self, text: &str) -> Result<Result<Meant, Refusal>, Error> {
        let Some((slip, None)) = self.slip_of(text).await? else { return Ok(Err(Refusal::CodeRefused)) };
        let now = self.db.world().now();
        let card = self.db.read(move |sql| Ok(store::card(sql, slip.person, slip.card)?)).await?;
        Ok(match card {
            Some(card) if card.live(now) => Ok(Meant { person: slip.person, card: slip.card, mark: None }),
            Some(_) | None => Err(Refusal::CodeRefused),
        })
    }
}

fn alone(person: PersonId) -> Meant {
    Meant { person, card: CardId(0), mark: None }
}
