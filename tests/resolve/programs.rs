//! Programs of the papers, whole.

use super::reading::{findings, program, relation};
use watershed::program::{Destination, Kind, RuleKind, Spelling};

const ORDER_RECORDING: &str = "
m(#S, X)@async :- go(#C, S, X);   seen(X) :- m(X);   seen(X)@next :- seen(X);
before(X, Y) :- seen(X), all(Y), notin seen(Y);      before(X, Y)@next :- before(X, Y);
output before;   up(#s);   go(#c, s, x1)@1; all(#s, x1);   go(#c, s, x2)@1; all(#s, x2);
";

#[test]
fn order_recording() {
    assert_eq!(findings(ORDER_RECORDING), []);
    let program = program(ORDER_RECORDING);
    assert_eq!(program.spelling, Spelling::Hash);
    assert_eq!(program.rules.len(), 5);
    assert_eq!(program.nodes.len(), 2);
    assert_eq!(program.facts.len(), 5);
    let kind = |name| program.relation(relation(&program, name)).kind;
    assert_eq!([kind("go"), kind("all"), kind("up"), kind("m")], [Kind::Event, Kind::Static, Kind::Static, Kind::Idb]);
    assert_eq!(program.outputs, [relation(&program, "before")]);
    assert!(program.outputs_declared);
    assert_eq!(program.strata[relation(&program, "before").0 as usize], 1);
    assert_eq!(program.strata[relation(&program, "seen").0 as usize], 0);
    assert_eq!(program.rules[0].kind, RuleKind::Async);
    assert!(matches!(program.rules[0].head.destination, Destination::At(_)));
    assert!(program.rules[1..].iter().all(|rule| matches!(rule.head.destination, Destination::Here)));
}
