//! `--network fifo` on the command line.

use crate::invocation::{corpus, directory, file, strings, watershed, with_input};

const SHIPPING: &str = "channels/log-shipping.ded";
const TWO: &str = "channels/log-shipping-two-primaries.ded";

#[test]
fn the_network_decides_the_verdict_and_is_named() {
    for (options, code, verdict, network) in [
        (&[][..], 1, "diffluent", "any"),
        (&["--network", "any"], 1, "diffluent", "any"),
        (&["--network", "fifo"], 0, "confluent", "fifo"),
    ] {
        for command in ["check", "explore"] {
            let output = watershed(&[&[command, &corpus(SHIPPING), "--format", "json"], options].concat());
            assert_eq!(output.code, Some(code), "{options:?}");
            assert_eq!((&output.json()["verdict"], &output.json()["network"]), (&verdict.into(), &network.into()));
        }
    }
    let output = watershed(&["check", &corpus(SHIPPING), "--network", "fifo", "--verify-reduction"]);
    assert!(output.code == Some(0) && output.stdout.contains("in the order sent"), "{output:#?}");
    assert_eq!(watershed(&["check", &corpus(SHIPPING), "--network", "lifo"]).code, Some(2));
}

#[test]
fn a_witness_names_its_network_and_the_senders() {
    let directory = directory();
    let path = directory.path().join("w.json").to_str().expect("UTF-8").to_string();
    let output = watershed(&["check", &corpus(TWO), "--network", "fifo", "--witness", &path]);
    assert_eq!(output.code, Some(1));
    assert!(output.stdout.contains(" from p") && output.stdout.contains("--network fifo"), "{}", output.stdout);
    let text = std::fs::read_to_string(&path).expect("a witness");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(json["network"], "fifo");
    for (options, network) in [(&[][..], "fifo"), (&["--network", "fifo"], "fifo"), (&["--network", "any"], "any")] {
        let output = watershed(&[&["replay", &corpus(TWO), "--schedule", &path, "--format", "json"], options].concat());
        assert_eq!((output.code, &output.json()["network"]), (Some(0), &network.into()), "{output:#?}");
    }
    let mut edited = json;
    let steps = edited["witness"]["schedules"][0]["stem"].as_array_mut().expect("a stem");
    let step = steps.iter_mut().find(|step| step["from"][0].is_string()).expect("a delivery");
    step["from"][0] = "r".into();
    let wrong = file(directory.path(), "wrong.json", &edited.to_string());
    let output = watershed(&["replay", &corpus(TWO), "--schedule", wrong.to_str().expect("UTF-8")]);
    assert!(output.code == Some(2) && output.stderr.contains("E0706"), "{output:#?}");
}

#[test]
fn deliveries_out_of_order_have_their_code() {
    let replay = |program: &str, schedule: &str, network: &str| {
        watershed(&["replay", &corpus(program), "--network", network, "--schedule", schedule])
    };
    let overtaking = "p ; p ; r{ship(#r, 2, y)}";
    let output = replay(SHIPPING, overtaking, "fifo");
    assert!(output.code == Some(2) && output.stderr.contains("error[E0710]"), "{output:#?}");
    assert_eq!(replay(SHIPPING, overtaking, "any").code, Some(0));
    assert_eq!(replay(SHIPPING, "p ; p ; r{ship(#r, 2, y), ship(#r, 1, x)}", "fifo").code, Some(0));
    let directory = directory();
    let text = "nodes a, b, s; go(#a, s)@1; go(#b, s)@1; m(#S)@async :- go(#A, S); n() :- m();";
    let path = file(directory.path(), "same.ded", text);
    let output =
        watershed(&["replay", path.to_str().expect("UTF-8"), "--network", "fifo", "--schedule", "a ; b ; s{m()}"]);
    assert!(output.code == Some(2) && output.stderr.contains("error[E0711]"), "{output:#?}");
}

#[test]
fn runs_keep_the_order() {
    for seed in 0..20 {
        let options = ["--seed", &seed.to_string(), "--network", "fifo", "--format", "json"];
        let output = watershed(&[&["run", &corpus(SHIPPING)][..], &options].concat());
        assert_eq!(output.code, Some(0));
        assert_eq!(output.json()["ultimate_model"], serde_json::json!(["value(#r, z)"]), "seed {seed}");
    }
}

/// Each line that a person is offered is in order: what was sent earlier comes with it.
#[test]
fn a_person_is_offered_deliveries_in_order() {
    let options = ["run", "-i", "--network", "fifo", "--format", "json", &corpus(SHIPPING)];
    let output = with_input(&options, "1\n1\n4\nq\n");
    assert!(output.stderr.contains("ship(#r, 2, y) from p, and the copy before it"), "{}", output.stderr);
    assert!(!output.stderr.contains("No:"), "{}", output.stderr);
    assert_eq!(strings(&output.json()["stem"][2]["deliver"]), ["ship(#r, 1, x)", "ship(#r, 2, y)"]);
    assert_eq!(strings(&output.json()["stem"][2]["from"]), ["p", "p"]);
}
