//! Sets of facts up to renaming, each renaming class once, smaller sets first.
//!
//! Facts are numbered; a set is the increasing list of its numbers, and of the images of a set under a group of permutations the lexicographically least
//! stands for all. Taking the greatest number away from such a set leaves one: if a permutation made the rest smaller, it would
//! make the whole set smaller too, as putting one number more into a sorted list never makes its beginning greater. So each
//! representative of k + 1 facts is a representative of k facts and one greater number, and no other sets are looked at.

/// The representatives with one fact more than those of `level`. `images` are permutations of `0..facts`, closed under composition.
pub fn next_level(level: &[Vec<u32>], facts: u32, images: &[Vec<u32>]) -> impl Iterator<Item = Vec<u32>> {
    level.iter().flat_map(move |set| {
        let least = set.last().map_or(0, |&last| last + 1);
        (least..facts).filter_map(move |fact| {
            let mut larger = set.clone();
            larger.push(fact);
            is_least(&larger, images).then_some(larger)
        })
    })
}

/// Whether no permutation makes the set smaller.
pub fn is_least(set: &[u32], images: &[Vec<u32>]) -> bool {
    let mut image = Vec::with_capacity(set.len());
    images.iter().all(|permutation| {
        image.clear();
        image.extend(set.iter().map(|&fact| permutation[fact as usize]));
        image.sort_unstable();
        image.as_slice() >= set
    })
}

/// All permutations of `0..n`, as lists of images.
pub fn permutations(n: usize) -> Vec<Vec<usize>> {
    let mut all = vec![Vec::new()];
    for _ in 0..n {
        all = (all.iter())
            .flat_map(|start: &Vec<usize>| {
                let free = (0..n).filter(|i| !start.contains(i));
                free.map(|i| start.iter().copied().chain([i]).collect::<Vec<_>>()).collect::<Vec<_>>()
            })
            .collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Every class of sets has exactly one representative: against all sets and all their images.
    #[test]
    fn each_class_has_one_representative() {
        // Pairs (a, b) over three values, all permutations of the values.
        let images: Vec<Vec<u32>> = (permutations(3).iter())
            .map(|p| (0..9).map(|pair| (p[pair / 3] * 3 + p[pair % 3]) as u32).collect())
            .collect();
        let mut level = vec![Vec::new()];
        for size in 0..=4_usize {
            let mut classes: BTreeSet<BTreeSet<Vec<u32>>> = BTreeSet::new();
            for bits in 0_u32..1 << 9 {
                if bits.count_ones() as usize == size {
                    let set: Vec<u32> = (0..9).filter(|i| bits >> i & 1 == 1).collect();
                    let orbit = images.iter().map(|image| {
                        let mut moved: Vec<u32> = set.iter().map(|&i| image[i as usize]).collect();
                        moved.sort_unstable();
                        moved
                    });
                    classes.insert(orbit.collect());
                }
            }
            assert_eq!(level.len(), classes.len(), "{size} facts");
            for class in &classes {
                assert_eq!(level.iter().filter(|set| class.contains(*set)).count(), 1, "{class:?}");
            }
            level = next_level(&level, 9, &images).collect();
        }
    }
}
