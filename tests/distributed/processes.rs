//! The command in several processes, on this machine: what process 0 prints is what one process prints.

use super::{corpus, random};
use serde_json::Value;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;

fn watershed(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watershed"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A hostfile of addresses that were free a moment ago.
fn hostfile(processes: usize) -> NamedTempFile {
    let listeners: Vec<TcpListener> =
        (0..processes).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
    let mut file = NamedTempFile::new().expect("a temporary file");
    for listener in &listeners {
        writeln!(file, "{}", listener.local_addr().expect("bound")).expect("written");
    }
    file
}

/// Starts a process of several.
fn start(arguments: &[&str], hostfile: &Path, processes: usize, process: usize) -> Child {
    let [processes, process] = [processes, process].map(|number| number.to_string());
    watershed(arguments)
        .args(["--processes", &processes, "--process", &process, "--hostfile"])
        .arg(hostfile)
        .spawn()
        .expect("a process")
}

/// Runs all processes, process 0 last.
fn together(arguments: &[&str], processes: usize) -> Vec<Output> {
    let hosts = hostfile(processes);
    let mut started: Vec<Child> =
        (0..processes).rev().map(|process| start(arguments, hosts.path(), processes, process)).collect();
    started.reverse();
    started.into_iter().map(|child| child.wait_with_output().expect("it ends")).collect()
}

/// What is printed, without the time and the work that it took.
fn answer(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    let mut object: Value = serde_json::from_str(&text)
        .unwrap_or_else(|_| panic!("no JSON: {text} {}", String::from_utf8_lossy(&output.stderr)));
    for effort in ["remembered", "novelty", "local_states"] {
        object[effort] = Value::Null;
    }
    for effort in ["wall_seconds", "peak_bytes", "local_steps"] {
        object["statistics"][effort] = Value::Null;
    }
    object
}

fn compare(arguments: &[&str], processes: usize) {
    let alone = watershed(arguments).output().expect("a process");
    let all = together(arguments, processes);
    assert_eq!(answer(&all[0]), answer(&alone), "{arguments:?}");
    assert_eq!(all[0].stderr, alone.stderr, "{arguments:?}");
    for other in &all[1..] {
        assert_eq!(other.status.code(), alone.status.code(), "{arguments:?}");
        assert!(other.stdout.is_empty(), "{arguments:?}: {other:?}");
    }
}

const BOUNDS: [&str; 4] = ["--max-states", "3000", "--max-transitions", "20000"];

#[test]
fn two_processes_answer_as_one() {
    for (number, file) in corpus().iter().enumerate().step_by(7) {
        let file = file.to_str().expect("a name in UTF-8");
        let reduction: &[&str] = if number % 2 == 0 { &["--no-reduction"] } else { &[] };
        let arguments = [&["explore", file, "--format", "json"][..], &BOUNDS, reduction].concat();
        compare(&arguments, 2);
    }
}

#[test]
fn two_processes_answer_as_one_about_random_programs() {
    for seed in 1000..1012 {
        let mut file = NamedTempFile::with_suffix(".ded").expect("a temporary file");
        file.write_all(random(seed).as_bytes()).expect("written");
        let file = file.path().to_str().expect("a name in UTF-8");
        compare(&[&["check", file, "--no-theorems", "--format", "json"][..], &BOUNDS].concat(), 2);
    }
}

/// Senders who race for a recorder: 5 × 4! states of the recorder alone, far more of the whole.
const RACE: &str = "nodes a, b, c, d, e, r; output order;
    go(#a)@1; go(#b)@2; go(#c)@3; go(#d)@4; go(#e)@5; tick(#a)@20; tick(#b)@20; tick(#c)@20;
    m(#r, 1)@async :- go(#a); m(#r, 2)@async :- go(#b); m(#r, 3)@async :- go(#c); m(#r, 4)@async :- go(#d);
    m(#r, 5)@async :- go(#e);
    seen(X)@next :- m(X); seen(X)@next :- seen(X);
    order(X, Y)@next :- seen(X), m(Y), notin seen(Y); order(X, Y)@next :- order(X, Y);";

#[test]
fn three_processes_of_two_workers_answer_as_one() {
    let mut file = NamedTempFile::with_suffix(".ded").expect("a temporary file");
    file.write_all(RACE.as_bytes()).expect("written");
    let file = file.path().to_str().expect("a name in UTF-8");
    let arguments = ["explore", file, "--format", "json", "--no-reduction", "--workers", "2", "--max-states", "6000"];
    let all = together(&arguments, 3);
    let alone = watershed(&[&arguments[..5], &arguments[7..]].concat()).output().expect("a process");
    assert_eq!(answer(&all[0]), answer(&alone));
    assert!(all.iter().all(|output| output.status.code() == alone.status.code()));
}

#[cfg(target_os = "linux")]
/// Waits until the workers of a process have begun, which is after the processes have found each other.
fn wait_for_workers(child: &Child) {
    let tasks = format!("/proc/{}/task", child.id());
    let is_worker = |task: std::io::Result<std::fs::DirEntry>| {
        let name = task.and_then(|task| std::fs::read_to_string(task.path().join("comm")));
        name.is_ok_and(|name| name.starts_with("timely:work"))
    };
    let end = Instant::now() + Duration::from_secs(60);
    while !std::fs::read_dir(&tasks).is_ok_and(|mut tasks| tasks.any(is_worker)) {
        assert!(Instant::now() < end, "no worker begins");
        sleep(Duration::from_millis(5));
    }
}

fn ended_within(child: Child, seconds: u64) -> Output {
    let mut child = child;
    let end = Instant::now() + Duration::from_secs(seconds);
    while child.try_wait().expect("a child").is_none() {
        if Instant::now() > end {
            child.kill().expect("killed");
            panic!("it does not end: {:?}", child.wait_with_output());
        }
        sleep(Duration::from_millis(20));
    }
    child.wait_with_output().expect("it has ended")
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_process_changes_nothing_in_the_answer() {
    let mut file = NamedTempFile::with_suffix(".ded").expect("a temporary file");
    file.write_all(RACE.as_bytes()).expect("written");
    let file = file.path().to_str().expect("a name in UTF-8");
    let arguments = ["explore", file, "--format", "json", "--no-reduction", "--max-states", "60000"];
    let alone = answer(&watershed(&arguments).output().expect("a process"));
    let mut lost = 0;
    for milliseconds in [0, 50, 200, 800] {
        let hosts = hostfile(2);
        let [first, mut second] = [0, 1].map(|process| start(&arguments, hosts.path(), 2, process));
        wait_for_workers(&first);
        sleep(Duration::from_millis(milliseconds));
        second.kill().expect("killed");
        second.wait().expect("it has ended");
        let output = ended_within(first, 120);
        let mut found = answer(&output);
        let codes: Vec<&str> =
            found["diagnostics"].as_array().into_iter().flatten().filter_map(|d| d["code"].as_str()).collect();
        lost += usize::from(codes.contains(&"W0620"));
        found["diagnostics"] = alone["diagnostics"].clone();
        assert_eq!(found, alone);
        assert!(!String::from_utf8_lossy(&output.stderr).contains("internal error"), "{output:?}");
    }
    assert!(lost > 0, "never was a process lost");
}

#[cfg(target_os = "linux")]
#[test]
fn without_process_zero_the_others_end_with_a_diagnostic() {
    let mut file = NamedTempFile::with_suffix(".ded").expect("a temporary file");
    file.write_all(RACE.as_bytes()).expect("written");
    let file = file.path().to_str().expect("a name in UTF-8");
    let arguments = ["explore", file, "--no-reduction"];
    let hosts = hostfile(2);
    let [mut first, second] = [0, 1].map(|process| start(&arguments, hosts.path(), 2, process));
    wait_for_workers(&second);
    first.kill().expect("killed");
    first.wait().expect("it has ended");
    let output = ended_within(second, 60);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.contains("E0622") && !errors.contains("internal error"), "{errors}");
}

#[test]
fn processes_that_were_asked_something_else_are_refused() {
    let mut files = ["p(#a, b);", "p(#a, c);"].map(|text| {
        let mut file = NamedTempFile::with_suffix(".ded").expect("a temporary file");
        file.write_all(text.as_bytes()).expect("written");
        file
    });
    let hosts = hostfile(2);
    let children = [0, 1].map(|process| {
        let file = files[process].path().to_str().expect("a name in UTF-8");
        start(&["explore", file], hosts.path(), 2, process)
    });
    for child in children {
        let output = ended_within(child, 60);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains("E0621") && errors.contains("another program"), "{errors}");
    }
    files.iter_mut().for_each(|file| file.flush().expect("still there"));
}

#[test]
fn processes_that_do_not_fit_together_are_refused() {
    let mut short = NamedTempFile::new().expect("a temporary file");
    writeln!(short, "localhost:1\n").expect("written");
    let short = short.path().to_str().expect("a name in UTF-8");
    let wrong: [(&[&str], &str); 8] = [
        (&["--process", "1"], "E0620"),
        (&["--processes", "2", "--process", "2"], "E0620"),
        (&["--processes", "0"], "E0620"),
        (&["--workers", "0"], "E0620"),
        (&["--workers", "100000"], "E0620"),
        (&["--workers", "many"], "E0607"),
        (&["--processes", "2", "--hostfile", "no such file"], "E0601"),
        (&["--processes", "2", "--hostfile", short], "E0620"),
    ];
    let program = corpus()[0].to_str().expect("a name in UTF-8").to_string();
    for (options, code) in wrong {
        let output = watershed(&[&["check", &program], options].concat()).output().expect("a process");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{options:?} {errors}");
        assert!(errors.contains(code), "{options:?} {errors}");
    }
}

#[test]
fn waiting_for_others_ends_with_the_time() {
    let hosts = hostfile(2);
    let program = corpus()[0].to_str().expect("a name in UTF-8").to_string();
    let output = ended_within(start(&["check", &program, "--timeout", "0.2"], hosts.path(), 2, 0), 30);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("E0621"));
}
