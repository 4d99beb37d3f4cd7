//! Words of paying and bills.

macro_rules! money {
    ($next:ident $left:tt $($row:tt)*) => { $next! { $left $($row)*
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
        PayCollect "有钱要退给您，请到收费窗口领取" "There is money for you: collect it at the cashier";
        PayCollectDo "这笔结算已撤销。带上凭条，或出示码。" "This settlement was cancelled. Bring your slip, or show your code.";
        PayUndone "这笔结算已撤销" "This settlement was cancelled";
        PayAgain "再付一次 ¥{}" "Pay ¥{} again";
        PayBill "看电子票据" "See the e-bill";
        PayToList "回到付费" "Back to paying";

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
    } };
}
pub(super) use money;
