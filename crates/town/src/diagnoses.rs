//! Diagnoses the town knows, with codes of the Chinese clinical edition of ICD-10 that
//! hospitals and insurance use (a WHO category, then the national extension), and allergies.

/// A diagnosis with its code.
#[derive(Debug)]
pub(crate) struct Diagnosis {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_en: &'static str,
}

const fn d(code: &'static str, name: &'static str, name_en: &'static str) -> Diagnosis {
    Diagnosis { code, name, name_en }
}

macro_rules! diagnoses {
    ($($key:ident $code:literal $name:literal $name_en:literal;)*) => {
        $(pub(crate) static $key: Diagnosis = d($code, $name, $name_en);)*

        #[cfg(test)]
        static ALL: &[&Diagnosis] = &[$(&$key),*];
    };
}

diagnoses! {
    // Courses.
    HYPERTENSION_1 "I10.x03" "高血压1级" "Hypertension, grade 1";
    HYPERTENSION_2 "I10.x04" "高血压2级" "Hypertension, grade 2";
    HYPERTENSION_3 "I10.x05" "高血压3级" "Hypertension, grade 3";
    DIABETES_2 "E11.900" "2型糖尿病" "Type 2 diabetes mellitus";
    DIABETIC_KIDNEY "E11.201+N08.3*" "2型糖尿病性肾病" "Diabetic kidney disease, type 2";
    LIPIDS "E78.500" "高脂血症" "Hyperlipidaemia";
    CORONARY "I25.103" "冠状动脉粥样硬化性心脏病" "Coronary atherosclerotic heart disease";
    ATRIAL_FIBRILLATION "I48.900x004" "心房颤动[心房纤颤]" "Atrial fibrillation";
    HEART_FAILURE "I50.908" "慢性心力衰竭" "Chronic heart failure";
    STROKE_SEQUELAE "I69.300" "脑梗死后遗症" "Sequelae of cerebral infarction";
    COPD "J44.900" "慢性阻塞性肺病" "Chronic obstructive pulmonary disease";
    ASTHMA "J45.900x001" "支气管哮喘" "Bronchial asthma";
    RHINITIS "J30.400" "变应性鼻炎" "Allergic rhinitis";
    HYPOTHYROID "E03.900" "甲状腺功能减退症" "Hypothyroidism";
    THYROID_NODULE "E04.101" "甲状腺结节" "Thyroid nodule";
    GOUT "M10.900" "痛风" "Gout";
    HYPERURICAEMIA "E79.001" "高尿酸血症" "Hyperuricaemia";
    GASTRITIS "K29.500" "慢性胃炎" "Chronic gastritis";
    REFLUX "K21.001" "反流性食管炎" "Reflux oesophagitis";
    HEPATITIS_B "B18.104" "慢性轻度乙型病毒性肝炎" "Chronic hepatitis B, mild";
    KIDNEY_3 "N18.300" "慢性肾脏病3期" "Chronic kidney disease, stage 3";
    KNEE "M17.900" "膝关节病" "Gonarthrosis";
    OSTEOPOROSIS "M81.000" "绝经后骨质疏松" "Postmenopausal osteoporosis";
    INSOMNIA "G47.000x001" "失眠" "Insomnia";
    DEPRESSION "F32.901" "抑郁状态" "Depressive state";
    ANXIETY "F41.101" "焦虑状态" "Anxiety state";
    PROSTATE "N40.x00" "前列腺增生" "Benign prostatic hyperplasia";
    FATTY_LIVER "K76.000" "脂肪肝" "Fatty liver";
    ANAEMIA "D50.900" "缺铁性贫血" "Iron deficiency anaemia";
    MIGRAINE "G43.900" "偏头痛" "Migraine";
    CATARACT "H25.900" "老年性白内障" "Senile cataract";
    LUNG_CANCER "C34.900x001" "肺恶性肿瘤" "Malignant neoplasm of lung";
    BREAST_CANCER "C50.900" "乳房恶性肿瘤" "Malignant neoplasm of breast";
    LUNG_NODULE "R91.x04" "孤立性肺结节" "Solitary pulmonary nodule";
    // Episodes.
    COLD "J06.900" "急性上呼吸道感染" "Acute upper respiratory infection";
    INFLUENZA "J10.100x001" "流行性感冒" "Influenza, virus identified";
    TONSILLITIS "J03.901" "急性化脓性扁桃体炎" "Acute suppurative tonsillitis";
    BRONCHITIS "J20.900" "急性支气管炎" "Acute bronchitis";
    PNEUMONIA "J15.902" "社区获得性肺炎，非重症" "Community-acquired pneumonia, not severe";
    MYCOPLASMA "J15.700" "肺炎支原体性肺炎" "Mycoplasma pneumonia";
    BRONCHOPNEUMONIA "J18.000" "支气管肺炎" "Bronchopneumonia";
    HERPANGINA "B08.501" "疱疹性咽峡炎" "Herpangina";
    HAND_FOOT_MOUTH "B08.401" "手足口病" "Hand, foot and mouth disease";
    ROTAVIRUS "A08.000" "轮状病毒性肠炎" "Rotaviral enteritis";
    FEBRILE_SEIZURE "R56.000" "发热性惊厥" "Febrile convulsion";
    CHICKENPOX "B01.900x001" "水痘" "Varicella";
    OTITIS "H66.900x002" "急性中耳炎" "Acute otitis media";
    ADENOIDS "J35.200" "腺样体肥大" "Hypertrophy of adenoids";
    GASTROENTERITIS "A09.001" "感染性胃肠炎" "Infectious gastroenteritis";
    COPD_FLARE "J44.100" "慢性阻塞性肺病伴有急性加重" "COPD with acute exacerbation";
    URTICARIA "L50.801" "急性荨麻疹" "Acute urticaria";
    ECZEMA "L30.902" "湿疹" "Eczema";
    ACNE "L70.000" "寻常痤疮" "Acne vulgaris";
    SHINGLES "B02.900x001" "带状疱疹" "Herpes zoster";
    URINARY_INFECTION "N39.000" "泌尿道感染" "Urinary tract infection";
    URETER_STONE "N20.100" "输尿管结石" "Ureteral stone";
    DISC "M51.202" "腰椎间盘突出" "Lumbar disc herniation";
    BACK_PAIN "M54.502" "腰痛" "Low back pain";
    FROZEN_SHOULDER "M75.001" "肩周炎" "Adhesive capsulitis of shoulder";
    NECK "M47.802" "混合型颈椎病" "Cervical spondylosis, mixed";
    ANKLE_SPRAIN "S93.401" "踝关节扭伤" "Sprain of ankle";
    WRIST_FRACTURE "S52.500x001" "桡骨远端骨折" "Fracture of distal radius";
    RIB_FRACTURE "S22.300" "肋骨骨折" "Fracture of rib";
    HAND_WOUND "S61.901" "开放性手部损伤" "Open wound of hand";
    SCALP_WOUND "S01.001" "头皮裂伤" "Laceration of scalp";
    CARIES "K02.900x001" "龋病" "Dental caries";
    PULPITIS "K04.001" "急性牙髓炎" "Acute pulpitis";
    PERIODONTITIS "K05.300" "慢性牙周炎" "Chronic periodontitis";
    CONJUNCTIVITIS "H10.300" "急性结膜炎" "Acute conjunctivitis";
    DRY_EYE "H04.103" "干眼综合征" "Dry eye syndrome";
    MYOPIA "H52.100" "近视" "Myopia";
    VAGINITIS "N76.000x003" "细菌性阴道炎" "Bacterial vaginitis";
    BREAST_LUMPS "N62.x00x004" "乳腺增生" "Mammary hyperplasia";
    FIBROIDS "D25.900" "子宫平滑肌瘤" "Leiomyoma of uterus";
    MENOPAUSE "N95.101" "女性更年期综合征" "Climacteric syndrome";
    CONSTIPATION "K59.000" "便秘" "Constipation";
    PILES "K64.811" "混合痔" "Mixed haemorrhoids";
    VERTIGO "H81.100" "良性阵发性眩晕" "Benign paroxysmal vertigo";
    CHEST_TIGHTNESS "R09.801" "胸闷" "Chest tightness";
    PALPITATION "R00.200" "心悸" "Palpitations";
    UNCONSCIOUS "R40.201" "意识丧失" "Loss of consciousness";
    // Stays.
    APPENDICITIS "K35.800x001" "急性阑尾炎" "Acute appendicitis";
    GALLSTONES "K80.101" "胆囊结石伴慢性胆囊炎" "Gallstones with chronic cholecystitis";
    HERNIA "K40.900x002" "单侧腹股沟疝" "Unilateral inguinal hernia";
    HIP_FRACTURE "S72.000" "股骨颈骨折" "Fracture of neck of femur";
    STROKE "I63.900" "脑梗死" "Cerebral infarction";
    INFARCTION "I21.401" "急性非ST段抬高型心肌梗死" "Acute non-ST-elevation myocardial infarction";
    UNSTABLE_ANGINA "I20.000" "不稳定型心绞痛" "Unstable angina";
    CHEMOTHERAPY "Z51.103" "恶性肿瘤维持性化学治疗" "Maintenance chemotherapy";
    // Expecting, preventing.
    PREGNANCY "Z34.900x001" "妊娠监督" "Supervision of pregnancy";
    PREGNANCY_CONFIRMED "Z32.100" "确认妊娠" "Pregnancy confirmed";
    GESTATIONAL_DIABETES "O24.400" "妊娠期发生的糖尿病" "Diabetes arising in pregnancy";
    LIVE_BIRTH "Z37.000x001" "单胎活产" "Single live birth";
    CAESAREAN "O82.900" "经剖宫产术分娩" "Delivery by caesarean section";
    CHECKUP "Z00.001" "健康查体" "Health examination";
    CHILD_CHECKUP "Z00.100" "儿童常规健康检查" "Routine child health examination";
}

/// An allergy somebody may have.
#[derive(Debug)]
pub(crate) struct Allergy {
    /// `medication`, `food` or `environment`.
    pub(crate) category: &'static str,
    /// ATC group that must not be given, empty where none is meant.
    pub(crate) atc: &'static str,
    /// SNOMED CT code of the substance, empty where we are not sure of one.
    pub(crate) snomed: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_en: &'static str,
    pub(crate) reaction: &'static str,
    pub(crate) reaction_en: &'static str,
    /// `mild`, `moderate` or `severe`.
    pub(crate) severity: &'static str,
}

pub(crate) static PENICILLIN: Allergy = Allergy {
    category: "medication",
    atc: "J01C",
    snomed: "764146007",
    name: "青霉素",
    name_en: "Penicillin",
    reaction: "皮疹",
    reaction_en: "Rash",
    severity: "moderate",
};
pub(crate) static IODINE_CONTRAST: Allergy = Allergy {
    category: "medication",
    atc: "V08A",
    snomed: "",
    name: "碘造影剂",
    name_en: "Iodinated contrast medium",
    reaction: "荨麻疹、喉头发紧",
    reaction_en: "Urticaria, throat tightness",
    severity: "severe",
};
pub(crate) static CEPHALOSPORIN: Allergy = Allergy {
    category: "medication",
    atc: "J01D",
    snomed: "",
    name: "头孢菌素类",
    name_en: "Cephalosporins",
    reaction: "皮疹",
    reaction_en: "Rash",
    severity: "mild",
};
pub(crate) static SULFONAMIDE: Allergy = Allergy {
    category: "medication",
    atc: "J01E",
    snomed: "",
    name: "磺胺类",
    name_en: "Sulfonamides",
    reaction: "固定性药疹",
    reaction_en: "Fixed drug eruption",
    severity: "moderate",
};
pub(crate) static MANGO: Allergy = Allergy {
    category: "food",
    atc: "",
    snomed: "",
    name: "芒果",
    name_en: "Mango",
    reaction: "口周红肿",
    reaction_en: "Perioral swelling",
    severity: "mild",
};
pub(crate) static SHRIMP: Allergy = Allergy {
    category: "food",
    atc: "",
    snomed: "",
    name: "虾蟹",
    name_en: "Shrimp and crab",
    reaction: "荨麻疹",
    reaction_en: "Urticaria",
    severity: "mild",
};
pub(crate) static MITES: Allergy = Allergy {
    category: "environment",
    atc: "",
    snomed: "",
    name: "尘螨",
    name_en: "Dust mite",
    reaction: "喷嚏、鼻痒",
    reaction_en: "Sneezing, itchy nose",
    severity: "mild",
};

/// What generated people may be allergic to; the first is the most common.
pub(crate) static ALLERGIES: [&Allergy; 8] =
    [&PENICILLIN, &PENICILLIN, &CEPHALOSPORIN, &SULFONAMIDE, &MANGO, &SHRIMP, &MITES, &IODINE_CONTRAST];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_look_like_the_clinical_edition_and_are_unique() {
        let mut seen = BTreeSet::new();
        for one in ALL {
            let bytes = one.code.as_bytes();
            assert!(bytes[0].is_ascii_uppercase() && bytes[3] == b'.', "{}", one.code);
            assert!(bytes.len() >= 7, "{}", one.code);
            assert!(seen.insert(one.code), "{} twice", one.code);
            assert!(!one.name.is_empty() && one.name_en.is_ascii(), "{}", one.code);
        }
    }
}
