//! `coordinate`: what it prints is a program that is confluent, what is refused, and what is inconclusive.

use crate::invocation::{corpus, directory, file, watershed};

#[test]
fn what_is_printed_is_a_program_that_is_confluent() {
    let directory = directory();
    for program in ["papers/marriage.ded", "papers/dequeue-static.ded", "cart/destructive.ded", "gc/racing.ded"] {
        let output = watershed(&["coordinate", &corpus(program)]);
        assert_eq!(output.code, Some(0), "{program}: {}", output.stderr);
        assert!(output.stdout.starts_with("// found: "), "{program}: {}", output.stdout);
        let path = file(directory.path(), "coordinated.ded", &output.stdout);
        let checked = watershed(&["check", path.to_str().expect("UTF-8"), "--no-theorems", "--format", "json"]);
        assert_eq!(checked.json()["verdict"], "confluent", "{program}: {}", checked.stderr);
        let laid_out = watershed(&["fmt", "--check", path.to_str().expect("UTF-8")]);
        assert_eq!(laid_out.code, Some(0), "{program}: {}{}", laid_out.stdout, laid_out.stderr);
    }
}

#[test]
fn programs_with_locations_in_the_first_column_stay_so() {
    let directory = directory();
    let text = "node(n1); vow(n1, bride); vow(n1, groom); i_do(N, X)@async :- vow(N, X); i_do(N, X)@next :- i_do(N, X); \
                ran(N) :- i_do(N, bride), notin i_do(N, groom); ran(N)@next :- ran(N); output ran;";
    let path = file(directory.path(), "vows.ded", text);
    let path = path.to_str().expect("UTF-8");
    assert_eq!(watershed(&["check", path]).code, Some(1));
    for option in [&[][..], &["--full"]] {
        let output = watershed(&[&["coordinate", path][..], option].concat());
        assert_eq!(output.code, Some(0), "{}{}", output.stdout, output.stderr);
        assert!(output.stdout.contains("i_do_done(N") && !output.stdout.contains("(#"), "{}", output.stdout);
        let printed = file(directory.path(), "sealed.ded", &output.stdout);
        let checked = watershed(&["check", printed.to_str().expect("UTF-8"), "--format", "json"]);
        assert_eq!(checked.json()["verdict"], "confluent", "{}", output.stdout);
    }
}

#[test]
fn the_object_says_what_was_tried() {
    let directory = directory();
    let written = directory.path().join("plan.ded");
    let written = written.to_str().expect("UTF-8");
    let output = watershed(&["coordinate", &corpus("kvs/diverging.ded"), "--format", "json", "-o", written]);
    assert_eq!(output.code, Some(0), "{}", output.stderr);
    let json = output.json();
    assert_eq!(
        (&json["verdict"], &json["before"], &json["aim"]),
        (&"found".into(), &"diffluent".into(), &"own".into())
    );
    let (plan, rejected) = (&json["plan"], json["rejected"].as_array().expect("a list"));
    assert_eq!(plan["recheck"], "confluent");
    assert!(plan["states"].as_u64() > Some(100), "{plan}");
    assert!(
        !rejected.is_empty()
            && rejected.iter().all(|other| other["price"]["total"].as_u64() <= plan["price"]["total"].as_u64())
    );
    let text = std::fs::read_to_string(written).expect("the program");
    assert_eq!(json["text"], text);
    let unneeded = watershed(&["coordinate", &corpus("papers/reachability.ded"), "--format", "json"]);
    assert_eq!((unneeded.code, &unneeded.json()["verdict"]), (Some(0), &"unneeded".into()));
    let none = watershed(&["coordinate", &corpus("paxos/one-silent.ded"), "--format", "json"]);
    assert_eq!(
        (none.code, &none.json()["verdict"], &none.json()["text"]),
        (Some(3), &"inconclusive".into(), &serde_json::Value::Null)
    );
}

#[test]
fn prices_change_plans() {
    let directory = directory();
    let marriage = corpus("papers/marriage.ded");
    let total = |text: &str| {
        let prices = file(directory.path(), "prices.toml", text);
        let output =
            watershed(&["coordinate", &marriage, "--prices", prices.to_str().expect("UTF-8"), "--format", "json"]);
        output.json()["plan"]["price"]["total"].as_u64().expect("a plan")
    };
    assert_eq!(total("messages = 100\nrounds = 0\nwaits = 0\n"), 100);
    assert_eq!(total("messages = 0\nrounds = 7\nwaits = 0\n"), 7);
    let wrong = file(directory.path(), "wrong.toml", "message = 1.5\n");
    for prices in [wrong.to_str().expect("UTF-8"), "no/such.toml"] {
        let output = watershed(&["coordinate", &marriage, "--prices", prices]);
        assert!(output.code == Some(2) && output.stderr.contains("E1402"), "{}", output.stderr);
        assert_eq!(output.stdout, "");
    }
}

#[test]
fn what_has_no_published_rewrite_is_refused() {
    let output = watershed(&["coordinate", &corpus("cart/destructive.ded"), "--full"]);
    assert!(output.code == Some(2) && output.stderr.contains("E1401"), "{}", output.stderr);
    for option in ["--instance", "--valuation"] {
        let output = watershed(&["coordinate", &corpus("papers/marriage.ded"), option, "nodes n1;"]);
        assert!(output.code == Some(2) && output.stderr.contains("takes no `--instance`"), "{}", output.stderr);
    }
}

/// Two clients break a numbering by senders that one client keeps.
#[test]
fn a_plan_can_be_asked_to_do_on_small_instances() {
    let plan = |program: &str, bounds: &str| {
        let output = watershed(&["coordinate", &corpus(program), "--instances", bounds, "--format", "json"]);
        assert_eq!(output.code, Some(0), "{}", output.stderr);
        output.json()
    };
    let marriage = plan("papers/marriage.ded", "nodes<=2, values<=2, facts<=2");
    assert!(marriage["plan"]["small_instances"].as_u64() > Some(10), "{marriage}");
    let cart = plan("cart/destructive.ded", "nodes<=2, values<=1, facts<=2");
    assert!(cart["plan"]["name"].as_str().is_some_and(|name| name.ends_with("by a sequencer")), "{cart}");
    let why = |other: &serde_json::Value| {
        other["why"].as_str().is_some_and(|why| why.starts_with("good here, but still diffluent with"))
    };
    assert!(cart["rejected"].as_array().is_some_and(|rejected| rejected.iter().any(why)), "{cart}");
    let refused = watershed(&["coordinate", &corpus("papers/marriage.ded"), "--instances", "nodes<=0"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
}

fn coordinated(text: &str, options: &[&str]) -> (Option<i32>, serde_json::Value) {
    let directory = directory();
    let path = file(directory.path(), "program.ded", text);
    let arguments = [&["coordinate", path.to_str().expect("UTF-8"), "--format", "json"][..], options].concat();
    let output = watershed(&arguments);
    (output.code, output.json())
}

/// Confluent where it stands, and not with a groom.
#[test]
fn a_program_that_needs_nothing_here_may_need_it_elsewhere() {
    let text = "nodes a; output r; v(#a, bride); m(#a, X)@async :- v(#N, X); m(X)@next :- m(X); \
                r(X) :- m(X), notin m(groom); r(X)@next :- r(X);";
    assert_eq!(coordinated(text, &[]).1["verdict"], "unneeded");
    let (code, json) = coordinated(text, &["--instances", "nodes<=1, values<=2, facts<=2"]);
    assert_eq!((code, &json["verdict"]), (Some(0), &"found".into()), "{json}");
}

/// Two events of different steps are never there together, but would be if they lasted.
#[test]
fn what_the_published_rewrite_ends_with_may_not_be_the_programs_own() {
    let text = "nodes a; output r, s; e(#a, x)@1; e(#a, y)@2; r() :- e(x), e(y); r()@next :- r(); \
                m(#N, X)@async :- e(#N, X); s(X) :- m(X), notin m(zzz); s(X)@next :- s(X);";
    let (_, json) = coordinated(text, &["--full"]);
    assert_eq!((&json["aim"], &json["meets_aim"]), (&"stratified".into(), &false.into()), "{json}");
}

#[test]
fn relations_that_are_declared_events_are_kept_too() {
    let text = "nodes a, b; output r; event e; e(#a, bride)@1; e(#b, groom)@2; m(#N, X)@async :- e(#L, X); m(X)@next :- m(X); \
                r() :- m(bride), notin m(groom); r()@next :- r();";
    let (_, json) = coordinated(text, &[]);
    assert_eq!(json["plan"]["name"], "seal `m` by counts: 1 rule waits", "{json}");
}

/// Names that differ only in a character that stands for `_` are still two names.
#[test]
fn made_up_names_do_not_meet() {
    let text = "nodes a, b; output r; v(#a, 1, x); v(#b, 1, y); u(#a, x); u(#b, y); m.x(#a, Y)@async :- v(#L, _, Y); \
                m_x(#a, Y, Y)@async :- u(#L, Y); m.x(Y)@next :- m.x(Y); m_x(Y, Z)@next :- m_x(Y, Z); \
                r(1) :- notin m.x(y), u(_); r(2) :- notin m_x(x, _), u(_); r(X)@next :- r(X);";
    for options in [&[][..], &["--full"]] {
        let (_, json) = coordinated(text, options);
        assert_eq!((&json["verdict"], &json["plan"]["silenced"]), (&"found".into(), &serde_json::json!([])), "{json}");
    }
}
