//! Laboratory analytes, vital signs and the panels they come in.
//! Ranges are those printed on reports in Chinese hospitals (SI units); "usual" is where
//! healthy people of our town lie. All numbers are whole, scaled by the analyte's decimals.

use crate::chance::Chance;
use crate::people::Gender;
use crate::visit::{Reading, Value};

/// One measurable thing.
#[derive(Debug)]
pub(crate) struct Analyte {
    /// LOINC code, empty where we are not sure of one.
    pub(crate) loinc: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_en: &'static str,
    /// As printed: "mmol/L".
    pub(crate) unit: &'static str,
    /// UCUM code, "mmol/L".
    pub(crate) ucum: &'static str,
    pub(crate) decimals: u32,
    /// Men's and women's figures; the same where it does not matter.
    pub(crate) figures: [Figures; 2],
}

/// What of somebody's body the figures depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Body {
    pub(crate) gender: Gender,
    pub(crate) age: i64,
}

/// From this age the figures of adults hold.
const ADULT_AGE: i64 = 14;

/// Reference range and usual values, scaled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    /// Lower limit, where one is printed.
    pub(crate) low: Option<i64>,
    /// Upper limit, where one is printed.
    pub(crate) high: Option<i64>,
    mean: i64,
    deviation: i64,
}

/// Analytes that an illness moves, with the mean and the deviation it moves them to.
pub(crate) type Profile = &'static [(&'static Analyte, i64, i64)];

/// Analytes that are reported together.
#[derive(Debug)]
pub(crate) struct Panel {
    pub(crate) loinc: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_en: &'static str,
    pub(crate) analytes: &'static [&'static Analyte],
    /// Minutes from sampling to report.
    pub(crate) minutes: i64,
}

impl Analyte {
    /// The figures that hold for somebody; children have the lower ones, which are printed for women.
    pub(crate) fn figures(&self, body: Body) -> Figures {
        self.figures[usize::from(body.gender == Gender::Female || body.age < ADULT_AGE)]
    }

    /// The same, with the mean moved to this age where age moves it.
    fn usual(&'static self, body: Body) -> Figures {
        let mut figures = self.figures(body);
        if self.is(&EGFR) {
            // Falls by about 7 in ten years.
            figures.mean = 125 - body.age * 2 / 3;
        }
        figures
    }

    /// True for tests that answer with a word.
    pub(crate) fn is_word(&self) -> bool {
        self.ucum.is_empty()
    }

    fn is(&'static self, other: &'static Analyte) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Panel {
    /// Values for somebody with this profile; words are negative unless the profile raises them.
    pub(crate) fn draw(
        &self,
        chance: &mut Chance,
        body: Body,
        profile: &[(&'static Analyte, i64, i64)],
    ) -> Vec<Reading> {
        let draw = |analyte: &'static Analyte| {
            let figures = analyte.usual(body);
            let (mean, deviation) = profile
                .iter()
                .find(|(moved, _, _)| moved.is(analyte))
                .map_or((figures.mean, figures.deviation), |&(_, mean, deviation)| (mean, deviation));
            let value = chance.around(mean, deviation).max(0);
            let value = match (analyte.is_word(), value > 0) {
                (true, true) => Value::Positive,
                (true, false) => Value::Negative,
                (false, _) => Value::Number(value),
            };
            Reading { analyte, value }
        };
        let mut readings: Vec<Reading> = self.analytes.iter().copied().map(draw).collect();
        agree(&mut readings, chance);
        readings
    }

    /// The readings with these exact values, in the panel's order; anything missing is drawn at its mean.
    pub(crate) fn exactly(&self, body: Body, values: &[(&'static Analyte, i64)]) -> Vec<Reading> {
        let read = |analyte: &'static Analyte| {
            let given = values.iter().find(|(one, _)| one.is(analyte));
            let value = given.map_or(analyte.usual(body).mean, |&(_, value)| value);
            let value = match (analyte.is_word(), value > 0) {
                (true, true) => Value::Positive,
                (true, false) => Value::Negative,
                (false, _) => Value::Number(value),
            };
            Reading { analyte, value }
        };
        self.analytes.iter().copied().map(read).collect()
    }
}

/// Makes values agree that are parts of one another: cells of a differential, fats of a total.
fn agree(readings: &mut [Reading], chance: &mut Chance) {
    let value = |readings: &[Reading], analyte: &'static Analyte| {
        let reading = readings.iter().find(|one| one.analyte.is(analyte))?;
        match reading.value {
            Value::Number(number) => Some(number),
            Value::Negative | Value::Positive => None,
        }
    };
    let set = |readings: &mut [Reading], analyte: &'static Analyte, number: i64| {
        if let Some(reading) = readings.iter_mut().find(|one| one.analyte.is(analyte)) {
            reading.value = Value::Number(number);
        }
    };
    if let Some(neutrophils) = value(readings, &NEUT) {
        // Monocytes, eosinophils and basophils share the rest.
        let neutrophils = neutrophils.min(930);
        set(readings, &NEUT, neutrophils);
        set(readings, &LYMPH, (1000 - neutrophils - chance.around(84, 16)).max(24));
    }
    if let (Some(triglyceride), Some(hdl), Some(ldl)) =
        (value(readings, &TG), value(readings, &HDL), value(readings, &LDL))
    {
        // Friedewald's rule in mmol/L: what is neither HDL nor LDL is about TG / 2.2.
        set(readings, &TC, hdl + ldl + triglyceride * 5 / 11 + chance.around(12, 9));
    }
}

macro_rules! analytes {
    ($($key:ident $loinc:literal $name:literal $name_en:literal $unit:literal $ucum:literal $decimals:literal
       [$($men:expr),*] [$($women:expr),*];)*) => {
        $(pub(crate) static $key: Analyte = Analyte {
            loinc: $loinc, name: $name, name_en: $name_en, unit: $unit, ucum: $ucum,
            decimals: $decimals,
            figures: [figures([$($men),*]), figures([$($women),*])],
        };)*

        #[cfg(test)]
        static ALL: &[&Analyte] = &[$(&$key),*];
    };
}

/// Low, high, mean, deviation; a limit of −1 is not printed.
const fn figures([low, high, mean, deviation]: [i64; 4]) -> Figures {
    Figures {
        low: if low < 0 { None } else { Some(low) },
        high: if high < 0 { None } else { Some(high) },
        mean,
        deviation,
    }
}

analytes! {
    // Blood count.
    WBC "6690-2" "白细胞计数" "Leukocytes" "10⁹/L" "10*9/L" 2 [350, 950, 620, 120] [350, 950, 600, 120];
    NEUT "770-8" "中性粒细胞百分比" "Neutrophils/100 leukocytes" "%" "%" 1 [400, 750, 570, 55] [400, 750, 565, 55];
    LYMPH "736-9" "淋巴细胞百分比" "Lymphocytes/100 leukocytes" "%" "%" 1 [200, 500, 330, 45] [200, 500, 335, 45];
    HGB "718-7" "血红蛋白" "Hemoglobin" "g/L" "g/L" 0 [130, 175, 149, 9] [115, 150, 130, 8];
    PLT "777-3" "血小板计数" "Platelets" "10⁹/L" "10*9/L" 0 [125, 350, 225, 40] [125, 350, 235, 42];
    CRP "1988-5" "C 反应蛋白" "C reactive protein" "mg/L" "mg/L" 1 [-1, 100, 18, 12] [-1, 100, 16, 12];
    PCT "33959-8" "降钙素原" "Procalcitonin" "ng/mL" "ng/mL" 2 [-1, 5, 2, 1] [-1, 5, 2, 1];
    // Sugar.
    HBA1C "4548-4" "糖化血红蛋白" "Hemoglobin A1c/Hemoglobin.total" "%" "%" 1 [40, 60, 53, 2] [40, 60, 52, 2];
    GLUCOSE "14771-0" "空腹血糖" "Fasting glucose" "mmol/L" "mmol/L" 2 [390, 610, 515, 35] [390, 610, 505, 35];
    GLUCOSE_2H "14995-5" "餐后 2 小时血糖" "Glucose 2 hours post 75 g glucose" "mmol/L" "mmol/L" 2 [-1, 780, 640, 70] [-1, 780, 640, 70];
    // Fats.
    TC "14647-2" "总胆固醇" "Cholesterol" "mmol/L" "mmol/L" 2 [-1, 520, 452, 55] [-1, 520, 458, 55];
    TG "14927-8" "甘油三酯" "Triglyceride" "mmol/L" "mmol/L" 2 [-1, 170, 135, 40] [-1, 170, 118, 35];
    HDL "14646-4" "高密度脂蛋白胆固醇" "HDL cholesterol" "mmol/L" "mmol/L" 2 [100, -1, 122, 18] [100, -1, 140, 20];
    LDL "22748-8" "低密度脂蛋白胆固醇" "LDL cholesterol" "mmol/L" "mmol/L" 2 [-1, 340, 265, 45] [-1, 340, 262, 45];
    // Liver and kidneys.
    ALT "1742-6" "丙氨酸氨基转移酶" "Alanine aminotransferase" "U/L" "U/L" 0 [9, 50, 24, 8] [7, 40, 18, 6];
    AST "1920-8" "天门冬氨酸氨基转移酶" "Aspartate aminotransferase" "U/L" "U/L" 0 [15, 40, 23, 5] [13, 35, 20, 4];
    TBIL "14631-6" "总胆红素" "Bilirubin.total" "μmol/L" "umol/L" 1 [-1, 230, 131, 34] [-1, 210, 115, 32];
    ALB "1751-7" "白蛋白" "Albumin" "g/L" "g/L" 1 [400, 550, 455, 22] [400, 550, 448, 22];
    UREA "22664-7" "尿素" "Urea" "mmol/L" "mmol/L" 2 [310, 800, 525, 95] [260, 750, 470, 90];
    CREATININE "14682-9" "肌酐" "Creatinine" "μmol/L" "umol/L" 0 [57, 97, 76, 9] [41, 73, 58, 7];
    URATE "14933-6" "尿酸" "Urate" "μmol/L" "umol/L" 0 [208, 428, 345, 45] [155, 357, 270, 40];
    EGFR "98979-8" "估算肾小球滤过率" "eGFR (CKD-EPI 2021)" "mL/min/1.73m²" "mL/min/{1.73_m2}" 0 [90, -1, 103, 9] [90, -1, 104, 9];
    POTASSIUM "2823-3" "钾" "Potassium" "mmol/L" "mmol/L" 2 [350, 530, 421, 27] [350, 530, 415, 27];
    SODIUM "2951-2" "钠" "Sodium" "mmol/L" "mmol/L" 1 [1370, 1470, 1408, 18] [1370, 1470, 1406, 18];
    // Urine.
    URINE_PROTEIN "20454-5" "尿蛋白" "Protein, urine test strip" "" "" 0 [-1, -1, 0, 0] [-1, -1, 0, 0];
    URINE_LEUKOCYTES "5799-2" "尿白细胞酯酶" "Leukocyte esterase, urine test strip" "" "" 0 [-1, -1, 0, 0] [-1, -1, 0, 0];
    URINE_BLOOD "5794-3" "尿潜血" "Hemoglobin, urine test strip" "" "" 0 [-1, -1, 0, 0] [-1, -1, 0, 0];
    URINE_ALBUMIN "14957-5" "尿微量白蛋白" "Microalbumin, urine" "mg/L" "mg/L" 1 [-1, 200, 85, 35] [-1, 200, 85, 35];
    ACR "9318-7" "尿白蛋白/肌酐比" "Albumin/Creatinine, urine" "mg/g" "mg/g" 1 [-1, 300, 110, 45] [-1, 300, 110, 45];
    // Thyroid, iron, markers.
    TSH "3016-3" "促甲状腺激素" "Thyrotropin" "mIU/L" "m[IU]/L" 2 [27, 420, 205, 60] [27, 420, 215, 65];
    FT4 "14920-3" "游离甲状腺素" "Thyroxine free" "pmol/L" "pmol/L" 1 [120, 220, 166, 17] [120, 220, 162, 17];
    FT3 "14928-6" "游离三碘甲状腺原氨酸" "Triiodothyronine free" "pmol/L" "pmol/L" 2 [310, 680, 492, 50] [310, 680, 470, 50];
    FERRITIN "2276-4" "铁蛋白" "Ferritin" "ng/mL" "ng/mL" 1 [300, 4000, 1650, 500] [130, 1500, 620, 200];
    CEA "2039-6" "癌胚抗原" "Carcinoembryonic antigen" "ng/mL" "ng/mL" 2 [-1, 500, 190, 70] [-1, 500, 160, 65];
    AFP "1834-1" "甲胎蛋白" "Alpha-1-Fetoprotein" "ng/mL" "ng/mL" 2 [-1, 700, 260, 90] [-1, 700, 250, 90];
    PSA "2857-1" "前列腺特异性抗原" "Prostate specific antigen" "ng/mL" "ng/mL" 2 [-1, 400, 135, 60] [-1, 400, 1, 0];
    // Heart and clotting.
    TROPONIN "89579-7" "高敏肌钙蛋白 I" "Troponin I.cardiac, high sensitivity" "ng/L" "ng/L" 1 [-1, 342, 42, 14] [-1, 156, 32, 12];
    CK_MB "13969-1" "肌酸激酶同工酶" "Creatine kinase.MB" "ng/mL" "ng/mL" 2 [-1, 490, 155, 50] [-1, 490, 130, 45];
    NT_PROBNP "33762-6" "N 末端脑钠肽前体" "NT-proBNP" "pg/mL" "pg/mL" 0 [-1, 125, 52, 20] [-1, 125, 60, 20];
    D_DIMER "48065-7" "D-二聚体" "Fibrin D-dimer FEU" "mg/L FEU" "mg/L{FEU}" 2 [-1, 55, 24, 9] [-1, 55, 26, 9];
    INR "6301-6" "国际标准化比值" "INR" "" "{INR}" 2 [80, 120, 100, 5] [80, 120, 100, 5];
    // Infections, words only.
    FLU_A "80382-5" "甲型流感病毒抗原" "Influenza virus A Ag" "" "" 0 [-1, -1, 0, 0] [-1, -1, 0, 0];
    FLU_B "80383-3" "乙型流感病毒抗原" "Influenza virus B Ag" "" "" 0 [-1, -1, 0, 0] [-1, -1, 0, 0];
    MYCOPLASMA_IGM "" "肺炎支原体 IgM 抗体" "Mycoplasma pneumoniae IgM Ab" "" "" 0 [-1, -1, 0, 0] [-1, -1, 0, 0];
    ROTAVIRUS_AG "" "轮状病毒抗原" "Rotavirus Ag, stool" "" "" 0 [-1, -1, 0, 0] [-1, -1, 0, 0];
    HBSAG "5196-1" "乙肝表面抗原" "Hepatitis B virus surface Ag" "" "" 0 [-1, -1, 0, 0] [-1, -1, 0, 0];
    PYLORI "29891-9" "幽门螺杆菌碳 13 呼气试验" "Helicobacter pylori, urea breath test" "" "" 0 [-1, -1, 0, 0] [-1, -1, 0, 0];
    // Vital signs.
    TEMPERATURE "8310-5" "体温" "Body temperature" "℃" "Cel" 1 [360, 373, 366, 2] [360, 373, 366, 2];
    PULSE "8867-4" "心率" "Heart rate" "次/分" "/min" 0 [60, 100, 74, 7] [60, 100, 76, 7];
    OXYGEN "59408-5" "血氧饱和度" "Oxygen saturation by pulse oximetry" "%" "%" 0 [95, 100, 98, 1] [95, 100, 98, 1];
    WEIGHT "29463-7" "体重" "Body weight" "kg" "kg" 1 [-1, -1, 700, 90] [-1, -1, 580, 80];
    HEIGHT "8302-2" "身高" "Body height" "cm" "cm" 1 [-1, -1, 1710, 60] [-1, -1, 1590, 55];
}

macro_rules! panels {
    ($($key:ident $loinc:literal $name:literal $name_en:literal $minutes:literal [$($analyte:ident),*];)*) => {
        $(pub(crate) static $key: Panel = Panel {
            loinc: $loinc, name: $name, name_en: $name_en, minutes: $minutes,
            analytes: &[$(&$analyte),*],
        };)*
    };
}

panels! {
    BLOOD_COUNT "57021-8" "血常规（五分类）" "CBC with differential" 45 [WBC, NEUT, LYMPH, HGB, PLT];
    CRP_ONLY "" "C 反应蛋白" "C reactive protein" 45 [CRP];
    PROCALCITONIN "" "降钙素原" "Procalcitonin" 90 [PCT];
    HBA1C_ONLY "" "糖化血红蛋白" "Hemoglobin A1c" 95 [HBA1C];
    GLUCOSE_ONLY "" "空腹血糖" "Fasting glucose" 60 [GLUCOSE];
    GLUCOSE_PAIR "" "空腹及餐后 2 小时血糖" "Fasting and 2-hour glucose" 180 [GLUCOSE, GLUCOSE_2H];
    LIPIDS "24331-1" "血脂四项" "Lipid panel" 150 [TC, TG, HDL, LDL];
    LIVER "24325-3" "肝功能" "Hepatic function panel" 150 [ALT, AST, TBIL, ALB];
    KIDNEY "24362-6" "肾功能" "Renal function panel" 150 [UREA, CREATININE, URATE, EGFR];
    LIVER_KIDNEY "" "肝肾功能" "Liver and renal function" 160 [ALT, AST, ALB, UREA, CREATININE, URATE];
    ELECTROLYTES "24326-1" "电解质" "Electrolytes" 90 [POTASSIUM, SODIUM];
    URINE "24356-8" "尿常规" "Urinalysis" 40 [URINE_PROTEIN, URINE_LEUKOCYTES, URINE_BLOOD];
    MICROALBUMIN "" "尿微量白蛋白" "Urine microalbumin" 180 [URINE_ALBUMIN, ACR];
    THYROID "" "甲状腺功能三项" "Thyroid function" 240 [TSH, FT3, FT4];
    IRON "" "铁蛋白" "Ferritin" 240 [FERRITIN];
    TUMOUR "" "肿瘤标志物" "Tumour markers" 300 [CEA, AFP];
    PROSTATE "" "前列腺特异性抗原" "Prostate specific antigen" 240 [PSA];
    HEART "" "心肌标志物" "Cardiac markers" 60 [TROPONIN, CK_MB, D_DIMER];
    BNP "" "N 末端脑钠肽前体" "NT-proBNP" 60 [NT_PROBNP];
    CLOTTING "" "凝血（INR）" "Coagulation (INR)" 60 [INR];
    FLU "" "流感病毒抗原" "Influenza antigen" 30 [FLU_A, FLU_B];
    MYCOPLASMA "" "肺炎支原体抗体" "Mycoplasma antibody" 90 [MYCOPLASMA_IGM];
    STOOL_ROTA "" "轮状病毒检测" "Rotavirus test" 60 [ROTAVIRUS_AG];
    HEPATITIS_B "" "乙肝表面抗原" "Hepatitis B surface antigen" 240 [HBSAG];
    BREATH "" "碳 13 呼气试验" "Urea breath test" 60 [PYLORI];
    TOLERANCE "" "75 g 口服葡萄糖耐量" "75 g oral glucose tolerance" 200 [GLUCOSE, GLUCOSE_2H];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Thread;

    #[test]
    fn usual_values_lie_in_their_ranges() {
        for analyte in ALL {
            for figures in analyte.figures {
                assert!(figures.low.is_none_or(|low| low <= figures.mean), "{}", analyte.name);
                assert!(figures.high.is_none_or(|high| figures.mean <= high), "{}", analyte.name);
            }
        }
    }

    #[test]
    fn a_profile_moves_what_it_names() {
        const BODY: Body = Body { gender: Gender::Male, age: 30 };
        const INFECTED: Profile = &[(&WBC, 1400, 50), (&NEUT, 850, 10)];
        let mut chance = Chance::of(1, 1, Thread::Life);
        let readings = BLOOD_COUNT.draw(&mut chance, BODY, INFECTED);
        assert_eq!(readings.len(), 5);
        let Value::Number(white) = readings[0].value else { panic!("a number") };
        assert!(white > 1200, "{white}");
        let (Value::Number(neutrophils), Value::Number(lymphocytes)) = (readings[1].value, readings[2].value) else {
            panic!("numbers")
        };
        assert!((800..990).contains(&(neutrophils + lymphocytes)), "parts of one whole");
        let Value::Number(hgb) = readings[3].value else { panic!("a number") };
        assert!((110..190).contains(&hgb), "{hgb}");
    }
}
