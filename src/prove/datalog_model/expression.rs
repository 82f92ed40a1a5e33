//! Expressions in postfix order, so that neither making nor evaluating one needs the call stack.

use crate::eval::Fault;
use crate::program::rule::{BinaryOperator, Comparator};
use crate::program::{Expr, Value};

#[derive(Debug, Clone, Copy)]
enum Op {
    Constant(Value),
    Variable(usize),
    Negate,
    Binary(BinaryOperator),
}

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Postfix(Vec<Op>);

impl Postfix {
    /// Compiles an expression.
    pub fn new(expr: &Expr) -> Self {
        // Root, right, left in reverse is left, right, root.
        let mut ops = Vec::new();
        let mut stack = vec![expr];
        while let Some(expr) = stack.pop() {
            match expr {
                Expr::Constant(value) => ops.push(Op::Constant(*value)),
                Expr::Variable(variable) => ops.push(Op::Variable(variable.0 as usize)),
                Expr::Negate(inner) => {
                    ops.push(Op::Negate);
                    stack.push(inner);
                }
                Expr::Binary(operator, left, right) => {
                    ops.push(Op::Binary(*operator));
                    stack.push(left);
                    stack.push(right);
                }
            }
        }
        ops.reverse();
        Postfix(ops)
    }

    /// Its value where the variables have these values.
    ///
    /// # Errors
    /// The first fault from left to right.
    pub fn value(&self, variables: &[Value]) -> Result<Value, Fault> {
        if let [only] = self.0.as_slice() {
            match only {
                Op::Constant(value) => return Ok(*value),
                Op::Variable(variable) => return Ok(variables[*variable]),
                Op::Negate | Op::Binary(_) => {}
            }
        }
        let mut stack: Vec<Value> = Vec::new();
        for op in &self.0 {
            let value = match op {
                Op::Constant(value) => *value,
                Op::Variable(variable) => variables[*variable],
                Op::Negate => Value::Int(fit(-integer(stack.pop())?)?),
                Op::Binary(operator) => {
                    let (right, left) = (stack.pop(), stack.pop());
                    Value::Int(fit(apply(*operator, integer(left)?, integer(right)?)?)?)
                }
            };
            stack.push(value);
        }
        Ok(stack.pop().expect("internal error: a compiled expression leaves one value"))
    }
}

fn integer(value: Option<Value>) -> Result<i128, Fault> {
    match value.expect("internal error: a compiled expression has its operands") {
        Value::Int(i) => Ok(i128::from(i)),
        Value::Symbol(_) => Err(Fault::ArithmeticOnSymbol),
    }
}

/// A value of 64 bits.
pub fn fit(value: i128) -> Result<i64, Fault> {
    i64::try_from(value).map_err(|_| Fault::IntegerBeyond64Bits)
}

fn apply(operator: BinaryOperator, left: i128, right: i128) -> Result<i128, Fault> {
    // Both sides have 64 bits, so nothing overflows in 128.
    match operator {
        BinaryOperator::Add => Ok(left + right),
        BinaryOperator::Subtract => Ok(left - right),
        BinaryOperator::Multiply => Ok(left * right),
        BinaryOperator::Divide if right == 0 => Err(Fault::DivisionByZero),
        BinaryOperator::Remainder if right == 0 => Err(Fault::DivisionByZero),
        BinaryOperator::Divide => Ok(left / right),
        BinaryOperator::Remainder => Ok(left % right),
    }
}

/// Whether a comparison holds.
///
/// # Errors
/// If it is checked and orders an integer and a symbol.
pub fn compare(comparator: Comparator, left: Value, right: Value, checked: bool) -> Result<bool, Fault> {
    let mixed = matches!((left, right), (Value::Int(_), Value::Symbol(_)) | (Value::Symbol(_), Value::Int(_)));
    let orders = !matches!(comparator, Comparator::Eq | Comparator::Ne);
    if checked && mixed && orders {
        return Err(Fault::OrdersIntegerAndSymbol);
    }
    Ok(match comparator {
        Comparator::Eq => left == right,
        Comparator::Ne => left != right,
        Comparator::Lt => left < right,
        Comparator::Le => left <= right,
        Comparator::Gt => left > right,
        Comparator::Ge => left >= right,
    })
}
