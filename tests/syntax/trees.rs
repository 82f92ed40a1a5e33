//! Random trees in the normal form that the parser gives, with all spans equal.

use proptest::collection::vec;
use proptest::prelude::*;
use watershed::source::{FileId, Span};
use watershed::syntax::ast::*;

const NOWHERE: Span = Span { file: FileId(0), start: 0, end: 0 };

fn identifier() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z][a-zA-Z0-9_?]{0,5}",
        "[a-z]([.@][a-z0-9]){1,2}",
        prop::sample::select(vec!["nodes", "output", "include", "notin", "not", "count", "next", "loop"])
            .prop_map(String::from),
    ]
}

fn variable() -> impl Strategy<Value = String> {
    "[A-Z_][a-zA-Z0-9_?]{0,4}".prop_filter("anonymous", |word| word != "_")
}

fn name(text: impl Strategy<Value = String>) -> impl Strategy<Value = Name> {
    text.prop_map(|text| Name { text, span: NOWHERE })
}

fn relation() -> impl Strategy<Value = Name> {
    name(prop_oneof![4 => identifier().boxed(), 1 => variable().boxed()])
}

fn constant() -> impl Strategy<Value = TermKind> {
    prop_oneof![
        any::<i64>().prop_map(TermKind::Integer),
        (-3i64..4).prop_map(TermKind::Integer),
        Just(TermKind::Integer(i64::MIN)),
        identifier().prop_map(TermKind::Symbol),
        "(?s).{0,6}".prop_map(TermKind::Symbol),
        "[\\\\\"nut{}/*.;\\n\\t\u{1b}]{0,6}".prop_map(TermKind::Symbol),
    ]
}

fn term_kind() -> impl Strategy<Value = TermKind> {
    prop_oneof![constant(), variable().prop_map(TermKind::Variable), Just(TermKind::Anonymous)]
}

fn term(kind: impl Strategy<Value = TermKind>) -> impl Strategy<Value = Term> {
    kind.prop_map(|kind| Term { kind, span: NOWHERE })
}

fn expr() -> impl Strategy<Value = Expr> {
    use BinaryOperator::{Add, Divide, Multiply, Remainder, Subtract};
    let leaf = term_kind().prop_map(|kind| Expr { kind: ExprKind::Term(kind), span: NOWHERE });
    let operator = prop::sample::select(vec![Add, Subtract, Multiply, Divide, Remainder]);
    leaf.prop_recursive(6, 24, 2, move |inner| {
        prop_oneof![
            inner.clone().prop_map(|e| ExprKind::Negate(Box::new(e))),
            (operator.clone(), inner.clone(), inner).prop_map(|(o, l, r)| ExprKind::Binary(
                o,
                Box::new(l),
                Box::new(r)
            )),
        ]
        .prop_map(|kind| Expr { kind, span: NOWHERE })
    })
}

fn argument() -> impl Strategy<Value = Argument> {
    use AggregateFunction::{Count, Max, Min, Sum};
    let aggregate = (prop::sample::select(vec![Count, Sum, Min, Max]), name(variable()), vec(name(variable()), 0..3))
        .prop_map(|(function, variable, keys)| Aggregate { function, variable, keys, span: NOWHERE });
    prop_oneof![5 => expr().prop_map(Argument::Expr), 1 => aggregate.prop_map(|aggregate| Argument::Aggregate(Box::new(aggregate)))]
}

fn atom() -> impl Strategy<Value = Atom> {
    let time = prop_oneof![
        Just(Time::Next),
        Just(Time::Async),
        any::<u64>().prop_map(Time::At),
        variable().prop_map(Time::Variable),
    ];
    (relation(), prop::option::of(term(term_kind())), vec(argument(), 0..4), prop::option::of(time)).prop_map(
        |(name, location, arguments, time)| Atom {
            name,
            location,
            arguments,
            time: time.map(|time| (time, NOWHERE)),
            span: NOWHERE,
        },
    )
}

/// Comments as they may follow a token on its line; a comment after a line comment is on a later line.
fn comments(most: usize) -> impl Strategy<Value = Vec<Comment>> {
    let place = prop::sample::select(vec![Place::SameLine, Place::NewLine, Place::AfterEmptyLine]);
    let text = prop_oneof!["//( [a-z;*/]{1,5}){0,2}", "/\\*[a-z \n;/]{0,6}\\*/"]
        .prop_filter("closed at its end only", |text| !text.starts_with("/*/") || text.len() > 4);
    vec((text, place), 0..most).prop_map(|list| {
        let mut after_line = false;
        list.into_iter()
            .map(|(text, place)| {
                let place = if after_line && place == Place::SameLine { Place::NewLine } else { place };
                after_line = text.starts_with("//");
                Comment { text, place, span: NOWHERE }
            })
            .collect()
    })
}

fn comparator() -> impl Strategy<Value = Comparator> {
    use Comparator::{Eq, Ge, Gt, Le, Lt, Ne};
    prop::sample::select(vec![Eq, Ne, Lt, Le, Gt, Ge])
}

fn literal() -> impl Strategy<Value = Literal> {
    let kind = prop_oneof![
        3 => atom().prop_map(LiteralKind::Positive),
        1 => atom().prop_map(LiteralKind::Negative),
        1 => (expr(), comparator(), expr()).prop_map(|(l, c, r)| LiteralKind::Comparison(l, c, r)),
    ];
    (kind, prop_oneof![3 => Just(Vec::new()).boxed(), 1 => comments(3).boxed()]).prop_map(|(kind, leading)| Literal {
        kind,
        span: NOWHERE,
        leading,
    })
}

fn item_kind() -> impl Strategy<Value = ItemKind> {
    let names = || vec(relation(), 1..4);
    let input = vec((relation(), vec(relation(), 0..3)), 1..3);
    prop_oneof![
        1 => "(?s).{0,8}".prop_map(|value| ItemKind::Include(StringLiteral { value, span: NOWHERE })),
        1 => vec(term(constant()), 1..4).prop_map(|nodes| ItemKind::Declaration(Declaration::Nodes(nodes))),
        1 => names().prop_map(|list| ItemKind::Declaration(Declaration::Output(list))),
        1 => names().prop_map(|list| ItemKind::Declaration(Declaration::Event(list))),
        1 => names().prop_map(|list| ItemKind::Declaration(Declaration::Never(list))),
        1 => input.prop_map(|list| ItemKind::Declaration(Declaration::Input(list))),
        3 => (atom(), prop::bool::weighted(0.2)).prop_map(|(atom, maybe)| ItemKind::Fact(Fact { maybe, atom })),
        1 => vec((expr(), comparator(), expr()), 1..3).prop_map(|list| {
            let assumptions = list.into_iter().map(|(left, comparator, right)| Assumption { left, comparator, right });
            ItemKind::Declaration(Declaration::Assume(assumptions.collect()))
        }),
        5 => (atom(), vec(literal(), 1..4), prop_oneof![3 => Just(Vec::new()).boxed(), 1 => comments(3).boxed()])
            .prop_map(|(head, body, closing_comments)| ItemKind::Rule(Box::new(Rule { head, body, closing_comments }))),
    ]
}

/// Comments that start on a line of their own.
fn on_own_line(most: usize) -> impl Strategy<Value = Vec<Comment>> {
    comments(most).prop_map(|mut list| {
        if let Some(first) = list.first_mut()
            && first.place == Place::SameLine
        {
            first.place = Place::NewLine;
        }
        list
    })
}

/// Comments that end a line.
fn trailing() -> impl Strategy<Value = Vec<Comment>> {
    comments(3).prop_map(|mut list| {
        let whole = list.iter().position(|c| c.text.starts_with("//")).map_or(list.len(), |at| at + 1);
        list.truncate(whole);
        list.iter_mut().for_each(|comment| comment.place = Place::SameLine);
        list
    })
}

fn item() -> impl Strategy<Value = Item> {
    (item_kind(), on_own_line(3), trailing(), any::<bool>()).prop_map(|(kind, leading, trailing, spaced)| Item {
        kind,
        span: NOWHERE,
        leading,
        trailing,
        spaced,
    })
}

/// A tree without spans.
pub fn ast() -> impl Strategy<Value = Ast> {
    (vec(item(), 0..5), on_own_line(3)).prop_map(|(mut items, mut closing_comments)| {
        // Nothing stands before the first thing of a file.
        match items.first_mut() {
            Some(Item { leading, spaced, .. }) => match leading.first_mut() {
                Some(comment) => comment.place = Place::NewLine,
                None => *spaced = false,
            },
            None => {
                if let Some(comment) = closing_comments.first_mut() {
                    comment.place = Place::NewLine;
                }
            }
        }
        Ast { items, closing_comments }
    })
}
