//! Drugs as they stand in a Chinese hospital's list: generic name with form and strength,
//! what one pack lasts, how one takes it. ATC codes are the WHO's.

/// A drug in one strength and pack.
#[derive(Debug)]
pub(crate) struct Drug {
    /// Empty for Chinese patent medicines, which have none.
    pub(crate) atc: &'static str,
    /// Generic name with strength: "苯磺酸氨氯地平片 5 mg".
    pub(crate) name: &'static str,
    pub(crate) name_en: &'static str,
    /// What a pack is and holds: "盒（28 片/盒）".
    pub(crate) pack: &'static str,
    /// How one takes it.
    pub(crate) dosage: &'static str,
    /// Days one pack lasts at that dosage.
    pub(crate) days: i64,
}

macro_rules! drugs {
    ($($key:ident $atc:literal $name:literal $name_en:literal $pack:literal $content:literal $dosage:literal $days:literal;)*) => {
        $(pub(crate) static $key: Drug = Drug {
            atc: $atc, name: $name, name_en: $name_en,
            pack: concat!($pack, "（", $content, "）"), dosage: $dosage, days: $days,
        };)*

        #[cfg(test)]
        static ALL: &[&Drug] = &[$(&$key),*];
    };
}

drugs! {
    // Heart and vessels.
    AMLODIPINE "C08CA01" "苯磺酸氨氯地平片 5 mg" "Amlodipine 5 mg tablet" "盒" "28 片/盒" "口服，每日 1 次，每次 1 片，早上" 28;
    AMLODIPINE_HALF "C08CA01" "苯磺酸氨氯地平片 2.5 mg" "Amlodipine 2.5 mg tablet" "盒" "28 片/盒" "口服，每日 1 次，每次 1 片，早上" 28;
    NIFEDIPINE "C08CA05" "硝苯地平控释片 30 mg" "Nifedipine controlled-release 30 mg tablet" "盒" "28 片/盒" "口服，每日 1 次，每次 1 片，整片吞服" 28;
    VALSARTAN "C09CA03" "缬沙坦胶囊 80 mg" "Valsartan 80 mg capsule" "盒" "28 粒/盒" "口服，每日 1 次，每次 1 粒" 28;
    IRBESARTAN_HCT "C09DA04" "厄贝沙坦氢氯噻嗪片 150 mg/12.5 mg" "Irbesartan and hydrochlorothiazide tablet" "盒" "28 片/盒" "口服，每日 1 次，每次 1 片" 28;
    METOPROLOL "C07AB02" "琥珀酸美托洛尔缓释片 47.5 mg" "Metoprolol succinate 47.5 mg tablet" "盒" "28 片/盒" "口服，每日 1 次，每次 1 片" 28;
    ATORVASTATIN "C10AA05" "阿托伐他汀钙片 20 mg" "Atorvastatin 20 mg tablet" "盒" "28 片/盒" "口服，每晚 1 次，每次 1 片" 28;
    ROSUVASTATIN "C10AA07" "瑞舒伐他汀钙片 10 mg" "Rosuvastatin 10 mg tablet" "盒" "28 片/盒" "口服，每晚 1 次，每次 1 片" 28;
    ASPIRIN "B01AC06" "阿司匹林肠溶片 100 mg" "Aspirin enteric-coated 100 mg tablet" "盒" "30 片/盒" "口服，每日 1 次，每次 1 片，餐前" 30;
    CLOPIDOGREL "B01AC04" "硫酸氢氯吡格雷片 75 mg" "Clopidogrel 75 mg tablet" "盒" "28 片/盒" "口服，每日 1 次，每次 1 片" 28;
    WARFARIN "B01AA03" "华法林钠片 3 mg" "Warfarin 3 mg tablet" "瓶" "60 片/瓶" "口服，每晚 1 次，每次 1 片，按 INR 调整" 60;
    RIVAROXABAN "B01AF01" "利伐沙班片 15 mg" "Rivaroxaban 15 mg tablet" "盒" "28 片/盒" "口服，每日 1 次，每次 1 片，随餐" 28;
    SACUBITRIL "C09DX04" "沙库巴曲缬沙坦钠片 50 mg" "Sacubitril and valsartan 50 mg tablet" "盒" "28 片/盒" "口服，每日 2 次，每次 1 片" 14;
    SPIRONOLACTONE "C03DA01" "螺内酯片 20 mg" "Spironolactone 20 mg tablet" "瓶" "100 片/瓶" "口服，每日 1 次，每次 1 片" 100;
    DANSHEN "" "复方丹参滴丸 27 mg" "Compound danshen dripping pill" "瓶" "180 丸/瓶" "口服或舌下含服，每日 3 次，每次 10 丸" 6;
    // Sugar, thyroid, uric acid.
    METFORMIN "A10BA02" "盐酸二甲双胍片 0.5 g" "Metformin 0.5 g tablet" "盒" "60 片/盒" "口服，每日 2 次，每次 1 片，饭后" 30;
    ACARBOSE "A10BF01" "阿卡波糖片 50 mg" "Acarbose 50 mg tablet" "盒" "30 片/盒" "嚼服，每日 3 次，每次 1 片，随第一口饭" 10;
    DAPAGLIFLOZIN "A10BK01" "达格列净片 10 mg" "Dapagliflozin 10 mg tablet" "盒" "30 片/盒" "口服，每日 1 次，每次 1 片" 30;
    INSULIN_GLARGINE "A10AE04" "甘精胰岛素注射液 3 ml:300 单位" "Insulin glargine 300 units pen" "支" "3 ml/支" "皮下注射，每晚 1 次，每次 14 单位" 21;
    LEVOTHYROXINE "H03AA01" "左甲状腺素钠片 50 μg" "Levothyroxine 50 ug tablet" "盒" "100 片/盒" "口服，每日 1 次，每次 1 片，早餐前半小时" 100;
    FEBUXOSTAT "M04AA03" "非布司他片 40 mg" "Febuxostat 40 mg tablet" "盒" "28 片/盒" "口服，每日 1 次，每次 1 片" 28;
    COLCHICINE "M04AC01" "秋水仙碱片 0.5 mg" "Colchicine 0.5 mg tablet" "盒" "20 片/盒" "口服，每日 2 次，每次 1 片" 10;
    // Lungs and nose.
    BUDESONIDE_FORMOTEROL "R03AK07" "布地奈德福莫特罗粉吸入剂 160 μg/4.5 μg" "Budesonide and formoterol inhaler" "支" "60 吸/支" "吸入，每日 2 次，每次 1 吸，用后漱口" 30;
    TIOTROPIUM "R03BB04" "噻托溴铵粉吸入剂 18 μg" "Tiotropium 18 ug inhaler" "盒" "30 粒/盒" "吸入，每日 1 次，每次 1 粒" 30;
    MOMETASONE_NASAL "R01AD09" "糠酸莫米松鼻喷雾剂 50 μg" "Mometasone nasal spray" "瓶" "60 喷/瓶" "喷鼻，每日 1 次，每侧 1 喷" 30;
    LORATADINE "R06AX13" "氯雷他定片 10 mg" "Loratadine 10 mg tablet" "盒" "6 片/盒" "口服，每日 1 次，每次 1 片，12 岁以下半片" 6;
    AMBROXOL "R05CB06" "盐酸氨溴索口服溶液 100 ml:0.6 g" "Ambroxol oral solution" "瓶" "100 ml/瓶" "口服，每日 3 次，每次 10 ml" 4;
    AMBROXOL_CHILD "R05CB06" "盐酸氨溴索口服溶液 100 ml:0.6 g" "Ambroxol oral solution" "瓶" "100 ml/瓶" "口服，每日 2–3 次，每次 2.5–5 ml，按年龄" 8;
    CHUANBEI "" "蜜炼川贝枇杷膏 150 ml" "Loquat and fritillary cough syrup" "瓶" "150 ml/瓶" "口服，每日 3 次，每次 15 ml" 4;
    LIANHUA "" "连花清瘟胶囊 0.35 g" "Lianhua Qingwen capsule" "盒" "36 粒/盒" "口服，每日 3 次，每次 4 粒" 3;
    // Infection and fever.
    AMOXICLAV "J01CR02" "阿莫西林克拉维酸钾片 0.375 g" "Amoxicillin and clavulanate tablet" "盒" "12 片/盒" "口服，每日 3 次，每次 1 片" 4;
    CEFUROXIME "J01DC02" "头孢呋辛酯片 0.25 g" "Cefuroxime axetil 0.25 g tablet" "盒" "12 片/盒" "口服，每日 2 次，每次 1 片，饭后" 6;
    CEFIXIME_CHILD "J01DD08" "头孢克肟颗粒 50 mg" "Cefixime granules 50 mg" "盒" "8 袋/盒" "冲服，每日 2 次，按体重每次 1.5–3 mg/kg" 4;
    CEFTRIAXONE "J01DD04" "注射用头孢曲松钠 1 g" "Ceftriaxone 1 g for injection" "支" "1 g/支" "静脉滴注，每日 1 次，每次 2 g" 1;
    AZITHROMYCIN_CHILD "J01FA10" "阿奇霉素干混悬剂 0.1 g" "Azithromycin suspension 0.1 g" "盒" "6 袋/盒" "冲服，每日 1 次，每次 2 袋，连服 3 天停 4 天" 3;
    LEVOFLOXACIN "J01MA12" "左氧氟沙星片 0.5 g" "Levofloxacin 0.5 g tablet" "盒" "4 片/盒" "口服，每日 1 次，每次 1 片" 4;
    OSELTAMIVIR "J05AH02" "磷酸奥司他韦胶囊 75 mg" "Oseltamivir 75 mg capsule" "盒" "10 粒/盒" "口服，每日 2 次，每次 1 粒，连服 5 天" 5;
    OSELTAMIVIR_CHILD "J05AH02" "磷酸奥司他韦颗粒 15 mg" "Oseltamivir granules 15 mg" "盒" "20 袋/盒" "冲服，每日 2 次，每次 3 袋（45 mg），连服 5 天" 4;
    VALACICLOVIR "J05AB11" "盐酸伐昔洛韦片 0.3 g" "Valaciclovir 0.3 g tablet" "盒" "10 片/盒" "口服，每日 2 次，每次 1 片" 5;
    ENTECAVIR "J05AF10" "恩替卡韦片 0.5 mg" "Entecavir 0.5 mg tablet" "盒" "28 片/盒" "口服，每日 1 次，每次 1 片，空腹" 28;
    IBUPROFEN "M01AE01" "布洛芬缓释胶囊 0.3 g" "Ibuprofen sustained-release 0.3 g capsule" "盒" "20 粒/盒" "口服，必要时，每日不超过 2 次，每次 1 粒" 10;
    IBUPROFEN_CHILD "M01AE01" "布洛芬混悬液 100 ml:2 g" "Ibuprofen suspension for children" "瓶" "100 ml/瓶" "口服，体温 38.5 ℃ 以上时服，按体重，间隔 6 小时以上" 5;
    PARACETAMOL "N02BE01" "对乙酰氨基酚片 0.5 g" "Paracetamol 0.5 g tablet" "盒" "10 片/盒" "口服，发热时 1 片，间隔 6 小时以上" 3;
    XIAOER_CHAIGUI "" "小儿柴桂退热颗粒 5 g" "Children's Chaigui fever granules" "盒" "10 袋/盒" "冲服，每日 4 次，每次 1 袋" 3;
    // Stomach and bowel.
    OMEPRAZOLE "A02BC01" "奥美拉唑肠溶胶囊 20 mg" "Omeprazole 20 mg capsule" "盒" "28 粒/盒" "口服，每日 1 次，每次 1 粒，早餐前" 28;
    RABEPRAZOLE "A02BC04" "雷贝拉唑钠肠溶片 10 mg" "Rabeprazole 10 mg tablet" "盒" "14 片/盒" "口服，每日 1 次，每次 1 片，早餐前" 14;
    MOSAPRIDE "A03FA09" "枸橼酸莫沙必利片 5 mg" "Mosapride 5 mg tablet" "盒" "24 片/盒" "口服，每日 3 次，每次 1 片，餐前" 8;
    SMECTITE "A07BC05" "蒙脱石散 3 g" "Diosmectite 3 g powder" "盒" "10 袋/盒" "冲服，每日 3 次，每次 1 袋" 3;
    SALTS "A07CA" "口服补液盐散Ⅲ 5.125 g" "Oral rehydration salts III" "盒" "6 袋/盒" "每袋冲水 250 ml，少量多次" 3;
    PROBIOTIC "A07FA" "双歧杆菌三联活菌散 1 g" "Live combined bifidobacterium powder" "盒" "12 袋/盒" "温水冲服，每日 3 次，每次 1 袋" 4;
    LACTULOSE "A06AD11" "乳果糖口服溶液 100 ml" "Lactulose oral solution" "瓶" "100 ml/瓶" "口服，每日 1 次，每次 15 ml，早餐时" 6;
    // Skin, eyes, teeth.
    CETIRIZINE "R06AE07" "盐酸西替利嗪片 10 mg" "Cetirizine 10 mg tablet" "盒" "12 片/盒" "口服，每晚 1 次，每次 1 片" 12;
    MOMETASONE_CREAM "D07AC13" "糠酸莫米松乳膏 10 g" "Mometasone cream" "支" "10 g/支" "外用，每日 1 次，薄涂患处" 14;
    ADAPALENE "D10AD03" "阿达帕林凝胶 30 g" "Adapalene gel" "支" "30 g/支" "外用，每晚 1 次，薄涂患处" 30;
    LEVOFLOXACIN_EYE "S01AE05" "左氧氟沙星滴眼液 5 ml" "Levofloxacin eye drops" "支" "5 ml/支" "滴眼，每日 4 次，每次 1 滴" 7;
    HYALURONATE_EYE "S01XA20" "玻璃酸钠滴眼液 5 ml" "Sodium hyaluronate eye drops" "支" "5 ml/支" "滴眼，每日 4 次，每次 1 滴" 14;
    ATROPINE_EYE "S01FA01" "硫酸阿托品滴眼液 0.01%" "Atropine 0.01% eye drops" "盒" "30 支/盒" "滴眼，每晚 1 次，每次 1 滴" 30;
    METRONIDAZOLE "P01AB01" "甲硝唑片 0.2 g" "Metronidazole 0.2 g tablet" "瓶" "21 片/瓶" "口服，每日 3 次，每次 1 片" 7;
    METRONIDAZOLE_VAGINAL "G01AF01" "甲硝唑阴道凝胶 5 g" "Metronidazole vaginal gel" "盒" "5 支/盒" "阴道给药，每晚 1 支" 5;
    // Bones, nerves, mind.
    CELECOXIB "M01AH01" "塞来昔布胶囊 0.2 g" "Celecoxib 0.2 g capsule" "盒" "10 粒/盒" "口服，每日 1 次，每次 1 粒，饭后" 10;
    GLUCOSAMINE "M01AX05" "硫酸氨基葡萄糖胶囊 0.314 g" "Glucosamine 0.314 g capsule" "盒" "60 粒/盒" "口服，每日 3 次，每次 1 粒" 20;
    FLURBIPROFEN_PATCH "M02AA19" "氟比洛芬凝胶贴膏 40 mg" "Flurbiprofen patch" "盒" "6 贴/盒" "外用，每日 2 次，贴于患处" 3;
    ALENDRONATE "M05BA04" "阿仑膦酸钠片 70 mg" "Alendronate 70 mg tablet" "盒" "4 片/盒" "口服，每周 1 次，每次 1 片，空腹，服后半小时勿卧" 28;
    CALCIUM_D3 "A12AX" "碳酸钙 D3 片 600 mg" "Calcium carbonate and vitamin D3 tablet" "瓶" "60 片/瓶" "口服，每日 1 次，每次 1 片" 60;
    BETAHISTINE "N07CA01" "盐酸倍他司汀片 6 mg" "Betahistine 6 mg tablet" "盒" "30 片/盒" "口服，每日 3 次，每次 1 片" 10;
    FLUNARIZINE "N07CA03" "盐酸氟桂利嗪胶囊 5 mg" "Flunarizine 5 mg capsule" "盒" "20 粒/盒" "口服，每晚 1 次，每次 1 粒" 20;
    ZOPICLONE "N05CF04" "右佐匹克隆片 3 mg" "Eszopiclone 3 mg tablet" "盒" "7 片/盒" "口服，睡前 1 次，每次 1 片" 7;
    ESCITALOPRAM "N06AB10" "草酸艾司西酞普兰片 10 mg" "Escitalopram 10 mg tablet" "盒" "28 片/盒" "口服，每日 1 次，每次 1 片，早上" 28;
    // Kidneys and bladder, women.
    TAMSULOSIN "G04CA02" "盐酸坦索罗辛缓释胶囊 0.2 mg" "Tamsulosin 0.2 mg capsule" "盒" "10 粒/盒" "口服，每晚 1 次，每次 1 粒" 10;
    FINASTERIDE "G04CB01" "非那雄胺片 5 mg" "Finasteride 5 mg tablet" "盒" "28 片/盒" "口服，每日 1 次，每次 1 片" 28;
    KETO_ACID "V06DD" "复方α-酮酸片 0.63 g" "Compound alpha-keto acid tablet" "盒" "100 片/盒" "口服，每日 3 次，每次 4 片，随餐" 8;
    IRON "B03A" "多糖铁复合物胶囊 0.15 g" "Polysaccharide-iron complex capsule" "盒" "10 粒/盒" "口服，每日 1 次，每次 1 粒" 10;
    FOLIC_ACID "B03BB01" "叶酸片 0.4 mg" "Folic acid 0.4 mg tablet" "盒" "93 片/盒" "口服，每日 1 次，每次 1 片" 93;
    CAPECITABINE "L01BC06" "卡培他滨片 0.5 g" "Capecitabine 0.5 g tablet" "盒" "12 片/盒" "口服，每日 2 次，每次 3 片，连服 14 天停 7 天" 2;
    ICOTINIB "L01EB08" "盐酸埃克替尼片 125 mg" "Icotinib 125 mg tablet" "盒" "21 片/盒" "口服，每日 3 次，每次 1 片" 7;
    LETROZOLE "L02BG04" "来曲唑片 2.5 mg" "Letrozole 2.5 mg tablet" "盒" "30 片/盒" "口服，每日 1 次，每次 1 片" 30;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drug_says_how_and_how_long() {
        for drug in ALL {
            assert!(drug.days > 0 && !drug.dosage.is_empty(), "{}", drug.name);
            let coded = drug.atc.as_bytes().first().is_none_or(u8::is_ascii_uppercase);
            assert!(coded, "{}", drug.name);
            assert!(drug.pack.contains(|c: char| c.is_ascii_digit()), "{}", drug.name);
        }
    }
}
