//! The cheapest selection that meets some demands, by integer programming (good_lp with microlp).

use good_lp::{Expression, ProblemVariables, Solution, SolverModel, Variable, constraint, microlp, variable};

/// One of these has to be chosen; if there is a condition, only if that is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// The option that makes it a demand.
    pub because: Option<usize>,
    /// One of these.
    pub any: Vec<usize>,
}

/// Which options to choose, so that all demands are met and the sum of the costs is least; none if they cannot be met. The same choice each time.
pub fn least(costs: &[u64], demands: &[Demand]) -> Option<Vec<bool>> {
    let mut problem = ProblemVariables::new();
    let options: Vec<Variable> = costs.iter().map(|_| problem.add(variable().binary())).collect();
    let total: Expression = options.iter().zip(costs).map(|(&option, &cost)| option * cost as f64).sum();
    let mut model = problem.minimise(total).using(microlp);
    for demand in demands {
        let any: Expression = demand.any.iter().map(|&option| Expression::from(options[option])).sum();
        model = match demand.because {
            Some(because) => model.with(constraint!(any >= options[because])),
            None => model.with(constraint!(any >= 1)),
        };
    }
    let solution = model.solve().ok()?;
    let chosen: Vec<bool> = options.iter().map(|&option| solution.value(option) > 0.5).collect();
    // The solver computes in floating point: what it says is checked.
    let is_met = |demand: &Demand| {
        demand.because.is_some_and(|because| !chosen[because]) || demand.any.iter().any(|&option| chosen[option])
    };
    demands.iter().all(is_met).then_some(chosen)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every selection is tried.
    fn by_force(costs: &[u64], demands: &[Demand]) -> Option<u64> {
        (0..1u32 << costs.len())
            .filter(|set| {
                let has = |option: &usize| set & (1 << option) != 0;
                demands
                    .iter()
                    .all(|demand| demand.because.is_some_and(|because| !has(&because)) || demand.any.iter().any(has))
            })
            .map(|set| (0..costs.len()).filter(|option| set & (1 << option) != 0).map(|option| costs[option]).sum())
            .min()
    }

    proptest::proptest! {
        #[test]
        fn the_least_is_the_least(
            costs in proptest::collection::vec(0u64..20, 1..9),
            demands in proptest::collection::vec((proptest::option::of(0usize..9), proptest::collection::vec(0usize..9, 0..4)), 0..8),
        ) {
            let n = costs.len();
            let demands: Vec<Demand> = (demands.into_iter())
                .map(|(because, any)| Demand { because: because.map(|b| b % n), any: any.into_iter().map(|a| a % n).collect::<std::collections::BTreeSet<_>>().into_iter().collect() })
                .collect();
            let found = least(&costs, &demands)
                .map(|chosen| costs.iter().zip(&chosen).filter(|(_, chosen)| **chosen).map(|(cost, _)| *cost).sum::<u64>());
            proptest::prop_assert_eq!(found, by_force(&costs, &demands));
        }
    }
}
