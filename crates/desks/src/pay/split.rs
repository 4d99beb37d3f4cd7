//! From a split to what pages draw: the fund bar, the items, the reasons that a quote
//! already gives.

use crate::pay::pages::Item;
use crate::pay::reasons::Reason;
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
        note: format!("{} × {} {}", Fen(line.asked.price_fen), quantity(line.asked.qty_milli), line.asked.unit),
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

/// Why the person pays what they pay, as far as a split tells; the leaves of each tree
/// sum to its amount.
pub(crate) fn reasons(lang: Lang, split: &Split) -> Vec<Reason> {
    let leaf = |word: Word, fen: i64, how: String| Reason::leaf(&lang[word], Fen(fen)).how(how);
    let told = [split.full_self_fen, split.over_limit_fen, split.prior_self_fen, split.deductible_fen];
    let rest = told.iter().fold(split.person_fen, |left, fen| left.saturating_sub(*fen));
    let scope = lang.fill(Word::WhyBase, &[&Fen(split.in_scope_fen).to_string()]);
    let part = Reason::sum(
        &lang[Word::WhyPart],
        vec![
            leaf(Word::WhyFullSelf, split.full_self_fen, String::new()),
            leaf(Word::WhyOverLimit, split.over_limit_fen, String::new()),
            leaf(Word::WhyPriorSelf, split.prior_self_fen, String::new()),
            leaf(Word::WhyDeductible, split.deductible_fen, Fen(split.deductible_std_fen).to_string()),
            leaf(Word::WhyRest, rest, scope),
        ],
    );
    let own = Reason::sum(
        &lang[Word::WhyOwn],
        vec![
            part,
            leaf(Word::PartAccount, split.account_fen.saturating_neg(), String::new()),
            leaf(Word::PartFamily, split.mutual_fen.saturating_neg(), String::new()),
        ],
    );
    let funds = split.funds.iter().map(|fund| {
        let base = lang.fill(Word::WhyBase, &[&Fen(fund.base_fen).to_string()]);
        Reason::leaf(fund_name(&fund.fund, lang == Lang::En), Fen(fund.amount_fen)).how(base)
    });
    vec![own, Reason::sum(&lang[Word::WhyFunds], funds.collect())]
}
