//! The one table of words: a name, the Chinese, the English.
//!
//! `{}` is a place for a value. Short sentences to the person reading; buttons
//! begin with a verb and say what happens next.

macro_rules! words {
    ($($name:ident $zh:literal $en:literal;)*) => {
        /// A word or sentence of the pages, the same in every language.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Word {$(
            #[doc = concat!("“", $en, "”, ", $zh)]
            $name,
        )*}

        impl Word {
            /// Every word, in the table's order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The Chinese and the English.
            pub(super) const fn pair(self) -> (&'static str, &'static str) {
                match self {$( Self::$name => ($zh, $en), )*}
            }
        }
    };
}

words! {
    // Every page.
    Yima "一码通" "Yima";
    SkipToContent "跳到正文" "Skip to the content";
    OtherLanguage "English" "中文";
    SignIn "登录" "Sign in";
    SignOut "退出" "Sign out";
    MyAccount "我的账户" "My account";
    BackHome "回到首页" "Back to the start";
    Back "返回" "Back";
    Close "关闭" "Close";
    NewWindow "在新窗口打开" "opens in a new window";
    CareGoesOn "不影响登记和看诊。" "Registering and seeing the patient goes on.";
    And "{}、{}" "{}, {}";

    // Time.
    Today "今天" "Today";
    Yesterday "昨天" "Yesterday";
    Now "现在 {}" "now {}";
    Days "{} 天" "{} days";
    HoursMinutes "{} 小时 {} 分" "{} h {} min";
    Minutes "{} 分钟" "{} min";
    Seconds "{} 秒" "{} s";
    Until "{} 到期" "until {}";
    TimeLeft "还有 {}" "{} left";
    SinceUntil "{} 至 {}" "{} to {}";
    Since "{} 起" "since {}";

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

    // A report.
    Report "详细内容" "Details";
    ReportNone "选一条记录，这里显示全文。" "Choose a record to read it here.";
    ReportOpened "已打开：{}" "Opened: {}";
    Status "状态" "Status";
    Finding "所见" "Findings";
    Conclusion "结论" "Conclusion";
    Results "结果" "Results";
    Item "项目" "Item";
    Value "数值" "Value";
    Reference "参考范围" "Reference range";
    Trend "历次变化" "Trend";
    TrendSays "{}，{} 次，{} 到 {}" "{}, {} results, {} to {}";
    TrendTable "历次数值" "Values in a table";
    Date "日期" "Date";
    Institution "机构" "Institution";
    InRange "在参考范围内" "inside the reference range";
    AboveRange "高于参考范围 {}" "above the reference range {}";
    BelowRange "低于参考范围 {}" "below the reference range {}";
    Department "科室" "Department";
    Doctor "医生" "Doctor";
    Author "报告人" "Reported by";
    Reason "原因" "Reason";
    Diagnosis "诊断" "Diagnosis";
    Period "起止" "Period";
    VisitClass "就诊类型" "Kind of visit";
    Drug "药品" "Drug";
    Dosage "用法用量" "Dosage";
    Quantity "数量" "Quantity";
    Route "途径" "Route";
    Code "编码" "Code";
    Category "类别" "Category";
    Severity "程度" "Severity";
    Mild "轻微" "mild";
    Moderate "中等" "moderate";
    Severe "严重" "severe";
    Reaction "反应" "Reaction";
    Specimen "标本" "Specimen";
    Method "方法" "Method";
    BodySite "部位" "Body site";
    Modality "设备类型" "Modality";
    Study "检查号" "Study";
    Series "序列" "Series";
    Images "图像数" "Images";
    Description "说明" "Description";
    Note "备注" "Note";
    Related "相关记录" "Related records";
    Attachments "附件" "Attachments";
    ProvenanceSays "{} 提供，{} 到达" "Supplied by {}, received {}";
    Onset "起病" "Onset";
    Ended "结束" "Ended";
    Stage "分期" "Stage";
    Outcome "结局" "Outcome";
    Verification "核实" "Verification";
    AbsentReason "没有数值的原因" "Why there is no value";
    Performer "执行" "Performed by";
    Issued "报告时间" "Reported at";
    ReportText "报告原文" "Report text";
    Dose "剂次" "Dose";
    Lot "批号" "Lot";
    Manufacturer "厂家" "Manufacturer";
    Substance "过敏原" "Substance";
    Criticality "危险程度" "Criticality";
    ReactionOnset "发生时间" "When";

    // What stage an entry is at.
    StatusFinal "已审核" "final";
    StatusAmended "已修改" "amended";
    StatusCorrected "已更正" "corrected";
    StatusPreliminary "初步结果" "preliminary";
    StatusRegistered "还没有结果" "no result yet";
    StatusCancelled "已取消" "cancelled";
    StatusError "录入有误" "entered in error";
    StatusActive "进行中" "active";
    StatusCompleted "已完成" "completed";
    StatusStopped "已停止" "stopped";
    StatusOnHold "暂停" "on hold";
    StatusPlanned "计划中" "planned";
    StatusDraft "草稿" "draft";
    StatusResolved "已痊愈" "resolved";
    StatusRemission "缓解期" "in remission";
    StatusRecurrence "复发" "recurring";
    StatusInactive "已失效" "inactive";
    StatusAvailable "可调阅" "available";
    StatusNotDone "没有做" "not done";
    StatusUnknown "状态不明" "status unknown";
    StatusCurrent "现行" "current";
    StatusSuperseded "已被取代" "superseded";

    // The phone.
    PhoneTitle "出示码" "Show the code";
    PhoneSurfaces "主导航" "Main navigation";
    TabCode "出示码" "Code";
    TabLooks "谁看过" "Who looked";
    TabPay "付钱" "Pay";
    TabBills "票据" "Bills";
    EnterTitle "还没有登录" "Nobody is signed in";
    EnterLead "出示码要先登录。没有账号，请带证件到任一机构的挂号窗口办理；窗口也能替您打印一张码。" "Sign in to show your code. Without an account, ask at any registration desk with your identity card; the desk can also print a code for you.";
    ScopeHalfYear "您的病历，先看最近半年" "your record, the last half year first";
    Health "健康" "Health";
    HealthCard "电子健康卡" "e-health card";
    InsuranceBand "医保" "Insurance";
    CodeCard "健康医保码" "Health and insurance code";
    CodePicture "二维码，给工作人员扫" "QR code for staff to scan";
    CodeReady "二维码已准备好，会自动换新，不用操作。" "The code is ready and renews itself; there is nothing to do.";
    CodeLeft "{}后自动换新" "Renews itself in {}";
    CodeRenewed "已换新码" "Code renewed";
    CodeOffline "网络断了，正在重试；联网后自动换新。" "No connection; trying again. The code renews once it is back.";
    CodeUntil "没网也能用，到{}" "Works without a network until {}";
    CodeEnded "这部手机离线时间太长，请联网一次。" "This phone has been offline too long; connect once.";
    CodeSpoken "扫不出？把这串数字念给工作人员" "Cannot scan? Read these digits out";
    CodeBars "条形码，给工作人员扫" "Bar code for staff to scan";
    CodeBarsShow "条形码" "Bar code";
    CodeBright "放大" "Enlarge";
    CodeFamily "替谁出示" "Whose code";
    CodeSelf "本人" "Me";
    CodeDevice "手机浏览器" "Phone browser";
    CodeText "扫不了？用文字" "Cannot scan? Use the text";
    CodeTextHow "把这行文字贴进医生的扫码框，作用和扫码一样。" "Paste this line into the doctor’s scan box; it does what a scan does.";
    CodeCopy "复制" "Copy";
    CodeCopied "已复制" "Copied";
    ElderMode "长辈版" "Large type";
    StandardMode "标准版" "Standard";
    ElderGreeting "{}，您好" "Hello, {}";
    ElderShow "给工作人员扫这个码" "Let the staff scan this code";
    ElderRenews "会自动换新，不用着急" "It renews itself. No hurry.";
    OpenNow "现在谁能看" "Who can see me now";
    OpenNobody "现在没有人能看您的记录。" "Nobody can see your record now.";
    OpenNobodyHow "出示码、被扫之后，这里马上显示是谁。" "Once somebody scans your code, they appear here.";
    OpenScope "能看：{}" "May see: {}";
    OpenEnd "马上收回" "End now";
    OpenEnded "已收回，对方不能再看。" "Ended; they can no longer look.";
    LooksLink "看看谁看过我的记录" "See who looked at my record";
    LooksLinkCount "近 30 天 {} 次" "{} in 30 days";

    // Who looked.
    LooksTitle "谁能看、谁看过" "Who may look, who looked";
    LooksDays "最近 {} 天" "Last {} days";
    LooksCount "共 {} 次查看" "{} looks";
    LooksEarlier "更早的查看" "Earlier looks";
    LookTimeline "时间轴 {} 条" "timeline, {} entries";
    LookOpened "打开 {}" "opened {}";
    LookScanned "扫了您的码" "scanned your code";
    LookGranted "得到查看许可" "was given leave to look";
    LookEnded "结束了查看许可" "ended the leave to look";
    LookIdentified "按证件号核对到您，只显示部分信息" "found you by a document number; particulars were hidden";
    LookCardIssued "为您办了一张卡" "issued a card of yours";
    LookCodeShown "替您出示了码" "showed your code for you";
    LookOther "其他查看" "another look";
    KindReport "报告" "reports";
    KindPatient "基本信息" "personal details";
    KindDocument "文书" "documents";
    KindEverything "全部资料" "the whole record";
    LooksNone "还没有人看过您的记录。" "Nobody has looked at your record yet.";
    LooksNoneHow "有人看了，时间、姓名、机构和内容都会留在这里。" "When somebody does, the time, name, institution and what they saw stay here.";
    LooksSaw "看了：{}" "Saw: {}";
    LooksFor "用途：{}" "For: {}";
    LooksOlder "更早的" "Older";
    LooksKept "每次查看都先记下来再打开，谁也删不掉。" "Every look is written down before anything opens, and nobody can delete it.";
    BasisScan "扫码" "Scan";
    BasisOwnInstitution "本院" "Own record";
    BasisSelf "本人" "Myself";
    BasisFamily "家人" "Family";
    BasisEmergency "紧急" "Emergency";
    BasisInsurance "医保" "Insurance";
    BasisDocument "证件" "Document";
    BasisDesk "窗口" "Desk";

    // The first page of the demo.
    HomeTitle "演示" "Demo";
    HomeBanner "演示 · 人都是编的 · 数据不出这台电脑" "Demo · made-up people only · nothing leaves this machine";
    HomeHead "跟着一个码走一天" "Follow one code through one day.";
    HomeLead "三站，每一站都是正在运行的真系统：这个窗口做的事，另一个窗口马上看得到。按顺序走，或随便进一站。" "Three stops, each a real screen of a running platform. What you do in one window shows up in the next. Take them in order, or jump in anywhere.";
    HomeTown "{} 家机构 · {} 人 · {} 条记录" "{} institutions · {} people · {} records";
    HomeLoading "小镇正在住进来" "The town is moving in";
    HomeLoadingSays "已有 {} / {} 人，主要人物现在就能用。" "{} of {} people are here; the main characters are ready now.";
    StopPhone "1 · 手机" "1 · Phone";
    StopPhoneHead "出示一个码" "Show one code";
    StopPhoneSays "{}打开手机，健康和医保是同一个码，每半分钟自己换新。" "{} opens the phone: one code for health and insurance, renewed by itself every half minute.";
    StopClinic "2 · 诊室" "2 · Clinic";
    StopClinicHead "扫一下，半年、多家医院" "One scan, half a year, every hospital";
    StopClinicSays "{}扫码（或粘贴码的文字），各家机构半年的记录在同一条时间轴上。" "{} scans it, or pastes its text: half a year from every institution on one timeline.";
    StopLooks "3 · 手机" "3 · Phone";
    StopLooksHead "谁看过我" "Who looked at me";
    StopLooksSays "刚才的查看已经记在{}的手机上，一点就能收回。" "The look just now is already on the phone of {}, and one tap ends it.";
    HomeWindows "三个窗口并排最好看。" "Best with three windows side by side.";
    HomePeople "镇上的人" "People in this town";
    HomeBe "变成 TA" "Be them";
    HomeDoors "给机器的门" "Doors for machines";
    HomeTerminal "同样的事，在终端里" "The same from your terminal";
    HomeTerminalMetadata "这台服务器会什么" "what this server can do";
    HomeTerminalRecord "一个人的全部记录" "everything about one person";
    HomeTerminalScan "同一次扫码" "the same scan";
    DoorScan "扫码" "Scan";
    DoorReady "健康检查" "Health check";
    DoorMetrics "指标" "Metrics";

    // The first page of a node that is no demo.
    FrontHead "一个码，走遍本地区的医院" "One code for every hospital of the region";
    FrontLead "请选择您要去的地方。" "Choose where to go.";
    FrontPhoneSays "健康和医保是同一个码，自己换新。" "One code for health and insurance; it renews itself.";
    FrontClinicSays "扫患者的码，看近半年各家机构的记录。" "Scan a patient’s code and see half a year from every institution.";
    FrontFhirSays "医院信息系统在这里提交和读取资料。" "Where hospital systems supply and read records.";

    // Signing in.
    SignInTitle "工作人员登录" "Staff sign-in";
    SignInLead "扫码查看记录前，请先确认是您本人。" "Before you can open records, show that it is you.";
    UserName "用户名" "User name";
    Password "密码" "Password";
    Totp "动态码" "One-time code";
    TotpHint "验证器应用里的 6 位数字" "6 digits from your authenticator app";
    PasskeyUse "用通行密钥登录" "Sign in with a passkey";
    PasskeyHint "指纹、面容或安全钥匙，不用记密码。" "Fingerprint, face or security key; no password to remember.";
    OrPassword "或用密码" "or with a password";
    SignInIncomplete "请填写用户名和密码。" "Type your name and your password.";
    SignInIncompleteDo "动态码没有就先空着。" "Leave the one-time code empty if you have none yet.";
    PasskeyWaiting "请在弹出的窗口里确认…" "Confirm in the window that opens…";
    PasskeyFailed "没有完成。可以再试一次，或用密码登录。" "That did not finish. Try again, or use your password.";
    PasskeyUnsupported "这个浏览器不支持通行密钥，请用密码。" "This browser has no passkeys; use your password.";

    // The account.
    AccountLead "管理您的登录方式。" "How you sign in.";
    AccountEnrol "先设置第二种登录方式，再开始工作。" "Set up a second way to sign in before you begin.";
    AccountEnrolDo "添加通行密钥，或开启动态码，任选一种。" "Add a passkey or set up one-time codes; one of them is enough.";
    GoToDesk "打开医生工作站" "Open the doctor’s desk";
    SignOutOthers "退出其他地方的登录" "Sign out everywhere else";
    SignedOutOthers "其他地方的登录已全部退出。" "Everywhere else you are signed out.";
    PasskeyLabel "给它起个名字" "Give it a name";
    PasskeyLabelHint "例如：诊室电脑、安全钥匙" "For example: consulting-room computer, security key";
    PasskeyAddedDone "通行密钥已添加。" "The passkey was added.";
    PasskeyRemove "移除" "Remove";
    PasskeyRemovedDone "通行密钥已移除，其他地方的登录已退出。" "The passkey was removed; everywhere else you are signed out.";
    TotpDone "动态码已开启。" "One-time codes are on.";
    PasswordDone "密码已改，其他地方的登录已退出。" "The password was changed; everywhere else you are signed out.";
    PasswordDiffers "两次输入的新密码不一样。" "The two new passwords differ.";
    PasswordDiffersDo "什么也没有改变，请再输一次。" "Nothing has changed; type them again.";
    Passkeys "通行密钥" "Passkeys";
    PasskeysNone "还没有通行密钥。加一个，以后不用输密码。" "No passkey yet. Add one and stop typing passwords.";
    PasskeyAdd "添加通行密钥" "Add a passkey";
    PasskeyAdded "{} 添加" "added {}";
    PasskeyAddFailed "没有加上，什么也没有改变。可以再试一次。" "It was not added and nothing has changed. You can try again.";
    PasskeyNeedsScript "添加通行密钥需要浏览器允许脚本。" "Adding a passkey needs scripts to be allowed.";
    TotpTitle "动态码" "One-time codes";
    TotpOn "已开启，登录时除密码外还要 6 位数字。" "On: signing in with a password also asks for 6 digits.";
    TotpOff "未开启。开启后，光有密码登录不了。" "Off. Once on, the password alone is not enough.";
    TotpStart "开启动态码" "Set up one-time codes";
    TotpReplace "换一个验证器" "Use another authenticator";
    TotpScan "用验证器应用扫这个码，再输入它显示的 6 位数字。" "Scan this with your authenticator app, then type the 6 digits it shows.";
    TotpPicture "验证器设置二维码" "QR code for the authenticator app";
    TotpSecret "扫不了？手工输入这个密钥" "Cannot scan? Type this key by hand";
    TotpFinish "确认开启" "Turn on";
    PasswordTitle "改密码" "Change the password";
    PasswordOld "现在的密码" "Current password";
    PasswordNew "新密码" "New password";
    PasswordNewHint "至少 12 个字；一句只有您知道的话最好记。" "At least 12 characters; a sentence only you know is easiest.";
    PasswordAgain "再输一遍新密码" "New password again";
    PasswordChange "改成新密码" "Change it";

    // When something is not there or does not work.
    NotFound "没有这一页。" "This page does not exist.";
    NotFoundDo "地址可能打错了，或者您现在看不到它。回到首页再找。" "The address may be mistyped, or it is not yours to see. Go back to the start and look from there.";
    ErrorTitle "这一步没有做成" "That did not work";
    ErrorCode "错误代码" "Error code";
    ErrorTrace "告诉管理员这个编号" "Tell the administrator this number";
    TryAgain "再试一次" "Try again";

    // Paying: what a bill is made of.
    FundBar "共 {} 元：{}" "{} yuan in all: {}";
    PartInstitution "医院承担，不向您收" "Borne by the hospital, not yours to pay";
    PartAccount "我的个人账户" "My own account";
    PartAccountLeft "余 {}" "{} left";
    PartFamily "家人的个人账户" "A relative’s account";
    PartOwn "自己付" "Yourself";
    KinSpouse "配偶" "spouse";
    KinParent "父母" "parent";
    KinChild "子女" "child";
    ClassA "甲类 100%" "class A 100%";
    ClassB "乙类 {}" "class B {}";
    ClassC "丙类 自费" "class C self-pay";

    // The phone: paying.
    PayTitle "付费" "Pay";
    PayTitleItems "付费 · {} 项" "Pay · {} items";
    PayOnly "您只需付" "You pay only";
    PayOf "{} · {} · 共 {} 元" "{} · {} · {} yuan in all";
    PayConfirm "确认付 ¥{}" "Pay ¥{} now";
    PayConfirmNothing "确认，不用付钱" "Confirm, nothing to pay";
    PayConfirmDesk "确认结算，再到窗口付 ¥{}" "Settle now, pay ¥{} at a desk";
    PayAccounts "用个人账户和家人账户付" "Use my account and relatives’ accounts";
    PayAccountsOn "已打开：先用账户里的钱" "On: account money goes first";
    PayAccountsOff "已关闭：账户里的钱不动" "Off: account money stays untouched";
    PayItems "看看有哪些项目" "See the items";
    PayWhy "为什么是这个数？" "Why this amount?";
    PayWhyLead "每一分钱都对得上：最里层的数加起来就是外层的数。" "Every fen is accounted for: inner amounts add up to the outer one.";
    PayRule "方案条款 {}" "plan rule {}";
    PayAfter "付完不用排队；电子票据自动存进「票据」。" "No queue afterwards; the e-bill is kept under Bills.";
    PayNone "现在没有要付的费用" "Nothing waits to be paid";
    PayNoneDo "看完病，医院记好账，这里就会出现。" "After a visit it appears here as soon as the hospital has charged it.";
    PayOther "另一次：{}" "Another visit: {}";
    PayStale "金额刚刚变了，还没有扣钱。" "The amount has just changed; nothing was taken.";
    PayStaleDo "请看新的数字，同意再确认。" "Look at the new numbers and confirm again if you agree.";
    PayCannot "这次还不能在手机上结算。" "This visit cannot be settled on the phone yet.";
    PaySettled "已结算" "Settled";
    PayDone "已付 ¥{}" "¥{} paid";
    PayDoneNothing "办好了，不用付钱" "Done, nothing to pay";
    PayConfirming "正在确认，请不要再付一次" "Being confirmed, please do not pay again";
    PayConfirmingDo "通常几秒钟就好。关掉这一页也不要紧，结果不会丢。" "It usually takes seconds. You can close this page; the outcome is kept.";
    PayFailed "没有付成，钱没有扣" "Not paid; nothing was taken";
    PayFailedDo "医保部分已经结好。可以再付一次，也可以到窗口付。" "The insured part is settled. Pay again, or pay at a desk.";
    PayUnpaid "还要付 ¥{}" "¥{} still to be paid";
    PayUnpaidDo "医保部分已经结好，就差这一步。" "The insured part is settled; only this step is left.";
    PayAtDesk "请到窗口或自助机付这一笔。" "Please pay this at a desk or a kiosk.";
    PayThere "自己付的部分由医院收取。" "Your own share is collected by the hospital.";
    PayReturning "钱正在退回" "Money is on its way back";
    PayRefunded "已全额退回" "All of it went back";
    PayUndone "这笔结算已撤销" "This settlement was cancelled";
    PayAgain "再付一次 ¥{}" "Pay ¥{} again";
    PayBill "看电子票据" "See the e-bill";
    PayToList "回到付费" "Back to paying";
    WhyOwn "您要付的" "What you pay";
    WhyPart "您这次承担的部分" "Your part of this visit";
    WhyFullSelf "全自费项目" "items outside insurance";
    WhyOverLimit "超过限价的部分" "above limit prices";
    WhyPriorSelf "乙类先自付" "class B, paid first";
    WhyDeductible "起付线以内" "below the deductible";
    WhyRest "起付线以上，按比例自付" "above the deductible, your ratio";
    WhyFunds "医保基金付的" "What the funds pay";
    WhyBase "报销范围内 {}" "in scope {}";

    // The phone: bills.
    BillsTitle "电子票据" "E-bills";
    BillsNone "还没有电子票据" "No e-bill yet";
    BillsNoneDo "每次结算后，票据自动存在这里。" "After each settlement the bill is kept here.";
    BillOwn "自己付 {}" "yourself {}";
    BillRed "红字 · 冲销票据" "red · takes a bill back";
    BillVoid "已冲销" "taken back";
    BillPaper "已换纸质票据" "exchanged for paper";
    BillMarked "已用于报销" "used for a claim";
    BillLive "有效" "valid";
    BillPdf "PDF 下载" "PDF";
    BillCheck "验真伪" "Check it";
    BillPrint "打印" "Print";
    BillCode "票据代码" "Bill code";
    BillNumber "票据号码" "Bill number";
    BillCheckCode "校验码" "Check code";
    BillPayer "交款人" "Payer";
    BillIssued "开票日期" "Issued on";
    BillItem "项目" "Item";
    BillAmount "金额" "Amount";
    BillTotal "合计" "Total";
    BillQr "电子票据的码" "Code of the e-bill";
}
