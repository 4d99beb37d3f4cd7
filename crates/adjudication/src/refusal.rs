//! Why the adjudicator says no, and the upper-case code that hospitals' programs know
//! a refusal by. Refused means: nothing was counted anywhere.

kernel::refusals! {
    /// Why an encounter is not split.
    pub enum Refusal {
        /// No plan is in force for the area, insurance and day.
        PlanMissing = 404 "adjudication.plan-missing",
            "No plan is in force for this area, insurance and day.", "该统筹区、险种和日期没有生效的待遇方案。",
            "Load a plan whose days include this one.", "请导入生效期包含该日期的待遇方案。";
        /// The plan has findings that keep it from being used.
        PlanUnsound = 422 "adjudication.plan-unsound",
            "The plan has faults and cannot be used.", "待遇方案有错误，不能使用。",
            "Run `yima plan lint` and mend what it names.", "请运行 `yima plan lint` 并改正所列问题。";
        /// The class of a line is none of A, B, C.
        ClassUnknown = 422 "adjudication.class-unknown",
            "A line's class is none of A, B and C.", "费用明细的类别不是甲、乙、丙之一。",
            "Send the class the treatment place's catalogue gives.", "请按就医地目录填写类别。";
        /// The level of the institution is unknown.
        LevelUnknown = 422 "adjudication.level-unknown",
            "The institution's level is unknown.", "机构级别不明。",
            "Use 0, 1, 2, 3 or P.", "请使用 0、1、2、3 或 P。";
        /// The treatment type is unknown to the plan.
        MedTypeUnknown = 422 "adjudication.med-type-unknown",
            "The treatment type belongs to no pool of this plan.", "该医疗类别不属于方案的任何待遇。",
            "Use a code of the plan, such as 11, 14, 21 or 41.", "请使用方案内的医疗类别，例如 11、14、21、41。";
        /// The region, filing, aid class or another coded field is unknown.
        CodeUnknown = 422 "adjudication.code-unknown",
            "A coded field has an unknown value.", "代码字段的值不明。",
            "Use one of the codes the field names.", "请使用该字段列出的代码。";
        /// Too many lines.
        TooManyLines = 413 "adjudication.too-many-lines",
            "The bill has more lines than one settlement takes.", "费用明细条数超过一次结算的上限。",
            "Settle in several batches of at most 5000 lines.", "请分批结算，每批不超过 5000 条。";
        /// An amount is beyond what is believed.
        AmountOutOfRange = 422 "adjudication.amount-out-of-range",
            "An amount is beyond ten thousand million yuan.", "金额超过一百亿元。",
            "Check unit and decimals: amounts are fen.", "请检查单位和小数：金额单位为分。";
        /// A self-pay ratio is not between 0 and 10000.
        RateOutOfRange = 422 "adjudication.rate-out-of-range",
            "A self-pay ratio is not between 0 and 100 %.", "自付比例不在 0 到 100% 之间。",
            "Send basis points from 0 to 10000.", "请填写 0 到 10000 的万分比。";
        /// A quantity is zero, too large or of the other sign than its amount.
        QuantityWrong = 422 "adjudication.quantity-wrong",
            "A quantity is zero, too large, or has another sign than its amount.", "数量为零、过大，或与金额正负不一致。",
            "Send thousandths of a unit; a return has quantity and amount below zero.", "请按千分之一单位填写；退费明细的数量和金额都为负。";
        /// Returned more than was charged.
        LineNegativeNet = 422 "adjudication.line-negative-net",
            "More is returned than was charged.", "退费多于收费。",
            "Send the returns together with the lines they take back.", "请将退费明细与原收费明细一并上传。";
        /// The declared total is not the sum of the lines.
        TotalMismatch = 422 "adjudication.total-mismatch",
            "The declared total is not the sum of the lines.", "申报总额与费用明细合计不符。",
            "Send all lines, or correct the total.", "请补齐明细或更正总额。";
        /// The hospital is to bear more than the person would.
        HospitalPartTooLarge = 422 "adjudication.hospital-part-too-large",
            "The hospital's part is more than what the funds leave.", "医院负担金额超过基金支付后的余额。",
            "Lower the hospital's part.", "请减少医院负担金额。";
        /// The accumulators are of another year.
        OtherYear = 422 "adjudication.other-year",
            "The accumulators are of another benefit year than the encounter.", "累计信息与就诊不属于同一待遇年度。",
            "Load the accumulators of the encounter's year.", "请读取就诊所属年度的累计信息。";
        /// The stay ends before it begins.
        DatesReversed = 422 "adjudication.dates-reversed",
            "The stay ends before it begins.", "结束日期早于开始日期。",
            "Correct the dates.", "请更正日期。";
        /// The stay crosses a year's end and the plan splits there.
        StayMustSplit = 409 "adjudication.stay-must-split",
            "The stay crosses the year's end and this plan settles each year apart.", "住院跨年度，本方案须分年度结算。",
            "Settle up to the year's last day with the mid-stay flag, the rest as continuation.", "请先中途结算至年末，余下部分作为续结。";
        /// A number about the person cannot be.
        PersonOutOfRange = 422 "adjudication.person-out-of-range",
            "The person's age or relatives cannot be.", "人员年龄或共济账户信息有误。",
            "Ages are 0 to 150; name each relative once, at most 16.", "年龄为 0 至 150；每个共济账户只列一次，最多 16 个。";
        /// The accumulators cannot be.
        AccumulatorsOutOfRange = 422 "adjudication.accumulators-out-of-range",
            "An accumulator is below zero or beyond its range.", "累计信息为负或超出范围。",
            "Rebuild the accumulators from the settlements.", "请由结算记录重新汇总累计信息。";
        /// What is to be reversed was not counted here.
        NotCountedHere = 409 "adjudication.not-counted-here",
            "What is to be undone was not counted in these accumulators.", "要撤销的结算未计入该累计信息。",
            "Reverse in the year and insurance the settlement was counted in.", "请在原结算的年度和险种内撤销。";
        /// A stored input cannot be read.
        StoredUnreadable = 422 "adjudication.stored-unreadable",
            "A stored input cannot be read.", "存储的结算输入无法读取。",
            "Restore it from the settlement's message.", "请由结算报文恢复。";
    }
}

impl Refusal {
    /// The stable upper-case code that hospitals' programs know, where there is one.
    pub const fn nhsa_code(self) -> Option<&'static str> {
        match self {
            Self::PlanMissing | Self::PlanUnsound => Some("PLAN_MISSING"),
            Self::LineNegativeNet => Some("LINE_NEGATIVE_NET"),
            Self::TotalMismatch | Self::HospitalPartTooLarge => Some("TOTAL_MISMATCH"),
            Self::ClassUnknown => Some("LINE_CODE_UNKNOWN"),
            Self::LevelUnknown
            | Self::MedTypeUnknown
            | Self::CodeUnknown
            | Self::TooManyLines
            | Self::AmountOutOfRange
            | Self::RateOutOfRange
            | Self::QuantityWrong
            | Self::OtherYear
            | Self::DatesReversed
            | Self::StayMustSplit
            | Self::PersonOutOfRange
            | Self::AccumulatorsOutOfRange
            | Self::NotCountedHere
            | Self::StoredUnreadable => None,
        }
    }
}
