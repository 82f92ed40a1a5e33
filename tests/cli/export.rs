//! `export`: programs for other tools.

use crate::invocation::{corpus, directory, file, watershed};

#[test]
fn answer_set_rules_come_with_their_theory() {
    let output = watershed(&["export", "--to", "asp", &corpus("papers/marriage.ded")]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    for part in ["#const horizon = 4.", "% Schedule: at each transition one node steps", "runaway", "node("] {
        assert!(output.stdout.contains(part), "{part} is not in\n{}", output.stdout);
    }
}

#[test]
fn the_dependency_graph_is_that_of_classify() {
    let program = corpus("papers/marriage.ded");
    let exported = watershed(&["export", "--to", "dot", &program]);
    assert_eq!((exported.code, exported.stdout.starts_with("digraph")), (Some(0), true));
    assert_eq!(exported.stdout, watershed(&["classify", "--format", "dot", &program]).stdout);
}

/// Each question stands for itself; the library's own solver answers it from the text alone.
#[cfg(feature = "z3")]
#[test]
fn obligations_are_questions_for_any_smt_solver() {
    use watershed::budget::Budget;
    use watershed::solver::smt::{Answer, WORK, satisfiable};
    let answers = |file: &str| -> Vec<Answer> {
        let output = watershed(&["export", "--to", "smt2", &corpus(file)]);
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        let questions = output.stdout.split("(push 1)\n").skip(1).map(|part| {
            let (question, rest) = part.split_once("(check-sat)\n(pop 1)\n").expect("a question ends");
            assert!(rest.trim().is_empty() || rest.trim().starts_with(';'), "{rest}");
            satisfiable(question, question.matches("(assert").count(), WORK, &Budget::default())
        });
        questions.collect()
    };
    for file in [
        "crdt/two-phase-set-in-place.ded",
        "crdt/max-register-in-place.ded",
        "crdt/split-by-case.ded",
        "broadcast/reliable.ded",
    ] {
        let found = answers(file);
        assert!(!found.is_empty() && found.iter().all(|answer| *answer == Answer::Unsatisfiable), "{file}: {found:?}");
    }
    let refused = answers("crdt/two-phase-set-mutant-no-memory.ded");
    assert!(refused.iter().any(|answer| matches!(answer, Answer::Satisfiable(_))), "{refused:?}");
    let by_form = watershed(&["export", "--to", "smt2", &corpus("crdt/or-set.ded")]);
    assert_eq!(by_form.code, Some(2));
    assert!(by_form.stderr.contains("temporal-polarity"), "{}", by_form.stderr);
}

#[test]
fn what_another_language_cannot_say_is_refused() {
    let directory = directory();
    let large = file(directory.path(), "large.ded", "limit(#n, 4000000000);").display().to_string();
    let output = watershed(&["export", "--to", "asp", &large]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""));
    assert!(output.stderr.contains("E1101") && output.stderr.contains("4000000000"), "{}", output.stderr);
    let unnamed = watershed(&["export", "--to", "cobol", &large]);
    assert_eq!(unnamed.code, Some(2));
    assert!(unnamed.stderr.contains("asp"), "{}", unnamed.stderr);
}

#[test]
fn the_datalog_reading_says_what_it_means_and_where_it_ends() {
    let directory = directory();
    let text = "output r; e(#n, 1); r(#M, X)@async :- e(#L, X), node(#L, M); r(#L, X)@next :- r(#L, X);";
    let monotone = file(directory.path(), "monotone.ded", text).display().to_string();
    let output = watershed(&["export", "--to", "datalog", &monotone]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    for part in ["for Souffl\u{e9}", ".decl e(c0: symbol, c1: number)", "e(\"n\",1).", ".output r"] {
        assert!(output.stdout.contains(part), "{part} is not in\n{}", output.stdout);
    }
    let refused = watershed(&["export", "--to", "datalog", &corpus("papers/marriage.ded")]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(refused.stderr.contains("E1101") && refused.stderr.contains("dedalus-s"), "{}", refused.stderr);
}
