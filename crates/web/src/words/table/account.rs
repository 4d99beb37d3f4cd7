//! Words of signing in, and how one signs in.

macro_rules! account {
    ($next:ident $left:tt $($row:tt)*) => { $next! { $left $($row)*
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
    } };
}
pub(super) use account;
