//! What a linter says of a plan: where, what, how grave, in both languages.

use serde::Serialize;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; often meant so.
    Note,
    /// Probably not meant so.
    Warning,
    /// The plan cannot be used.
    Error,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code, `plan.what-is-wrong`.
    pub code: &'static str,
    /// Where: a JSON pointer into the document.
    pub path: String,
    /// The fact in English.
    pub en: String,
    /// The fact in Chinese.
    pub zh: String,
    /// How grave.
    pub severity: Severity,
}

/// Collects findings.
#[derive(Debug, Default)]
pub(crate) struct Findings(pub(crate) Vec<Finding>);

impl Findings {
    pub(crate) fn say(
        &mut self,
        severity: Severity,
        code: &'static str,
        path: impl Into<String>,
        (en, zh): (impl Into<String>, impl Into<String>),
    ) {
        self.0.push(Finding { code, path: path.into(), en: en.into(), zh: zh.into(), severity });
    }

    pub(crate) fn error(
        &mut self,
        code: &'static str,
        path: impl Into<String>,
        fact: (impl Into<String>, impl Into<String>),
    ) {
        self.say(Severity::Error, code, path, fact);
    }

    /// A ratio is between nothing and the whole.
    pub(crate) fn rate(&mut self, path: impl Into<String>, bp: i32) {
        if !(0..=10_000).contains(&bp) {
            self.error(
                "plan.rate-range",
                path,
                (format!("{bp} is not between 0 and 10000 basis points"), format!("{bp} 不在 0 到 10000 万分比之间")),
            );
        }
    }

    /// An amount is not below nothing, and believed.
    pub(crate) fn amount(&mut self, path: impl Into<String>, fen: i64) {
        if !(0..=kernel::FEN_MAX.0).contains(&fen) {
            self.error(
                "plan.amount-range",
                path,
                (
                    format!("{fen} fen is below nothing or beyond ten thousand million yuan"),
                    format!("{fen} 分小于零或超过一百亿元"),
                ),
            );
        }
    }
}

/// A name as a step of a JSON pointer.
pub(crate) fn step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
