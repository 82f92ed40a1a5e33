//! `check --points`: which lines are to blame, with the runs that show it.

use crate::invocation::{corpus, watershed, with_input};

#[test]
fn a_race_is_drawn_at_its_line_and_its_runs_replay() {
    let file = corpus("papers/marriage.ded");
    let output = watershed(&["check", &file, "--points"]);
    assert_eq!(output.code, Some(1));
    let text = output.stdout.replace(&file, "marriage.ded");
    for part in [
        "Points of order: 2, of which 2 are real\n",
        "warning[W1301]: at n1 i_do(#n1, groom) from n1 races with i_do(#n1, bride) from n1\n  --> marriage.ded:17:33\n",
        "17 | runaway() :- i_do(bride), notin i_do(groom);\n   |                                 ^^^^^^^^^^^ true in n1:2 of run 1, false in n1:2 of run 2\n",
        "help: runaway(#n1) is ultimate in run 1 and not in run 2\n",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    let commands: Vec<&str> = text.lines().filter_map(|line| line.split_once("--schedule '")).map(|(_, s)| s).collect();
    assert!(commands.len() >= 4, "{text}");
    for schedule in commands {
        let replayed = watershed(&["replay", &file, "--schedule", schedule.trim_end_matches('\'')]);
        assert_eq!(replayed.code, Some(0), "{schedule}: {replayed:?}");
    }
    assert!(!watershed(&["check", &file]).stdout.contains("Points of order"));
}

#[test]
fn what_is_only_suspect_says_what_that_rests_on() {
    let of = |options: &[&str]| {
        let file = corpus("papers/gc-guarded.ded");
        watershed(&[&["check", &file, "--points"], options].concat()).stdout
    };
    let text = of(&[]);
    assert!(text.contains("Points of order: 1, no race among them\n"), "{text}");
    assert!(text.contains("no divergence, in this instance or any other: theorem:temporal-polarity\n"), "{text}");
    let text = of(&["--no-theorems"]);
    assert!(text.contains("no divergence found: this instance was explored to the end\n"), "{text}");
    let text = of(&["--no-theorems", "--max-states", "2"]);
    assert!(text.contains("no divergence found up to bound:states\n"), "{text}");
}

#[test]
fn races_are_in_json_and_sarif() {
    let file = corpus("cart/destructive.ded");
    let json = watershed(&["check", &file, "--format", "json"]).json();
    assert!(json.get("points").is_some_and(serde_json::Value::is_null));
    let json = watershed(&["check", &file, "--points", "--format", "json"]).json();
    let list = json["points"]["list"].as_array().expect("points");
    let kinds: Vec<&str> = list.iter().filter_map(|point| point["kind"].as_str()).collect();
    assert_eq!(kinds, ["negated", "negated", "growing"]);
    assert_eq!(json["points"]["unexplained"], serde_json::json!([]));
    for point in list {
        let race = &point["race"];
        assert!(point["open"].is_null() && race["node"] == "s", "{point}");
        for (number, run) in race["witness"]["schedules"].as_array().expect("two runs").iter().enumerate() {
            assert_eq!(run["holds"], number == 0);
            let steps: Vec<_> =
                [&run["stem"], &run["loop"]].into_iter().filter_map(|part| part.as_array()).flatten().collect();
            let at = race["steps"][number].as_u64().expect("a step") as usize;
            assert_eq!(steps[at]["node"], "s");
        }
    }
    assert_eq!(list[0]["race"]["moved"], serde_json::json!([{"message": "remove(#s, pen)", "from": "c"}]));
    let sarif = watershed(&["check", &file, "--points", "--format", "sarif"]).json();
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let lines: Vec<_> = (results.iter().filter(|result| result["ruleId"] == "W1301"))
        .map(|result| result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64())
        .collect();
    assert_eq!(lines, [Some(21), Some(22), Some(23)]);
}

#[test]
fn what_no_point_explains_is_told() {
    let output = watershed(&["check", &corpus("papers/pingpong.ded"), "--points"]);
    assert_eq!(output.code, Some(1));
    for part in [
        "Points of order: none\n",
        "warning[W1303]: no point of order was found to explain why these are contested: ball(#a), ball(#b)\n",
        "what is sent here is not kept: it holds only in steps in which it arrives\n",
    ] {
        assert!(output.stdout.contains(part), "{part}\nis not in\n{}", output.stdout);
    }
}

/// With small instances the runs are those of the instance that is found.
#[test]
fn races_of_a_small_instance_are_of_that_instance() {
    let program = "output late; nodes n1; event go; m(#N, X)@async :- go(#N, X); m(X)@next :- m(#N, X);
late() :- m(#N, X), m(Y), X < Y, notin ok(); late()@next :- late(#N); ok()@next :- m(#N, _); ok()@next :- ok(#N);";
    let bounds = "nodes<=1, values<=2";
    let output = with_input(&["check", "-", "--points", "--instances", bounds, "--format", "json"], program);
    let json = output.json();
    assert_eq!((output.code, &json["verdict"]), (Some(1), &"diffluent".into()), "{}", output.stdout);
    let list = json["points"]["list"].as_array().expect("points");
    let races: Vec<_> = list.iter().filter(|point| !point["race"].is_null()).collect();
    assert!(!races.is_empty(), "{}", output.stdout);
    let valid = |race: &serde_json::Value| {
        race["race"]["witness"]["fact"].as_str().is_some_and(|fact| fact.starts_with("late("))
    };
    assert!(races.into_iter().all(valid));
}
