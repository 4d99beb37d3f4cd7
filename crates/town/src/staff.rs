//! The people and machines that serve: named where the demo needs them.
//! Their rights are the policy's business; here they only have a role.

use crate::institutions::{Department, Place};

/// Someone or something that works in the town.
#[derive(Clone, Copy, Debug)]
pub struct Staff {
    /// Stable key: `lin`, `kiosk-yz1-07`, `his-yz1`.
    pub key: &'static str,
    /// Chinese name.
    pub name: &'static str,
    /// English name.
    pub name_en: &'static str,
    /// `doctor`, `registrar`, `kiosk`, `his`, `reviewer`, `officer`, `vendor`, `privacy` or `admin`.
    pub role: &'static str,
    /// Key of the institution.
    pub institution: &'static str,
    /// Department, where the work belongs to one.
    pub department: Option<Department>,
    /// Where one finds them, as on a sign: "心内科 12 诊室".
    pub desk: &'static str,
}

const fn person(
    (key, name, name_en): (&'static str, &'static str, &'static str),
    role: &'static str,
    institution: &'static str,
    department: Option<Department>,
    desk: &'static str,
) -> Staff {
    Staff { key, name, name_en, role, institution, department, desk }
}

use Department as D;

/// Names of the doctor's desk in the story.
pub(crate) const DOCTOR_LIN: &str = "林若衡";

static NAMED: [Staff; 15] = [
    person(("lin", DOCTOR_LIN, "Lin Ruoheng"), "doctor", "yz1", Some(D::Cardiology), "心内科 12 诊室"),
    person(("gao", "高致远", "Gao Zhiyuan"), "doctor", "lj", Some(D::Emergency), "急诊 2 诊室"),
    person(("he", "何知秋", "He Zhiqiu"), "doctor", "by", Some(D::General), "全科 3 诊室"),
    person(("yang", "杨沐阳", "Yang Muyang"), "doctor", "dg", Some(D::Paediatrics), "儿科 1 诊室"),
    person(("luo", "罗成蹊", "Luo Chengxi"), "doctor", "lh", Some(D::General), "全科 1 诊室"),
    person(("dao", "刀玉明", "Dao Yuming"), "doctor", "mc", Some(D::General), "全科 2 诊室"),
    person(("xu", "徐慧", "Xu Hui"), "registrar", "yz1", None, "挂号收费 3 号窗"),
    person(("zhang", "张玉凤", "Zhang Yufeng"), "registrar", "by", None, "综合服务台"),
    person(("kiosk-yz1-07", "自助机 07", "Kiosk 07"), "kiosk", "yz1", None, "门诊大厅"),
    person(("tang", "唐以宁", "Tang Yining"), "reviewer", "yzyb", Some(D::Office), "零星报销 5 号席"),
    person(("aruna", "阿茹娜", "Aruna"), "officer", "cdc", Some(D::Office), "公共卫生科"),
    person(("zeng", "曾乐", "Zeng Le"), "vendor", "yz1", None, "信息科驻场"),
    person(("shen", "沈砚", "Shen Yan"), "privacy", "hic", Some(D::Office), "隐私保护办公室"),
    person(("qiu", "邱明", "Qiu Ming"), "admin", "hic", Some(D::Office), "平台运行室"),
    person(("admin-lj", "段云飞", "Duan Yunfei"), "admin", "ljyb", Some(D::Office), "信息科"),
];

/// Keys and names of the hospital systems, in the order of the institutions they belong to.
static SYSTEMS: [(&str, &str, &str); 6] = [
    ("his-yz1", "云州一院 HIS", "Yunzhou First HIS"),
    ("his-dg", "东港医院 HIS", "Donggang HIS"),
    ("his-lh", "临湖医院 HIS", "Linhu HIS"),
    ("his-by", "北苑社区 HIS", "Beiyuan HIS"),
    ("his-lj", "澜江中医院 HIS", "Lanjiang TCM HIS"),
    ("his-mc", "勐川县院 HIS", "Mengchuan HIS"),
];

const HOSPITALS: [Place; 6] =
    [Place::YunzhouFirst, Place::Donggang, Place::Linhu, Place::Beiyuan, Place::LanjiangTcm, Place::Mengchuan];

/// Everyone named, then one system client per hospital.
pub(crate) fn all() -> Vec<Staff> {
    let systems = HOSPITALS.into_iter().zip(SYSTEMS).map(|(place, (key, name, name_en))| {
        let institution = place.institution();
        person((key, name, name_en), "his", institution.key, None, "接口")
    });
    NAMED.into_iter().chain(systems).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::institutions::INSTITUTIONS;

    #[test]
    fn every_member_works_somewhere_and_keys_are_unique() {
        let staff = all();
        let mut keys: Vec<&str> = staff.iter().map(|one| one.key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), staff.len());
        for one in &staff {
            let home = INSTITUTIONS.iter().find(|place| place.key == one.institution);
            let home = home.unwrap_or_else(|| panic!("{} works nowhere", one.key));
            if let Some(department) = one.department {
                assert!(home.departments.contains(&department), "{}", one.key);
            }
        }
        for role in ["doctor", "registrar", "kiosk", "his", "reviewer", "officer", "vendor", "privacy", "admin"] {
            assert!(staff.iter().any(|one| one.role == role), "no {role}");
        }
    }
}
