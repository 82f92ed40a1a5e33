use super::{MARRIAGE, ORDER, budget, fact, program, schedule};
use watershed::program::Program;
use watershed::witness::check_lasso;
use watershed::witness::file::{Claims, InvariantObject, WitnessFile, WitnessObject, read};
use watershed::witness::replay::{ClaimError, LassoError, check_violation};

const LATE: &str = "n1 ; n1{i_do(#n1, bride)} ; n1{i_do(#n1, groom)} loop: n1";
const TOGETHER: &str = "n1 ; n1{i_do(#n1, bride), i_do(#n1, groom)} loop: n1";

fn marriage_file(p: &Program) -> String {
    let run = |text| check_lasso(p, &schedule(p, text), &budget()).unwrap();
    let witness = WitnessObject::new(p, &fact(p, "runaway(#n1)"), [&run(LATE), &run(TOGETHER)]);
    WitnessFile::new(p, "check", Some(witness), Vec::new()).to_json()
}

fn claims(p: &Program, text: &str) -> Claims {
    read(p, "w.json", text).unwrap_or_else(|(_, diagnostics)| panic!("{text}\n{diagnostics:#?}"))
}

#[test]
fn a_written_witness_is_read_and_replays() {
    let p = program(MARRIAGE);
    let text = marriage_file(&p);
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["witness"]["critical"], 1);
    assert_eq!(json["witness"]["schedules"][0]["holds"], true);
    let step = &json["witness"]["schedules"][0]["stem"][1];
    assert_eq!(step["node"], "n1");
    assert_eq!(step["step"], 2);
    assert_eq!(step["deliver"], serde_json::json!(["i_do(#n1, bride)"]));
    assert_eq!(step["derived"], serde_json::json!(["i_do(#n1, bride)", "runaway(#n1)"]));

    let claims = claims(&p, &text);
    let witness = claims.witness.as_ref().unwrap();
    assert_eq!(witness.schedules, [(true, schedule(&p, LATE)), (false, schedule(&p, TOGETHER))]);
    let checked = claims.check(&p, &budget()).unwrap();
    assert_eq!(checked.runs.len(), 2);
}

#[test]
fn what_is_for_readers_may_be_edited_away() {
    let p = program(MARRIAGE);
    let mut json: serde_json::Value = serde_json::from_str(&marriage_file(&p)).unwrap();
    for schedule in json["witness"]["schedules"].as_array_mut().unwrap() {
        for step in schedule["stem"].as_array_mut().unwrap() {
            let step = step.as_object_mut().unwrap();
            step.remove("derived");
            step.insert("sent".into(), serde_json::json!("nonsense"));
            step.insert("remark".into(), serde_json::json!(["by hand", 1e3]));
        }
    }
    assert!(claims(&p, &json.to_string()).check(&p, &budget()).is_ok());
}

#[test]
fn edited_schedules_are_refused_for_what_is_wrong_with_them() {
    let p = program(MARRIAGE);
    let edit = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut json: serde_json::Value = serde_json::from_str(&marriage_file(&p)).unwrap();
        change(&mut json["witness"]["schedules"]);
        claims(&p, &json.to_string()).check(&p, &budget()).unwrap_err()
    };
    let (place, error) = edit(&|schedules| schedules[1]["holds"] = true.into());
    assert!(matches!(error, ClaimError::Otherwise { claimed: true, .. }), "{error:?}");
    assert_eq!(place, "schedule 2");
    let (place, error) = edit(&|schedules| {
        schedules[0]["stem"].as_array_mut().unwrap().remove(0);
    });
    assert_eq!((place.as_str(), error.impossible().map(|step| step.index)), ("schedule 1", Some(0)));
    let (_, error) = edit(&|schedules| schedules[0]["loop"] = serde_json::json!([]));
    assert_eq!(error, ClaimError::Lasso(LassoError::NoLoop));
}

#[test]
fn violations_are_written_and_replay() {
    let p = program(&ORDER.replace("output before;", "never bad, fine; bad() :- before(b, a); fine() :- go(X, X);"));
    let bad = p.relation_named("bad").unwrap();
    let violation = check_violation(&p, &schedule(&p, "c ; s{m(b)}"), bad, &budget()).unwrap();
    let fine = p.relation_named("fine").unwrap();
    let invariants = vec![InvariantObject::violated(&p, bad, &violation), InvariantObject::kept(&p, fine)];
    let text = WitnessFile::new(&p, "check", None, invariants).to_json();
    let claims = claims(&p, &text);
    assert_eq!(claims.violations, [(bad, schedule(&p, "c ; s{m(b)}"))]);
    assert_eq!(claims.check(&p, &budget()).unwrap().violations, [(bad, violation)]);
}

#[test]
fn mistakes_of_a_file_are_found_at_their_place() {
    let p = program(MARRIAGE);
    let good = r#"{"witness": {"fact": "runaway(#n1)", "schedules": [
  {"holds": true, "stem": [{"node": "n1", "deliver": []}, {"node": "n1", "deliver": ["i_do(#n1, bride)"]}],
   "loop": [{"node": "n1", "deliver": ["i_do(#n1, groom)"]}]}]}}"#;
    assert!(read(&p, "w.json", good).is_ok());
    for (old, new, code, place) in [
        ("runaway(#n1)", "runaway(#n1, x)", "E0702", (1, 22)),
        ("runaway(#n1)", "runaway()", "E0704", (1, 22)),
        ("\"runaway(#n1)\"", "7", "E0705", (1, 22)),
        ("{\"node\": \"n1\", \"deliver\": []}", "{\"node\": \"n2\", \"deliver\": []}", "E0701", (2, 37)),
        ("[\"i_do(#n1, groom)\"]", "[\"i_do(#n1, cook)\"]", "E0702", (3, 40)),
        ("[\"i_do(#n1, groom)\"]", "[\"i_do(\"]", "E0102", (3, 40)),
        ("[\"i_do(#n1, groom)\"]", "\"i_do(#n1, groom)\"", "E0705", (3, 56)),
        ("\"holds\": true,", "", "E0705", (3, 61)),
        ("]}}", "]}", "E0705", (3, 63)),
    ] {
        let text = good.replacen(old, new, 1);
        let (sources, diagnostics) = read(&p, "w.json", &text).expect_err(&text);
        let found =
            (diagnostics[0].code.0, sources.line_column(diagnostics[0].primary.as_ref().expect("a place").span));
        assert_eq!(found, (code, place), "{text}\n{diagnostics:#?}");
    }
}

#[test]
fn a_node_outside_the_network_is_told_once() {
    let step = r#"{"node": "n2", "deliver": []}"#;
    let text = format!(
        r#"{{"witness": {{"fact": "runaway(#n1)", "schedules": [{{"holds": true, "stem": [{step}, {step}], "loop": [{step}]}}]}}}}"#
    );
    let (_, diagnostics) = read(&program(MARRIAGE), "w.json", &text).expect_err("no node is n2");
    let found: Vec<(&str, &str)> = diagnostics.iter().map(|d| (d.code.0, d.message.as_str())).collect();
    assert_eq!(found, [("E0701", "`n2` is no node of the network; it is named 3 times")]);
}

#[test]
fn no_text_is_too_strange_to_be_refused() {
    let p = program(MARRIAGE);
    let deep = "[".repeat(100_000);
    for text in [
        "",
        "{}",
        "null",
        "[]",
        "\u{feff}{",
        "{\"witness\": null}",
        "{\"invariants\": []}",
        "¬",
        "{\"witness\": [1]}",
        &deep,
    ] {
        let (_, diagnostics) = read(&p, "w.json", text).expect_err(text);
        assert_eq!(diagnostics[0].code.0, "E0705");
    }
}
