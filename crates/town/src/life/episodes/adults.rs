//! What befalls grown-ups: backs, stones, women's complaints, nodules, dizziness.

use super::{Episode, PLAIN, Season};
use crate::diagnoses as dx;
use crate::drugs as rx;
use crate::imaging as im;
use crate::institutions::Department as D;
use crate::labs as lab;
use crate::life::Sex;
use crate::operations as op;

pub(in crate::life) static ADULTS: [Episode; 21] = [
    Episode {
        diagnosis: &dx::PALPITATION,
        reason: "阵发心悸 1 周",
        ages: (18, 80),
        weight: 16,
        department: D::Cardiology,
        emergency: 20,
        labs: &[(&lab::THYROID, &[], 35)],
        exams: &[(&im::ECG, &im::ECG_NORMAL, 95), (&im::US_THYROID, &im::THYROID_NORMAL, 15)],
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::PILES,
        reason: "便后滴血、肛门肿物",
        ages: (20, 75),
        weight: 16,
        department: D::Surgery,
        labs: &[(&lab::BLOOD_COUNT, &[], 40)],
        drugs: &[(&rx::LACTULOSE, 55)],
        again: 10,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::URETER_STONE,
        reason: "左腰绞痛 2 小时",
        ages: (20, 65),
        weight: 12,
        season: Season::Summer,
        department: D::Urology,
        emergency: 80,
        labs: &[(&lab::URINE, &[(&lab::URINE_BLOOD, 1, 0)], 85), (&lab::BLOOD_COUNT, &[], 50)],
        exams: &[(&im::US_URINARY, &im::URINARY_STONE, 55), (&im::CT_ABDOMEN, &im::ABDOMEN_CT_STONE, 45)],
        operations: &[(&op::URETEROSCOPY, 12)],
        drugs: &[(&rx::TAMSULOSIN, 70), (&rx::CELECOXIB, 60)],
        again: 45,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::DISC,
        reason: "腰痛伴左下肢放射痛 1 月",
        ages: (25, 75),
        weight: 20,
        department: D::Orthopaedics,
        exams: &[(&im::MR_LUMBAR, &im::LUMBAR_DISC, 62)],
        drugs: &[(&rx::CELECOXIB, 75), (&rx::FLURBIPROFEN_PATCH, 40)],
        again: 30,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::BACK_PAIN,
        reason: "腰痛 1 周",
        ages: (18, 85),
        weight: 30,
        department: D::Tcm,
        exams: &[(&im::MR_LUMBAR, &im::LUMBAR_NORMAL, 6)],
        operations: &[(&op::ACUPUNCTURE, 60)],
        drugs: &[(&rx::FLURBIPROFEN_PATCH, 60)],
        again: 30,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::NECK,
        reason: "颈肩痛、手麻 2 周",
        ages: (25, 75),
        weight: 26,
        department: D::Tcm,
        operations: &[(&op::ACUPUNCTURE, 62)],
        drugs: &[(&rx::FLURBIPROFEN_PATCH, 40)],
        again: 35,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::FROZEN_SHOULDER,
        reason: "右肩痛、抬举受限 1 月",
        ages: (45, 70),
        weight: 14,
        department: D::Tcm,
        operations: &[(&op::ACUPUNCTURE, 60)],
        drugs: &[(&rx::CELECOXIB, 40)],
        again: 35,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::VAGINITIS,
        reason: "白带增多、瘙痒 5 天",
        ages: (18, 60),
        sex: Sex::Women,
        weight: 30,
        department: D::Maternity,
        drugs: &[(&rx::METRONIDAZOLE_VAGINAL, 88)],
        again: 15,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::BREAST_LUMPS,
        reason: "乳房胀痛，要求检查",
        ages: (20, 55),
        sex: Sex::Women,
        weight: 18,
        department: D::Surgery,
        exams: &[(&im::US_BREAST, &im::BREAST_LUMPY, 92)],
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::FIBROIDS,
        reason: "月经量多，复查子宫肌瘤",
        ages: (30, 52),
        sex: Sex::Women,
        weight: 12,
        department: D::Maternity,
        labs: &[(&lab::BLOOD_COUNT, &[(&lab::HGB, 104, 7)], 60)],
        exams: &[(&im::US_PELVIS, &im::PELVIS_FIBROID, 95)],
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::ANAEMIA,
        reason: "乏力、面色差",
        ages: (16, 50),
        sex: Sex::Women,
        weight: 14,
        department: D::General,
        labs: &[(&lab::BLOOD_COUNT, &[(&lab::HGB, 91, 8)], 98), (&lab::IRON, &[(&lab::FERRITIN, 72, 25)], 60)],
        drugs: &[(&rx::IRON, 92)],
        again: 45,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::MENOPAUSE,
        reason: "潮热、出汗、睡眠差",
        ages: (45, 56),
        sex: Sex::Women,
        weight: 14,
        department: D::Maternity,
        labs: &[(&lab::THYROID, &[], 40)],
        again: 10,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::THYROID_NODULE,
        reason: "甲状腺结节复查",
        ages: (25, 75),
        weight: 26,
        department: D::Surgery,
        labs: &[(&lab::THYROID, &[], 55)],
        exams: &[(&im::US_THYROID, &im::THYROID_NODULES, 95)],
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::LUNG_NODULE,
        reason: "肺结节复查",
        ages: (30, 80),
        weight: 14,
        department: D::Respiratory,
        exams: &[(&im::CT_CHEST, &im::CHEST_CT_NODULE, 98)],
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::FATTY_LIVER,
        reason: "体检发现脂肪肝",
        ages: (25, 70),
        weight: 14,
        department: D::Gastro,
        labs: &[(&lab::LIVER, &[(&lab::ALT, 66, 15), (&lab::AST, 44, 8)], 85)],
        exams: &[(&im::US_ABDOMEN, &im::ABDOMEN_US_FATTY, 70)],
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::MIGRAINE,
        reason: "搏动性头痛、恶心半天",
        ages: (16, 55),
        weight: 14,
        department: D::Neurology,
        emergency: 15,
        exams: &[(&im::MR_BRAIN, &im::BRAIN_MR_NORMAL, 20)],
        drugs: &[(&rx::FLUNARIZINE, 60), (&rx::IBUPROFEN, 55)],
        again: 12,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::VERTIGO,
        reason: "翻身时天旋地转 1 天",
        ages: (30, 90),
        weight: 16,
        department: D::Neurology,
        emergency: 40,
        exams: &[(&im::CT_HEAD, &im::HEAD_CT_NORMAL, 35), (&im::MR_BRAIN, &im::BRAIN_MR_NORMAL, 10)],
        operations: &[(&op::REPOSITIONING, 55)],
        drugs: &[(&rx::BETAHISTINE, 72)],
        again: 15,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::CHEST_TIGHTNESS,
        reason: "胸闷、心慌 2 天",
        ages: (25, 90),
        weight: 22,
        department: D::Cardiology,
        emergency: 35,
        labs: &[(&lab::HEART, &[], 55)],
        exams: &[(&im::ECG, &im::ECG_NORMAL, 92), (&im::US_HEART, &im::HEART_NORMAL, 22)],
        again: 10,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::DRY_EYE,
        reason: "眼干涩、异物感",
        ages: (18, 90),
        weight: 18,
        department: D::Eyes,
        drugs: &[(&rx::HYALURONATE_EYE, 92)],
        again: 6,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::ACNE,
        reason: "面部痘痘反复",
        ages: (14, 32),
        weight: 20,
        department: D::Skin,
        drugs: &[(&rx::ADAPALENE, 85)],
        again: 25,
        ..PLAIN
    },
    Episode {
        diagnosis: &dx::CONSTIPATION,
        reason: "便秘 2 周",
        ages: (20, 100),
        weight: 14,
        department: D::Gastro,
        drugs: &[(&rx::LACTULOSE, 88)],
        again: 6,
        ..PLAIN
    },
];
