//! Words of the first page, of the demo and of a node that is none.

macro_rules! home {
    ($next:ident $left:tt $($row:tt)*) => { $next! { $left $($row)*
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
    } };
}
pub(super) use home;
