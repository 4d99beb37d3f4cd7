//! `yima plan …`: the bench of who writes insurance plans: lint documents, run and
//! test cases, ask why. The arithmetic is `adjudication`'s; here are files, texts and
//! exit codes (0 as it should be, 1 refused or different, 2 warnings only).

use super::{Told, say, warn};
use adjudication::cases::{Cases, Difference, Settled};
use adjudication::{Finding, Plan, Ready, Severity, Tongue, explain, lint_set};
use serde::Serialize as _;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be done with plans.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Say what is wrong or odd in plan documents, and between them.
    Lint(LintArgs),
    /// Print a file of cases with every expectation computed.
    Run(RunArgs),
    /// Compare computed results with what a file of cases expects.
    Test(TestArgs),
    /// Tell for every fen of a case the rule, its place in the plan and the numbers.
    Explain(ExplainArgs),
    /// Work past settlements out again under another plan; tell the effect on funds
    /// and households.
    Whatif(super::plan_whatif::Args),
}

/// A language.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Lang {
    /// Chinese.
    Zh,
    /// English.
    En,
}

impl From<Lang> for Tongue {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::Zh => Self::Zh,
            Lang::En => Self::En,
        }
    }
}

/// Arguments of `lint`.
#[derive(Debug, clap::Args)]
pub(crate) struct LintArgs {
    /// Plan documents, or files of cases whose plans are looked at; `-` reads standard
    /// input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Language of the findings.
    #[arg(long, value_enum, default_value = "en")]
    lang: Lang,
    /// Leave out notes.
    #[arg(long)]
    quiet: bool,
    /// JSON, both languages.
    #[arg(long)]
    json: bool,
}

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    /// A file of plans and cases; `-` reads standard input.
    cases: PathBuf,
}

/// Arguments of `test`.
#[derive(Debug, clap::Args)]
pub(crate) struct TestArgs {
    /// A file of plans and cases; `-` reads standard input.
    cases: PathBuf,
    /// JSON: every difference.
    #[arg(long)]
    json: bool,
}

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// A file of plans and cases; `-` reads standard input.
    cases: PathBuf,
    /// The case's id.
    #[arg(long)]
    case: String,
    /// Only this step, counted from 0.
    #[arg(long)]
    step: Option<usize>,
    /// Language of the text.
    #[arg(long, value_enum, default_value = "en")]
    lang: Lang,
    /// JSON, both languages.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(config: &Path, command: &Command) -> Told {
    match command {
        Command::Whatif(args) => super::plan_whatif::run(config, args),
        Command::Lint(args) => lint(args),
        Command::Run(args) => run_cases(args),
        Command::Test(args) => test(args),
        Command::Explain(args) => tell_why(args),
    }
}

fn text_of(path: &Path) -> Result<String, String> {
    if path.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map_err(|error| format!("standard input: {error}"))?;
        return Ok(text);
    }
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn cases_of(path: &Path) -> Result<(String, Cases), String> {
    let text = text_of(path)?;
    let cases = Cases::read(&text).map_err(|findings| {
        let first = findings.first().map_or_else(String::new, |finding| finding.en.clone());
        format!("{}: {first}", path.display())
    })?;
    Ok((text, cases))
}

/// What the linter says of one document.
struct Said {
    whose: String,
    findings: Vec<Finding>,
}

fn lint(args: &LintArgs) -> Told {
    let mut said = Vec::new();
    let mut set = Vec::new();
    for file in &args.files {
        let text = text_of(file)?;
        let name = file.display().to_string();
        let document: Option<Value> = serde_json::from_str(&text).ok();
        if document.is_some_and(|document| document.get("plans").is_some()) {
            let (_, cases) = Cases::read(&text).map(|cases| (text, cases)).map_err(|findings| {
                format!("{name}: {}", findings.first().map_or("", |finding| finding.en.as_str()))
            })?;
            // Plans of cases are alternatives; they are not in force together.
            said.extend(
                cases.lint().into_iter().map(|(plan, findings)| Said { whose: format!("{name}#{plan}"), findings }),
            );
            continue;
        }
        match Plan::read(&text) {
            Ok(plan) => {
                said.push(Said { whose: name, findings: plan.lint() });
                set.push(plan);
            }
            Err(findings) => said.push(Said { whose: name, findings }),
        }
    }
    said.push(Said { whose: String::from("together"), findings: lint_set(&set) });
    let least = if args.quiet { Severity::Warning } else { Severity::Note };
    for one in &mut said {
        one.findings.retain(|finding| finding.severity >= least);
    }
    tell_findings(args, &said);
    let worst = said.iter().flat_map(|one| &one.findings).map(|finding| finding.severity).max();
    Ok(match worst {
        Some(Severity::Error) => ExitCode::FAILURE,
        Some(Severity::Warning) => ExitCode::from(2),
        Some(Severity::Note) | None => ExitCode::SUCCESS,
    })
}

fn tell_findings(args: &LintArgs, said: &[Said]) {
    if args.json {
        let rows = said.iter().map(|one| json!({ "document": one.whose, "findings": one.findings }));
        say(Value::Array(rows.collect()).to_string());
        return;
    }
    for one in said {
        for finding in &one.findings {
            let (grave, fact) = match (args.lang, finding.severity) {
                (Lang::Zh, Severity::Error) => ("错误", &finding.zh),
                (Lang::Zh, Severity::Warning) => ("警告", &finding.zh),
                (Lang::Zh, Severity::Note) => ("提示", &finding.zh),
                (Lang::En, Severity::Error) => ("error", &finding.en),
                (Lang::En, Severity::Warning) => ("warning", &finding.en),
                (Lang::En, Severity::Note) => ("note", &finding.en),
            };
            say(format!("{}: {grave} {} [{}] {fact}", one.whose, finding.path, finding.code));
        }
    }
}

/// Fields nobody knows have no effect; their author should know.
fn warn_unknown(unknown: &[String]) {
    for field in unknown {
        warn(format!("yima: {field}: nobody knows this field; it has no effect"));
    }
}

fn run_cases(args: &RunArgs) -> Told {
    let (text, cases) = cases_of(&args.cases)?;
    let mut unknown = Vec::new();
    let computed = cases.run(&mut unknown);
    warn_unknown(&unknown);
    let mut bytes = Vec::with_capacity(text.len());
    let format = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut to = serde_json::Serializer::with_formatter(&mut bytes, format);
    computed.serialize(&mut to).map_err(|error| error.to_string())?;
    // The same end as the input, so that a comparison of files is empty when all is right.
    if text.ends_with('\n') {
        bytes.push(b'\n');
    }
    // Whoever closed the pipe does not want the rest.
    let _ = std::io::stdout().write_all(&bytes);
    Ok(ExitCode::SUCCESS)
}

fn test(args: &TestArgs) -> Told {
    let (_, cases) = cases_of(&args.cases)?;
    let mut unknown = Vec::new();
    let differences = cases.differences(&mut unknown);
    warn_unknown(&unknown);
    let mut wrong: Vec<&str> = differences.iter().map(|difference| difference.case.as_str()).collect();
    wrong.dedup();
    if args.json {
        let row = |difference: &Difference| {
            json!({
                "case": difference.case,
                "path": difference.path,
                "expected": difference.expected,
                "found": difference.found,
            })
        };
        let rows: Vec<Value> = differences.iter().map(row).collect();
        say(json!({ "cases": cases.len(), "wrong": wrong.len(), "differences": rows }).to_string());
    } else {
        let shown = |value: &Option<Value>| value.as_ref().map_or_else(|| String::from("nothing"), Value::to_string);
        for difference in &differences {
            say(format!(
                "{} {}: expected {}, found {}",
                difference.case,
                difference.path,
                shown(&difference.expected),
                shown(&difference.found)
            ));
        }
        say(format!("{} cases, {} as expected, {} not", cases.len(), cases.len() - wrong.len(), wrong.len()));
    }
    Ok(if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn tell_why(args: &ExplainArgs) -> Told {
    let (_, cases) = cases_of(&args.cases)?;
    let (ready, settled) = cases
        .case(&args.case)
        .ok_or_else(|| format!("there is no case `{}`", args.case))?
        .map_err(|error| error.to_string())?;
    let wanted: Vec<&Settled> = settled.iter().filter(|one| args.step.is_none_or(|step| step == one.step)).collect();
    if wanted.is_empty() {
        return Err(String::from("no settlement at this step"));
    }
    let mut rows = Vec::new();
    for one in wanted {
        let row = why(ready, one, args)?;
        rows.extend(row);
    }
    if args.json {
        say(Value::Array(rows).to_string());
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints one step's reasons, or hands them back for JSON.
fn why(ready: &Ready, one: &Settled, args: &ExplainArgs) -> Result<Option<Value>, String> {
    let told = explain(ready, &one.person, &one.before, &one.encounter)
        .map_err(|error| format!("step {}: {error}", one.step))?;
    if args.json {
        let tree = serde_json::to_value(&told).map_err(|error| error.to_string())?;
        return Ok(Some(json!({ "step": one.step, "explanation": tree })));
    }
    let head = match args.lang {
        Lang::Zh => format!("{} 第 {} 步", args.case, one.step),
        Lang::En => format!("{} step {}", args.case, one.step),
    };
    say(format!("{head} · {}", told.text(args.lang.into()).trim_end()));
    Ok(None)
}
