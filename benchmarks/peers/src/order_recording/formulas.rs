//! How big the state space is, without exploring it.

use super::SelfLoops;

/// The number of ordered partitions of `n` messages, one for each outcome.
pub fn outcomes(n: u8) -> u64 {
    let mut partitions = vec![1];
    for size in 1..=n {
        // The first block has `first` messages; `choices` is the number of ways to choose them.
        let mut sum = 0;
        let mut choices = 1;
        for first in 1..=size {
            choices = choices * u64::from(size - first + 1) / u64::from(first);
            sum += choices * partitions[usize::from(size - first)];
        }
        partitions.push(sum);
    }
    partitions[usize::from(n)]
}

/// Each outcome is reached with and without the last batch, and there is the state before c has sent.
pub fn states(n: u8) -> u64 {
    2 * outcomes(n) + 1
}

/// Transitions with or without those from a state to itself. Of the 6F + 1, each final state has two idle
/// ones (of c and of s), so has each state on the way, and s has one before c has sent.
pub fn transitions(n: u8, self_loops: SelfLoops) -> u64 {
    match self_loops {
        SelfLoops::Counted => 6 * outcomes(n) + 1,
        SelfLoops::Dropped => 2 * outcomes(n),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_the_ordered_bell_numbers() {
        let known = [1, 1, 3, 13, 75, 541, 4683, 47293, 545_835];
        let counted: Vec<u64> = (0..=8).map(outcomes).collect();
        assert_eq!(counted, known);
    }
}
