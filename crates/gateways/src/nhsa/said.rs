//! What the interface says of a person and of a split: `baseinfo`, `insuinfo`, `setlinfo`,
//! `setldetail`, with the equation of the pay parts checked as the region counts them.

use super::codes::{Codes, name_of};
use super::node::{share, yuan};
use super::turn::Turn;
use insurance::{Card, Day};
use kernel::{Error, Fault, PersonId};
use serde_json::{Map, Value, json};
use settlement::answer::Split;

/// Who it is, as far as the interface shows: name and document masked.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) card: Card,
    gend: String,
    cert_type: String,
    day: Day,
}

/// What the masked document of a card is.
const CERT_TYPE: &str = "01";

/// Reads what is known of a person.
pub(super) async fn known(turn: &Turn<'_>, person: PersonId, card: Card) -> Result<Known, Error> {
    let masked = turn.gateway.settlements.db.read(move |sql| Ok(identity::masked(sql, person)?)).await?;
    let gender = masked.map_or_else(|| "unknown".to_owned(), |masked| masked.gender);
    Ok(Known {
        gend: name_of(&turn.codes.gend, &gender).to_owned(),
        cert_type: name_of(&turn.codes.psn_cert_type, CERT_TYPE).to_owned(),
        card,
        day: super::who::today(turn),
    })
}

impl Known {
    /// `baseinfo`
    pub(super) fn baseinfo(&self) -> Value {
        json!({
            "psn_no": self.card.psn_no,
            "psn_cert_type": CERT_TYPE,
            "psn_cert_type_name": self.cert_type,
            "certno": self.card.document,
            "psn_name": self.card.name,
            "gend": self.gend,
            "naty": "",
            "brdy": self.card.birth_on.to_string(),
            "age": self.card.birth_on.age_on(self.day).to_string(),
            "exp_content": "",
        })
    }

    /// `insuinfo`: coverages that hold now or ended.
    pub(super) fn insuinfo(&self, codes: &Codes, balance: i64) -> Value {
        let row = |one: &insurance::rules::coverage::Coverage| {
            let holds = one.period.holds(self.day);
            let state = if !holds {
                "4"
            } else if self.card.suspended(self.day) {
                "2"
            } else {
                "1"
            };
            let civil = self.card.standing(insurance::rules::coverage::StandingKind::CivilServant, self.day);
            json!({
                "balc": yuan(if one.insutype == "310" { balance } else { 0 }),
                "insutype": one.insutype,
                "insutype_name": name_of(&codes.insutype, &one.insutype),
                "psn_type": one.psn_type,
                "psn_type_name": name_of(&codes.psn_type, &one.psn_type),
                "psn_insu_stas": state,
                "psn_insu_date": one.period.from_on.to_string(),
                "paus_insu_date": if holds { String::new() } else { one.period.to_on.to_string() },
                "cvlserv_flag": if civil.is_some() { "1" } else { "0" },
                "insuplc_admdvs": one.admdvs,
                "emp_name": "",
            })
        };
        self.card.coverages.iter().map(row).collect()
    }

    /// `idetinfo`: standings that hold.
    pub(super) fn idetinfo(&self) -> Value {
        let holds = self.card.standings.iter().filter(|one| one.period.holds(self.day));
        holds
            .map(|one| {
                json!({
                    "psn_idet_type": one.kind.name(),
                    "psn_type_lv": one.value,
                    "memo": "",
                    "begntime": format!("{} 00:00:00", one.period.from_on),
                    "endtime": format!("{} 00:00:00", one.period.to_on),
                })
            })
            .collect()
    }
}

/// What a settlement or quote is about, beside its amounts.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    pub(super) mdtrt_id: String,
    pub(super) setl_id: String,
    pub(super) msgid: String,
    pub(super) med_type: String,
    pub(super) insutype: String,
    pub(super) admdvs: String,
    pub(super) cert_type: String,
    pub(super) care: &'static str,
    pub(super) at: i64,
}

/// The pay parts as a region counts them; refuses to say what does not add up.
struct Parts {
    person: i64,
    account: i64,
    hospital_outside: i64,
    mutual_outside: i64,
}

impl Parts {
    fn of(split: &Split, codes: &Codes) -> Result<Self, Error> {
        let (mutual_in, hospital_in) = (codes.acct_pay_holds_mutual, codes.psn_part_holds_hospital);
        let parts = Self {
            person: split.person_fen + if hospital_in { split.hospital_fen } else { 0 },
            account: split.account_fen + if mutual_in { split.mutual_fen } else { 0 },
            hospital_outside: if hospital_in { 0 } else { split.hospital_fen },
            mutual_outside: if mutual_in { 0 } else { split.mutual_fen },
        };
        let person =
            parts.account + parts.mutual_outside + split.cash_fen + split.hospital_fen - parts.hospital_outside;
        let whole = split.fund_fen + parts.person + parts.hospital_outside;
        if person == parts.person && whole == split.fee_fen {
            Ok(parts)
        } else {
            Err(Fault::broken("the pay parts of a settlement do not add up").into())
        }
    }
}

/// `setlinfo` and `setldetail` of a split; `sign` −1 mirrors it.
pub(super) fn settled(
    turn: &Turn<'_>,
    known: &Known,
    about: &About,
    split: &Split,
    sign: i64,
) -> Result<Map<String, Value>, Error> {
    let parts = Parts::of(split, turn.codes)?;
    let funds = turn.codes.fund_members(split)?;
    let fund = |member: &str| funds.iter().find(|(name, _)| *name == member).map_or(0, |(_, fen)| *fen);
    let signed = |fen: i64| yuan(fen * sign);
    let coverage = known.card.coverages.iter().find(|one| one.insutype == about.insutype && one.admdvs == about.admdvs);
    let mut info = known.baseinfo();
    let more = json!({
        "mdtrt_id": about.mdtrt_id,
        "insutype": about.insutype,
        "psn_type": coverage.map(|one| one.psn_type.clone()).unwrap_or_default(),
        "cvlserv_flag": if fund("cvlserv_pay") == 0 { "0" } else { "1" },
        "setl_time": super::envelope::written(about.at),
        "mdtrt_cert_type": about.cert_type,
        "med_type": about.med_type,
        "med_type_name": name_of(&turn.codes.med_type, about.med_type.get(..2).unwrap_or_default()),
        "medfee_sumamt": signed(split.fee_fen),
        "fulamt_ownpay_amt": signed(split.full_self_fen),
        "overlmt_selfpay": signed(split.over_limit_fen),
        "preselfpay_amt": signed(split.prior_self_fen),
        "inscp_scp_amt": signed(split.in_scope_fen),
        "act_pay_dedc": signed(split.deductible_fen),
        "hifp_pay": signed(fund("hifp_pay")),
        "pool_prop_selfpay": share(split.ratio_bp),
        "cvlserv_pay": signed(fund("cvlserv_pay")),
        "hifes_pay": signed(fund("hifes_pay")),
        "hifmi_pay": signed(fund("hifmi_pay")),
        "hifob_pay": signed(fund("hifob_pay")),
        "hifdm_pay": signed(fund("hifdm_pay")),
        "maf_pay": signed(fund("maf_pay")),
        "oth_pay": signed(fund("oth_pay")),
        "fund_pay_sumamt": signed(split.fund_fen),
        "psn_part_amt": signed(parts.person),
        "acct_pay": signed(parts.account),
        "psn_cash_pay": signed(split.cash_fen),
        "hosp_part_amt": signed(split.hospital_fen),
        "balc": yuan(if sign < 0 { split.balance_fen + split.account_fen } else { split.balance_fen }),
        "acct_mulaid_pay": signed(split.mutual_fen),
        "medins_setl_id": about.msgid,
        "clr_optins": about.admdvs,
        "clr_way": turn.codes.clr_way,
        "clr_type": name_of(&turn.codes.clr_type, about.care),
    });
    if let (Value::Object(info), Value::Object(more)) = (&mut info, more) {
        info.extend(more);
        if !about.setl_id.is_empty() {
            info.insert("setl_id".into(), about.setl_id.clone().into());
        }
    }
    let detail: Value = split
        .funds
        .iter()
        .map(|part| {
            json!({
                "fund_pay_type": part.fund,
                "inscp_scp_amt": signed(part.base_fen),
                "crt_payb_lmt_amt": part.room_fen.map(yuan),
                "fund_payamt": signed(part.amount_fen),
                "fund_pay_type_name": name_of(&turn.codes.fund_pay_type, &part.fund),
                "setl_proc_info": "",
            })
        })
        .collect();
    let mut output = Map::new();
    output.insert("setlinfo".into(), info);
    output.insert("setldetail".into(), detail);
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use settlement::answer::FundPart;

    fn part(fund: &str, amount_fen: i64) -> FundPart {
        FundPart { fund: fund.into(), amount_fen, base_fen: amount_fen, room_fen: None }
    }

    fn split() -> Split {
        Split {
            fee_fen: 10_000,
            full_self_fen: 0,
            over_limit_fen: 0,
            prior_self_fen: 0,
            in_scope_fen: 10_000,
            deductible_std_fen: 0,
            deductible_fen: 0,
            ratio_bp: 5_000,
            pooled_fen: 5_000,
            supplement_fen: 0,
            major_illness_fen: 0,
            civil_servant_fen: 0,
            enterprise_fen: 0,
            aid_fen: 0,
            other_fen: 0,
            fund_fen: 5_000,
            funds: vec![part("310100", 5_000)],
            hospital_fen: 500,
            person_fen: 4_500,
            account_fen: 2_000,
            mutual_fen: 1_000,
            relatives: vec![],
            cash_fen: 1_500,
            balance_fen: 0,
            lines: vec![],
        }
    }

    #[test]
    fn each_fund_has_its_member_and_the_members_are_the_total() {
        let codes = Codes::of(0).unwrap();
        let funds = [
            ("310100", "hifp_pay"),
            ("390100", "hifp_pay"),
            ("330100", "hifob_pay"),
            ("390200", "hifmi_pay"),
            ("320100", "cvlserv_pay"),
            ("370100", "hifes_pay"),
            ("350100", "hifdm_pay"),
            ("610102", "maf_pay"),
            ("999997", "oth_pay"),
            ("340100", "oth_pay"),
        ];
        for (fund, wanted) in funds {
            let split = Split { funds: vec![part("310100", 4_000), part(fund, 1_000)], ..split() };
            let members = codes.fund_members(&split).unwrap();
            let of = |name: &str| members.iter().find(|(member, _)| *member == name).unwrap().1;
            assert_eq!(of(wanted), if wanted == "hifp_pay" { 5_000 } else { 1_000 }, "{fund}");
            assert_eq!(members.iter().map(|(_, fen)| fen).sum::<i64>(), split.fund_fen, "{fund}");
        }
        assert!(codes.fund_members(&Split { funds: vec![part("310100", 4_999)], ..split() }).is_err());
    }

    #[test]
    fn the_pay_parts_add_up_both_ways_of_counting() {
        let split = split();
        for (mutual, hospital, wanted) in
            [(false, false, (4_500, 2_000)), (true, false, (4_500, 3_000)), (true, true, (5_000, 3_000))]
        {
            let mut codes = Codes::of(0).unwrap().clone();
            (codes.acct_pay_holds_mutual, codes.psn_part_holds_hospital) = (mutual, hospital);
            let parts = Parts::of(&split, &codes).unwrap();
            assert_eq!((parts.person, parts.account), wanted);
        }
        let broken = Split { cash_fen: 1_499, ..split };
        assert!(Parts::of(&broken, Codes::of(0).unwrap()).is_err());
    }
}
