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
