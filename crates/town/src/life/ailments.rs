//! Long illnesses: who has them in care, what is taken, what is watched, and how the
//! figures move from the first visit to the last under treatment.

use super::Sex;
use crate::diagnoses::{self as dx, Diagnosis};
use crate::drugs::{self as rx, Drug};
use crate::imaging::{self as im, Exam, Finding};
use crate::institutions::Department;
use crate::labs::{self as lab, Panel, Profile};

/// A long illness.
pub(super) struct Ailment {
    /// One of these is written down.
    pub(super) diagnoses: &'static [&'static Diagnosis],
    pub(super) sex: Sex,
    /// In care, per thousand, at ages 0–17, 18–39, 40–59, 60–74, 75 and over.
    pub(super) in_care: [u32; 5],
    pub(super) department: Department,
    /// One of these is taken.
    pub(super) regimens: &'static [&'static [&'static Drug]],
    pub(super) watched: &'static [Watched],
    /// At the first visit, this often in a hundred.
    pub(super) exams: &'static [(&'static Exam, &'static Finding, u32)],
    /// Systolic and diastolic pressure at the first and at the last visit.
    pub(super) pressure: Option<[(i64, i64); 2]>,
    /// An allergic person's illness, a child's illness: words for the visit.
    pub(super) reason: &'static str,
}

/// A panel that is repeated while the illness is in care.
pub(super) struct Watched {
    pub(super) panel: &'static Panel,
    pub(super) first: Profile,
    pub(super) last: Profile,
    /// Days after which it is due again.
    pub(super) days: i64,
}

const PLAIN: Ailment = Ailment {
    diagnoses: &[],
    sex: Sex::Any,
    in_care: [0; 5],
    department: Department::General,
    regimens: &[],
    watched: &[],
    exams: &[],
    pressure: None,
    reason: "慢病复诊、取药",
};

const fn watched(panel: &'static Panel, first: Profile, last: Profile, days: i64) -> Watched {
    Watched { panel, first, last, days }
}

/// All long illnesses, the weightier first: the first of a person decides the department.
pub(super) static AILMENTS: [Ailment; 23] = [
    Ailment {
        diagnoses: &[&dx::LUNG_CANCER],
        in_care: [0, 0, 1, 4, 5],
        department: Department::Oncology,
        regimens: &[&[&rx::ICOTINIB]],
        watched: &[
            watched(&lab::TUMOUR, &[(&lab::CEA, 1850, 300)], &[(&lab::CEA, 780, 120)], 56),
            watched(&lab::LIVER, &[(&lab::ALT, 38, 9)], &[(&lab::ALT, 44, 10)], 84),
        ],
        exams: &[(&im::CT_CHEST, &im::CHEST_CT_RESPONDING, 90)],
        reason: "肿瘤复诊，靶向治疗中",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::BREAST_CANCER],
        sex: Sex::Women,
        in_care: [0, 1, 4, 4, 3],
        department: Department::Oncology,
        regimens: &[&[&rx::LETROZOLE, &rx::CALCIUM_D3], &[&rx::CAPECITABINE]],
        watched: &[watched(&lab::BLOOD_COUNT, &[(&lab::WBC, 430, 60)], &[(&lab::WBC, 520, 70)], 42)],
        exams: &[(&im::US_BREAST, &im::BREAST_NORMAL, 70)],
        reason: "乳腺癌术后复诊",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::HEART_FAILURE],
        in_care: [0, 0, 1, 7, 28],
        department: Department::Cardiology,
        regimens: &[&[&rx::SACUBITRIL, &rx::METOPROLOL, &rx::SPIRONOLACTONE]],
        watched: &[
            watched(&lab::BNP, &[(&lab::NT_PROBNP, 2400, 500)], &[(&lab::NT_PROBNP, 1050, 250)], 60),
            watched(&lab::ELECTROLYTES, &[(&lab::POTASSIUM, 415, 25)], &[(&lab::POTASSIUM, 460, 25)], 90),
        ],
        exams: &[(&im::US_HEART, &im::HEART_FAILING, 60)],
        reason: "心衰随访，活动后气短",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::ATRIAL_FIBRILLATION],
        in_care: [0, 0, 3, 14, 42],
        department: Department::Cardiology,
        regimens: &[&[&rx::RIVAROXABAN, &rx::METOPROLOL], &[&rx::WARFARIN, &rx::METOPROLOL]],
        watched: &[watched(&lab::CLOTTING, &[(&lab::INR, 165, 25)], &[(&lab::INR, 235, 22)], 28)],
        exams: &[(&im::ECG, &im::ECG_FIBRILLATION, 80), (&im::US_HEART, &im::HEART_FIBRILLATING, 30)],
        reason: "房颤抗凝随访",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::CORONARY],
        in_care: [0, 0, 8, 48, 95],
        department: Department::Cardiology,
        regimens: &[&[&rx::ASPIRIN, &rx::ATORVASTATIN], &[&rx::CLOPIDOGREL, &rx::ROSUVASTATIN, &rx::METOPROLOL]],
        watched: &[watched(
            &lab::LIPIDS,
            &[(&lab::LDL, 285, 35), (&lab::TC, 470, 40)],
            &[(&lab::LDL, 172, 22), (&lab::TC, 348, 30)],
            90,
        )],
        exams: &[(&im::ECG, &im::ECG_STRAIN, 50), (&im::US_HEART, &im::HEART_ISCHAEMIC, 18)],
        reason: "冠心病复诊、取药",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::STROKE_SEQUELAE],
        in_care: [0, 0, 5, 24, 48],
        department: Department::Neurology,
        regimens: &[&[&rx::ASPIRIN, &rx::ATORVASTATIN], &[&rx::CLOPIDOGREL, &rx::ATORVASTATIN]],
        exams: &[(&im::US_CAROTID, &im::CAROTID_PLAQUE, 35)],
        reason: "脑梗死后随访，右侧肢体无力同前",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::KIDNEY_3],
        in_care: [0, 1, 4, 13, 26],
        department: Department::Nephrology,
        regimens: &[&[&rx::VALSARTAN], &[&rx::VALSARTAN, &rx::KETO_ACID]],
        watched: &[
            watched(
                &lab::KIDNEY,
                &[(&lab::CREATININE, 138, 12), (&lab::UREA, 985, 90), (&lab::EGFR, 45, 4), (&lab::URATE, 430, 35)],
                &[(&lab::CREATININE, 132, 12), (&lab::UREA, 930, 90), (&lab::EGFR, 48, 4), (&lab::URATE, 405, 35)],
                56,
            ),
            watched(
                &lab::MICROALBUMIN,
                &[(&lab::ACR, 3300, 600), (&lab::URINE_ALBUMIN, 2600, 400)],
                &[(&lab::ACR, 2300, 400), (&lab::URINE_ALBUMIN, 1800, 300)],
                84,
            ),
        ],
        reason: "慢性肾脏病随访",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::DIABETES_2, &dx::DIABETES_2, &dx::DIABETES_2, &dx::DIABETIC_KIDNEY],
        in_care: [0, 4, 42, 88, 96],
        department: Department::Endocrine,
        regimens: &[
            &[&rx::METFORMIN],
            &[&rx::METFORMIN, &rx::DAPAGLIFLOZIN],
            &[&rx::METFORMIN, &rx::ACARBOSE],
            &[&rx::METFORMIN, &rx::INSULIN_GLARGINE],
        ],
        watched: &[
            watched(&lab::HBA1C_ONLY, &[(&lab::HBA1C, 82, 6)], &[(&lab::HBA1C, 69, 4)], 84),
            watched(&lab::GLUCOSE_ONLY, &[(&lab::GLUCOSE, 905, 110)], &[(&lab::GLUCOSE, 715, 70)], 40),
        ],
        exams: &[(&im::US_CAROTID, &im::CAROTID_NORMAL, 8)],
        pressure: Some([(136, 82), (130, 78)]),
        reason: "糖尿病复诊、取药",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::HYPERTENSION_1, &dx::HYPERTENSION_2, &dx::HYPERTENSION_2, &dx::HYPERTENSION_3],
        in_care: [0, 7, 74, 205, 255],
        department: Department::Cardiology,
        regimens: &[
            &[&rx::AMLODIPINE],
            &[&rx::VALSARTAN],
            &[&rx::NIFEDIPINE],
            &[&rx::AMLODIPINE, &rx::VALSARTAN],
            &[&rx::IRBESARTAN_HCT],
        ],
        watched: &[watched(&lab::LIVER_KIDNEY, &[], &[], 200)],
        exams: &[
            (&im::ECG, &im::ECG_STRAIN, 12),
            (&im::US_HEART, &im::HEART_HYPERTENSIVE, 7),
            (&im::US_CAROTID, &im::CAROTID_THICK, 6),
        ],
        pressure: Some([(156, 95), (134, 82)]),
        reason: "高血压复诊、取药",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::LIPIDS],
        in_care: [0, 5, 30, 52, 44],
        department: Department::Cardiology,
        regimens: &[&[&rx::ATORVASTATIN], &[&rx::ROSUVASTATIN]],
        watched: &[watched(
            &lab::LIPIDS,
            &[(&lab::LDL, 405, 40), (&lab::TC, 618, 50), (&lab::TG, 235, 60)],
            &[(&lab::LDL, 258, 30), (&lab::TC, 452, 40), (&lab::TG, 172, 40)],
            84,
        )],
        reason: "血脂复查",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::COPD],
        in_care: [0, 0, 5, 26, 44],
        department: Department::Respiratory,
        regimens: &[&[&rx::TIOTROPIUM], &[&rx::BUDESONIDE_FORMOTEROL], &[&rx::TIOTROPIUM, &rx::BUDESONIDE_FORMOTEROL]],
        exams: &[(&im::CT_CHEST, &im::CHEST_CT_EMPHYSEMA, 30)],
        reason: "慢阻肺复诊，咳嗽、活动后气促",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::ASTHMA],
        in_care: [11, 5, 7, 9, 8],
        department: Department::Respiratory,
        regimens: &[&[&rx::BUDESONIDE_FORMOTEROL]],
        reason: "哮喘复诊",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::HEPATITIS_B],
        in_care: [0, 5, 11, 8, 3],
        department: Department::Gastro,
        regimens: &[&[&rx::ENTECAVIR]],
        watched: &[
            watched(
                &lab::LIVER,
                &[(&lab::ALT, 58, 14), (&lab::AST, 47, 10)],
                &[(&lab::ALT, 33, 7), (&lab::AST, 29, 5)],
                84,
            ),
            watched(&lab::HEPATITIS_B, &[(&lab::HBSAG, 1, 0)], &[(&lab::HBSAG, 1, 0)], 200),
        ],
        exams: &[(&im::US_ABDOMEN, &im::ABDOMEN_US_LIVER, 60)],
        reason: "慢乙肝抗病毒随访",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::HYPOTHYROID],
        sex: Sex::Women,
        in_care: [0, 9, 20, 23, 18],
        department: Department::Endocrine,
        regimens: &[&[&rx::LEVOTHYROXINE]],
        watched: &[watched(
            &lab::THYROID,
            &[(&lab::TSH, 905, 160), (&lab::FT4, 112, 10)],
            &[(&lab::TSH, 318, 70), (&lab::FT4, 155, 12)],
            70,
        )],
        exams: &[(&im::US_THYROID, &im::THYROID_DIFFUSE, 35)],
        reason: "甲减复诊",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::GOUT, &dx::HYPERURICAEMIA],
        sex: Sex::Men,
        in_care: [0, 8, 22, 22, 18],
        department: Department::Endocrine,
        regimens: &[&[&rx::FEBUXOSTAT], &[&rx::FEBUXOSTAT, &rx::COLCHICINE]],
        watched: &[watched(&lab::KIDNEY, &[(&lab::URATE, 552, 45)], &[(&lab::URATE, 372, 35)], 70)],
        reason: "痛风复诊，查尿酸",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::OSTEOPOROSIS],
        sex: Sex::Women,
        in_care: [0, 0, 6, 50, 66],
        department: Department::Orthopaedics,
        regimens: &[&[&rx::ALENDRONATE, &rx::CALCIUM_D3], &[&rx::CALCIUM_D3]],
        exams: &[(&im::BONE_DENSITY, &im::BONE_LOW, 45)],
        reason: "骨质疏松复诊",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::PROSTATE],
        sex: Sex::Men,
        in_care: [0, 0, 10, 68, 104],
        department: Department::Urology,
        regimens: &[&[&rx::TAMSULOSIN], &[&rx::TAMSULOSIN, &rx::FINASTERIDE]],
        watched: &[watched(&lab::PROSTATE, &[(&lab::PSA, 235, 90)], &[(&lab::PSA, 235, 90)], 200)],
        exams: &[(&im::US_URINARY, &im::URINARY_PROSTATE, 30)],
        reason: "尿频、夜尿复诊",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::DEPRESSION, &dx::ANXIETY],
        in_care: [2, 8, 8, 6, 4],
        department: Department::Mind,
        regimens: &[&[&rx::ESCITALOPRAM]],
        reason: "情绪复诊",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::INSOMNIA],
        in_care: [0, 5, 12, 18, 20],
        department: Department::Mind,
        regimens: &[&[&rx::ZOPICLONE]],
        reason: "睡眠差，入睡困难",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::KNEE],
        in_care: [0, 1, 10, 36, 44],
        department: Department::Orthopaedics,
        regimens: &[&[&rx::CELECOXIB, &rx::GLUCOSAMINE], &[&rx::FLURBIPROFEN_PATCH]],
        exams: &[(&im::DX_KNEE, &im::KNEE_WORN, 50)],
        reason: "膝关节痛，上下楼明显",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::REFLUX],
        in_care: [0, 3, 6, 6, 5],
        department: Department::Gastro,
        regimens: &[&[&rx::RABEPRAZOLE], &[&rx::OMEPRAZOLE, &rx::MOSAPRIDE]],
        exams: &[(&im::GASTROSCOPY, &im::STOMACH_REFLUX, 45)],
        reason: "反酸、烧心复诊",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::GASTRITIS],
        in_care: [1, 6, 11, 13, 9],
        department: Department::Gastro,
        regimens: &[&[&rx::RABEPRAZOLE], &[&rx::OMEPRAZOLE, &rx::MOSAPRIDE]],
        watched: &[watched(&lab::BREATH, &[(&lab::PYLORI, 0, 1)], &[], 200)],
        exams: &[(&im::GASTROSCOPY, &im::STOMACH_SUPERFICIAL, 40)],
        reason: "上腹胀、反酸复诊",
        ..PLAIN
    },
    Ailment {
        diagnoses: &[&dx::RHINITIS],
        in_care: [16, 9, 6, 3, 1],
        department: Department::Ears,
        regimens: &[&[&rx::MOMETASONE_NASAL, &rx::LORATADINE]],
        reason: "鼻痒、喷嚏、流清涕",
        ..PLAIN
    },
];
