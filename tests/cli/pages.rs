//! `--format html`: answers as pages. What a browser makes of them is tested in tests/browser.

use crate::invocation::{corpus, directory, file, watershed};
use std::collections::BTreeSet;

/// What has to hold of every page: one script and one style, the page's own, and no link that leads out or nowhere.
fn check_page(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>"), "{}", &page[..60]);
    assert!(page.ends_with("</html>\n"));
    for once in ["<script>", "</script>", "<style>", "</style>", "<main>", "<h1"] {
        assert_eq!(page.matches(once).count(), 1, "{once}");
    }
    for never in ["<img", "<iframe", "<link", "http://", "https://", " style=", " onclick"] {
        let rest = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!rest.contains(never), "{never}");
    }
    let values = |attribute: &str| -> Vec<String> {
        let mark = format!(" {attribute}=\"");
        page.split(&mark).skip(1).map(|rest| rest.split('"').next().unwrap_or_default().to_string()).collect()
    };
    let ids = values("id");
    let distinct: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), distinct.len(), "a name stands twice");
    for link in values("href") {
        let target = link.strip_prefix('#').unwrap_or_else(|| panic!("{link} leads out of the page"));
        assert!(distinct.iter().any(|id| *id == target), "{link} leads nowhere");
    }
}

fn page(arguments: &[&str]) -> String {
    let run = watershed(&[arguments, &["--format", "html", "-q"]].concat());
    check_page(&run.stdout);
    run.stdout
}

#[test]
fn every_command_that_has_something_to_look_at_writes_a_page() {
    let marriage = corpus("papers/marriage.ded");
    let checked = page(&["check", &marriage]);
    for part in [
        "diffluent",
        "Two fair runs that part at step 2",
        "Why runaway(#n1) is ultimate in run 1",
        "watershed replay ",
        "point of order",
    ] {
        assert!(checked.contains(part), "{part}");
    }
    assert!(page(&["explore", &marriage]).contains("Ultimate models: 2"));
    assert!(page(&["check", &marriage, "--points"]).contains("of which 2 are real"));
    assert!(page(&["check", &corpus("kvs/diverging.ded"), "--shrink"]).contains("3 of 4 facts are enough"));
    assert!(page(&["coordinate", &marriage]).contains("The program with the plan"));
    assert!(page(&["run", &marriage]).contains("The ultimate model"));
    let replayed = page(&["replay", &marriage, "--schedule", "n1 loop: n1{i_do(#n1, bride), i_do(#n1, groom)}"]);
    assert!(replayed.contains("reproduced"), "{replayed}");
    let violated = page(&["check", &corpus("commit/2pc-mutant-hasty.ded")]);
    assert!(violated.contains("What must never hold, and does"));
    let confluent = page(&["check", &corpus("papers/dequeue-once.ded")]);
    assert!(!confluent.contains("Two runs") && confluent.contains("✓"), "nothing to compare where it is confluent");
    let faults = page(&["faults", &corpus("faults/best-effort.ded")]);
    assert!(faults.contains("with these faults") && faults.contains("without faults"));
    assert!(page(&["faults", &corpus("faults/register.ded"), "--async", "--omissions", "0"]).contains("A bad run"));
    let bound = page(&["explore", &corpus("paxos/takeover.ded"), "--no-reduction", "--max-states", "40"]);
    assert!(bound.contains("What to try"));
    let warned = page(&["check", &corpus("papers/flip-flop.ded")]);
    assert!(warned.contains("W0701"), "warnings stand on the page");
}

#[test]
fn a_page_is_written_to_a_file_and_the_verdict_is_printed() {
    let at = directory();
    let path = at.path().join("page.html");
    let path = path.to_str().expect("UTF-8");
    let marriage = corpus("papers/marriage.ded");
    let run = watershed(&["check", &marriage, "--format", "html", "-o", path]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stdout.starts_with("diffluent: ") && run.stdout.ends_with(&format!("written to {path}\n")),
        "{}",
        run.stdout
    );
    check_page(&std::fs::read_to_string(path).expect("a page"));
    let run = watershed(&["coordinate", &marriage, "--format", "html", "-o", path]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.starts_with("found: "), "{}", run.stdout);
    assert!(std::fs::read_to_string(path).expect("a page").contains("watershed coordinate"));
    let nowhere = watershed(&["check", &marriage, "--format", "html", "-o", "/nowhere/page.html"]);
    assert_eq!(nowhere.code, Some(2));
}

#[test]
fn a_page_is_the_same_at_any_number_of_threads() {
    let of = |threads: &str| {
        let whole = page(&["explore", &corpus("paxos/duel.ded"), "--threads", threads]);
        // Time and memory differ.
        whole
            .lines()
            .map(|line| line.split("<h2>What it took").next().unwrap_or_default().to_string())
            .collect::<String>()
    };
    assert_eq!(of("1"), of("3"));
}

#[test]
fn symbols_that_are_markup_stay_text() {
    let page = page(&["check", "tests/browser/scripted.ded"]);
    assert!(page.contains("&lt;script&gt;document.title='taken'&lt;/script&gt;"));
}

#[test]
fn a_report_of_thousands_of_states_is_small() {
    let takeover = corpus("paxos/takeover.ded");
    let report = page(&["explore", &takeover, "--no-reduction", "--max-states", "5000"]);
    assert!(report.contains(">5000<") || report.contains("5000 states"), "5,000 states were explored");
    assert!(report.len() < 2_000_000, "{} bytes", report.len());
}

#[test]
fn a_page_of_three_hundred_rules_lists_the_edges_that_it_does_not_draw() {
    let mut text = String::from("output r299;\nnodes n, m;\nr0(#n, a)@1;\n");
    for rule in 1..300 {
        let how = match rule % 3 {
            0 => format!("r{rule}(#Y, X)@async :- r{}(X), node(Y);\n", rule - 1),
            1 => format!("r{rule}(X)@next :- r{}(X), notin r{}(b);\n", rule - 1, rule / 2),
            _ => format!("r{rule}(X) :- r{}(X);\n", rule - 1),
        };
        text.push_str(&how);
    }
    let at = directory();
    let program = file(at.path(), "long.ded", &text);
    let report = page(&["check", program.to_str().expect("UTF-8"), "--max-states", "300"]);
    assert!(report.contains("The graph is too large to be drawn"));
    assert!(report.len() < 2_000_000, "{} bytes", report.len());
}

#[test]
fn of_a_very_long_run_the_beginning_is_shown() {
    let at = directory();
    let schedule = file(at.path(), "long.txt", &vec!["n1"; 3000].join(" ; "));
    let schedule = schedule.to_str().expect("UTF-8");
    let report = page(&["replay", &corpus("papers/marriage.ded"), "--schedule", schedule]);
    assert!(report.contains("2200 steps more, with any loop, are left out"), "the page says what it leaves out");
    assert!(report.len() < 2_000_000, "{} bytes", report.len());
}
