//! Code tables of a region as data: what the national interface calls things, and the
//! switches where regions differ. A region's file says only what differs from the
//! default.

use kernel::{Fault, FaultKind};
use serde::Deserialize;
use serde_json::Value;
use settlement::answer::Split;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Code → its name, or our word → its code.
pub(super) type Table = BTreeMap<String, String>;

/// The tables of a region.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Codes {
    /// Characters of an input at most.
    pub(super) input_max: usize,
    /// Whether `acct_pay` contains `acct_mulaid_pay` here.
    pub(super) acct_pay_holds_mutual: bool,
    /// Whether `psn_part_amt` contains `hosp_part_amt` here.
    pub(super) psn_part_holds_hospital: bool,
    pub(super) clr_way: String,
    pub(super) clr_type: Table,
    pub(super) gend: Table,
    pub(super) chrgitm_lv: Table,
    pub(super) psn_cert_type: Table,
    pub(super) mdtrt_cert_type: Table,
    pub(super) psn_setlway: Table,
    pub(super) refl_type: Table,
    pub(super) insutype: Table,
    pub(super) psn_type: Table,
    pub(super) med_type: Table,
    pub(super) fund_pay_type: Table,
    /// Code of a fund → the member of `setlinfo` that says what it pays; of a fund that
    /// is not listed, `oth_pay` does.
    fund_pay_member: Table,
}

/// The members of `setlinfo` that say what funds pay; the last is for all others.
pub(crate) const FUND_MEMBERS: [&str; 8] =
    ["hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "hifdm_pay", "maf_pay", "oth_pay"];

/// Regions with a file of their own.
const REGIONS: &[(u32, &str)] = &[(990_100, include_str!("codes/990100.json"))];
const DEFAULT: &str = include_str!("codes/default.json");

/// Members of `over` replace those of `base`, objects member by member.
fn laid_over(base: Value, over: Value) -> Value {
    match (base, over) {
        (Value::Object(mut base), Value::Object(over)) => {
            for (name, value) in over {
                let below = base.remove(&name).unwrap_or(Value::Null);
                base.insert(name, laid_over(below, value));
            }
            Value::Object(base)
        }
        (_, over) => over,
    }
}

fn read(own: &str) -> Result<Codes, Fault> {
    let wrong = |error| Fault::from_source(FaultKind::Broken, "reading the code tables of a region", error);
    let base = serde_json::from_str(DEFAULT).map_err(wrong)?;
    let over = serde_json::from_str(own).map_err(wrong)?;
    let codes: Codes = serde_json::from_value(laid_over(base, over)).map_err(wrong)?;
    match codes.fund_pay_member.values().find(|member| !FUND_MEMBERS.contains(&member.as_str())) {
        Some(unknown) => Err(Fault::broken(format!("fund_pay_member: there is no {unknown}"))),
        None => Ok(codes),
    }
}

static TABLES: LazyLock<Result<Vec<(u32, Codes)>, String>> = LazyLock::new(|| {
    let own = REGIONS.iter().copied().chain([(0, "{}")]);
    own.map(|(region, text)| Ok((region, read(text).map_err(|fault| fault.to_string())?))).collect()
});

impl Codes {
    /// What the funds of a split pay, by the member that says it; together they are the
    /// funds' total, or nothing is said.
    pub(crate) fn fund_members(&self, split: &Split) -> Result<[(&'static str, i64); 8], Fault> {
        let mut members = FUND_MEMBERS.map(|member| (member, 0_i64));
        let mut sum = 0_i64;
        for part in &split.funds {
            let member = self.fund_pay_member.get(&part.fund).map_or("oth_pay", String::as_str);
            for (_, fen) in members.iter_mut().filter(|(name, _)| *name == member) {
                *fen = fen.saturating_add(part.amount_fen);
                sum = sum.saturating_add(part.amount_fen);
            }
        }
        if sum == split.fund_fen { Ok(members) } else { Err(Fault::broken("the funds of a settlement do not add up")) }
    }

    /// The tables of a region; the default's where it has none.
    pub(crate) fn of(region: u32) -> Result<&'static Self, Fault> {
        let tables = TABLES.as_ref().map_err(|why| Fault::broken(why.clone()))?;
        let own = tables.iter().find(|(one, _)| *one == region).or_else(|| tables.last());
        own.map(|(_, codes)| codes).ok_or_else(|| Fault::broken("no code tables"))
    }
}

/// The name of a code, or the code itself.
pub(super) fn name_of<'a>(table: &'a Table, code: &'a str) -> &'a str {
    table.get(code).map_or(code, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_says_only_what_differs() {
        let (own, other) = (Codes::of(990_100).unwrap(), Codes::of(110_100).unwrap());
        assert_eq!((own.input_max, other.input_max), (900_000, 40_000));
        assert_eq!(own.insutype, other.insutype);
        assert_eq!(name_of(&other.insutype, "310"), "职工基本医疗保险");
        assert_eq!(name_of(&other.insutype, "777"), "777");
    }
}
