//! The hospitals, the pharmacy, the ambulance crew and the offices of two made-up cities.
//! Their codes have the shape of designated-institution codes (a letter, six digits of
//! division, five of serial) in divisions that begin with 99 and so belong to nobody.

use std::fmt;

/// How big a place is and what it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// A tertiary hospital (三级).
    Tertiary,
    /// A secondary or county hospital (二级).
    Secondary,
    /// A community health centre (基层).
    Primary,
    /// A retail pharmacy (定点零售药店).
    Pharmacy,
    /// An ambulance crew (急救车组).
    Ambulance,
    /// An office: insurance agency, disease control, information centre.
    Agency,
}

impl Level {
    /// The word used in code and tables: `tertiary`, `secondary`, `primary`, `pharmacy`, `ambulance`, `agency`.
    pub fn key(self) -> &'static str {
        match self {
            Level::Tertiary => "tertiary",
            Level::Secondary => "secondary",
            Level::Primary => "primary",
            Level::Pharmacy => "pharmacy",
            Level::Ambulance => "ambulance",
            Level::Agency => "agency",
        }
    }

    /// True for hospitals and health centres.
    pub fn is_hospital(self) -> bool {
        matches!(self, Level::Tertiary | Level::Secondary | Level::Primary)
    }

    /// True where patients are seen, so where records are born.
    pub fn is_care(self) -> bool {
        self != Level::Agency
    }
}

macro_rules! departments {
    ($($variant:ident $name:literal $name_en:literal $doc:literal;)*) => {
        /// A department, by the name on its door.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub enum Department { $(#[doc = $doc] $variant),* }

        impl Department {
            /// Chinese name.
            pub fn name(self) -> &'static str {
                match self { $(Department::$variant => $name),* }
            }

            /// English name.
            pub fn name_en(self) -> &'static str {
                match self { $(Department::$variant => $name_en),* }
            }
        }
    };
}

departments! {
    Cardiology "心内科" "Cardiology" "Heart.";
    Endocrine "内分泌科" "Endocrinology" "Diabetes, thyroid.";
    Respiratory "呼吸内科" "Respiratory Medicine" "Lungs.";
    Gastro "消化内科" "Gastroenterology" "Stomach, bowel, liver.";
    Neurology "神经内科" "Neurology" "Stroke, headache, dizziness.";
    Nephrology "肾内科" "Nephrology" "Kidneys.";
    Surgery "普外科" "General Surgery" "Abdomen, breast, thyroid.";
    Orthopaedics "骨科" "Orthopaedics" "Bones and joints.";
    Urology "泌尿外科" "Urology" "Urinary tract.";
    Maternity "妇产科" "Obstetrics and Gynaecology" "Women and births.";
    Paediatrics "儿科" "Paediatrics" "Children up to 14.";
    Skin "皮肤科" "Dermatology" "Skin.";
    Ears "耳鼻喉科" "Otorhinolaryngology" "Ear, nose, throat.";
    Eyes "眼科" "Ophthalmology" "Eyes.";
    Dental "口腔科" "Stomatology" "Teeth.";
    Mind "心理科" "Psychological Medicine" "Sleep and mood.";
    Tcm "中医内科" "Chinese Medicine" "Traditional Chinese internal medicine.";
    Oncology "肿瘤科" "Oncology" "Cancer.";
    Emergency "急诊科" "Emergency" "Round the clock.";
    General "全科医学科" "General Practice" "First contact.";
    Prevention "预防保健科" "Preventive Care" "Vaccines and physicals.";
    Checkup "体检中心" "Health Check Centre" "Employers' checks.";
    Radiology "放射科" "Radiology" "X-ray, CT, MR.";
    Ultrasound "超声科" "Ultrasound" "Ultrasound.";
    Laboratory "检验科" "Laboratory" "Blood and urine.";
    Dispensary "药房" "Pharmacy" "Drugs.";
    Ambulance "急救车组" "Ambulance Crew" "On the road.";
    Office "业务科" "Office" "Desks of an agency.";
}

impl fmt::Debug for Department {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name_en())
    }
}

/// A place where people are treated, served or insured.
#[derive(Clone, Copy, Debug)]
pub struct Institution {
    /// Short key used in URLs and in this crate: `yz1`.
    pub key: &'static str,
    /// Code in the shape of a designated-institution code: `H99010200001`.
    pub code: &'static str,
    /// Chinese name.
    pub name: &'static str,
    /// Chinese name for narrow columns.
    pub short: &'static str,
    /// English name.
    pub name_en: &'static str,
    /// Six-digit region, `990100` 云州 or `990200` 澜江.
    pub region: &'static str,
    /// How big it is.
    pub level: Level,
    /// Grade as people say it, "三级甲等".
    pub level_text: &'static str,
    /// Departments with a door here.
    pub departments: &'static [Department],
}

impl Institution {
    /// The identifier system of the record numbers this place gives its patients.
    pub fn record_number_system(&self) -> String {
        format!("urn:yima:mrn:{}", self.key)
    }
}

/// Those that keep records, each at the position it has in [`INSTITUTIONS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    YunzhouFirst,
    Donggang,
    Linhu,
    Beiyuan,
    Kangning,
    Crew17,
    LanjiangTcm,
    Mengchuan,
}

impl Place {
    /// The institution itself.
    pub(crate) fn institution(self) -> &'static Institution {
        &INSTITUTIONS[self as usize]
    }

    /// Here if the department has a door here, else at the region's big hospital.
    pub(crate) fn with(self, department: Department) -> Place {
        let institution = self.institution();
        if institution.departments.contains(&department) {
            self
        } else if institution.region == LANJIANG {
            Place::LanjiangTcm
        } else {
            Place::YunzhouFirst
        }
    }
}

/// Region code of 云州.
pub const YUNZHOU: &str = "990100";
/// Region code of 澜江.
pub const LANJIANG: &str = "990200";

use Department as D;

const TERTIARY: &[Department] = &[
    D::Cardiology,
    D::Endocrine,
    D::Respiratory,
    D::Gastro,
    D::Neurology,
    D::Nephrology,
    D::Surgery,
    D::Orthopaedics,
    D::Urology,
    D::Maternity,
    D::Paediatrics,
    D::Skin,
    D::Ears,
    D::Eyes,
    D::Dental,
    D::Mind,
    D::Tcm,
    D::Oncology,
    D::Emergency,
    D::General,
    D::Prevention,
    D::Checkup,
    D::Radiology,
    D::Ultrasound,
    D::Laboratory,
    D::Dispensary,
];
const SECONDARY: &[Department] = &[
    D::Cardiology,
    D::Endocrine,
    D::Respiratory,
    D::Gastro,
    D::Neurology,
    D::Surgery,
    D::Orthopaedics,
    D::Urology,
    D::Maternity,
    D::Paediatrics,
    D::Skin,
    D::Ears,
    D::Eyes,
    D::Dental,
    D::Tcm,
    D::Emergency,
    D::General,
    D::Prevention,
    D::Checkup,
    D::Radiology,
    D::Ultrasound,
    D::Laboratory,
    D::Dispensary,
];
const PRIMARY: &[Department] = &[D::General, D::Tcm, D::Prevention, D::Ultrasound, D::Laboratory, D::Dispensary];

/// Everything with a door in the two cities: first those of [`Place`], in its order, then the offices.
pub(crate) static INSTITUTIONS: [Institution; 12] = [
    Institution {
        key: "yz1",
        code: "H99010200001",
        name: "云州市第一人民医院",
        short: "云州一院",
        name_en: "Yunzhou First People's Hospital",
        region: YUNZHOU,
        level: Level::Tertiary,
        level_text: "三级甲等",
        departments: TERTIARY,
    },
    Institution {
        key: "dg",
        code: "H99010300002",
        name: "东港区医院",
        short: "东港医院",
        name_en: "Donggang District Hospital",
        region: YUNZHOU,
        level: Level::Tertiary,
        level_text: "三级乙等",
        departments: TERTIARY,
    },
    Institution {
        key: "lh",
        code: "H99010400003",
        name: "临湖区医院",
        short: "临湖医院",
        name_en: "Linhu District Hospital",
        region: YUNZHOU,
        level: Level::Secondary,
        level_text: "二级甲等",
        departments: SECONDARY,
    },
    Institution {
        key: "by",
        code: "H99010500004",
        name: "北苑社区卫生服务中心",
        short: "北苑社区",
        name_en: "Beiyuan Community Health Centre",
        region: YUNZHOU,
        level: Level::Primary,
        level_text: "一级",
        departments: PRIMARY,
    },
    Institution {
        key: "kn",
        code: "P99010200005",
        name: "康宁大药房渡口店",
        short: "康宁渡口店",
        name_en: "Kangning Pharmacy, Dukou Branch",
        region: YUNZHOU,
        level: Level::Pharmacy,
        level_text: "定点零售药店",
        departments: &[D::Dispensary],
    },
    Institution {
        key: "a17",
        code: "H99010200006",
        name: "云州市急救中心 17 车组",
        short: "急救 17 组",
        name_en: "Yunzhou Emergency Centre, Crew 17",
        region: YUNZHOU,
        level: Level::Ambulance,
        level_text: "院前急救",
        departments: &[D::Ambulance],
    },
    Institution {
        key: "lj",
        code: "H99020200001",
        name: "澜江市中医院",
        short: "澜江中医院",
        name_en: "Lanjiang Hospital of Chinese Medicine",
        region: LANJIANG,
        level: Level::Tertiary,
        level_text: "三级甲等",
        departments: TERTIARY,
    },
    Institution {
        key: "mc",
        code: "H99022100002",
        name: "勐川县医院",
        short: "勐川县院",
        name_en: "Mengchuan County Hospital",
        region: LANJIANG,
        level: Level::Secondary,
        level_text: "二级甲等",
        departments: SECONDARY,
    },
    Institution {
        key: "yzyb",
        code: "A99010000001",
        name: "云州市医疗保障服务中心",
        short: "云州医保",
        name_en: "Yunzhou Healthcare Security Service Centre",
        region: YUNZHOU,
        level: Level::Agency,
        level_text: "经办机构",
        departments: &[D::Office],
    },
    Institution {
        key: "ljyb",
        code: "A99020000001",
        name: "澜江市医疗保障服务中心",
        short: "澜江医保",
        name_en: "Lanjiang Healthcare Security Service Centre",
        region: LANJIANG,
        level: Level::Agency,
        level_text: "经办机构",
        departments: &[D::Office],
    },
    Institution {
        key: "cdc",
        code: "A99010000002",
        name: "云州市疾病预防控制中心",
        short: "云州疾控",
        name_en: "Yunzhou Centre for Disease Control",
        region: YUNZHOU,
        level: Level::Agency,
        level_text: "公共卫生机构",
        departments: &[D::Office],
    },
    Institution {
        key: "hic",
        code: "A99010000003",
        name: "云州市全民健康信息中心",
        short: "信息中心",
        name_en: "Yunzhou Health Information Centre",
        region: YUNZHOU,
        level: Level::Agency,
        level_text: "平台运营",
        departments: &[D::Office],
    },
];

/// Doctors of the town who sign what nobody in particular signed.
const DOCTORS: [&str; 48] = [
    "沈从周",
    "陆怀远",
    "许清如",
    "郭立言",
    "何景行",
    "梁若水",
    "谢思齐",
    "宋子衿",
    "唐明澈",
    "韩予安",
    "冯书意",
    "曹季平",
    "彭望舒",
    "曾静姝",
    "肖云深",
    "田知白",
    "董其深",
    "潘维桢",
    "袁素心",
    "蔡闻道",
    "蒋以宁",
    "余照邻",
    "杜若溪",
    "叶嘉树",
    "程一苇",
    "魏长青",
    "苏慕白",
    "吕秋实",
    "丁敏行",
    "任重远",
    "卢晚晴",
    "姚守拙",
    "钟灵毓",
    "姜尚文",
    "崔明远",
    "谭思远",
    "范希文",
    "汪如海",
    "廖静之",
    "石云起",
    "金岳川",
    "韦应时",
    "贾思远",
    "夏雨时",
    "方正清",
    "邹学礼",
    "熊佩玉",
    "白居安",
];

/// The doctor with this number in a department of a place; the same arguments name the same doctor.
pub(crate) fn doctor(place: Place, department: Department, number: usize) -> &'static str {
    DOCTORS[(place as usize * 11 + department as usize * 5 + number % 4) % DOCTORS.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_institutions_agree() {
        assert_eq!(Place::YunzhouFirst.institution().key, "yz1");
        assert_eq!(Place::Mengchuan.institution().key, "mc");
        let care = INSTITUTIONS.iter().filter(|one| one.level.is_care()).count();
        assert_eq!(care, Place::Mengchuan as usize + 1);
        for one in &INSTITUTIONS {
            assert!(one.code[1..].starts_with("99") && one.code.len() == 12, "{}", one.code);
        }
    }

    #[test]
    fn a_missing_department_sends_to_the_big_hospital() {
        assert_eq!(Place::Beiyuan.with(Department::Cardiology), Place::YunzhouFirst);
        assert_eq!(Place::Mengchuan.with(Department::Oncology), Place::LanjiangTcm);
        assert_eq!(Place::Linhu.with(Department::Eyes), Place::Linhu);
    }
}
