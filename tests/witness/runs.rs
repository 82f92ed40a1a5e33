use super::{MARRIAGE, ORDER, budget, program, schedule};
use std::collections::BTreeSet;
use watershed::budget::{Bound, Budget};
use watershed::program::Program;
use watershed::witness::check_lasso;
use watershed::witness::run::{Choice, Choices, Chooser, End, Policy, Refusal, Run, interact, run};
use watershed::witness::simulate::StepRecord;

fn model(p: &Program, run: &Run) -> Vec<String> {
    let End::Closed(lasso) = &run.end else { panic!("{:?}", run.end) };
    lasso.ultimate_model(p).iter().map(|f| p.show_fact(f.node, &f.fact)).collect()
}

#[test]
fn fifo_delivers_in_rounds_until_the_run_repeats() {
    let p = program(ORDER);
    let fifo = run(&p, Policy::Fifo, &budget());
    // `s` steps after `c` in the same round, so both messages come together and neither is before the other.
    assert_eq!(fifo.schedule.show(&p), "c ; s{m(#s, a), m(#s, b)} loop: c ; s");
    assert_eq!(model(&p, &fifo), [] as [&str; 0]);
    assert_eq!(fifo.records.len(), 4);
}

#[test]
fn seeds_reach_every_outcome_and_repeat_exactly() {
    let p = program(ORDER);
    let mut models = BTreeSet::new();
    for seed in 0..40 {
        let first = run(&p, Policy::Seeded(seed), &budget());
        assert_eq!(first, run(&p, Policy::Seeded(seed), &budget()));
        assert!(check_lasso(&p, &first.schedule, &budget()).is_ok());
        models.insert(model(&p, &first));
    }
    assert_eq!(models.len(), 3, "{models:?}");
}

#[test]
fn events_are_waited_for() {
    let p = program("nodes a; output got; e(#a)@5; got() :- e(); got()@next :- got();");
    assert_eq!(model(&p, &run(&p, Policy::Fifo, &budget())), ["got(#a)"]);
}

#[test]
fn a_counter_ends_at_the_bound_that_is_hit() {
    let p = program("nodes a; c(0)@next :- start(); start(#a)@1; c(N + 1)@next :- c(N);");
    let bounded = |budget: Budget| run(&p, Policy::Fifo, &budget).end;
    assert_eq!(bounded(Budget { max_transitions: 50, ..Budget::default() }), End::Stopped(Bound::Transitions));
    assert_eq!(bounded(Budget { max_states: 50, ..Budget::default() }), End::Stopped(Bound::States));
    let interrupted = Budget::default();
    interrupted.interrupted.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(bounded(interrupted), End::Stopped(Bound::Interrupt));
    let endless_step = program("nodes a; n(0)@next :- start(); start(#a)@1; n(N + 1) :- n(N);");
    assert_eq!(run(&endless_step, Policy::Fifo, &budget()).end, End::Stopped(Bound::Facts));
}

#[test]
fn a_fault_ends_the_run_with_its_step() {
    let p = program("nodes a; go(#a, 0)@2; q(8 / N) :- go(N);");
    let faulty = run(&p, Policy::Fifo, &budget());
    assert!(matches!(faulty.end, End::Fault(..)), "{:?}", faulty.end);
    assert_eq!(faulty.records.len(), 1);
}

/// Plays a list of choices and notes what was refused.
struct Script<'p> {
    program: &'p Program,
    lines: Vec<&'static str>,
    refused: Vec<String>,
    offered: Vec<usize>,
}

impl Chooser for Script<'_> {
    fn choose(&mut self, _: &Program, _: &[StepRecord], choices: &Choices) -> Choice {
        self.offered.push(choices.nodes.iter().map(|node| node.in_flight.len()).sum());
        match self.lines.pop() {
            None => Choice::Leave,
            Some("undo") => Choice::Undo,
            Some("close") => Choice::Close,
            Some("finish") => Choice::Finish,
            Some(step) => Choice::Step(schedule(self.program, step).stem.remove(0)),
        }
    }

    fn refused(&mut self, program: &Program, why: &Refusal) {
        self.refused.push(match why {
            Refusal::Impossible(_) => "impossible".into(),
            Refusal::NothingToUndo => "nothing".into(),
            Refusal::NoLoop(error) => error.describe(program),
        });
    }
}

fn play(program: &Program, lines: &[&'static str]) -> (Run, Vec<String>, Vec<usize>) {
    let lines = lines.iter().rev().copied().collect();
    let mut script = Script { program, lines, refused: Vec::new(), offered: Vec::new() };
    let run = interact(program, &mut script, &budget());
    (run, script.refused, script.offered)
}

#[test]
fn a_person_chooses_takes_back_and_closes() {
    let p = program(MARRIAGE);
    let lines = [
        "undo",
        "n1",
        "n1{i_do(bride), i_do(groom)}",
        "undo",
        "n1{i_do(bride)}",
        "n1{i_do(bride)}",
        "close",
        "n1{i_do(groom)}",
        "n1",
        "close",
    ];
    let (run, refused, offered) = play(&p, &lines);
    assert_eq!(run.schedule.show(&p), "n1 ; n1{i_do(#n1, bride)} ; n1{i_do(#n1, groom)} loop: n1");
    assert_eq!(model(&p, &run), ["i_do(#n1, bride)", "i_do(#n1, groom)", "runaway(#n1)"]);
    assert_eq!(refused.len(), 3);
    assert_eq!((refused[0].as_str(), refused[1].as_str()), ("nothing", "impossible"));
    assert!(refused[2].contains("gains"), "{}", refused[2]);
    assert_eq!(offered, [0, 0, 2, 0, 2, 1, 1, 1, 0, 0]);
}

#[test]
fn a_person_may_leave_or_let_the_rounds_finish() {
    let p = program(MARRIAGE);
    assert_eq!(play(&p, &["n1"]).0.end, End::Left);
    let (finished, _, _) = play(&p, &["n1", "n1{i_do(bride)}", "finish"]);
    assert!(model(&p, &finished).contains(&"runaway(#n1)".to_string()));
    let (empty, refused, _) = play(&p, &["close"]);
    assert_eq!((empty.end, refused.len()), (End::Left, 1));
}
