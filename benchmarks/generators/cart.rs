//! A shopping cart: n additions, one removal, and a checkout that waits for all of them or for none.

use super::lines;

/// The manifest of the checkout says how many operations to wait for.
pub fn manifest(additions: usize) -> String {
    let operations = additions + 1;
    format!(
        "\
// The disorderly cart with a manifest: the checkout says how many operations the session had, and
// the order is worked out when all {operations} of them are logged. {} pens are ordered in every run.
// Source: the sealed disorderly cart of Alvaro et al., Consistency analysis in Bloom (2011), and
// Blazes (2014), written from its description.

{}do_checkout(#c, {operations})@3;

{SENDS}checkout(#s, K)@async :- do_checkout(K);

{LOGS}manifest(K) :- checkout(K);
manifest(K)@next :- manifest(K);

operation(Op) :- added(Op, _);
operation(Op) :- removed(Op, _);
logged(count<Op>) :- operation(Op);
complete() :- manifest(K), logged(N), N >= K;

{SUMS}ordered(I, A - R) :- complete(), additions(I, A), removals(I, R);
ordered(I, N)@next :- ordered(I, N);
",
        additions.saturating_sub(1),
        session(additions),
    )
}

/// The order is what is logged when the checkout comes.
pub fn latched(additions: usize) -> String {
    format!(
        "\
// A shopping cart kept as two logs, one of additions and one of removals: {additions} pens are added, one is
// removed. The logs do not depend on the order of arrival, but the order is worked out when the
// checkout arrives, from what is logged by then.
// Source: the disorderly cart of Alvaro et al., Consistency analysis in Bloom (2011), written from
// its description.

{}do_checkout(#c)@3;

{SENDS}checkout(#s)@async :- do_checkout();

{LOGS}
{SUMS}ordered(I, A - R) :- checkout(), additions(I, A), removals(I, R);
ordered(I, N)@next :- ordered(I, N);
",
        session(additions),
    )
}

fn session(additions: usize) -> String {
    format!(
        "\
nodes c, s;
output ordered;

{}do_remove(#c, {}, pen)@2;
",
        lines(additions, |i| format!("do_add(#c, {i}, pen)@1;")),
        additions + 1,
    )
}

const SENDS: &str = "\
add(#s, Op, I)@async :- do_add(Op, I);
remove(#s, Op, I)@async :- do_remove(Op, I);
";

const LOGS: &str = "\
added(Op, I) :- add(Op, I);
added(Op, I)@next :- added(Op, I);
removed(Op, I) :- remove(Op, I);
removed(Op, I)@next :- removed(Op, I);
";

const SUMS: &str = "\
additions(I, count<Op>) :- added(Op, I);
removals(I, count<Op>) :- removed(Op, I);
removals(I, 0) :- added(_, I), notin removed(_, I);
";
