//! The Datalog reading in Soufflé's syntax, put into clingo's and solved: its model is the ultimate model of Corollary 1, which
//! `tests/theorem.rs` compares with exploration.

use super::generator::{self, Fragment};
use super::{corpus, load_program, program};
use crate::solver::Solver;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use watershed::budget::Budget;
use watershed::export::datalog::{Unsupported, to_datalog};
use watershed::program::{Program, Value};
use watershed::prove::datalog_model::ultimate_model;
use watershed::syntax::load::Input;

/// The same rules for clingo, which has no declarations, writes `not` for `!`, `#show` for `.output`, and names what aggregates range over.
fn for_clingo(datalog: &str) -> String {
    let mut columns = BTreeMap::new();
    for declared in datalog.lines().filter_map(|line| line.strip_prefix(".decl ")) {
        let (name, types) = declared.split_once('(').expect("columns");
        columns.insert(name, types.split(',').count());
    }
    let mut text = String::from("#show.\n");
    for line in datalog.lines().filter(|line| !line.starts_with(".decl") && !line.starts_with("//")) {
        if let Some(name) = line.strip_prefix(".output ") {
            let _ = writeln!(text, "#show {name}/{}.", columns[name]);
            continue;
        }
        let mut line = line.replace(", !", ", not ").replace(" % ", " \\ ");
        for function in ["count", "sum", "min", "max"] {
            while let Some(start) = line.find(&format!("= {function} ")) {
                let open = start + line[start..].find('{').expect("a set");
                let close = open + line[open..].find('}').expect("its end");
                let term = line[start..open].trim_start_matches(&format!("= {function}")).trim().trim_end_matches(':');
                let mut tuple: Vec<String> = vec![term.trim().to_string()];
                tuple.retain(|term| !term.is_empty());
                let mut among = line[open + 1..close].to_string();
                while let Some(wild) = [",_,", ",_)"].iter().find_map(|wild| among.find(wild)) {
                    let name = format!("_W{}", tuple.len());
                    among.replace_range(wild + 1..wild + 2, &name);
                    tuple.push(name);
                }
                line.replace_range(start..=close, &format!("= #{function} {{ {} : {among} }}", tuple.join(",")));
            }
        }
        let _ = writeln!(text, "{line}");
    }
    text
}

/// The ultimate model as clingo prints it, each relation under the name that it has in the Datalog.
fn shown(program: &Program, datalog: &str) -> BTreeSet<String> {
    let names = datalog.lines().filter_map(|line| line.strip_prefix(".output "));
    let names: BTreeMap<_, _> = program.outputs.iter().zip(names).collect();
    let model = ultimate_model(program, &Budget::default()).expect("in Dedalus⁺").expect("no rule errs");
    let value = |value| match value {
        Value::Int(i) => i.to_string(),
        Value::Symbol(id) => format!("\"{}\"", program.symbols.name(id)),
    };
    let facts = model.iter().map(|located| {
        let node = value(program.node_value(located.node));
        let columns: String = located.fact.values.iter().map(|&column| format!(",{}", value(column))).collect();
        format!("{}({node}{columns})", names[&located.fact.relation])
    });
    facts.collect()
}

/// Compares the models of a program; whether it has a Datalog reading.
fn compare(solver: &mut Solver, name: &str, program: &Program) -> bool {
    let Ok(datalog) = to_datalog(program) else { return false };
    let mut models = solver.runs_under("", &for_clingo(&datalog), 1);
    assert_eq!(models.len(), 1, "{name}: Datalog has one model\n{datalog}");
    assert_eq!(models.pop_first(), Some(shown(program, &datalog)), "{name}\n{datalog}");
    true
}

#[test]
fn the_datalog_of_the_corpus_has_its_ultimate_models() {
    let Some(mut solver) = Solver::find() else { return };
    let mut compared = 0;
    for path in corpus() {
        let program = load_program(Input::Path(path.clone()));
        compared += usize::from(compare(&mut solver, &path.display().to_string(), &program));
    }
    assert!(compared >= 10, "{compared}");
}

#[test]
fn the_datalog_of_random_programs_has_their_ultimate_models() {
    let Some(mut solver) = Solver::find() else { return };
    let (mut compared, mut holding) = (0, 0);
    for seed in 0..400 {
        let text = generator::program(seed, Fragment::DedalusPlus).text();
        let program = program(&text);
        let closed = ultimate_model(&program, &Budget { max_facts: 2_000, ..Budget::default() });
        let Some(Ok(model)) = closed else { continue };
        if compare(&mut solver, &text, &program) {
            compared += 1;
            holding += usize::from(!model.is_empty());
        }
    }
    println!("{compared} compared, {holding} with facts in the model");
    assert!(compared > 100 && holding > 50, "{compared}, {holding}");
}

const EVERY_FEATURE: &str = r#"
    output best, reach, far, alone, told;
    edge(#a, a, b); edge(#a, b, c); edge(#a, b, b); edge(#b, c, d);
    w(#a, x, 3); w(#a, y, 5); w(#b, z, 5); w(#b, x, 5); w(#b, u, -7); to(#a, b); to(#a, elsewhere);
    reach(#M, X, Y)@async :- edge(#L, X, Y), to(#L, M);
    reach(#L, X, Y) :- edge(#L, X, Y);
    reach(#L, X, Z)@next :- reach(#L, X, Y), reach(#L, Y, Z);
    reach(#L, X, Y)@next :- reach(#L, X, Y);
    best(#L, max<V>, count<K>, sum<V; K>) :- w(#L, K, V);
    best(#L, min<V>, count<V>, 4) :- w(#L, K, V);
    far(#L, V * 3 - 1, V / -2 + V % 4) :- w(#L, K, V), notin edge(#L, K, _), K != y, K < "z0";
    alone(#L, K) :- w(#L, K, V), notin edge(#L, E, E);
    told(#_, K)@async :- alone(#L, K);
    told(#L, K)@next :- told(#L, K);
"#;

#[test]
fn every_feature_has_a_datalog_reading() {
    let program = program(EVERY_FEATURE);
    let datalog = to_datalog(&program).expect("a Datalog reading");
    for part in ["beyond", "count : {", "sum _V", "min _V", "!some_", ".decl reach(c0: symbol, c1: symbol, c2: symbol)"]
    {
        assert!(datalog.contains(part), "{part} is not in\n{datalog}");
    }
    assert!(shown(&program, &datalog).len() > 20);
    let Some(mut solver) = Solver::find() else { return };
    assert!(compare(&mut solver, "every feature", &program));
}

#[test]
fn a_result_out_of_range_is_told() {
    let Some(mut solver) = Solver::find() else { return };
    let program = program("output r; e(#a, 999999999); r(#a, X + 1) :- e(#a, X); r(#a, X * 2) :- e(#a, X);");
    let datalog = to_datalog(&program).expect("a Datalog reading");
    let model = solver.runs_under("", &for_clingo(&datalog), 1).pop_first().expect("a model");
    assert_eq!(model, ["beyond(2)", "r(\"a\",1000000000)"].map(String::from).into());
}

#[test]
fn what_has_no_datalog_reading_is_refused() {
    let why = |text: &str| to_datalog(&program(text)).expect_err(text);
    let negated = "output r, s; e(#a, 1); s(#a, X) :- e(#a, X); r(#a, X) :- e(#a, X), notin s(#a, X);";
    assert_eq!(why(negated), Unsupported::Class("dedalus-s"));
    let mixed = why("output r; e(#a, 1); e(#a, x); r(#a, X) :- e(#a, X);");
    assert!(mixed.to_string().starts_with("column 1 of `e`") && mixed.span().is_some(), "{mixed}");
    assert_eq!(why("output r; e(#a, 1000000001); r(#a, X) :- e(#a, X);"), Unsupported::Integer(1_000_000_001));
    assert!(matches!(why("output r; e(#a, 2); r(#a, X * X) :- e(#a, X);"), Unsupported::Operation(_)));
    assert!(matches!(why("output r; e(#a, 2); r(#a, 4 / X) :- e(#a, X);"), Unsupported::Operation(_)));
    assert!(matches!(why("output r; e(#a, x); r(#a, max<X>) :- e(#a, X);"), Unsupported::Extreme(_)));
    assert!(matches!(why(r#"output r; e(#a, "x\ny"); r(#a, X) :- e(#a, X);"#), Unsupported::Symbol(_)));
}
