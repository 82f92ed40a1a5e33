//! Prices at which all transitions together lose most while no known cycle gains: the simplex method in integers.
//!
//! Let w be what a circulation of all transitions gains, and c_1, c_2, … what the cycles known so far gain (vectors, a number a
//! message). Wanted are prices 0 ≤ λ ≤ 1 with λ·c_k ≤ 0 that maximise −λ·w. The dual asks how much is short if cycles are added to
//! pay for w:
//!
//! > minimise Σ_m u_m where u_m − s_m + Σ_k y_k·c_k,m = −w_m for each message m, and u, s, y ≥ 0.
//!
//! It has a row a message, and a new cycle is a new column: it can enter if its gain at the present prices, which are the
//! multipliers of the rows, is positive. If nothing is short, w and the cycles together are paid for.
//!
//! Everything is kept as integers over one common denominator, the determinant of the basis (Edmonds, Bareiss); the
//! divisions below leave no rest. Arithmetic is checked. Ties are broken lexicographically, so that no basis comes twice
//! (Dantzig, Orden and Wolfe) and the method ends: there are only so many cycles.

/// The simplex basis.
pub struct Prices {
    /// One for each row of the basis.
    rows: Vec<Row>,
    /// The determinant of the basis, positive.
    denominator: i128,
}

struct Row {
    /// 1 if the variable of this row is a shortage u, else 0.
    cost: i128,
    /// The variable's value, times the denominator, then the row of the basis' inverse, likewise. As a vector it is
    /// lexicographically positive.
    entries: Vec<i128>,
}

impl Prices {
    /// No cycle is known; all transitions together gain `total`.
    pub fn against(total: &[i128]) -> Prices {
        let row = |(at, &gain): (usize, &i128)| {
            let mut entries = vec![0; total.len() + 1];
            entries[0] = gain.abs();
            entries[at + 1] = if gain > 0 { -1 } else { 1 };
            Row { cost: i128::from(gain <= 0), entries }
        };
        Prices { rows: total.iter().enumerate().map(row).collect(), denominator: 1 }
    }

    /// Whether nothing is short.
    pub fn all_is_paid(&self) -> bool {
        self.rows.iter().all(|row| row.cost == 0 || row.entries[0] == 0)
    }

    /// The prices, as integers without a common factor; `None` if numbers leave their range.
    pub fn current(&mut self) -> Option<Vec<i64>> {
        loop {
            let multipliers = self.multipliers()?;
            let outside = multipliers.iter().position(|&price| price < 0 || price > self.denominator);
            let Some(message) = outside else {
                let factor = multipliers.iter().fold(0, |a, &b| greatest_common_divisor(a, b)).max(1);
                return multipliers.iter().map(|price| i64::try_from(price / factor).ok()).collect();
            };
            let mut column = vec![0; self.rows.len()];
            let is_short = multipliers[message] > 0;
            column[message] = if is_short { 1 } else { -1 };
            self.pivot(&column, i128::from(is_short))?;
        }
    }

    /// Takes in a cycle that gains at the current prices; `None` if numbers leave their range.
    pub fn enter(&mut self, cycle: &[i128]) -> Option<()> {
        self.pivot(cycle, 0)
    }

    /// The multipliers of the rows, times the denominator.
    fn multipliers(&self) -> Option<Vec<i128>> {
        let mut sums = vec![0i128; self.rows.len()];
        for row in self.rows.iter().filter(|row| row.cost != 0) {
            for (sum, &entry) in sums.iter_mut().zip(&row.entries[1..]) {
                *sum = sum.checked_add(entry)?;
            }
        }
        Some(sums)
    }

    fn pivot(&mut self, column: &[i128], cost: i128) -> Option<()> {
        let weight = |row: &Row| {
            let terms = row.entries[1..].iter().zip(column);
            terms.filter(|&(_, &c)| c != 0).try_fold(0i128, |sum, (&e, &c)| sum.checked_add(e.checked_mul(c)?))
        };
        let weights: Vec<i128> = self.rows.iter().map(weight).collect::<Option<_>>()?;
        // The least ratio of row to weight. The shortage is bounded below, so some weight is positive.
        let mut leaving: Option<usize> = None;
        for at in (0..self.rows.len()).filter(|&at| weights[at] > 0) {
            let is_less = match leaving {
                None => true,
                Some(best) => self.is_less(at, weights[at], best, weights[best])?,
            };
            if is_less {
                leaving = Some(at);
            }
        }
        let leaving = leaving?;
        let by = weights[leaving];
        let (before, rest) = self.rows.split_at_mut(leaving);
        let (row, after) = rest.split_first_mut()?;
        row.cost = cost;
        let others = before.iter_mut().zip(&weights).chain(after.iter_mut().zip(&weights[leaving + 1..]));
        for (other, &weight) in others {
            for (entry, &pivot) in other.entries.iter_mut().zip(&row.entries) {
                *entry = entry.checked_mul(by)?.checked_sub(pivot.checked_mul(weight)?)? / self.denominator;
            }
        }
        self.denominator = by;
        Some(())
    }

    /// Whether row a over its weight comes before row b over its weight.
    fn is_less(&self, a: usize, weight_a: i128, b: usize, weight_b: i128) -> Option<bool> {
        for (&a, &b) in self.rows[a].entries.iter().zip(&self.rows[b].entries) {
            let (a, b) = (a.checked_mul(weight_b)?, b.checked_mul(weight_a)?);
            if a != b {
                return Some(a < b);
            }
        }
        Some(false)
    }
}

fn greatest_common_divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
