//! Operations and procedures, with codes of the Chinese clinical edition of ICD-9-CM-3.

/// An operation or procedure.
#[derive(Debug)]
pub(crate) struct Operation {
    /// Code, empty where none is used.
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) name_en: &'static str,
}

macro_rules! operations {
    ($($key:ident $code:literal $name:literal $name_en:literal;)*) => {
        $(pub(crate) static $key: Operation = Operation {
            code: $code, name: $name, name_en: $name_en,
        };)*
    };
}

operations! {
    APPENDICECTOMY "47.0100" "腹腔镜下阑尾切除术" "Laparoscopic appendicectomy";
    CHOLECYSTECTOMY "51.2300" "腹腔镜下胆囊切除术" "Laparoscopic cholecystectomy";
    CATARACT_SURGERY "13.4100x001" "白内障超声乳化抽吸术" "Phacoemulsification of cataract";
    HERNIA_REPAIR "53.0501" "单侧腹股沟疝无张力修补术" "Tension-free inguinal hernia repair";
    HIP_HEAD "81.5201" "人工股骨头置换术" "Hip hemiarthroplasty";
    STENT "36.0601" "冠状动脉药物涂层支架置入术" "Drug-eluting coronary stent";
    CAESAREAN "74.1x01" "剖宫产术，子宫下段横切口" "Low transverse caesarean section";
    DELIVERY "" "头位顺产接生" "Assisted vertex delivery";
    URETEROSCOPY "56.0x00x003" "经尿道输尿管镜输尿管取石术" "Ureteroscopic stone removal";
    ADENOIDECTOMY "28.6x02" "内镜下腺样体切除术" "Endoscopic adenoidectomy";
    SUTURE "" "清创缝合术" "Debridement and suture";
    STITCHES_OUT "" "拆线" "Removal of sutures";
    PLASTER "" "手法复位石膏外固定" "Closed reduction and plaster cast";
    EXTRACTION "23.1900x003" "拔牙术" "Tooth extraction";
    ROOT_CANAL "23.7001" "牙髓切除术" "Pulpectomy";
    FILLING "" "龋齿充填" "Dental filling";
    REPOSITIONING "" "耳石复位" "Canalith repositioning";
    ACUPUNCTURE "" "针灸治疗" "Acupuncture";
    INFUSION_CHEMO "" "静脉化疗" "Intravenous chemotherapy";
    NEBULISER "" "雾化吸入" "Nebulised inhalation";
    OXYGEN_LINE "" "吸氧、心电监护" "Oxygen and cardiac monitoring";
}
