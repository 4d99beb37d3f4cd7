//! Who pays: sealed for the channel, never in clear in what is kept, sent or logged; and
//! paying for a relative.

use crate::desk::{CAPABILITIES, PERSON, by_phone, citizen, node, node_named, node_unnamed, subject};
use kernel::PersonId;
use payment::mobile::person::Sealer;
use payment::mobile::{CardType, Fresh, Identity};
use payment::{Ask, Means, MobileAsk, Stage};
use proptest::prelude::*;
use standin::Mischief;
use standin::crypto::OwnKey;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};
use store::SqlExt as _;
use testkit::on_both;

/// Whoever pays for [`PERSON`].
pub(crate) const MOTHER: PersonId = PersonId(72);
const NOBODY: PersonId = PersonId(73);

/// Who somebody of these tests is.
pub(crate) fn identity(person: PersonId) -> Option<Identity> {
    let of = |name: &str, document: &str| {
        Some(Identity { name: name.into(), document: document.into(), card: CardType::IdCard })
    };
    match person {
        PERSON => of("周静怡", "99010119850307002x"),
        MOTHER => of("林若衡", "990101195905030048"),
        _ => None,
    }
}

/// MD5 of the two numbers in capitals, computed by another program.
const DIGESTS: [(&str, &str); 2] =
    [("周静怡", "fb7c60b873d4322d71d8b35b1ebf0395"), ("林若衡", "91e403b1271726a99f71b2f37b131ca8")];

/// Everything that was logged in this process.
static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Keeps everything that is logged from here on.
fn keep_the_log() {
    let all = tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE);
    all.with_ansi(false).with_writer(|| Sink).init();
}

struct Sink;

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Whether somebody stands in a text in clear: by name, number or digest.
fn told(text: &str) -> bool {
    let people = [PERSON, MOTHER].into_iter().filter_map(identity);
    let clear = people.flat_map(|who| [who.name, who.document.to_uppercase(), who.document]);
    clear.chain(DIGESTS.map(|(_, digest)| digest.to_owned())).any(|word| text.contains(&word))
}

fn other(person: PersonId) -> Arc<kernel::Actor> {
    let mut actor = (*citizen()).clone();
    actor.id = kernel::ActorId(person.0);
    actor.person = Some(person);
    Arc::new(actor)
}

fn for_relative(id: &str, relative: Option<Identity>) -> Ask {
    let mobile = MobileAsk {
        openid: "oMother72".into(),
        pay_order_id: "ORD5307".into(),
        pay_auth_no: "AUTH5307".into(),
        relative,
    };
    Ask { person: PERSON, subject: subject(id), means: Means::Mobile(mobile) }
}

#[test]
fn the_channel_knows_who_pays_and_nobody_else_does() {
    keep_the_log();
    on_both(&CAPABILITIES, |bench| {
        let node = node_named(bench);
        // The answer is lost, so that the order is asked for twice: it is the same order.
        node.misbehave(&[Mischief::LoseOrder]);
        let payment = node.pay(by_phone("bill-1")).expect("asked");
        node.settle(payment.id);
        assert_eq!(node.stage(payment.id), Stage::Paid, "{}", bench.name);
        let order = node.standin.book(|book| book.orders[&payment.id.to_string()].clone());
        let payer = order.people.payer.expect("who pays");
        assert_eq!((payer.name.as_str(), payer.id_digest.as_str()), DIGESTS[0], "{}", bench.name);
        assert_eq!((order.people.relative, &order.asked["pay_for_relatives"]), (None, &false.into()));
        assert_eq!(order.asked["payer"]["card_type"], "ID_CARD");
        assert!(!told(&order.asked.to_string()), "{}: {}", bench.name, order.asked);

        let kept = node.payments.db.read_now(|sql| {
            let details = sql.all("SELECT detail FROM payment_payments", &[], |row| Ok(row.bytes(0)?.to_vec()))?;
            let events = sql.all("SELECT detail FROM store_events WHERE detail IS NOT NULL", &[], |row| {
                Ok(row.bytes(0)?.to_vec())
            })?;
            Ok([details, events].concat())
        });
        let kept = kept.expect("what is kept").concat();
        let kept = String::from_utf8_lossy(&kept);
        assert!(kept.contains("id_digest") && !told(&kept), "{}: {kept}", bench.name);
    });
    let log = LOG.lock().expect("the log");
    let log = String::from_utf8_lossy(&log);
    assert!(!log.is_empty() && !told(&log), "somebody stands in the log in clear");
}

#[test]
fn who_may_pays_for_a_relative() {
    on_both(&CAPABILITIES, |bench| {
        let node = node_named(bench);
        let pay = |actor: &Arc<kernel::Actor>, ask| node.runtime.block_on(node.payments.pay(actor, ask));
        let (mother, nobody) = (other(MOTHER), other(NOBODY));
        for (actor, named) in [
            (&mother, None),
            (&mother, identity(MOTHER)),
            (&mother, Some(Identity { name: "周".into(), ..identity(PERSON).expect("known") })),
            (&nobody, identity(PERSON)),
        ] {
            let refused = pay(actor, for_relative("bill-1", named)).expect_err("refused");
            assert_eq!(refused.code(), "payment.subject-unknown", "{}", bench.name);
        }
        let payment = pay(&mother, for_relative("bill-1", identity(PERSON))).expect("asked");
        assert_eq!(payment.person, PERSON);
        node.after(0);
        let order = node.standin.book(|book| book.orders[&payment.id.to_string()].clone());
        assert_eq!(order.asked["pay_for_relatives"], true, "{}", bench.name);
        let seen = |who: Option<standin::book::Person>| who.map(|who| (who.name, who.id_digest)).expect("named");
        let wanted = DIGESTS.map(|(name, digest)| (name.to_owned(), digest.to_owned()));
        assert_eq!(seen(order.people.payer), wanted[1], "{}", bench.name);
        assert_eq!(seen(order.people.relative), wanted[0], "{}", bench.name);
        assert!(!told(&order.asked.to_string()), "{}: {}", bench.name, order.asked);
        node.settle(payment.id);
        for (actor, sees) in [(&mother, true), (&citizen(), true), (&nobody, false)] {
            let found = node.runtime.block_on(node.payments.see(actor, payment.id));
            assert_eq!(found.is_ok_and(|one| one.stage == Stage::Paid), sees, "{} {:?}", bench.name, actor.person);
        }
    });
}

#[test]
fn without_a_known_payer_nothing_is_asked() {
    on_both(&CAPABILITIES, |bench| {
        let named = node_named(bench);
        let refused = named.runtime.block_on(named.payments.pay(&other(NOBODY), by_phone("bill-1")));
        assert_eq!(refused.expect_err("refused").code(), "payment.payer-unknown", "{}", bench.name);
        assert_eq!(named.standin.book(|book| book.orders.len()), 0, "{}", bench.name);
        // A platform that wants to know who pays turns away what does not say so.
        let silent = node_unnamed(bench);
        let payment = silent.pay(by_phone("bill-2")).expect("asked");
        silent.after(0);
        assert_eq!((silent.stage(payment.id), silent.kept()), (Stage::Failed, 0), "{}", bench.name);
        drop(silent);
        // Where nobody asks, orders name nobody, as ever.
        let ever = node(bench);
        let payment = ever.pay(by_phone("bill-3")).expect("asked");
        ever.settle(payment.id);
        let asked = ever.standin.book(|book| book.orders[&payment.id.to_string()].asked.clone());
        assert_eq!((asked.get("payer"), ever.stage(payment.id)), (None, Stage::Paid), "{}", bench.name);
    });
}

/// Both sides' keys, made once.
fn sides() -> &'static (Sealer, OwnKey) {
    static SIDES: OnceLock<(Sealer, OwnKey)> = OnceLock::new();
    SIDES.get_or_init(|| {
        let fresh = Fresh::new().expect("a key");
        let own = OwnKey::read(&fresh.private_pem).expect("the platform's key");
        (Sealer::new(&fresh.public_pem).expect("a sealer"), own)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn nobody_is_sent_in_clear_and_the_platform_opens_everybody(
        name in "[\\p{Han}A-Za-z·]{2,40}", document in "[0-9]{17}[0-9xX]",
    ) {
        let (sealer, own) = sides();
        let who = Identity { name: name.clone(), document: document.clone(), card: CardType::IdCard };
        let sealed = serde_json::to_value(sealer.seal(&who).expect("sealed")).expect("JSON");
        let again = serde_json::to_value(sealer.seal(&who).expect("sealed")).expect("JSON");
        prop_assert_ne!(&sealed, &again, "the same person must not be recognised by the sealed form");
        let text = sealed.to_string();
        prop_assert!(!text.contains(&name) && !text.contains(&document));
        let opened = standin::book::People::of(&serde_json::json!({ "payer": sealed }), true, |one| own.open(one));
        let payer = opened.expect("it opens").payer.expect("a payer");
        prop_assert_eq!(payer.name, name.trim());
        prop_assert_eq!(payer.id_digest.len(), 32);
        let other = sides_of_another().open(sealed["name"].as_str().expect("text"));
        prop_assert_eq!(other, None, "another platform's key opens nothing");
    }
}

fn sides_of_another() -> &'static OwnKey {
    static OTHER: OnceLock<OwnKey> = OnceLock::new();
    OTHER.get_or_init(|| OwnKey::read(&Fresh::new().expect("a key").private_pem).expect("a key"))
}

/// A stand-in is no oracle: what is not well said is turned away.
#[test]
fn what_does_not_open_is_turned_away() {
    let (sealer, own) = sides();
    let sealed = serde_json::to_value(sealer.seal(&identity(PERSON).expect("known")).expect("sealed")).expect("JSON");
    let of = |body| standin::book::People::of(&body, true, |one| own.open(one)).err();
    let with = |member: &str, value: &str| {
        let mut payer = sealed.clone();
        payer[member] = value.into();
        payer
    };
    for body in [
        serde_json::json!({}),
        serde_json::json!({ "payer": with("name", "5ZGo6Z2Z5oCh") }),
        serde_json::json!({ "payer": with("id_digest", sealed["name"].as_str().expect("text")) }),
        serde_json::json!({ "payer": with("card_type", "LIBRARY_CARD") }),
        serde_json::json!({ "payer": sealed, "pay_for_relatives": true }),
        serde_json::json!({ "payer": sealed, "relative": sealed }),
        serde_json::json!({ "relative": sealed, "pay_for_relatives": true }),
    ] {
        assert_eq!(of(body.clone()), Some((400, "PARAM_ERROR")), "{body}");
    }
    assert_eq!(of(serde_json::json!({ "payer": sealed, "relative": sealed, "pay_for_relatives": true })), None);
    let ask = for_relative("bill-1", identity(PERSON));
    assert!(!told(&format!("{ask:?}")), "and nothing of it is printed");
}
