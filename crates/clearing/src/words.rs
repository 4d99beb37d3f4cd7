//! What causes, actions, pairs and stages are called, in Chinese and English.

use crate::reconcile::FindingStage;
use crate::rules::row::{Action, Cause, Pair};
use web::words::Lang;

/// The words of one language.
pub(crate) fn say(lang: Lang, (zh, en): (&'static str, &'static str)) -> &'static str {
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

pub(crate) fn pair(pair: Pair) -> (&'static str, &'static str) {
    match pair {
        Pair::HospitalAgency => ("医院与经办机构", "hospital and agency"),
        Pair::HospitalChannel => ("医院与支付渠道", "hospital and channel"),
        Pair::AgencyChannel => ("经办机构与支付渠道", "agency and channel"),
    }
}

pub(crate) fn cause(cause: Cause) -> (&'static str, &'static str) {
    match cause {
        Cause::Late => ("跨零点", "crosses midnight"),
        Cause::MissingHere => ("医院缺", "missing at the hospital"),
        Cause::MissingThere => ("对方缺", "missing on the other side"),
        Cause::AmountDiffers => ("金额不一致", "amounts differ"),
        Cause::GroupDiffers => ("险种或清算类别不一致", "counted in another group"),
        Cause::ReversedHere => ("仅医院已冲正", "taken back at the hospital only"),
        Cause::ReversedThere => ("仅对方已冲正", "taken back on the other side only"),
        Cause::NetZero => ("单边结算并冲正，净额为零", "made and taken back on one side: nets to zero"),
        Cause::DuplicateHere => ("医院重复", "twice at the hospital"),
        Cause::DuplicateThere => ("对方重复", "twice on the other side"),
    }
}

pub(crate) fn action(action: Action) -> (&'static str, &'static str) {
    match action {
        Action::Reverse => (
            "查本院流水，确无此笔则按报文号发 2601 冲正",
            "Search the journal; truly unknown: reverse it (2601) by its message number",
        ),
        Action::AdoptOrCancel => (
            "本院记为失败：按患者去向补记或撤销",
            "Known as failed here: adopt it, or cancel it by where the patient is",
        ),
        Action::AskAgain => (
            "再次查询经办机构；确无则本地作废，患者重新结算或退款，不得补造",
            "Ask the agency again; absent: void it here, the patient settles again or is refunded; never create it there",
        ),
        Action::CorrectHere => (
            "分解以经办机构为准，现金以医院为准，更正本院",
            "The agency's split and the hospital's cash hold: correct it here",
        ),
        Action::SettleCash => ("现金差额退还或追补", "Refund or claim the cash difference"),
        Action::SendReversal => ("以原报文号重发冲正", "Send the taking back again with its number"),
        Action::AdoptReversal => ("本院补记冲正并退现金", "Adopt the taking back and give the cash back"),
        Action::Note => ("仅备注，无需处理", "A note; nothing moves"),
        Action::Carry => ("顺延一日", "Carry it one day"),
        Action::Escalate => ("顺延后仍缺，上报人工处理", "Carried once and still missing: somebody must look"),
        Action::DropSecond => ("剔除重复的一笔", "Drop the second"),
        Action::FindPayment => {
            ("按订单号查找支付，入账或退回", "Find the payment by its order; take it in or give it back")
        }
        Action::AskChannel => {
            ("向支付渠道查询订单，确无则支付作废", "Ask the channel for the order; absent: the payment is void")
        }
    }
}

pub(crate) fn stage(stage: FindingStage) -> (&'static str, &'static str) {
    match stage {
        FindingStage::Open => ("待处理", "open"),
        FindingStage::Acted => ("已处理，待下次对账核实", "acted on; the next comparison shows"),
        FindingStage::Voided => ("已被新对账取代", "voided by a later comparison"),
    }
}

/// `stmt_rslt` in words.
pub(crate) fn result(code: &str) -> (&'static str, &'static str) {
    match code {
        "000000" => ("一致", "equal"),
        "000101" => ("对方多", "more on the other side"),
        "000102" => ("医院多", "more at the hospital"),
        _ => ("金额不一致", "amounts differ"),
    }
}
