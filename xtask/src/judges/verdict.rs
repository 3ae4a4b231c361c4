//! What a judge said.

/// The outcome of a judge that could be heard.
#[derive(Debug, Default)]
pub(crate) struct Verdict {
    /// Cases, or groups of cases with their number where the judge names only what fails.
    pub(crate) passed: Vec<(String, usize)>,
    pub(crate) failed: Vec<Failure>,
    /// Cases that were not put to the test, or whose failure is right, each with the reason.
    pub(crate) set_aside: Vec<(String, &'static str)>,
}

/// One case that went wrong.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) case: String,
    /// All that the judge said about it.
    pub(crate) detail: String,
}

impl Verdict {
    pub(crate) fn pass(&mut self, case: impl Into<String>) {
        self.pass_all(case, 1);
    }

    pub(crate) fn pass_all(&mut self, group: impl Into<String>, cases: usize) {
        self.passed.push((group.into(), cases));
    }

    pub(crate) fn fail(&mut self, case: impl Into<String>, detail: impl Into<String>) {
        self.failed.push(Failure { case: case.into(), detail: detail.into() });
    }

    pub(crate) fn set_aside(&mut self, case: impl Into<String>, reason: &'static str) {
        self.set_aside.push((case.into(), reason));
    }

    /// Files the outcome of one case.
    pub(crate) fn note(&mut self, case: impl Into<String>, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.pass(case),
            Err(detail) => self.fail(case, detail),
        }
    }

    /// The judge's line.
    pub(crate) fn summary(&self, judge: &str) -> String {
        format!("{judge}: {} passed, {} failed", self.passes(), self.failed.len())
    }

    pub(crate) fn passes(&self) -> usize {
        self.passed.iter().map(|(_, cases)| cases).sum()
    }

    /// The judge's log: failures in full first, then what was set aside and why, then what passed.
    pub(crate) fn log(&self, judge: &str) -> String {
        let mut log = self.summary(judge);
        log.push('\n');
        for failure in &self.failed {
            log.push_str(&format!("\nFAILED {}\n{}\n", failure.case, failure.detail.trim_end()));
        }
        if !self.set_aside.is_empty() {
            log.push_str("\nset aside:\n");
        }
        for (case, reason) in &self.set_aside {
            log.push_str(&format!("  {case}: {reason}\n"));
        }
        log.push_str("\npassed:\n");
        for (case, number) in &self.passed {
            let times = if *number == 1 { String::new() } else { format!(" ({number} cases)") };
            log.push_str(&format!("  {case}{times}\n"));
        }
        log
    }
}
