//! Words of one's cards, phones and family on the phone.

macro_rules! cards {
    ($next:ident $left:tt $($row:tt)*) => { $next! { $left $($row)*
        // One's phones.
        CardsTitle "卡、手机和家人" "Cards, phones, family";
        PhonesTitle "我的手机" "My phones";
        PhonesNone "还没有登记手机。" "No phone is registered yet.";
        PhonesNoneHow "在手机上打开“出示码”，它会自己登记。" "Open the code page on a phone; it registers itself.";
        PhoneThis "这部手机" "this phone";
        PhoneSeen "登记于 {} · 最近联网 {}" "added {} · last online {}";
        PhoneShowsFor "替 {} 出示" "shows for {}";
        PhoneRemove "移除" "Remove";
        PhoneRemoveSays "那部手机上的码马上失效；您在别处的登录也会退出，要重新登录。" "Its codes stop working at once, and wherever else you are signed in you have to sign in again.";
        PhoneRemoveDo "确认移除" "Remove it now";
        PhoneAdd "换手机，或再加一部" "A new or second phone";
        PhoneAddHow "在那部手机上扫这个码或打开网址，登录后会自己登记。旧手机不用了，在上面移除。" "On that phone scan this or open the address and sign in; it registers itself. Remove the old one above.";
        PhoneAddPicture "网址二维码" "QR code of the address";

        // One's cards.
        CardsOwn "我的卡" "My cards";
        CardsNone "还没有卡。" "There is no card yet.";
        CardsLinked "关联的卡" "Linked cards";
        CardsLinkedNone "还没有关联的卡。" "No card is linked yet.";
        CardsLinkedHow "把银行卡、社保卡或医院就诊卡拿到任一窗口关联，那张卡就代表您。卡号不留存。" "Have a bank, social security or hospital card linked at any window; it then stands for you. Its number is not kept.";
        CardsEnded "已结束的卡，{} 张" "Ended cards: {}";
        MediumPhone "手机码" "Code on the phone";
        MediumPaper "纸质码" "Printed code";
        MediumBank "银行卡" "Bank card";
        MediumSocial "社保卡" "Social security card";
        MediumLocal "医院就诊卡" "Hospital card";
        MediumInfant "新生儿码" "Newborn’s code";
        MediumTemporary "临时码" "Temporary code";
        CardIssued "办理于 {}" "issued {}";
        CardUntil "有效到 {}" "valid until {}";
        CardApplied "等待启用" "waiting";
        CardActive "可用" "active";
        CardSuspended "已停用" "paused";
        CardLost "已挂失" "reported lost";
        CardRevoked "已作废" "revoked";
        CardReplaced "已换新" "replaced";
        CardExpired "已到期" "expired";
        CardAtWindow "找不回来，请带证件到任一窗口补办。" "If it stays lost, any window replaces it; bring your identity card.";
        ActSuspend "停用" "Pause";
        ActSuspendSays "停用期间谁也用不了它，随时可以恢复。" "While it is paused nobody can use it. You can resume it any time.";
        ActSuspendDo "确认停用" "Pause it now";
        ActLose "挂失" "Report lost";
        ActLoseSays "马上生效，捡到的人用不了。找回来能恢复，找不回来能补办。" "At once: whoever finds it cannot use it. You can resume it if you find it, or have it replaced.";
        ActLoseDo "确认挂失" "Report it lost now";
        ActResume "恢复使用" "Use it again";
        ActReplace "补办" "Replace";
        ActReplaceSays "旧的就此作废；新的马上能用，您的手机打开“出示码”就会换上。" "The old one ends for good. The new one works at once: your phones take it when they open the code page.";
        ActReplaceDo "确认补办" "Replace it now";
        DoneSuspend "已停用，现在谁也用不了。" "Paused; nobody can use it now.";
        DoneLose "已挂失，马上生效。" "Reported lost, at once.";
        DoneResume "已恢复，可以用了。" "In use again.";
        DoneReplace "已补办，旧的作废。" "Replaced; the old one has ended.";
        DoneRemove "已移除，那部手机上的码已失效。" "Removed; its codes no longer work.";

        // Who shows a code for whom.
        GivenTitle "谁能替我出示" "Who may show my code";
        GivenNone "现在没有人能替您出示码。" "Nobody may show your code now.";
        HeldTitle "我能替谁出示" "Whose code I may show";
        HeldNone "现在没有。" "Nobody’s now.";
        HeldNoneHow "家人在自己手机上授权给您，或带证件到窗口登记监护人，这里就会出现。" "When a relative gives you leave on their phone, or a window records you as guardian, they appear here.";
        KindGuardian "监护人" "guardian";
        KindDelegate "代办人" "delegate";
        MandateFor "能办：{}" "For: {}";
        MandateAll "全部业务" "everything";
        MandateUntil "到 {}" "until {}";
        MandateNoEnd "长期有效" "without an end";
        MandateLimit "结账最多 {} 元" "pays up to ¥{}";
        MandateEnd "收回" "Take back";
        MandateEndSays "对方手机上您的码马上失效。" "Your code on their phone stops working at once.";
        MandateEndDo "确认收回" "Take it back now";
        MandateShow "出示 TA 的码" "Show their code";
        MandateShowScript "出示家人的码，需要浏览器允许脚本。" "Showing it needs scripts to be allowed in the browser.";
        DoneGive "已授权，对方打开“出示码”就能替您出示。" "Given; they can show your code when they open their code page.";
        DoneEnd "已收回，对方手机上您的码已失效。" "Taken back; your code on their phone no longer works.";
        GiveTitle "让家人替我办" "Let somebody help me";
        GiveNumber "对方的身份证号" "Their identity card number";
        GiveNumberHint "对方要先有一码通。" "They need to be known to Yima.";
        GiveFor "能办什么" "What for";
        GiveDrugs "取药、买药" "Fetching and buying medicine";
        GiveReports "取报告、打印票据、复印病历" "Reports, bills, copies of the record";
        GivePaying "挂号、预约、结账" "Registering, booking, paying";
        GiveVisits "看病、检查、治疗、入院（能打开病历）" "Visits, tests, treatment, admission (opens the record)";
        GiveLong "多久" "How long";
        GiveDay "1 天" "1 day";
        GiveWeek "7 天" "7 days";
        GiveMonth "30 天" "30 days";
        GiveYear "1 年" "1 year";
        GiveLimit "结账最多多少元" "Pays at most, yuan";
        GiveLimitHint "不填就不限。" "Empty means no limit.";
        GiveDo "确认授权" "Give leave";
        GiveNothing "还没有选能办什么。" "Nothing is chosen that they may do.";
        GiveNothingDo "请至少选一项；还没有授权。" "Choose at least one; nothing was given yet.";
    } };
}
pub(super) use cards;
