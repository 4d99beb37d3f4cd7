//! Examinations that end in a report: X-ray, CT, MR, ultrasound, ECG, endoscopy, bone density.
//! Each has its series and the findings a radiologist would write, "所见" and "结论".
//! Exams of one kind carry one code (`urn:yima:exam`), by which hospitals can recognise each other's.

use crate::institutions::Department;

/// What is looked at, and with what.
#[derive(Debug)]
pub(crate) struct Exam {
    /// Code of the kind of exam, the same in all hospitals: "ct-chest".
    pub(crate) code: &'static str,
    /// LOINC code, empty where we are not sure of one.
    pub(crate) loinc: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_en: &'static str,
    /// DICOM modality: "CT", "MR", "DX", "US"; empty for exams without an image study.
    pub(crate) modality: &'static str,
    /// Section of the report (HL7 table 0074): "CT", "RAD", "NMR", "RUS", "CUS", "EC", "OTH".
    pub(crate) section: &'static str,
    /// The part of the body.
    pub(crate) site: Site,
    pub(crate) series: &'static [Series],
    pub(crate) department: Department,
    /// Minutes from picture to report.
    pub(crate) minutes: i64,
}

/// A part of the body, with its SNOMED CT code.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) snomed: &'static str,
    pub(crate) name_en: &'static str,
}

/// A series of a study.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) description: &'static str,
    pub(crate) images: i64,
}

/// A report's text.
#[derive(Debug)]
pub(crate) struct Finding {
    /// 所见.
    pub(crate) seen: &'static str,
    /// 结论.
    pub(crate) conclusion: &'static str,
}

const fn site(snomed: &'static str, name_en: &'static str) -> Site {
    Site { snomed, name_en }
}

const fn series(description: &'static str, images: i64) -> Series {
    Series { description, images }
}

const CHEST: Site = site("51185008", "Thorax");
const HEAD: Site = site("69536005", "Head");
const ABDOMEN: Site = site("818983003", "Abdomen");
const HEART: Site = site("80891009", "Heart");
const NECK_VESSELS: Site = site("69105007", "Carotid artery");
const THYROID: Site = site("69748006", "Thyroid");
const BREAST: Site = site("76752008", "Breast");
const PELVIS: Site = site("12921003", "Pelvis");
const LUMBAR: Site = site("122496007", "Lumbar spine");
const KNEE: Site = site("72696002", "Knee");
const ANKLE: Site = site("344001", "Ankle");
const WRIST: Site = site("8205005", "Wrist");
const HIP: Site = site("29836001", "Hip");
const URINARY: Site = site("122489005", "Urinary tract");
const STOMACH: Site = site("69695003", "Stomach");

macro_rules! findings {
    ($($key:ident $seen:literal $conclusion:literal;)*) => {
        $(pub(crate) static $key: Finding = Finding { seen: $seen, conclusion: $conclusion };)*
    };
}

macro_rules! exams {
    ($($key:ident $code:literal $loinc:literal $name:literal $name_en:literal $modality:literal $section:literal
       $site:ident $department:ident $minutes:literal [$($description:literal $images:literal),*];)*) => {
        $(pub(crate) static $key: Exam = Exam {
            code: $code, loinc: $loinc, name: $name, name_en: $name_en, modality: $modality,
            section: $section, site: $site, department: Department::$department,
            minutes: $minutes,
            series: &[$(series($description, $images)),*],
        };)*

        #[cfg(test)]
        static ALL: &[&Exam] = &[$(&$key),*];
    };
}

exams! {
    CT_CHEST "ct-chest" "29252-4" "胸部 CT 平扫" "CT chest without contrast" "CT" "CT" CHEST Radiology 120 ["定位像" 2, "纵隔窗 5.0 mm" 62, "肺窗 1.25 mm" 284];
    CT_HEAD "ct-head" "30799-1" "头颅 CT 平扫" "CT head without contrast" "CT" "CT" HEAD Radiology 60 ["定位像" 1, "脑窗 5.0 mm" 30];
    CT_ABDOMEN "ct-abdomen" "36952-0" "腹盆 CT 平扫" "CT abdomen and pelvis without contrast" "CT" "CT" ABDOMEN Radiology 120 ["定位像" 2, "腹盆 5.0 mm" 96];
    MR_BRAIN "mr-brain" "24590-2" "头颅 MR 平扫" "MR brain" "MR" "NMR" HEAD Radiology 240 ["T1WI 轴位" 20, "T2WI 轴位" 20, "FLAIR 轴位" 20, "DWI" 40];
    MR_LUMBAR "mr-lumbar" "30679-5" "腰椎 MR 平扫" "MR lumbar spine without contrast" "MR" "NMR" LUMBAR Radiology 360 ["T1WI 矢状位" 12, "T2WI 矢状位" 12, "T2WI 轴位" 15];
    DX_CHEST "dx-chest" "42272-5" "胸片正侧位" "Chest X-ray, PA and lateral" "DX" "RAD" CHEST Radiology 45 ["正位" 1, "侧位" 1];
    DX_KNEE "dx-knee" "24806-2" "膝关节正侧位" "Knee X-ray, 2 views" "DX" "RAD" KNEE Radiology 45 ["正位" 1, "侧位" 1];
    DX_ANKLE "dx-ankle" "" "踝关节正侧位" "Ankle X-ray" "DX" "RAD" ANKLE Radiology 45 ["正位" 1, "侧位" 1];
    DX_WRIST "dx-wrist" "" "腕关节正侧位" "Wrist X-ray" "DX" "RAD" WRIST Radiology 45 ["正位" 1, "侧位" 1];
    DX_HIP "dx-hip" "" "髋关节正位" "Hip X-ray" "DX" "RAD" HIP Radiology 45 ["正位" 1];
    US_HEART "us-heart" "42148-7" "超声心动图" "Echocardiography" "US" "CUS" HEART Ultrasound 30 ["二维" 24, "多普勒" 12];
    US_ABDOMEN "us-abdomen" "24558-9" "腹部超声（肝胆胰脾肾）" "Ultrasound abdomen" "US" "RUS" ABDOMEN Ultrasound 20 ["腹部" 14];
    US_CAROTID "us-carotid" "24616-5" "颈动脉超声" "Ultrasound carotid arteries" "US" "RUS" NECK_VESSELS Ultrasound 20 ["双侧颈动脉" 12];
    US_THYROID "us-thyroid" "" "甲状腺超声" "Ultrasound thyroid" "US" "RUS" THYROID Ultrasound 20 ["甲状腺" 10];
    US_BREAST "us-breast" "24601-7" "乳腺超声" "Ultrasound breast" "US" "RUS" BREAST Ultrasound 20 ["双侧乳腺" 12];
    US_PELVIS "us-pelvis" "" "子宫附件超声" "Ultrasound uterus and adnexa" "US" "RUS" PELVIS Ultrasound 20 ["盆腔" 10];
    US_URINARY "us-urinary" "" "泌尿系超声" "Ultrasound urinary tract" "US" "RUS" URINARY Ultrasound 20 ["泌尿系" 10];
    US_FETUS "us-fetus" "11525-3" "产科超声" "Obstetric ultrasound" "US" "RUS" PELVIS Ultrasound 20 ["胎儿" 18];
    ECG "ecg" "11524-6" "心电图" "Electrocardiogram" "" "EC" HEART Cardiology 15 [];
    GASTROSCOPY "gastroscopy" "" "电子胃镜" "Gastroscopy" "" "OTH" STOMACH Gastro 60 [];
    BONE_DENSITY "dxa" "38269-7" "骨密度（双能 X 线）" "Bone density, DXA" "" "RAD" LUMBAR Radiology 60 [];
}

findings! {
    CHEST_CT_NORMAL "双肺纹理清晰，走行自然，未见实变影及结节影。气管及各叶支气管通畅。纵隔未见肿大淋巴结。心影不大，双侧胸腔未见积液。" "胸部 CT 平扫未见明显异常。";
    CHEST_CT_NODULE "双肺纹理清晰，右肺下叶见直径约 5 mm 磨玻璃结节，边界尚清。气道通畅，纵隔未见肿大淋巴结。" "右肺下叶 5 mm 磨玻璃结节，建议 6 个月复查。";
    CHEST_CT_PNEUMONIA "右肺下叶见斑片状实变影，边缘模糊，内见空气支气管征。纵隔淋巴结不大，右侧胸腔少量积液。" "右肺下叶炎症，右侧胸腔少量积液。建议治疗后复查。";
    CHEST_CT_EMPHYSEMA "双肺透亮度增高，见多发薄壁透亮区。支气管管壁增厚。右肺上叶见条索影。" "慢性支气管炎、肺气肿；右肺上叶陈旧灶。";
    CHEST_CT_RESPONDING "右肺上叶肿块较前缩小，现约 21 mm × 17 mm（前片 29 mm × 24 mm）。纵隔淋巴结短径约 8 mm。双侧胸腔未见积液。" "右肺上叶占位，治疗后较前缩小。";
    HEAD_CT_NORMAL "脑实质未见异常密度影，灰白质分界清。脑室系统不大，中线结构居中。颅骨未见骨折。" "头颅 CT 平扫未见明显异常。";
    HEAD_CT_OLD "双侧基底节区见多发点状低密度影。脑沟增宽，脑室轻度扩大。未见出血。" "腔隙性脑梗死（陈旧）；脑萎缩。";
    HEAD_CT_SCALP "左顶部头皮软组织肿胀。颅骨未见骨折，脑实质未见异常密度影。" "左顶部头皮血肿；颅内未见明显异常。";
    ABDOMEN_CT_NORMAL "肝胆胰脾双肾形态、密度未见异常。肠管未见扩张，腹腔未见积液及游离气体。" "腹盆 CT 平扫未见明显异常。";
    ABDOMEN_CT_APPENDIX "阑尾增粗，直径约 11 mm，壁增厚，周围脂肪间隙模糊，腔内见粪石。腹腔未见游离气体。" "急性阑尾炎，阑尾粪石。";
    ABDOMEN_CT_STONE "左侧输尿管下段见约 6 mm 高密度影，其上输尿管及肾盂轻度扩张。" "左输尿管下段结石，左肾轻度积水。";
    BRAIN_MR_NORMAL "脑实质内未见异常信号，脑室系统大小形态正常，中线居中。DWI 未见弥散受限。" "头颅 MR 平扫未见明显异常。";
    BRAIN_MR_STROKE "左侧基底节区见片状 DWI 高信号，ADC 减低，大小约 14 mm × 9 mm。双侧脑室旁多发 FLAIR 高信号。" "左侧基底节区急性脑梗死；脑白质缺血改变（Fazekas 2 级）。";
    LUMBAR_NORMAL "腰椎序列正常，椎间盘信号及高度正常，椎管未见狭窄。" "腰椎 MR 平扫未见明显异常。";
    LUMBAR_DISC "L4/5、L5/S1 椎间盘 T2 信号减低，L4/5 椎间盘向左后突出约 5 mm，压迫硬膜囊及左侧神经根。" "L4/5 椎间盘突出（左后型），L5/S1 椎间盘变性。";
    CHEST_DX_NORMAL "双肺纹理清晰，肺野未见实变。心影不大，主动脉结不宽。双侧肋膈角锐利。" "心、肺、膈未见明显异常。";
    CHEST_DX_BRONCHITIS "双肺纹理增多、增粗，未见实变影。心影不大。" "双肺纹理增多，符合支气管炎改变。";
    CHEST_DX_CHILD_PNEUMONIA "右肺中下野见斑片状模糊影，心影不大，肋膈角锐利。" "右肺支气管肺炎。";
    CHEST_DX_RIB "左侧第 6、7 肋骨骨皮质不连续，断端无明显移位。双肺未见实变及气胸。" "左侧第 6、7 肋骨骨折。";
    KNEE_WORN "内侧关节间隙变窄，胫骨平台边缘骨赘形成，髁间嵴变尖。" "膝关节退行性改变（Kellgren-Lawrence 2 级）。";
    ANKLE_NORMAL "踝关节诸骨未见骨折，外踝软组织肿胀，关节间隙正常。" "踝关节未见骨折，外踝软组织肿胀。";
    WRIST_FRACTURED "桡骨远端骨皮质不连续，断端向背侧轻度成角，尺骨茎突完整。" "桡骨远端骨折，背侧成角。";
    WRIST_HEALING "桡骨远端骨折，石膏外固定中，对位对线可，骨痂开始形成。" "桡骨远端骨折复位后，对位可。";
    HIP_FRACTURED "右股骨颈骨皮质不连续，断端错位，股骨干外旋。" "右股骨颈骨折（Garden III 型）。";
    HEART_NORMAL "各房室内径正常，室壁运动协调，瓣膜形态活动正常。左室射血分数 65%，E/A 大于 1。" "心脏结构及功能未见明显异常，LVEF 65%。";
    HEART_HYPERTENSIVE "室间隔厚 12 mm，左房前后径 38 mm，室壁运动协调。左室射血分数 62%，E/A 小于 1。" "左室壁轻度增厚，左室舒张功能减低，LVEF 62%。";
    HEART_ISCHAEMIC "左室下壁运动减弱，左室舒张末径 54 mm，二尖瓣轻度反流。左室射血分数 50%。" "节段性室壁运动异常（下壁），二尖瓣轻度反流，LVEF 50%。";
    HEART_FAILING "左室舒张末径 62 mm，室壁运动普遍减弱，二尖瓣中度反流，三尖瓣轻度反流。左室射血分数 38%。" "左心扩大，左室收缩功能减低，LVEF 38%，二尖瓣中度反流。";
    HEART_FIBRILLATING "左房前后径 46 mm，右房增大，未见血栓回声。节律不齐，左室射血分数 58%。" "双房增大，房颤心律，LVEF 58%。";
    ABDOMEN_US_NORMAL "肝脏大小形态正常，回声均匀。胆囊壁光滑，腔内未见结石。胰、脾、双肾未见异常。" "肝胆胰脾双肾超声未见明显异常。";
    ABDOMEN_US_FATTY "肝脏回声增强、细密，远场衰减，血管走行欠清。胆囊壁毛糙，未见结石。脾、双肾未见异常。" "脂肪肝（中度）。";
    ABDOMEN_US_STONES "胆囊壁增厚约 4 mm，腔内见多个强回声团，较大者 14 mm，后伴声影，随体位移动。胆总管内径 5 mm。" "胆囊多发结石，慢性胆囊炎。";
    ABDOMEN_US_CYST "肝右叶见 12 mm 无回声，壁薄光滑。左肾见 9 mm 无回声。余未见异常。" "肝囊肿；左肾囊肿。";
    ABDOMEN_US_LIVER "肝脏表面欠光滑，回声增粗，门静脉内径 11 mm。脾不大。" "慢性肝病声像图改变，请结合临床。";
    CAROTID_NORMAL "双侧颈动脉内中膜不厚，管腔通畅，血流充盈好。" "双侧颈动脉未见明显异常。";
    CAROTID_PLAQUE "双侧颈总动脉内中膜增厚约 1.1 mm，右侧分叉处见 9 mm × 2.1 mm 混合回声斑块，管腔狭窄小于 50%。" "双侧颈动脉内中膜增厚，右侧斑块形成，无明显狭窄。";
    CAROTID_THICK "双侧颈总动脉内中膜厚约 1.0 mm，未见明确斑块，血流充盈好。" "双侧颈动脉内中膜轻度增厚。";
    THYROID_NORMAL "甲状腺大小正常，回声均匀，未见结节。" "甲状腺超声未见明显异常。";
    THYROID_NODULES "甲状腺右叶见 7 mm × 5 mm 低回声结节，边界清，纵横比小于 1，未见钙化。左叶见 4 mm 囊实性结节。" "甲状腺双叶结节，C-TIRADS 3 类，建议 12 个月复查。";
    THYROID_DIFFUSE "甲状腺回声不均，呈网格样改变，血流信号略丰富，未见明确结节。" "甲状腺弥漫性病变，请结合甲功及抗体。";
    BREAST_NORMAL "双侧乳腺腺体结构清晰，未见明确肿块。" "双侧乳腺未见明显异常，BI-RADS 1 类。";
    BREAST_LUMPY "双侧乳腺腺体增厚紊乱，左乳 2 点方向见 6 mm 低回声，边界清，平行位。" "双侧乳腺增生；左乳结节，BI-RADS 3 类，建议 6 个月复查。";
    PELVIS_NORMAL "子宫前位，大小正常，肌层回声均匀，内膜厚 7 mm。双侧附件区未见异常。" "子宫附件超声未见明显异常。";
    PELVIS_FIBROID "子宫增大，前壁见 26 mm × 22 mm 低回声，边界清。内膜厚 8 mm。双侧附件区未见异常。" "子宫肌瘤（肌壁间）。";
    URINARY_NORMAL "双肾大小形态正常，集合系统未见分离，膀胱充盈好。" "泌尿系超声未见明显异常。";
    URINARY_STONE "左肾集合系统分离 12 mm，左输尿管上段扩张，下段见 6 mm 强回声。" "左输尿管结石，左肾轻度积水。";
    URINARY_PROSTATE "前列腺大小 48 mm × 39 mm × 36 mm，内外腺比例失调。残余尿 35 ml。" "前列腺增生，少量残余尿。";
    FETUS_EARLY "宫内见孕囊及胚芽，头臀长 52 mm，胎心规律，NT 1.3 mm。" "宫内早孕，单活胎，约 12 周，NT 正常。";
    FETUS_MID "胎儿双顶径 54 mm，股骨长 38 mm，胎心 146 次/分，四腔心可见，脊柱排列整齐。胎盘前壁，羊水指数 13 cm。" "中期妊娠，单活胎，约 22 周，本次所见结构未见明显异常。";
    FETUS_LATE "头位，双顶径 82 mm，股骨长 62 mm，胎心 140 次/分。胎盘 II 级，羊水指数 12 cm，脐动脉血流正常。" "晚期妊娠，单活胎，头位，约 32 周。";
    ECG_NORMAL "窦性心律，心率 74 次/分，PR 间期 156 ms，QTc 412 ms，ST-T 未见异常。" "正常心电图。";
    ECG_STRAIN "窦性心律，心率 72 次/分，RV5 + SV1 4.1 mV，V5、V6 导联 T 波低平。" "窦性心律；左室高电压；T 波改变。";
    ECG_FIBRILLATION "P 波消失，代以 f 波，RR 间期绝对不等，平均心室率 92 次/分。" "心房颤动。";
    ECG_INFARCTION "II、III、aVF 导联 ST 段压低 0.15 mV，T 波倒置。" "下壁导联 ST-T 改变，请结合心肌标志物。";
    ECG_FAST_FIBRILLATION "P 波消失，代以 f 波，RR 间期绝对不等，平均心室率 118 次/分，V4–V6 导联 ST 段轻度压低。" "心房颤动伴快速心室率；ST 段改变。";
    STOMACH_SUPERFICIAL "食管黏膜光滑。胃窦黏膜红白相间，以红为主，见散在糜烂。十二指肠球部及降部未见异常。" "慢性非萎缩性胃炎伴糜烂（胃窦）。";
    STOMACH_REFLUX "食管下段见 2 条长约 4 mm 黏膜破损，未融合。贲门松弛。胃窦黏膜充血。" "反流性食管炎（LA-A 级）；慢性非萎缩性胃炎。";
    BONE_LOW "腰椎 L1–L4 骨密度 0.782 g/cm²，T 值 −2.7；左股骨颈 T 值 −2.4。" "骨质疏松。";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn exams_are_whole() {
        let mut codes = BTreeSet::new();
        for exam in ALL {
            assert!(codes.insert(exam.code), "{} twice", exam.code);
            assert_eq!(exam.modality.is_empty(), exam.series.is_empty(), "{}", exam.code);
            assert!(exam.series.iter().all(|one| one.images > 0), "{}", exam.code);
        }
    }
}
