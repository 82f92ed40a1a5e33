//! Places where a reader of the grammar would stumble.

use super::{parse, parse_clean};
use watershed::syntax::ast::{
    AggregateFunction, Argument, Ast, BinaryOperator, Comparator, Declaration, Expr, ExprKind, ItemKind, Literal,
    LiteralKind, Rule, TermKind, Time,
};

fn rule(ast: &Ast, index: usize) -> &Rule {
    match &ast.items[index].kind {
        ItemKind::Rule(rule) => rule,
        other => panic!("no rule: {other:?}"),
    }
}

fn body(text: &str) -> Vec<Literal> {
    rule(&parse_clean(&format!("h() :- {text};")), 0).body.clone()
}

/// The only argument of the only fact of a text.
fn argument(text: &str) -> Expr {
    let ast = parse_clean(&format!("p({text});"));
    match &ast.items[0].kind {
        ItemKind::Fact(fact) => match &fact.atom.arguments[..] {
            [Argument::Expr(expr)] => expr.clone(),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

fn symbol(text: &str) -> ExprKind {
    ExprKind::Term(TermKind::Symbol(text.to_string()))
}

fn integer(value: i64) -> ExprKind {
    ExprKind::Term(TermKind::Integer(value))
}

#[test]
fn three_arrows() {
    let ast = parse_clean("p(X) :- q(X). p(X)@next <- q(X); p(X)@async ← q(X).");
    let times: Vec<_> = (0..3).map(|i| rule(&ast, i).head.time.clone().map(|t| t.0)).collect();
    assert_eq!(times, [None, Some(Time::Next), Some(Time::Async)]);
}

#[test]
fn a_left_arrow_in_a_body_compares_with_a_negative() {
    let literals = body("q(X), X <-5");
    let LiteralKind::Comparison(_, comparator, right) = &literals[1].kind else { panic!() };
    assert_eq!((*comparator, right.kind.clone()), (Comparator::Lt, integer(-5)));
    let literals = body("q(X, Y), X<-Y+1");
    let LiteralKind::Comparison(_, _, right) = &literals[1].kind else { panic!() };
    let ExprKind::Binary(BinaryOperator::Add, left, _) = &right.kind else { panic!() };
    assert!(matches!(left.kind, ExprKind::Negate(_)));
}

#[test]
fn dots_end_items_unless_letters_surround_them() {
    assert_eq!(parse_clean("p(a).q(b).").items.len(), 2);
    assert_eq!(parse_clean("p(a)@1.q(b)@2.").items.len(), 2);
    assert_eq!(parse_clean("p(X) :- q(X), X == 5.q(b).").items.len(), 2);
    assert_eq!(parse_clean("p(X) :- q(X), X == \"a\".q(b).").items.len(), 2);
    assert_eq!(parse_clean("output p.\nq(b).").items.len(), 2);
    assert_eq!(argument("a.b").kind, symbol("a.b"));
    assert_eq!(argument("a@b.5").kind, symbol("a@b.5"));
    assert_eq!(argument("done?").kind, symbol("done?"));
    assert_eq!(argument("N.x").kind, ExprKind::Term(TermKind::Variable("N.x".to_string())));
}

#[test]
fn a_suffix_follows_a_parenthesis_without_space() {
    let ast = parse_clean("p(X)@next:-q(X)@async,r(X)@3,s(X)@N.");
    let times: Vec<_> = rule(&ast, 0)
        .body
        .iter()
        .map(|literal| match &literal.kind {
            LiteralKind::Positive(atom) => atom.time.clone().map(|t| t.0),
            _ => None,
        })
        .collect();
    assert_eq!(times, [Some(Time::Async), Some(Time::At(3)), Some(Time::Variable("N".to_string()))]);
}

#[test]
fn negation_words_are_names_before_anything_but_a_name() {
    for negation in ["notin ", "not ", "!", "! ", "¬", "¬ "] {
        let literals = body(&format!("{negation}p(X)"));
        assert!(matches!(&literals[0].kind, LiteralKind::Negative(atom) if atom.name.text == "p"), "{negation}");
    }
    let literals = body("notin(X), not(X), not not(X), q(not), not == Y");
    assert!(matches!(&literals[0].kind, LiteralKind::Positive(atom) if atom.name.text == "notin"));
    assert!(matches!(&literals[1].kind, LiteralKind::Positive(atom) if atom.name.text == "not"));
    assert!(matches!(&literals[2].kind, LiteralKind::Negative(atom) if atom.name.text == "not"));
    assert!(matches!(&literals[3].kind, LiteralKind::Positive(atom) if atom.name.text == "q"));
    assert!(matches!(&literals[4].kind, LiteralKind::Comparison(left, ..) if left.kind == symbol("not")));
}

#[test]
fn declaration_words_are_relations_before_a_parenthesis() {
    for word in ["nodes", "output", "input", "event", "never", "include"] {
        let ast = parse_clean(&format!("{word}(X) :- {word}(X), notin {word}(X); {word}(a)@1;"));
        assert_eq!(rule(&ast, 0).head.name.text, word);
        assert!(matches!(ast.items[1].kind, ItemKind::Fact(_)));
    }
    let ast =
        parse_clean("output output, never; nodes nodes, \"N 1\", -3; event e; never bad; input r(Loc, value), s();");
    let ItemKind::Declaration(Declaration::Output(names)) = &ast.items[0].kind else { panic!() };
    assert_eq!(names.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(), ["output", "never"]);
    let ItemKind::Declaration(Declaration::Nodes(nodes)) = &ast.items[1].kind else { panic!() };
    assert_eq!(nodes[1].kind, TermKind::Symbol("N 1".to_string()));
    assert_eq!(nodes[2].kind, TermKind::Integer(-3));
    let ItemKind::Declaration(Declaration::Input(relations)) = &ast.items[4].kind else { panic!() };
    assert_eq!(relations.iter().map(|(_, columns)| columns.len()).collect::<Vec<_>>(), [2, 0]);
}

#[test]
fn signs_belong_to_numbers_and_the_least_integer_is_one() {
    assert_eq!(argument("-9223372036854775808").kind, integer(i64::MIN));
    assert_eq!(argument("- 7").kind, integer(-7));
    assert_eq!(argument("007").kind, integer(7));
    let ExprKind::Binary(BinaryOperator::Subtract, left, right) = argument("1 -5").kind else { panic!() };
    assert_eq!((left.kind, right.kind), (integer(1), integer(5)));
    let ExprKind::Negate(inner) = argument("-(5)").kind else { panic!() };
    assert_eq!(inner.kind, integer(5));
    let ExprKind::Negate(inner) = argument("--5").kind else { panic!() };
    assert_eq!(inner.kind, integer(-5));
}

#[test]
fn products_bind_tighter_and_all_associate_to_the_left() {
    let ExprKind::Binary(BinaryOperator::Subtract, left, right) = argument("1 - 2 * 3 - 4").kind else { panic!() };
    assert_eq!(right.kind, integer(4));
    let ExprKind::Binary(BinaryOperator::Subtract, _, product) = left.kind else { panic!() };
    assert!(matches!(product.kind, ExprKind::Binary(BinaryOperator::Multiply, ..)));
    let ExprKind::Binary(BinaryOperator::Multiply, left, _) = argument("-X * Y").kind else { panic!() };
    assert!(matches!(left.kind, ExprKind::Negate(_)));
}

#[test]
fn aggregates_stand_where_arguments_stand() {
    let ast = parse_clean("p(#N, count<X>, sum<X; K1, K2>, min<_x>, max < Y >, count, sum + 1) :- q(N, X);");
    let functions: Vec<_> = rule(&ast, 0)
        .head
        .arguments
        .iter()
        .filter_map(|a| match a {
            Argument::Aggregate(aggregate) => Some((aggregate.function, aggregate.keys.len())),
            Argument::Expr(_) => None,
        })
        .collect();
    use AggregateFunction::{Count, Max, Min, Sum};
    assert_eq!(functions, [(Count, 0), (Sum, 2), (Min, 0), (Max, 0)]);
    assert!(
        matches!(&body("count < X, q(X)")[0].kind, LiteralKind::Comparison(left, ..) if left.kind == symbol("count"))
    );
    assert!(matches!(&body("q(count<X>)")[0].kind, LiteralKind::Positive(_)));
}

#[test]
fn strings_have_escapes() {
    assert_eq!(argument(r#""a\"b\\c\n\t\u{e9}\u{1F600}é""#).kind, symbol("a\"b\\c\n\té😀é"));
    assert_eq!(argument("\"\"").kind, symbol(""));
    assert_eq!(argument("\"bride\"").kind, argument("bride").kind);
}

#[test]
fn comments_do_not_nest_and_may_end_the_file() {
    assert_eq!(parse_clean("/* a /* b */ p(a); // c").items.len(), 1);
    assert_eq!(parse_clean("p(a); /**/ q(/* // */ b);").items.len(), 2);
    assert_eq!(parse_clean("").items.len(), 0);
    assert_eq!(parse_clean("// only").closing_comments.len(), 1);
    assert_eq!(parse_clean("\u{feff}p(a);").items.len(), 1);
}

#[test]
fn nullary_atoms_anonymous_variables_and_variable_like_relations() {
    let ast = parse_clean("p() :- q(_, #2), Pre(_X);".replace("_, #2", "#2, _").as_str());
    let LiteralKind::Positive(atom) = &rule(&ast, 0).body[0].kind else { panic!() };
    assert_eq!(atom.location.as_ref().map(|t| t.kind.clone()), Some(TermKind::Integer(2)));
    assert!(matches!(&atom.arguments[0], Argument::Expr(e) if e.kind == ExprKind::Term(TermKind::Anonymous)));
}

#[test]
fn programs_written_for_molly_parse() {
    let ast = parse_clean(
        r#"
include "delivery.ded";
// first column is the location
log(Node, Pload)@next :- log(Node, Pload);
log(Node2, Pload)@async :- bcast(Node1, Pload), node(Node1, Node2);
missing(A, Pl) :- log(X, Pl), node(X, A), notin log(A, Pl);
pre(X, Pl) :- log(X, Pl), notin bcast(X, Pl)@1, notin crash(X, X, _);
timer_state(H, I, T-1)@next :- timer_state(H, I, T), notin timeout(H, I), T > 1;
wins(N, count<I>) :- votes(N, I);
bcast("a.b", "Quoted Sym")@1;
node(a.b, c@d)@1;
"#,
    );
    assert_eq!(ast.items.len(), 9);
}

#[test]
fn deep_nesting_is_refused_and_depth_at_the_bound_is_not() {
    let deep = |n: usize| format!("p({}1{});", "(".repeat(n), ")".repeat(n));
    assert!(parse(&deep(256)).2.is_empty());
    assert_eq!(parse(&deep(257)).2.len(), 1);
    let chain = |n: usize| format!("p({});", vec!["1"; n].join("+"));
    assert!(parse(&chain(256)).2.is_empty());
    assert_eq!(parse(&chain(257)).2.len(), 1);
    for text in [deep(1_000_000), chain(1_000_000), format!("p({}1);", "-".repeat(1_000_000))] {
        assert_eq!(parse(&text).2.len(), 1);
    }
}

#[test]
fn long_names_and_strings_are_fine() {
    let long = "a".repeat(1_000_000);
    assert_eq!(argument(&long).kind, symbol(&long));
    assert_eq!(argument(&format!("\"{long}\"")).kind, symbol(&long));
}
