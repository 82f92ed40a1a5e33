//! `--checkpoint`: searches that are killed, cut or interrupted, and gone on with.

use crate::invocation::{binary, corpus, directory, file, watershed};
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Records the order in which messages arrive. Nothing tells them apart, so states are renamed.
fn order_recording(messages: usize) -> String {
    let mut text = "m(#S, X)@async :- go(#C, S, X); seen(X) :- m(X); seen(X)@next :- seen(X);\
        before(X, Y) :- seen(X), all(Y), notin seen(Y); before(X, Y)@next :- before(X, Y); output before; up(#s);"
        .to_string();
    (1..=messages).for_each(|x| text.push_str(&format!("go(#c, s, x{x})@1; all(#s, x{x});")));
    text
}

/// Nodes that nothing tells apart say that they are up and remember of whom they heard first.
const ALIKE: &str = "m(#M, N)@async :- up(#N), all(#N, M); first(X)@next :- m(X), notin heard(); heard()@next :- m(X);\
    heard()@next :- heard(); first(X)@next :- first(X); output first; up(#a)@1; up(#b)@1; up(#c)@1;\
    all(#a, a); all(#a, b); all(#a, c); all(#b, a); all(#b, b); all(#b, c); all(#c, a); all(#c, b); all(#c, c);";

/// Counts beyond what can be grounded, before and after the count is sent on.
const COUNTERS: &str = "s(#X, N + 1)@next :- s(#X, N), N < 3; s(#a, 0)@1; s(#b, 0)@1; t(#a, N)@async :- s(#b, N);\
    t(#X, N)@next :- t(#X, N); u(#b, N)@async :- t(#a, N); output t;";

/// A message that is pumped, so that one search after another is made.
const RESENT: &str = "p(#a)@1; p(#a)@next :- p(#a); m(#b)@async :- p(#a); n(#a)@async :- m(#b); q(#a) :- n(#a), n(#a);\
    q(#b) :- m(#b); r(#a)@next :- n(#a), notin r(#a); output q, r;";

/// The answer, but for what differs from run to run.
fn answer(stdout: &str) -> serde_json::Value {
    let mut answer: serde_json::Value = serde_json::from_str(stdout).expect("JSON");
    for figure in ["wall_seconds", "peak_bytes"] {
        answer["statistics"].as_object_mut().expect("statistics").remove(figure);
    }
    answer
}

#[test]
fn a_search_that_is_killed_goes_on_to_the_same_answer() {
    let directory = directory();
    let checkpoint = directory.path().join("kept").display().to_string();
    let mut kills = 0;
    for (name, text, wait) in [
        ("order", order_recording(7), 250),
        ("alike", ALIKE.to_string(), 10),
        ("counters", COUNTERS.to_string(), 30),
        ("resent", RESENT.to_string(), 5),
    ] {
        let program = file(directory.path(), &format!("{name}.ded"), &text).display().to_string();
        for reductions in [&["--no-reduction"][..], &[], &["--reduce", "symmetry"]] {
            let whole = [&["explore", &program, "--format", "json"], reductions].concat();
            let expected = watershed(&whole);
            let kept = [&whole[..], &["--checkpoint", &checkpoint, "--checkpoint-every", "0"]].concat();
            for round in 1..=6 {
                let mut child = binary()
                    .args(&kept)
                    .args(["--threads", ["1", "2"][round % 2]])
                    .stdout(Stdio::null())
                    .stderr(Stdio::null())
                    .spawn()
                    .expect("a process");
                std::thread::sleep(Duration::from_millis(wait * round as u64));
                child.kill().expect("killed or ended");
                kills += usize::from(!child.wait().expect("ended").success());
            }
            let resumed = watershed(&kept);
            assert_eq!((resumed.code, answer(&resumed.stdout)), (expected.code, answer(&expected.stdout)), "{name}");
            assert!(!std::path::Path::new(&checkpoint).exists(), "a finished search leaves no file");
        }
    }
    assert!(kills >= 6, "{kills} were killed before they ended");
}

#[test]
fn a_search_that_is_cut_goes_on_with_more() {
    let directory = directory();
    let checkpoint = directory.path().join("kept").display().to_string();
    let program = file(directory.path(), "order.ded", &order_recording(7)).display().to_string();
    let ask = ["explore", &program, "--format", "json", "--no-reduction"];
    let expected = watershed(&ask);
    let kept = [&ask[..], &["--checkpoint", &checkpoint, "--checkpoint-every", "0"]].concat();
    for (option, value) in
        [("--max-states", "20000"), ("--max-transitions", "90000"), ("--max-states", "60000"), ("--timeout", "1")]
    {
        let cut = watershed(&[&kept[..], &[option, value]].concat());
        if option != "--timeout" {
            assert_eq!(answer(&cut.stdout), answer(&watershed(&[&ask[..], &[option, value]].concat()).stdout));
            assert!(std::path::Path::new(&checkpoint).exists());
        }
    }
    let resumed = watershed(&kept);
    assert_eq!((resumed.code, answer(&resumed.stdout)), (expected.code, answer(&expected.stdout)));
}

#[test]
fn what_does_not_belong_to_the_question_is_refused() {
    let directory = directory();
    let checkpoint = directory.path().join("kept").display().to_string();
    let program = file(directory.path(), "order.ded", &order_recording(7)).display().to_string();
    let other = file(directory.path(), "other.ded", &order_recording(6)).display().to_string();
    let keep = ["--no-reduction", "--checkpoint", &checkpoint, "--checkpoint-every", "0"];
    let cut = watershed(&[&["explore", &program, "--max-states", "50000"], &keep[..]].concat());
    assert_eq!(cut.code, Some(1), "{cut:#?}");
    let whole = std::fs::read(&checkpoint).expect("a checkpoint");
    let refused = |arguments: &[&str]| {
        let output = watershed(&[arguments, &["--checkpoint", &checkpoint]].concat());
        assert_eq!(output.code, Some(2), "{arguments:?}: {output:#?}");
        assert!(output.stderr.contains("E0630"), "{}", output.stderr);
        assert!(output.stdout.is_empty());
    };
    refused(&["explore", &other, "--no-reduction"]);
    refused(&["explore", &program]);
    refused(&["check", &program, "--no-reduction"]);
    refused(&["explore", &program, "--no-reduction", "--max-facts", "77"]);
    for at in [0, 9, 30, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[at] ^= 64;
        std::fs::write(&checkpoint, damaged).expect("written");
        refused(&["explore", &program, "--no-reduction"]);
    }
    std::fs::write(&checkpoint, &whole[..whole.len() - 1]).expect("written");
    refused(&["explore", &program, "--no-reduction"]);
    std::fs::write(&checkpoint, "").expect("written");
    refused(&["explore", &program, "--no-reduction"]);
}

#[test]
fn a_file_that_cannot_be_written_costs_the_checkpoint_only() {
    let duel = corpus("paxos/duel.ded");
    let start = Instant::now();
    let nowhere = ["--checkpoint", "no/such/directory/kept", "--checkpoint-every", "0"];
    let output = watershed(&[&["check", &duel], &nowhere[..]].concat());
    assert_eq!(output.code, watershed(&["check", &duel]).code, "{output:#?}");
    assert!(output.stderr.contains("W0630"), "{}", output.stderr);
    assert!(start.elapsed() < Duration::from_secs(60));
}

/// No interval passes before these searches are cut, and some are cut before anything is expanded.
#[test]
fn a_search_that_is_cut_early_leaves_a_file() {
    let directory = directory();
    let checkpoint = directory.path().join("kept");
    let named = checkpoint.display().to_string();
    let program = file(directory.path(), "order.ded", &order_recording(6)).display().to_string();
    let ask = ["explore", &program, "--format", "json", "--no-reduction"];
    let expected = watershed(&ask);
    for (option, value) in [
        ("--max-states", "1"),
        ("--max-states", "40"),
        ("--max-states", "3000"),
        ("--max-transitions", "500"),
        ("--timeout", "0"),
        ("--max-memory", "1"),
    ] {
        let cut = watershed(&[&ask[..], &["--checkpoint", &named, option, value]].concat());
        assert!(matches!(cut.code, Some(1 | 3)), "{option} {value}: {cut:#?}");
        assert!(checkpoint.exists(), "{option} {value} leaves nothing");
        let resumed = watershed(&[&ask[..], &["--checkpoint", &named]].concat());
        assert_eq!((resumed.code, answer(&resumed.stdout)), (expected.code, answer(&expected.stdout)), "{option}");
        assert!(!checkpoint.exists(), "a finished search leaves no file");
    }
}

/// Interrupted before the first interval passed, an endless search leaves a file, from which it goes on.
#[test]
fn a_search_that_is_interrupted_leaves_a_file() {
    let directory = directory();
    let checkpoint = directory.path().join("kept");
    let named = checkpoint.display().to_string();
    let endless = "s(#X, N + 1)@next :- s(#X, N); s(#a, 0)@1; m(#X)@async :- s(#X, N);";
    let program = file(directory.path(), "endless.ded", endless).display().to_string();
    let ask = ["explore", &program, "--checkpoint", &named, "--format", "json"];
    let child = binary().args(ask).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a process");
    std::thread::sleep(Duration::from_millis(1000));
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.is_ok_and(|status| status.success()));
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130), "{output:#?}");
    assert!(checkpoint.exists(), "nothing is left");
    let before = answer(&String::from_utf8(output.stdout).expect("UTF-8"));
    let resumed = watershed(&[&ask[..], &["--timeout", "0"]].concat());
    assert_eq!(resumed.code, Some(3), "{resumed:#?}");
    let states = |answer: &serde_json::Value| answer["statistics"]["states"].as_u64().expect("a number");
    let (found, kept) = (states(&before), states(&answer(&resumed.stdout)));
    assert!(kept > 1 && kept <= found, "{kept} of {found} states are kept");
}
