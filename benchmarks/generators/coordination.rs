//! Word count and ad reporting with any number of workers, coordinated in three ways: not at all, by seals, and by order. All messages are sent once, so
//! what a run sends until it falls quiet can be counted.

use std::fmt::Write as _;

/// How a system is coordinated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coordination {
    /// Answers go out as things stand.
    None,
    /// Answers wait until a partition is complete: producers say how much there is.
    Sealed,
    /// Batches, or messages, go one after the other.
    Ordered,
}

impl Coordination {
    /// All three.
    pub const ALL: [Coordination; 3] = [Coordination::None, Coordination::Sealed, Coordination::Ordered];

    /// As a table has it.
    pub fn name(self) -> &'static str {
        match self {
            Coordination::None => "uncoordinated",
            Coordination::Sealed => "sealed",
            Coordination::Ordered => "ordered",
        }
    }
}

/// Batches of words.
const BATCHES: usize = 4;
/// Words of each batch for each worker; clicks of each ad server for each campaign.
const SHARE: usize = 2;
/// Campaigns, each with an ad on which all clicks are, and one that nobody clicks.
const CAMPAIGNS: usize = 2;
/// Report servers.
const REPLICAS: usize = 3;

fn names(prefix: &str, count: usize) -> Vec<String> {
    (1..=count).map(|at| format!("{prefix}{at}")).collect()
}

/// Words go to the workers that count them, counts to one store. Ordered: the next batch starts when the store has the last one from every worker
/// (as transactional topologies commit).
pub fn word_count(workers: usize, coordination: Coordination) -> String {
    let names = names("w", workers);
    let mut text = format!("nodes source, store, {};\noutput db;\n", names.join(", "));
    let when = if coordination == Coordination::Ordered { "" } else { "@1" };
    for batch in 1..=BATCHES {
        for worker in &names {
            for word in 1..=SHARE {
                let _ = writeln!(text, "token(#source, {batch}, {word}, of_{worker}, {worker}){when};");
            }
        }
    }
    // Where counts wait, each word says how many of its batch its worker gets.
    let (send, columns) = match coordination {
        Coordination::None => ("token(B, I, Word, W)", "B, I, Word"),
        Coordination::Sealed => ("token(B, I, Word, W), share(K)", "B, I, Word, K"),
        Coordination::Ordered => ("turn(B), token(B, I, Word, W), share(K)", "B, I, Word, K"),
    };
    let _ = writeln!(
        text,
        "share(#source, {SHARE});
words(#W, {columns})@async :- {send};
heard({columns}) :- words({columns});\nheard({columns})@next :- heard({columns});"
    );
    if coordination == Coordination::None {
        text += "tally(B, Word, count<I>) :- heard(B, I, Word);
counts(#store, B, Word, N)@async :- tally(B, Word, N), words(B, _, Word);\n";
    } else {
        text += "tally(B, Word, count<I>) :- heard(B, I, Word, _);
got(B, count<I; Word>) :- heard(B, I, Word, _);\ncomplete(B) :- got(B, N), heard(B, _, _, K), N >= K;
shipped(B)@next :- complete(B);
counts(#store, B, Word, N)@async :- tally(B, Word, N), complete(B), notin shipped(B);\n";
    }
    text += "db(B, Word, N) :- counts(B, Word, N);\ndb(B, Word, N)@next :- db(B, Word, N);\n";
    if coordination == Coordination::Ordered {
        let _ = writeln!(text, "turn(#source, 1)@1;\nworkers(#source, {workers});");
        text += "stored(#source, B, Word)@async :- counts(B, Word, _);
acknowledged(B, Word) :- stored(B, Word);\nacknowledged(B, Word)@next :- acknowledged(B, Word);
answers(B, count<Word>) :- acknowledged(B, Word);\ncommitted(B) :- answers(B, N), workers(K), N >= K;
passed(B)@next :- committed(B);
turn(C)@next :- committed(B), notin passed(B), token(C, _, _, _), C == B + 1;\n";
    }
    text
}

/// Clicks of ad servers go to every report server, an analyst asks each for the ads of a campaign with few clicks. Sealed: each ad server says how
/// many clicks of a campaign it had. Ordered: clicks and questions go through one sequencer, which numbers them, one in a step.
pub fn ad_reporting(servers: usize, coordination: Coordination) -> String {
    let (ads, reports) = (names("a", servers), names("r", REPLICAS));
    let sequencer = if coordination == Coordination::Ordered { ", sequencer" } else { "" };
    let mut text = format!("nodes analyst, {}, {}{sequencer};\noutput reply;\n", ads.join(", "), reports.join(", "));
    for report in &reports {
        let _ = writeln!(text, "report({report});");
    }
    let mut user = 0;
    for campaign in 1..=CAMPAIGNS {
        let _ = writeln!(
            text,
            "asked(#analyst, {campaign}, {})@1;\nad({campaign}, ad{campaign});\nad({campaign}, idle{campaign});",
            1_000_000 + campaign
        );
        for server in &ads {
            for _ in 0..SHARE {
                user += 1;
                let _ = writeln!(text, "shown(#{server}, {campaign}, ad{campaign}, {user})@1;");
            }
        }
    }
    let _ = writeln!(text, "many({});\nservers({servers});\nshare({SHARE});", servers * SHARE);
    let replies = "reply(R, C, Id) :- answer(R, C, Id);\nreply(R, C, Id)@next :- reply(R, C, Id);\n";
    let keeps = "clicked(S, C, Id, U) :- click(S, C, Id, U);\nclicked(S, C, Id, U)@next :- clicked(S, C, Id, U);
popular(C, Id) :- clicks(C, Id, N), many(K), N >= K;\n";
    let direct = "click(#R, S, C, Id, U)@async :- shown(#S, C, Id, U), report(R);
request(#R, C)@async :- asked(C, _), report(R);
clicks(C, Id, count<U>) :- clicked(_, C, Id, U);\n";
    match coordination {
        Coordination::None => {
            text += direct;
            text += keeps;
            text += "answer(#analyst, R, C, Id)@async :- request(#R, C), ad(C, Id), notin popular(C, Id);\n";
        }
        Coordination::Sealed => {
            text += direct;
            text += keeps;
            text += "sealed(#R, S, C, K)@async :- shown(#S, C, _, _), share(K), report(R);
seal(S, C, K) :- sealed(S, C, K);\nseal(S, C, K)@next :- seal(S, C, K);
wanted(C) :- request(C);\nwanted(C)@next :- wanted(C);
got(S, C, count<U>) :- clicked(S, C, _, U);\nwhole(S, C) :- seal(S, C, K), got(S, C, N), N >= K;
wholes(C, count<S>) :- whole(S, C);\ncomplete(C) :- wholes(C, N), servers(K), N >= K;
answered(C)@next :- wanted(C), complete(C);\nanswered(C)@next :- answered(C);
answer(#analyst, R, C, Id)@async :- wanted(#R, C), complete(C), ad(C, Id), notin popular(C, Id), notin answered(C);\n";
        }
        Coordination::Ordered => {
            text += "first(#sequencer, U, C, Id)@async :- shown(C, Id, U);
first(#sequencer, U, C, none)@async :- asked(C, U);
waiting(U, C, Id) :- first(U, C, Id);\nwaiting(U, C, Id)@next :- waiting(U, C, Id), notin taken(U);
taken(min<U>) :- waiting(U, _, _);\nnumber(#sequencer, 1)@1;
number(N)@next :- number(N), notin taken(_);\nnumber(N + 1)@next :- number(N), taken(_);
numbered(#R, N, U, C, Id)@async :- number(N), taken(U), waiting(U, C, Id), report(R);
slot(N, U, C, Id) :- numbered(N, U, C, Id);\nslot(N, U, C, Id)@next :- slot(N, U, C, Id);
reached(0)@next :- report(_);\nreached(N) :- reached(M), slot(N, _, _, _), N == M + 1;\nreached(N)@next :- reached(N);
clicks(N, C, Id, count<U>) :- slot(N, _, C, none), ad(C, Id), slot(M, U, C, Id), M < N;
popular(N, C, Id) :- clicks(N, C, Id, X), many(K), X >= K;
answered(N)@next :- reached(N);
answer(#analyst, R, C, Id)@async :- slot(#R, N, _, C, none), reached(N), ad(C, Id), notin popular(N, C, Id), notin answered(N);\n";
        }
    }
    text + replies
}
