//! Words of the doctor's desk: the scan, the person, the timeline and its filters.

macro_rules! clinic {
    ($next:ident $left:tt $($row:tt)*) => { $next! { $left $($row)*
        // The scan box.
        ScanLabel "扫患者的码" "Scan the patient’s code";
        ScanPlaceholder "扫码，或粘贴码的文字" "Scan, or paste the code’s text";
        ScanOpen "打开记录" "Open the record";
        ScanCamera "用摄像头扫" "Use the camera";
        ScanAiming "把码放进框里" "Hold the code inside the frame";
        ScanNoCamera "摄像头打不开，请用扫码枪或粘贴。" "The camera cannot be opened; use a scanner or paste the text.";
        ScanWorking "正在打开…" "Opening…";

        // The doctor's page: nobody there yet, or the code did not open.
        ClinicTitle "医生工作站" "Doctor’s desk";
        ClinicInvite "请患者出示码" "Ask the patient to show the code";
        ClinicInviteHow "扫码枪对准手机就行，光标在哪里都可以。扫到谁，就打开谁近半年在各家机构的记录。" "Point the scanner at the phone; it does not matter where the cursor is. The scan opens that person’s last half year from every institution.";
        ClinicStepShow "患者打开手机，码就在第一屏" "The patient opens the phone; the code is the first screen";
        ClinicStepScan "扫一下，看到近半年记录" "One scan shows the last half year";
        ClinicStepTrace "患者随时能看到谁看过，也能马上收回" "The patient sees who looked, and can end it at once";
        CodeExpired "这个码已过期。" "This code has expired.";
        CodeExpiredDo "请让对方刷新页面，再扫一次新码。" "Ask them to refresh the page, then scan the new code.";
        CodeUsed "这个码已经用过了。" "This code has already been used.";
        CodeUsedDo "每个码只能扫一次。手机上会自动换新，等新码出来再扫。" "Each code works once. The phone renews it by itself; scan the next one.";
        CodeOtherRegion "这是{}的码，本地区还不能打开它的记录。" "This code is from {}; its record cannot be opened here yet.";
        CodeOtherRegionDo "请按身份证登记接诊；外地记录请患者自己出示。" "Register the patient by identity card; ask them to show outside records themselves.";
        CodeUnreadable "没有读懂这个码。" "This code cannot be read.";
        CodeUnreadableDo "请确认是一码通的码，把屏幕调亮、擦净再扫；也可以把码的文字粘贴进来。" "Check that it is a Yima code, brighten and wipe the screen, then scan again; or paste the code’s text.";
        CodeRevoked "这张卡已经作废。" "This card has been revoked.";
        CodeRevokedDo "请本人带身份证到任意窗口补办。" "The person can get a new one at any window with the identity card.";
        CodeNoRight "您的岗位不能打开这份记录。" "Your post may not open this record.";
        CodeNoRightDo "请找科室管理员开通，或换有权限的同事来扫。" "Ask your department’s administrator, or let a colleague who may open it scan.";
        OtherRegion "其他地区" "another region";
        PastHalfYear "近半年没有记录。" "There is no record of the last half year.";
        ListCut "记录太多，只显示最新的 {} 条。" "There are too many records; only the newest {} are shown.";
        ListCutDo "这半年里更早的记录没有列在这里。" "Older ones of this half year are missing here.";
        PastHalfYearSays "这里显示的是到 {} 为止的一段。" "What is shown ends on {}.";

        // The person.
        Male "男" "male";
        Female "女" "female";
        OtherSex "性别其他" "other sex";
        UnknownSex "性别不详" "sex unknown";
        YearsOld "{} 岁" "{} years";
        MainIndex "主索引" "Index";
        Allergies "过敏" "Allergies";
        Conditions "病情" "Conditions";
        Insurance "医保" "Insurance";
        NoAllergyRecorded "没有过敏记录，请问诊确认" "No allergy on record; please ask";
        MoreFacts "另 {} 项" "{} more";
        SelfPay "自费" "Self-pay";
        InsuranceUnknown "参保情况未知" "Insurance unknown";
        Died "已故 {}" "Died {}";

        // The grant.
        GrantHalfYear "患者扫码授权 · 近半年" "Opened by the patient’s scan · half a year";
        GrantAll "患者扫码授权 · 全部记录" "Opened by the patient’s scan · whole record";
        GrantOther "已授权 · {}" "Granted · {}";
        GrantEnd "结束查看" "End now";
        GrantEnded "已结束查看，记录已关上。" "The look has ended and the record is closed.";
        GrantRanOut "查看时间到了，记录已自动关上。" "Time is up; the record has closed by itself.";

        // Lanes, list, filters.
        Timeline "健康时间轴" "Health timeline";
        TimelineSays "时间轴，{} 到 {}：{}。下面的记录列表内容相同。" "Timeline from {} to {}: {}. The list of records below holds the same.";
        InstitutionsEntries "{} 家机构 · {} 条" "{} institutions · {} entries";
        Ours "本院" "This hospital";
        OursMark "本" "H";
        Elsewhere "外院" "Elsewhere";
        Whose "来源" "Source";
        WhoseAll "全部" "All";
        Span "时间范围" "Time span";
        SpanThreeMonths "3 个月" "3 months";
        SpanHalfYear "半年" "Half a year";
        SpanEarlier "更早" "Earlier";
        Kind "类别" "Kind";
        Records "记录" "Records";
        RecordsNone "这段时间没有记录。" "No records in this time.";
        RecordsNoneDo "换一个时间范围或来源再看；新的结果到了会自己出现在这里。" "Try another time span or source; new results appear here once they arrive.";
        RecordsClipped "只列出最新的 {} 条，共 {} 条。请按类别或时间缩小范围。" "Only the newest {} of {} are listed. Narrow by kind or time.";
        LaneVisits "就诊" "Visits";
        LaneProblems "诊断" "Problems";
        LaneLabs "检验" "Labs";
        LaneImaging "影像" "Imaging";
        LaneMedications "用药" "Medication";
        LaneProcedures "手术操作" "Procedures";
        LaneVaccines "接种" "Vaccines";
        LaneOther "其他" "Other";
        LaneCount "{} {} 条" "{} {}";
        LaneMore "另有 {} 项在列表里" "{} more in the list";
        High "偏高" "high";
        Low "偏低" "low";
        Abnormal "异常" "abnormal";
        Critical "危急" "critical";
        Withdrawn "已作废" "not valid";
    } };
}
pub(super) use clinic;
