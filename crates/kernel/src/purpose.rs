//! What a code is shown for: the 用码业务类型 that hospital systems already send,
//! and Yima's own behind the prefix `9`.

/// The purpose of a scan; its code travels in requests, grants and the trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Purpose {
    /// Five digits, for example `01201`.
    pub code: &'static str,
    /// What it is called, in Chinese.
    pub zh: &'static str,
    /// What it is called, in English.
    pub en: &'static str,
    /// Whether showing the code for it opens the clinical record to the
    /// institution's care team (reliability.md §8.3: paying opens nothing).
    pub opens_records: bool,
}

const fn purpose(code: &'static str, zh: &'static str, en: &'static str, opens_records: bool) -> Purpose {
    Purpose { code, zh, en, opens_records }
}

/// Looking at one's own affairs; no scan is needed.
pub const OWN_AFFAIRS: Purpose = purpose("90001", "本人查询", "own affairs", true);
/// A hospital reading back what it supplied itself.
pub const OWN_RECORD: Purpose = purpose("90002", "本院资料", "own institution's record", true);
/// Seeing the doctor.
pub const CONSULT: Purpose = purpose("01201", "诊间", "consultation", true);

/// Every purpose a scan can name.
pub const ALL: &[Purpose] = &[
    purpose("01101", "挂号", "register", false),
    purpose("01102", "住院建档", "inpatient file", false),
    purpose("01103", "入院登记", "admission", true),
    purpose("01104", "缴纳预缴金", "deposit", false),
    CONSULT,
    purpose("01202", "预约检查", "book an exam", false),
    purpose("01203", "检查", "examination", true),
    purpose("01204", "治疗", "treatment", true),
    purpose("01301", "结算", "settle", false),
    purpose("01302", "取药", "fetch drugs", false),
    purpose("01303", "取报告", "fetch a report", false),
    purpose("01304", "打印票据和清单", "print a bill", false),
    purpose("01305", "病历材料复印", "copy of the record", true),
    purpose("02121", "药店购药", "pharmacy purchase", false),
    purpose("02122", "下载外购处方", "fetch an outside prescription", false),
    purpose("03131", "线上身份认证", "online identity", false),
];

impl Purpose {
    /// Finds a scan's purpose by its code.
    pub fn from_code(code: &str) -> Option<Self> {
        ALL.iter().find(|purpose| purpose.code == code).copied()
    }

    /// Finds any purpose, also those no scan can name.
    pub fn known(code: &str) -> Option<Self> {
        Self::from_code(code).or_else(|| [OWN_AFFAIRS, OWN_RECORD].into_iter().find(|purpose| purpose.code == code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paying_opens_no_record() {
        assert!(Purpose::from_code("01201").unwrap().opens_records);
        assert!(!Purpose::from_code("01301").unwrap().opens_records);
        assert_eq!(Purpose::from_code("90001"), None);
        assert_eq!(Purpose::known("90001"), Some(OWN_AFFAIRS));
    }
}
