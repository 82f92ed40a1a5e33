//! The peers' protocols have the sizes that others have counted, and the checker counts what a plain search does.

use watershed_peers::census::census;
use watershed_peers::explore::{Search, explore, explore_up_to};
use watershed_peers::paxos::{self, Paxos};
use watershed_peers::two_phase_commit::{State, TwoPhaseCommit};

fn commit(managers: u8) -> TwoPhaseCommit {
    TwoPhaseCommit::new(managers).expect("the sizes are legal")
}

#[test]
fn two_phase_commit_has_the_states_of_its_specification() {
    // TLC counts 288 and 8832 for 3 and 5 resource managers.
    for (managers, states) in [(3, 288), (5, 8832)] {
        let plain = census(&commit(managers), |_, _| None::<()>);
        assert_eq!(plain.states, states);
        for search in [Search::Bfs, Search::Dfs] {
            let run = explore(commit(managers), search, 1);
            assert_eq!((run.states, run.transitions), (plain.states, plain.transitions));
        }
    }
}

#[test]
fn names_of_managers_do_not_matter() {
    let start = State { prepared: 0b01, sent: 0b01, ..initial() };
    let other = State { prepared: 0b10, sent: 0b10, ..initial() };
    assert_eq!(start.representative(), other.representative());
    assert_ne!(start.representative(), initial().representative());
    assert!(explore_up_to(commit(5), State::representative).states < 8832 / 5);
}

fn initial() -> State {
    stateright::Model::init_states(&commit(2))[0]
}

#[test]
fn paxos_agrees_and_is_counted_alike() {
    let plain = census(&Paxos::<3, 2>, |_, state| state.disagrees().then_some(()));
    assert_eq!(plain.outcomes, 0, "no state disagrees");
    let run = explore(Paxos::<3, 2>, Search::Dfs, 1);
    assert_eq!((run.states, run.transitions), (plain.states, plain.transitions));
    assert!(explore_up_to(Paxos::<3, 2>, paxos::State::representative).states < plain.states / 3);
}

#[test]
fn two_chosen_values_disagree() {
    let start = stateright::Model::init_states(&Paxos::<3, 2>)[0];
    assert!(!start.disagrees());
    let both = paxos::State { value: [1, 2], accepted: [0b11, 0b11, 0], ..start };
    assert!(both.disagrees());
    assert!(!paxos::State { value: [1, 1], ..both }.disagrees());
    assert!(!paxos::State { accepted: [0b01, 0b11, 0], ..both }.disagrees(), "one acceptor is no majority");
}
