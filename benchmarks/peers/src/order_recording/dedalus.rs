//! The same system as a Dedalus program.

use std::fmt::Write;

const RULES: &str = "\
m(#S, X)@async :- go(#C, S, X);
seen(X) :- m(X);
seen(X)@next :- seen(X);
before(X, Y) :- seen(X), all(Y), notin seen(Y);
before(X, Y)@next :- before(X, Y);
output before;
";

/// The program with its facts for `messages` messages.
pub fn dedalus(messages: u8) -> String {
    let mut text = format!("// order-recording with {messages} messages\n{RULES}\nup(#s);\n");
    for i in 1..=messages {
        writeln!(text, "go(#c, s, x{i})@1;").expect("writing to a string does not fail");
    }
    for i in 1..=messages {
        writeln!(text, "all(#s, x{i});").expect("writing to a string does not fail");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_has_its_two_facts() {
        let text = dedalus(3);
        assert_eq!(text.matches("go(#c, s, x").count(), 3);
        assert_eq!(text.matches("\nall(#s, x").count(), 3);
        assert!(text.contains("up(#s);\ngo(#c, s, x1)@1;\n"));
        assert!(text.ends_with("all(#s, x3);\n"));
    }
}
