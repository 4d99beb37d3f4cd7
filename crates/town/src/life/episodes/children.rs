//! What befalls children: fever, coughs, rashes, teeth and eyes.

use super::{BACTERIAL, CRP_LOW, CRP_UP, Episode, PLAIN, Season, VIRAL};
use crate::diagnoses as dx;
use crate::drugs as rx;
use crate::imaging as im;
use crate::institutions::Department as D;
use crate::labs as lab;
use crate::operations as op;

pub(in crate::life) static CHILDREN: [Episode; 14] = [
    Episode {
        reason: "发热、流涕 1 天",
        ages: (0, 13),
        weight: 90,
        season: Season::Cold,
        department: D::Paediatrics,
        emergency: 22,
        fever: 384,
        labs: &[(&lab::BLOOD_COUNT, VIRAL, 40), (&lab::CRP_ONLY, CRP_LOW, 22)],
        drugs: &[(&rx::IBUPROFEN_CHILD, 60), (&rx::XIAOER_CHAIGUI, 62)],
        again: 12,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::INFLUENZA,
        reason: "高热、咳嗽、乏力 1 天",
        ages: (1, 13),
        weight: 46,
        season: Season::Flu,
        department: D::Paediatrics,
        emergency: 40,
        fever: 393,
        labs: &[(&lab::FLU, &[(&lab::FLU_A, 1, 0)], 90), (&lab::BLOOD_COUNT, VIRAL, 45)],
        drugs: &[(&rx::OSELTAMIVIR_CHILD, 88), (&rx::IBUPROFEN_CHILD, 75)],
        again: 15,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::HERPANGINA,
        reason: "发热、咽痛、不肯吃东西",
        ages: (0, 8),
        weight: 24,
        season: Season::Summer,
        department: D::Paediatrics,
        emergency: 25,
        fever: 388,
        labs: &[(&lab::BLOOD_COUNT, VIRAL, 35)],
        drugs: &[(&rx::IBUPROFEN_CHILD, 70), (&rx::XIAOER_CHAIGUI, 50)],
        again: 10,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::HAND_FOOT_MOUTH,
        reason: "手足皮疹、口腔疱疹 2 天",
        ages: (0, 6),
        weight: 22,
        season: Season::Summer,
        department: D::Paediatrics,
        emergency: 15,
        fever: 379,
        labs: &[(&lab::BLOOD_COUNT, VIRAL, 30)],
        drugs: &[(&rx::XIAOER_CHAIGUI, 65)],
        again: 20,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::TONSILLITIS,
        reason: "发热、咽痛 2 天",
        ages: (2, 13),
        weight: 26,
        season: Season::Cold,
        department: D::Paediatrics,
        emergency: 18,
        fever: 391,
        labs: &[(&lab::BLOOD_COUNT, BACTERIAL, 75), (&lab::CRP_ONLY, CRP_UP, 45)],
        drugs: &[(&rx::CEFIXIME_CHILD, 72), (&rx::IBUPROFEN_CHILD, 62)],
        again: 18,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::MYCOPLASMA,
        reason: "咳嗽 6 天，夜间重",
        ages: (3, 13),
        weight: 20,
        season: Season::Cold,
        department: D::Paediatrics,
        emergency: 8,
        fever: 382,
        labs: &[(&lab::MYCOPLASMA, &[(&lab::MYCOPLASMA_IGM, 1, 0)], 85), (&lab::BLOOD_COUNT, VIRAL, 45)],
        exams: &[(&im::DX_CHEST, &im::CHEST_DX_CHILD_PNEUMONIA, 70)],
        operations: &[(&op::NEBULISER, 35)],
        drugs: &[(&rx::AZITHROMYCIN_CHILD, 92), (&rx::AMBROXOL_CHILD, 50)],
        again: 45,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::BRONCHITIS,
        reason: "咳嗽、有痰 4 天",
        ages: (0, 13),
        weight: 34,
        season: Season::Cold,
        department: D::Paediatrics,
        emergency: 8,
        fever: 374,
        labs: &[(&lab::BLOOD_COUNT, VIRAL, 35)],
        operations: &[(&op::NEBULISER, 40)],
        drugs: &[(&rx::AMBROXOL_CHILD, 70), (&rx::CEFIXIME_CHILD, 25)],
        again: 20,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::ROTAVIRUS,
        reason: "呕吐、水样便 1 天",
        ages: (0, 4),
        weight: 18,
        season: Season::Cold,
        department: D::Paediatrics,
        emergency: 35,
        fever: 378,
        labs: &[(&lab::STOOL_ROTA, &[(&lab::ROTAVIRUS_AG, 1, 0)], 80)],
        drugs: &[(&rx::SALTS, 88), (&rx::SMECTITE, 65), (&rx::PROBIOTIC, 60)],
        again: 10,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::FEBRILE_SEIZURE,
        reason: "发热中抽搐 1 次，约 2 分钟",
        ages: (1, 5),
        weight: 4,
        department: D::Paediatrics,
        emergency: 100,
        fever: 396,
        labs: &[(&lab::BLOOD_COUNT, VIRAL, 90), (&lab::ELECTROLYTES, &[], 80)],
        drugs: &[(&rx::IBUPROFEN_CHILD, 90)],
        again: 40,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::OTITIS,
        reason: "耳痛 1 天",
        ages: (1, 12),
        weight: 14,
        season: Season::Cold,
        department: D::Ears,
        emergency: 20,
        fever: 378,
        drugs: &[(&rx::CEFIXIME_CHILD, 75), (&rx::IBUPROFEN_CHILD, 55)],
        again: 30,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::CHICKENPOX,
        reason: "发热、全身水疱样皮疹",
        ages: (2, 13),
        weight: 5,
        department: D::Skin,
        fever: 380,
        drugs: &[(&rx::IBUPROFEN_CHILD, 40)],
        again: 10,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::MYOPIA,
        reason: "看黑板不清",
        ages: (6, 17),
        weight: 30,
        department: D::Eyes,
        drugs: &[(&rx::ATROPINE_EYE, 45)],
        again: 10,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::CARIES,
        reason: "牙痛、有蛀牙",
        ages: (4, 13),
        weight: 22,
        department: D::Dental,
        operations: &[(&op::FILLING, 82)],
        again: 12,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::CHILD_CHECKUP,
        reason: "儿保体检",
        ages: (0, 5),
        weight: 40,
        department: D::Prevention,
        ..PLAIN
    },
];
