//! Words of what every page says: its frame, time, and what it says when something is not there.

macro_rules! everywhere {
    ($next:ident $left:tt $($row:tt)*) => { $next! { $left $($row)*
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

        // When something is not there or does not work.
        NotFound "没有这一页。" "This page does not exist.";
        NotFoundDo "地址可能打错了，或者您现在看不到它。回到首页再找。" "The address may be mistyped, or it is not yours to see. Go back to the start and look from there.";
        ErrorTitle "这一步没有做成" "That did not work";
        ErrorCode "错误代码" "Error code";
        ErrorTrace "告诉管理员这个编号" "Tell the administrator this number";
        TryAgain "再试一次" "Try again";
    } };
}
pub(super) use everywhere;
