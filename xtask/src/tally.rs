//! Counting tests from what their runners print.

/// Tests that passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Passed.
    pub passed: usize,
    /// Failed.
    pub failed: usize,
}

impl Tally {
    /// Reads the sums of libtest and wasm-bindgen-test ("test result: ok. 3 passed; 0 failed; …") and of node
    /// ("ℹ pass 3", "ℹ fail 0"). Other lines count nothing.
    pub fn read(text: &str) -> Self {
        let mut tally = Self::default();
        for line in text.lines().map(str::trim) {
            if let Some(sums) = line.strip_prefix("test result: ") {
                tally.passed += number_before(sums, " passed");
                tally.failed += number_before(sums, " failed");
            }
            tally.passed += number_after(line, "ℹ pass ");
            tally.failed += number_after(line, "ℹ fail ");
        }
        tally
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn number_before(text: &str, word: &str) -> usize {
    let before = text.split(word).next().unwrap_or_default();
    before.rsplit([' ', ';']).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn number_after(line: &str, word: &str) -> usize {
    line.strip_prefix(word).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_both_runners_are_added() {
        let text = "test a ... ok\ntest result: ok. 12 passed; 0 failed; 0 ignored\n\
                    test result: FAILED. 3 passed; 2 failed; 0 ignored\nℹ tests 5\nℹ pass 4\nℹ fail 1\n";
        assert_eq!(Tally::read(text), Tally { passed: 19, failed: 3 });
        assert_ne!(Tally::read(&text.replace("3 passed", "4 passed")), Tally { passed: 19, failed: 3 });
    }

    #[test]
    fn other_lines_count_nothing() {
        assert_eq!(Tally::read("12 passed; 3 failed\nthe pass 4\nrunning 3 tests\n"), Tally::default());
        assert_eq!(Tally::default().to_string(), "0 passed, 0 failed");
    }
}
