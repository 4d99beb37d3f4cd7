//! `yima card`: issue cards for a list of people through a running node, and print
//! sheets of them. A list can be tried first and gone on with after a break; what
//! could not be done stands in a file beside it.

use super::target::Remote;
use super::{Told, say};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be done with cards.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Issue a card for each line of a list.
    Issue(IssueArgs),
    /// Print A4 sheets of cards, ten on each, as PDF.
    Print(PrintArgs),
}

/// A running node.
#[derive(Debug, clap::Args)]
pub(crate) struct To {
    /// A running node, `http://…`; without it the running demo.
    #[arg(long = "to")]
    node: Option<String>,
    /// A registrar's token.
    #[arg(long, env = "YIMA_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// One line of JSON.
    #[arg(long)]
    json: bool,
}

/// Arguments of `issue`.
#[derive(Debug, clap::Args)]
pub(crate) struct IssueArgs {
    /// A CSV file with the columns `identifier` (system|value), `medium` and `label`.
    #[arg(long)]
    from: PathBuf,
    /// Look everybody up, issue nothing.
    #[arg(long, conflicts_with = "resume")]
    dry_run: bool,
    /// Go on where the last run of this list stopped.
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    to: To,
}

/// Arguments of `print`.
#[derive(Debug, clap::Args)]
pub(crate) struct PrintArgs {
    /// Cards by id.
    cards: Vec<String>,
    /// The `.done.csv` that `yima card issue` wrote.
    #[arg(long)]
    from: Option<PathBuf>,
    /// What stands above the code.
    #[arg(long, default_value = "")]
    region: String,
    /// The PDF to write; sheets of more than 500 cards are parted.
    #[arg(long, default_value = "cards.pdf")]
    out: PathBuf,
    #[command(flatten)]
    to: To,
}

/// Cards in one PDF at most.
const SHEET_MAX: usize = 500;

pub(crate) fn run(command: &Command) -> Told {
    match command {
        Command::Issue(args) => issue(args),
        Command::Print(args) => print(args),
    }
}

fn remote(to: &To) -> Result<Remote, String> {
    Remote::find(to.node.as_deref(), to.token.as_deref(), "registrar")
        .ok_or_else(|| "no demo is running; name a node with --to and --token".to_owned())
}

/// The cells of one line: commas part them, quotes keep commas inside.
fn cells(line: &str) -> Vec<String> {
    let (mut all, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    let mut letters = line.trim_end_matches('\r').chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => all.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    all.push(cell);
    all
}

fn quoted(cell: &str) -> String {
    // A spreadsheet runs what begins with these.
    let safe = if cell.starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell.to_owned() };
    format!("\"{}\"", safe.replace('"', "\"\""))
}

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    number: usize,
    identifier: String,
    medium: String,
    label: String,
}

fn read(text: &str) -> Result<Vec<Line>, String> {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let head: Vec<String> =
        cells(lines.next().unwrap_or_default()).iter().map(|name| name.trim().to_lowercase()).collect();
    let column = |name: &str| head.iter().position(|known| known == name);
    let identifier = column("identifier").ok_or("the list has no column 'identifier'")?;
    let (medium, label) = (column("medium"), column("label"));
    let cell = |cells: &[String], at: Option<usize>| at.and_then(|at| cells.get(at)).map(|cell| cell.trim().to_owned());
    Ok(lines
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            let cells = cells(line);
            Line {
                number: at + 2,
                identifier: cell(&cells, Some(identifier)).unwrap_or_default(),
                medium: cell(&cells, medium).filter(|word| !word.is_empty()).unwrap_or_else(|| "paper".to_owned()),
                label: cell(&cells, label).unwrap_or_default(),
            }
        })
        .collect())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

/// Lines done before, with their cards.
fn done_before(path: &Path) -> BTreeMap<usize, String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .skip(1)
        .filter_map(|line| {
            let cells = cells(line);
            Some((cells.first()?.parse().ok()?, cells.get(1)?.clone()))
        })
        .collect()
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

/// Why a line was not done, in the product's words.
fn why(status: u16, answer: &Value) -> String {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    format!("{status} {} {}", text("code"), text("title"))
}

struct Issuing<'a> {
    remote: &'a Remote,
    client: reqwest::blocking::Client,
    /// Names the list, so that a line that is sent again is the same request.
    list: String,
}

impl Issuing<'_> {
    /// The person of a line; the inner error is the line's.
    fn person(&self, line: &Line) -> Result<Result<String, String>, String> {
        let path = format!("/v1/persons?identifier={}", percent(&line.identifier));
        let (status, answer) = self.remote.call(&self.client, "GET", &path, None)?;
        patience(status, &answer)?;
        Ok(answer["person"]["id"].as_str().map(str::to_owned).ok_or_else(|| why(status, &answer)))
    }

    fn card(&self, line: &Line, person: &str) -> Result<Result<String, String>, String> {
        let body = json!({ "person": person, "medium": line.medium, "label": line.label }).to_string();
        let request = self
            .client
            .post(format!("{}/v1/cards", self.remote.base))
            .bearer_auth(&self.remote.token)
            .header("content-type", "application/json")
            .header("idempotency-key", format!("bulk-{}-{}", self.list, line.number))
            .body(body);
        let response = request.send().map_err(|error| format!("{} does not answer: {error}", self.remote.base))?;
        let status = response.status().as_u16();
        let answer: Value = response.json().unwrap_or(Value::Null);
        patience(status, &answer)?;
        Ok(answer["card"].as_str().map(str::to_owned).ok_or_else(|| why(status, &answer)))
    }
}

/// A node that is away or refuses the caller stops the run: the list is not to blame.
fn patience(status: u16, answer: &Value) -> Result<(), String> {
    if status >= 500 || status == 401 || status == 403 { Err(why(status, answer)) } else { Ok(()) }
}

fn bar(count: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX));
    if let Ok(style) = ProgressStyle::with_template("issuing {wide_bar} {pos}/{len}  {per_sec}  {eta} left") {
        bar.set_style(style);
    }
    bar
}

fn issue(args: &IssueArgs) -> Told {
    let text = std::fs::read_to_string(&args.from).map_err(|error| format!("{}: {error}", args.from.display()))?;
    let lines = read(&text)?;
    let done_path = beside(&args.from, ".done.csv");
    let issues_path = beside(&args.from, ".issues.csv");
    if done_path.exists() && !args.resume && !args.dry_run {
        return Err(format!("{} is there from an earlier run: add --resume, or take it away", done_path.display()));
    }
    let before = if args.resume { done_before(&done_path) } else { BTreeMap::new() };
    let remote = remote(&args.to)?;
    let list = store::OnceKey::new(0, "card issue", &text, b"", false).home().unsigned_abs().to_string();
    let issuing = Issuing { remote: &remote, client: reqwest::blocking::Client::new(), list };
    let mut done = None;
    if !args.dry_run {
        let fresh = !done_path.exists();
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&done_path)
            .map_err(|error| format!("{}: {error}", done_path.display()))?;
        if fresh {
            writeln!(file, "line,card").map_err(|error| error.to_string())?;
        }
        done = Some(file);
    }
    let (mut issued, mut issues) = (0u64, String::from("line,identifier,why\n"));
    let mut bad = 0u64;
    let bar = bar(lines.len());
    for line in &lines {
        bar.inc(1);
        if before.contains_key(&line.number) {
            continue;
        }
        let outcome = match issuing.person(line)? {
            Ok(person) if !args.dry_run => issuing.card(line, &person)?,
            found => found,
        };
        match (outcome, &mut done) {
            (Ok(card), Some(file)) => {
                writeln!(file, "{},{card}", line.number).map_err(|error| error.to_string())?;
                issued += 1;
            }
            (Ok(_), None) => issued += 1,
            (Err(why), _) => {
                // Writing to a String cannot fail.
                let _ = writeln!(issues, "{},{},{}", line.number, quoted(&line.identifier), quoted(&why));
                bad += 1;
            }
        }
    }
    bar.finish_and_clear();
    std::fs::write(&issues_path, &issues).map_err(|error| format!("{}: {error}", issues_path.display()))?;
    Ok(finish(args, issued, before.len(), bad, &issues_path))
}

fn finish(args: &IssueArgs, issued: u64, before: usize, bad: u64, issues: &Path) -> ExitCode {
    if args.to.json {
        let told =
            json!({ "dry_run": args.dry_run, "issued": issued, "before": before, "refused": bad, "issues": issues });
        say(told.to_string());
    } else {
        let verb = if args.dry_run { "would be issued" } else { "issued" };
        say(format!("{issued} {verb}, {before} done before, {bad} refused"));
        if bad > 0 {
            say(format!("what is wrong stands in {}", issues.display()));
        }
    }
    if bad > 0 { ExitCode::from(2) } else { ExitCode::SUCCESS }
}

fn print(args: &PrintArgs) -> Told {
    let mut cards = args.cards.clone();
    if let Some(path) = &args.from {
        let listed = done_before(path);
        if listed.is_empty() {
            return Err(format!("{} names no cards", path.display()));
        }
        cards.extend(listed.into_values());
    }
    if cards.is_empty() {
        return Err("name cards, or --from a .done.csv".to_owned());
    }
    let remote = remote(&args.to)?;
    let client = reqwest::blocking::Client::new();
    let parts = cards.len().div_ceil(SHEET_MAX);
    let mut written = Vec::new();
    for (at, some) in cards.chunks(SHEET_MAX).enumerate() {
        let request = client
            .post(format!("{}/v1/cards/sheet", remote.base))
            .bearer_auth(&remote.token)
            .header("content-type", "application/json")
            .body(json!({ "cards": some, "region": args.region }).to_string());
        let response = request.send().map_err(|error| format!("{} does not answer: {error}", remote.base))?;
        let status = response.status().as_u16();
        let bytes = response.bytes().map_err(|error| error.to_string())?;
        if status != 200 {
            let answer = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            return Err(why(status, &answer));
        }
        let path = if parts == 1 { args.out.clone() } else { beside(&args.out, &format!(".{}.pdf", at + 1)) };
        std::fs::write(&path, &bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        written.push(path);
    }
    if args.to.json {
        say(json!({ "cards": cards.len(), "written": written }).to_string());
    } else {
        for path in &written {
            say(format!("wrote {}", path.display()));
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_by_its_head() {
        let text = "\u{feff}Label,identifier,medium\r\n\"张, 打印\",s|1,\r\n\n\"a \"\"b\"\"\",s|2,infant\n";
        let lines = read(text).unwrap();
        assert_eq!(lines.len(), 2);
        assert_eq!((lines[0].number, lines[0].label.as_str(), lines[0].medium.as_str()), (2, "张, 打印", "paper"));
        assert_eq!((lines[1].number, lines[1].label.as_str(), lines[1].identifier.as_str()), (4, "a \"b\"", "s|2"));
        assert!(read("name\nx\n").is_err());
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_quoted() {
        assert_eq!(quoted("=cmd()"), "\"'=cmd()\"");
        assert_eq!(quoted("a\"b"), "\"a\"\"b\"");
        assert_eq!(percent("urn:oid|11 X"), "urn%3Aoid%7C11%20X");
    }
}
