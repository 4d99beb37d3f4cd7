//! The bench of who writes insurance plans, as typed: lint, run, test, explain.

use crate::home::Home;

/// Our own plans and cases, kept beside the adjudicator.
fn kept(path: &str) -> String {
    format!("{}/../adjudication/{path}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_plans_of_the_demonstration_are_sound() {
    let home = Home::empty();
    let plans = ["990100-310", "990100-390", "990200-310"].map(|name| kept(&format!("plans/{name}.json")));
    let words: Vec<&str> = ["plan", "lint", "--quiet"].into_iter().chain(plans.iter().map(String::as_str)).collect();
    let told = home.done(&words);
    assert_eq!(told.out, "", "no warnings: {told:?}");
    let twice = home.yima(&["plan", "lint", &plans[0], &plans[0], "--json"]);
    assert_eq!(twice.code, 1, "{twice:?}");
    let findings = twice.json();
    let together = findings.as_array().unwrap().last().unwrap();
    let codes: Vec<_> = together["findings"].as_array().unwrap().iter().map(|finding| &finding["code"]).collect();
    assert_eq!(codes, ["plan.same-version", "plan.overlap"]);
}

#[test]
fn a_plan_with_an_error_says_where() {
    let home = Home::empty();
    let text = std::fs::read_to_string(kept("plans/990100-310.json")).unwrap();
    let wrong = home.path("wrong.json");
    std::fs::write(&wrong, text.replacen("\"bp\": 8000", "\"bp\": 80000", 1)).unwrap();
    let wrong = wrong.to_str().unwrap();
    let told = home.yima(&["plan", "lint", wrong, "--quiet", "--lang", "zh"]);
    assert_eq!(told.code, 1, "{told:?}");
    assert!(told.out.contains("错误 /rates/0/segments/0/bp [plan.rate-range] 80000"), "{told:?}");
    let missing = home.yima(&["plan", "lint", "nowhere.json"]);
    assert_eq!(missing.code, 1, "{missing:?}");
    assert!(missing.err.contains("nowhere.json"), "{missing:?}");
}

#[test]
fn cases_run_to_the_byte_and_a_wrong_fen_is_named() {
    let home = Home::empty();
    let cases = kept("cases/invented.json");
    let text = std::fs::read_to_string(&cases).unwrap();
    assert_eq!(home.done(&["plan", "run", &cases]).out, text, "nothing to change");
    assert!(home.done(&["plan", "test", &cases]).out.contains("35 as expected, 0 not"));

    let wrong = home.path("wrong.json");
    std::fs::write(&wrong, text.replace("\"hifp_pay\": 43320,", "\"hifp_pay\": 43321,")).unwrap();
    let wrong = wrong.to_str().unwrap();
    let told = home.yima(&["plan", "test", wrong]);
    assert_eq!(told.code, 1, "{told:?}");
    assert!(told.out.contains("Y01 /steps/0/expect/result/hifp_pay: expected 43321, found 43320"), "{told:?}");
    let json = home.yima(&["plan", "test", wrong, "--json"]).json();
    assert_eq!((&json["wrong"], &json["differences"][0]["found"]), (&1.into(), &43_320.into()));
    assert_eq!(home.done(&["plan", "run", wrong]).out, text, "run puts it right");
}

#[test]
fn a_case_is_explained_in_both_languages() {
    let home = Home::empty();
    let cases = kept("cases/invented.json");
    let english = home.done(&["plan", "explain", &cases, "--case", "Y22", "--step", "0"]).out;
    assert!(english.contains("medical aid: 8688.40 = 12412.00 × 70%  [/aid/low_income]"), "{english}");
    let chinese = home.done(&["plan", "explain", &cases, "--case", "Y22", "--lang", "zh"]).out;
    assert!(chinese.contains("大病保险：11908.00") && chinese.contains("第 1 步"), "{chinese}");
    let tree = home.done(&["plan", "explain", &cases, "--case", "Y22", "--json"]).json();
    assert_eq!(tree[0]["explanation"]["purses"]["fen"], 572_360);
    let nobody = home.yima(&["plan", "explain", &cases, "--case", "Z99"]);
    assert_eq!(nobody.code, 1, "{nobody:?}");
    assert!(nobody.err.contains("Z99"), "{nobody:?}");
}
