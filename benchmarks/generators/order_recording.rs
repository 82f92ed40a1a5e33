//! n one-shot messages to one node that records, for each pair, which was seen while the other was missing.

use super::lines;

pub fn program(messages: usize) -> String {
    format!(
        "\
// {messages} messages go from node c, once, to node s, which records for each pair which was seen while
// the other was missing. So each ordered partition of the messages into batches leaves a record of its
// own: 1, 3, 13, 75, 541, 4683, 47293, 545835 for 1 to 8 messages.

m(#S, X)@async :- go(#C, S, X);
seen(X) :- m(X);
seen(X)@next :- seen(X);
before(X, Y) :- seen(X), all(Y), notin seen(Y);
before(X, Y)@next :- before(X, Y);

output before;

up(#s);
{}{}",
        lines(messages, |i| format!("go(#c, s, x{i})@1;")),
        lines(messages, |i| format!("all(#s, x{i});")),
    )
}
