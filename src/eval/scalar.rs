//! Expressions and comparisons over values: 64-bit integers as a bound, symbols, one total order (semantics §1).
//!
//! Every evaluator calls these, so that they cannot differ on a value or on a fault.

use super::Fault;
use crate::program::rule::{AggregateFunction, BinaryOperator, Comparator};
use crate::program::{Expr, Value, VariableId};

/// The value of an expression under a binding. Operands are evaluated from left to right; the first fault ends it.
///
/// # Errors
/// Arithmetic on a symbol, division or remainder by zero, a value beyond 64 bits.
pub fn evaluate(expr: &Expr, binding: &impl Fn(VariableId) -> Value) -> Result<Value, Fault> {
    match expr {
        Expr::Constant(value) => Ok(*value),
        Expr::Variable(variable) => Ok(binding(*variable)),
        Expr::Negate(operand) => {
            let operand = integer(evaluate(operand, binding)?)?;
            operand.checked_neg().map(Value::Int).ok_or(Fault::IntegerBeyond64Bits)
        }
        Expr::Binary(operator, left, right) => {
            let left = evaluate(left, binding)?;
            let right = evaluate(right, binding)?;
            operate(*operator, integer(left)?, integer(right)?).map(Value::Int)
        }
    }
}

/// Whether some binding can make [`evaluate`] err.
pub fn can_err(expr: &Expr) -> bool {
    matches!(expr, Expr::Negate(_) | Expr::Binary(..))
}

fn operate(operator: BinaryOperator, left: i64, right: i64) -> Result<i64, Fault> {
    let exact = match operator {
        BinaryOperator::Add => left.checked_add(right),
        BinaryOperator::Subtract => left.checked_sub(right),
        BinaryOperator::Multiply => left.checked_mul(right),
        BinaryOperator::Divide | BinaryOperator::Remainder if right == 0 => return Err(Fault::DivisionByZero),
        BinaryOperator::Divide => left.checked_div(right),
        // The remainder of the least integer by -1 is 0 and fits, although its quotient does not.
        BinaryOperator::Remainder => Some(left.wrapping_rem(right)),
    };
    exact.ok_or(Fault::IntegerBeyond64Bits)
}

fn integer(value: Value) -> Result<i64, Fault> {
    match value {
        Value::Int(i) => Ok(i),
        Value::Symbol(_) => Err(Fault::ArithmeticOnSymbol),
    }
}

/// Whether `left comparator right` holds.
///
/// # Errors
/// An ordering marked `checked` between an integer and a symbol.
pub fn compare(comparator: Comparator, left: Value, right: Value, checked: bool) -> Result<bool, Fault> {
    let mixed = matches!((left, right), (Value::Int(_), Value::Symbol(_)) | (Value::Symbol(_), Value::Int(_)));
    match comparator {
        Comparator::Eq => return Ok(left == right),
        Comparator::Ne => return Ok(left != right),
        Comparator::Lt | Comparator::Le | Comparator::Gt | Comparator::Ge => {}
    }
    if checked && mixed {
        return Err(Fault::OrdersIntegerAndSymbol);
    }
    Ok(match comparator {
        Comparator::Lt => left < right,
        Comparator::Le => left <= right,
        Comparator::Gt => left > right,
        _ => left >= right,
    })
}

/// An aggregate over the first components of distinct tuples; `None` for an empty group.
///
/// A sum is taken exactly and must fit at its end, so that the order of its terms does not matter.
///
/// # Errors
/// A sum over a symbol, or one beyond 64 bits.
pub fn aggregate(
    function: AggregateFunction,
    distinct: impl ExactSizeIterator<Item = Value>,
) -> Result<Option<Value>, Fault> {
    if distinct.len() == 0 {
        return Ok(None);
    }
    match function {
        AggregateFunction::Count => {
            i64::try_from(distinct.len()).map(|n| Some(Value::Int(n))).map_err(|_| Fault::IntegerBeyond64Bits)
        }
        AggregateFunction::Sum => {
            let mut sum: i128 = 0;
            for value in distinct {
                sum += i128::from(integer(value)?);
            }
            i64::try_from(sum).map(|n| Some(Value::Int(n))).map_err(|_| Fault::IntegerBeyond64Bits)
        }
        AggregateFunction::Min => Ok(distinct.min()),
        AggregateFunction::Max => Ok(distinct.max()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::SymbolId;

    const A: Value = Value::Symbol(SymbolId(0));
    const B: Value = Value::Symbol(SymbolId(1));

    fn int(i: i64) -> Value {
        Value::Int(i)
    }

    fn of(operator: BinaryOperator, left: Value, right: Value) -> Result<Value, Fault> {
        let expr = Expr::Binary(operator, Box::new(Expr::Variable(VariableId(0))), Box::new(Expr::Constant(right)));
        evaluate(&expr, &|_| left)
    }

    #[test]
    fn arithmetic_is_exact_or_beyond_64_bits() {
        use BinaryOperator::*;
        let edges = [i64::MIN, i64::MIN + 1, -7, -2, -1, 0, 1, 2, 7, i64::MAX - 1, i64::MAX];
        for left in edges {
            for right in edges {
                for operator in [Add, Subtract, Multiply, Divide, Remainder] {
                    let (l, r) = (i128::from(left), i128::from(right));
                    let exact = match operator {
                        Add => Some(l + r),
                        Subtract => Some(l - r),
                        Multiply => Some(l * r),
                        Divide => (r != 0).then(|| l / r),
                        Remainder => (r != 0).then(|| l % r),
                    };
                    let expected = match exact {
                        None => Err(Fault::DivisionByZero),
                        Some(exact) => i64::try_from(exact).map(int).map_err(|_| Fault::IntegerBeyond64Bits),
                    };
                    assert_eq!(of(operator, int(left), int(right)), expected, "{left} {operator:?} {right}");
                }
            }
            let negated = evaluate(&Expr::Negate(Box::new(Expr::Constant(int(left)))), &|_| A);
            let expected = if left == i64::MIN { Err(Fault::IntegerBeyond64Bits) } else { Ok(int(-left)) };
            assert_eq!(negated, expected);
        }
    }

    #[test]
    fn division_truncates_and_the_remainder_follows_the_dividend() {
        assert_eq!(of(BinaryOperator::Divide, int(-7), int(2)), Ok(int(-3)));
        assert_eq!(of(BinaryOperator::Divide, int(7), int(-2)), Ok(int(-3)));
        assert_eq!(of(BinaryOperator::Remainder, int(-7), int(2)), Ok(int(-1)));
        assert_eq!(of(BinaryOperator::Remainder, int(7), int(-2)), Ok(int(1)));
        assert_eq!(of(BinaryOperator::Divide, int(i64::MIN), int(-1)), Err(Fault::IntegerBeyond64Bits));
        assert_eq!(of(BinaryOperator::Remainder, int(i64::MIN), int(-1)), Ok(int(0)));
    }

    #[test]
    fn symbols_have_no_arithmetic_and_the_left_operand_errs_first() {
        assert_eq!(of(BinaryOperator::Add, A, int(1)), Err(Fault::ArithmeticOnSymbol));
        assert_eq!(of(BinaryOperator::Divide, A, int(0)), Err(Fault::ArithmeticOnSymbol));
        assert_eq!(evaluate(&Expr::Negate(Box::new(Expr::Constant(A))), &|_| A), Err(Fault::ArithmeticOnSymbol));
        let by_zero =
            Expr::Binary(BinaryOperator::Divide, Box::new(Expr::Constant(int(1))), Box::new(Expr::Constant(int(0))));
        let symbol = Expr::Negate(Box::new(Expr::Constant(A)));
        let sum = |l: &Expr, r: &Expr| Expr::Binary(BinaryOperator::Add, Box::new(l.clone()), Box::new(r.clone()));
        assert_eq!(evaluate(&sum(&by_zero, &symbol), &|_| A), Err(Fault::DivisionByZero));
        assert_eq!(evaluate(&sum(&symbol, &by_zero), &|_| A), Err(Fault::ArithmeticOnSymbol));
    }

    #[test]
    fn the_order_is_total_and_integers_lie_below_symbols() {
        use Comparator::*;
        let ascending = [int(i64::MIN), int(-1), int(0), int(i64::MAX), A, B];
        for (i, &left) in ascending.iter().enumerate() {
            for (j, &right) in ascending.iter().enumerate() {
                for (comparator, expected) in
                    [(Eq, i == j), (Ne, i != j), (Lt, i < j), (Le, i <= j), (Gt, i > j), (Ge, i >= j)]
                {
                    assert_eq!(compare(comparator, left, right, false), Ok(expected));
                    let mixed = (i < 4) != (j < 4) && !matches!(comparator, Eq | Ne);
                    let checked = if mixed { Err(Fault::OrdersIntegerAndSymbol) } else { Ok(expected) };
                    assert_eq!(compare(comparator, left, right, true), checked);
                }
            }
        }
    }

    #[test]
    fn aggregates_at_their_edges() {
        use AggregateFunction::*;
        let of = |function, values: &[Value]| aggregate(function, values.iter().copied());
        for function in [Count, Sum, Min, Max] {
            assert_eq!(of(function, &[]), Ok(None));
        }
        assert_eq!(of(Sum, &[int(i64::MAX), int(1), int(-1)]), Ok(Some(int(i64::MAX))));
        assert_eq!(of(Sum, &[int(i64::MAX), int(1)]), Err(Fault::IntegerBeyond64Bits));
        assert_eq!(of(Sum, &[int(i64::MAX), int(1), A]), Err(Fault::ArithmeticOnSymbol));
        assert_eq!(of(Count, &[A, int(1)]), Ok(Some(int(2))));
        assert_eq!(of(Min, &[A, int(1), B]), Ok(Some(int(1))));
        assert_eq!(of(Max, &[A, int(1), B]), Ok(Some(B)));
    }
}
