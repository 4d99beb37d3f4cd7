//! From a split to what pages draw: the fund bar, the items.

use crate::pay::pages::Item;
use bills::rules::parts::fund_name;
use insurance::rules::catalogue::Class;
use kernel::money::WHOLE;
use kernel::{Bp, Error, Fault, Fen};
use settlement::answer::Split;
use settlement::rules::line::Line;
use web::widgets::fundbar::{Bar, Part, Payer};
use web::words::{Lang, Word};

/// What relatives are to the person, by the text of their ids.
pub(crate) type Kin = Vec<(String, String)>;

/// Who pays what. Parts that are not the whole are a fault: nothing is shown then.
pub(crate) fn bar(lang: Lang, split: &Split, kin: &Kin) -> Result<Bar, Error> {
    let part = |payer: Payer, name: &str, note: String, fen: i64| Part {
        payer,
        name: name.to_owned(),
        note,
        amount: Fen(fen),
    };
    let mut parts: Vec<Part> = split
        .funds
        .iter()
        .map(|fund| part(Payer::Fund, fund_name(&fund.fund, lang == Lang::En), String::new(), fund.amount_fen))
        .collect();
    let left = lang.fill(Word::PartAccountLeft, &[&Fen(split.balance_fen).to_string()]);
    parts.push(part(Payer::Account, &lang[Word::PartAccount], left, split.account_fen));
    for relative in &split.relatives {
        let note = kin.iter().find(|(owner, _)| *owner == relative.owner);
        let note = note.and_then(|(_, kinship)| kinship_word(kinship)).map(|word| lang[word].to_owned());
        parts.push(part(Payer::Family, &lang[Word::PartFamily], note.unwrap_or_default(), relative.amount_fen));
    }
    parts.push(part(Payer::Own, &lang[Word::PartOwn], String::new(), split.cash_fen));
    parts.push(part(Payer::Institution, &lang[Word::PartInstitution], String::new(), split.hospital_fen));
    Bar::of(Fen(split.fee_fen), parts).ok_or_else(|| Fault::broken("the parts of a split are not its fee").into())
}

fn kinship_word(kinship: &str) -> Option<Word> {
    match kinship {
        "spouse" => Some(Word::KinSpouse),
        "parent" => Some(Word::KinParent),
        "child" => Some(Word::KinChild),
        _ => None,
    }
}

/// The lines as a person reads them.
pub(crate) fn items(lang: Lang, lines: &[Line]) -> Vec<Item> {
    lines.iter().map(|line| item(lang, line)).collect()
}

fn item(lang: Lang, line: &Line) -> Item {
    let class = match line.class {
        Class::A => lang[Word::ClassA].to_owned(),
        Class::B => {
            let insured = Bp(WHOLE.0.saturating_sub(line.selfpay_bp));
            lang.fill(Word::ClassB, &[&insured.to_string()])
        }
        Class::C => lang[Word::ClassC].to_owned(),
    };
    Item {
        name: line.said.clone(),
        note: format!("{} × {} {}", line.asked.price_said(), quantity(line.asked.qty_milli), line.asked.unit),
        amount: line.amount(),
        class,
    }
}

/// Thousandths as a person writes them: `2`, `0.5`.
pub(crate) fn quantity(milli: i64) -> String {
    let sign = if milli < 0 { "-" } else { "" };
    let size = milli.unsigned_abs();
    let text = format!("{sign}{}.{:03}", size / 1000, size % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
