//! How much of a search is done, guessed from its levels.
//!
//! Nobody knows the size of a system before it is searched. But once levels shrink, which those of most finite systems do in the second half, the
//! last ones tell how fast: if each level from here on is to the one before as the last is to the one before it, what
//! is left is a geometric series. Where levels grow, or all have one size, nothing can be said, and nothing is.

/// The sizes of levels met so far.
#[derive(Debug, Default)]
pub struct Outlook {
    /// Of the last two complete levels.
    last: Option<[usize; 2]>,
    /// States before the level that is being expanded, and that level's.
    before: usize,
    level: usize,
}

/// A level must be this much smaller than the one before it, in hundredths.
const SHRINKS: usize = 95;

impl Outlook {
    /// A level of the states up to `end` begins.
    pub fn begin_level(&mut self, start: usize, end: usize) {
        self.last = (self.level > 0).then_some([self.level, end - start]);
        (self.before, self.level) = (start, end - start);
    }

    /// The share of all states that is expanded, between 0 and 1, if `expanded` are; `None` where it cannot be told.
    pub fn share(&self, expanded: usize) -> Option<f64> {
        let [earlier, later] = self.last?;
        if later == 0 || later * 100 > earlier * SHRINKS {
            return None;
        }
        let ratio = later as f64 / earlier as f64;
        let all = self.before as f64 + self.level as f64 / (1.0 - ratio);
        Some((expanded as f64 / all).min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shrinking_levels_tell_how_much_is_left_and_growing_ones_do_not() {
        let mut outlook = Outlook::default();
        let mut start = 0;
        let sizes = [1, 8, 64, 64, 32, 16, 8, 4, 2, 1];
        let all: usize = sizes.iter().sum();
        for (number, size) in sizes.into_iter().enumerate() {
            outlook.begin_level(start, start + size);
            let share = outlook.share(start);
            assert_eq!(share.is_some(), number >= 4, "level {number}");
            let truth = start as f64 / all as f64;
            assert!(share.is_none_or(|share| (share - truth).abs() < 0.02), "level {number}: {share:?}, not {truth}");
            start += size;
        }
    }
}
