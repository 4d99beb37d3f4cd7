//! What befalls people of any age, and grown-ups of both sexes alike.

use super::{BACTERIAL, CRP_UP, Episode, PLAIN, Season, VIRAL};
use crate::diagnoses as dx;
use crate::drugs as rx;
use crate::imaging as im;
use crate::institutions::Department as D;
use crate::labs as lab;
use crate::life::Sex;
use crate::operations as op;

pub(in crate::life) static EVERYBODY: [Episode; 17] = [
    Episode {
        reason: "咽痛、流涕 2 天",
        ages: (14, 120),
        weight: 90,
        season: Season::Cold,
        emergency: 4,
        fever: 373,
        labs: &[(&lab::BLOOD_COUNT, VIRAL, 22)],
        drugs: &[(&rx::LIANHUA, 58), (&rx::PARACETAMOL, 35)],
        again: 5,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::INFLUENZA,
        reason: "高热、全身酸痛 1 天",
        ages: (14, 120),
        weight: 44,
        season: Season::Flu,
        department: D::Respiratory,
        emergency: 35,
        fever: 390,
        labs: &[(&lab::FLU, &[(&lab::FLU_A, 1, 0)], 82), (&lab::BLOOD_COUNT, VIRAL, 35)],
        drugs: &[(&rx::OSELTAMIVIR, 85), (&rx::IBUPROFEN, 55)],
        again: 6,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::BRONCHITIS,
        reason: "咳嗽、咳痰 5 天",
        ages: (14, 120),
        weight: 40,
        season: Season::Cold,
        department: D::Respiratory,
        emergency: 3,
        fever: 371,
        labs: &[(&lab::BLOOD_COUNT, VIRAL, 35)],
        exams: &[(&im::DX_CHEST, &im::CHEST_DX_BRONCHITIS, 35)],
        drugs: &[(&rx::AMBROXOL, 62), (&rx::CHUANBEI, 40), (&rx::LEVOFLOXACIN, 22)],
        again: 10,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::PNEUMONIA,
        reason: "发热、咳黄痰 3 天",
        ages: (18, 120),
        weight: 9,
        season: Season::Cold,
        department: D::Respiratory,
        emergency: 30,
        fever: 388,
        labs: &[
            (&lab::BLOOD_COUNT, BACTERIAL, 95),
            (&lab::CRP_ONLY, CRP_UP, 60),
            (&lab::PROCALCITONIN, &[(&lab::PCT, 34, 18)], 40),
        ],
        exams: &[(&im::CT_CHEST, &im::CHEST_CT_PNEUMONIA, 90)],
        drugs: &[(&rx::LEVOFLOXACIN, 55), (&rx::CEFTRIAXONE, 40), (&rx::AMBROXOL, 45)],
        again: 60,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::TONSILLITIS,
        reason: "咽痛、发热 2 天，吞咽痛",
        ages: (14, 45),
        weight: 16,
        department: D::Ears,
        emergency: 15,
        fever: 386,
        labs: &[(&lab::BLOOD_COUNT, BACTERIAL, 70)],
        drugs: &[(&rx::AMOXICLAV, 42), (&rx::CEFUROXIME, 42), (&rx::IBUPROFEN, 40)],
        again: 10,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::GASTROENTERITIS,
        reason: "腹泻、呕吐 1 天",
        weight: 44,
        season: Season::Summer,
        department: D::Gastro,
        emergency: 38,
        fever: 375,
        labs: &[
            (&lab::BLOOD_COUNT, &[(&lab::WBC, 1080, 190), (&lab::NEUT, 765, 55)], 45),
            (&lab::ELECTROLYTES, &[(&lab::POTASSIUM, 365, 28)], 25),
        ],
        exams: &[(&im::CT_ABDOMEN, &im::ABDOMEN_CT_NORMAL, 4)],
        drugs: &[(&rx::SMECTITE, 72), (&rx::SALTS, 45), (&rx::PROBIOTIC, 45)],
        again: 4,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::URTICARIA,
        reason: "全身风团、瘙痒半天",
        weight: 20,
        season: Season::Pollen,
        department: D::Skin,
        emergency: 30,
        drugs: &[(&rx::CETIRIZINE, 70), (&rx::LORATADINE, 30)],
        again: 8,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::ECZEMA,
        reason: "皮肤红斑、瘙痒 2 周",
        weight: 26,
        department: D::Skin,
        drugs: &[(&rx::MOMETASONE_CREAM, 82), (&rx::CETIRIZINE, 35)],
        again: 15,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::CONJUNCTIVITIS,
        reason: "眼红、分泌物多 2 天",
        weight: 16,
        season: Season::Summer,
        department: D::Eyes,
        drugs: &[(&rx::LEVOFLOXACIN_EYE, 92)],
        again: 5,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::PULPITIS,
        reason: "牙痛，夜间加重",
        ages: (14, 120),
        weight: 26,
        department: D::Dental,
        operations: &[(&op::ROOT_CANAL, 75)],
        drugs: &[(&rx::IBUPROFEN, 45), (&rx::METRONIDAZOLE, 25)],
        again: 60,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::PERIODONTITIS,
        reason: "牙龈肿痛、松动",
        ages: (30, 120),
        weight: 20,
        department: D::Dental,
        operations: &[(&op::EXTRACTION, 30)],
        drugs: &[(&rx::METRONIDAZOLE, 45)],
        again: 20,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::HAND_WOUND,
        reason: "切菜割伤左手 1 小时",
        ages: (12, 75),
        weight: 14,
        department: D::Emergency,
        emergency: 100,
        operations: &[(&op::SUTURE, 88)],
        drugs: &[(&rx::CEFUROXIME, 40)],
        again: 70,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::ANKLE_SPRAIN,
        reason: "扭伤右踝，肿痛 3 小时",
        ages: (10, 70),
        weight: 18,
        department: D::Orthopaedics,
        emergency: 45,
        exams: &[(&im::DX_ANKLE, &im::ANKLE_NORMAL, 88)],
        drugs: &[(&rx::FLURBIPROFEN_PATCH, 70), (&rx::IBUPROFEN, 30)],
        again: 12,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::SCALP_WOUND,
        reason: "摔倒碰伤头部 1 小时",
        weight: 7,
        department: D::Emergency,
        emergency: 100,
        exams: &[(&im::CT_HEAD, &im::HEAD_CT_SCALP, 85)],
        operations: &[(&op::SUTURE, 85)],
        again: 60,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::WRIST_FRACTURE,
        reason: "摔倒手掌撑地，腕部肿痛",
        weight: 6,
        department: D::Orthopaedics,
        emergency: 60,
        exams: &[(&im::DX_WRIST, &im::WRIST_FRACTURED, 98)],
        operations: &[(&op::PLASTER, 90)],
        drugs: &[(&rx::CELECOXIB, 55)],
        again: 85,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::URINARY_INFECTION,
        reason: "尿频、尿急、尿痛 2 天",
        ages: (16, 120),
        sex: Sex::Women,
        weight: 26,
        season: Season::Summer,
        department: D::Urology,
        emergency: 10,
        labs: &[(&lab::URINE, &[(&lab::URINE_LEUKOCYTES, 1, 0), (&lab::URINE_BLOOD, 0, 1)], 95)],
        exams: &[(&im::US_URINARY, &im::URINARY_NORMAL, 20)],
        drugs: &[(&rx::LEVOFLOXACIN, 60), (&rx::CEFUROXIME, 40)],
        again: 25,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::SHINGLES,
        reason: "右胁部疱疹、刺痛 3 天",
        ages: (40, 120),
        weight: 9,
        department: D::Skin,
        drugs: &[(&rx::VALACICLOVIR, 92), (&rx::IBUPROFEN, 30)],
        again: 45,
        ..PLAIN
    },
];
