//! Vaccines of the national programme (2021 schedule) and common paid ones.

/// A vaccine.
#[derive(Debug)]
pub(crate) struct Vaccine {
    /// CVX code where one fits, else empty.
    pub(crate) cvx: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_en: &'static str,
}

macro_rules! vaccines {
    ($($key:ident $cvx:literal $name:literal $name_en:literal;)*) => {
        $(pub(crate) static $key: Vaccine = Vaccine { cvx: $cvx, name: $name, name_en: $name_en };)*
    };
}

vaccines! {
    HEPATITIS_B "08" "重组乙型肝炎疫苗" "Hepatitis B vaccine";
    BCG "19" "卡介苗" "BCG vaccine";
    POLIO "10" "脊髓灰质炎灭活疫苗" "Inactivated poliovirus vaccine";
    DTAP "20" "百白破疫苗" "DTaP vaccine";
    DT "28" "白破疫苗" "DT vaccine";
    MMR "03" "麻腮风疫苗" "MMR vaccine";
    ENCEPHALITIS "" "乙型脑炎减毒活疫苗" "Japanese encephalitis vaccine, live";
    MENINGOCOCCAL_A "" "A 群流脑多糖疫苗" "Meningococcal A polysaccharide vaccine";
    MENINGOCOCCAL_AC "" "A 群 C 群流脑多糖疫苗" "Meningococcal A and C polysaccharide vaccine";
    HEPATITIS_A "" "甲型肝炎减毒活疫苗" "Hepatitis A vaccine, live";
    INFLUENZA "150" "四价流感病毒裂解疫苗" "Quadrivalent influenza vaccine";
    PNEUMOCOCCAL "33" "23 价肺炎球菌多糖疫苗" "Pneumococcal polysaccharide vaccine";
    HPV "165" "九价人乳头瘤病毒疫苗" "9-valent HPV vaccine";
}

/// Months of age, vaccine and dose of the childhood schedule.
pub(crate) static SCHEDULE: [(i64, &Vaccine, i64); 22] = [
    (0, &HEPATITIS_B, 1),
    (0, &BCG, 1),
    (1, &HEPATITIS_B, 2),
    (2, &POLIO, 1),
    (3, &POLIO, 2),
    (3, &DTAP, 1),
    (4, &DTAP, 2),
    (5, &DTAP, 3),
    (6, &HEPATITIS_B, 3),
    (6, &MENINGOCOCCAL_A, 1),
    (8, &MMR, 1),
    (8, &ENCEPHALITIS, 1),
    (9, &MENINGOCOCCAL_A, 2),
    (18, &DTAP, 4),
    (18, &MMR, 2),
    (18, &HEPATITIS_A, 1),
    (24, &ENCEPHALITIS, 2),
    (36, &MENINGOCOCCAL_AC, 1),
    (48, &POLIO, 4),
    (72, &DT, 1),
    (72, &MENINGOCOCCAL_AC, 2),
    (168, &HPV, 1),
];
