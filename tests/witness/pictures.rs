use super::{MARRIAGE, ORDER, budget, fact, program, schedule};
use watershed::program::Program;
use watershed::report::space_time::{DrawnRun, Glyphs, Picture};
use watershed::schedule::critical;
use watershed::witness::check_lasso;

/// The picture of one or two lassos.
fn draw(p: &Program, texts: &[&str], contested: &str, width: usize, glyphs: Glyphs) -> String {
    let schedules: Vec<_> = texts.iter().map(|text| schedule(p, text)).collect();
    let runs: Vec<_> = schedules.iter().map(|s| check_lasso(p, s, &budget()).unwrap()).collect();
    let contested = fact(p, contested);
    let titles: Vec<String> =
        (runs.iter()).map(|run| format!("{} ultimate", if run.holds(&contested) { "is" } else { "is not" })).collect();
    let drawn: Vec<_> = (runs.iter().zip(&titles))
        .map(|(run, title)| DrawnRun { title, records: &run.records, stem: run.stem })
        .collect();
    let critical = (schedules.len() == 2).then(|| critical(&schedules[0], &schedules[1]));
    Picture { program: p, fact: Some(&contested), critical, width, glyphs }.draw(&drawn)
}

const LATE: &str = "n1 ; n1{i_do(bride)} ; n1{i_do(groom)} loop: n1";
const TOGETHER: &str = "n1 ; n1{i_do(bride), i_do(groom)} loop: n1";

fn assert_picture(found: &str, expected: &str) {
    assert_eq!(found.trim(), expected.trim_matches('\n').trim(), "\n{found}");
}

#[test]
fn two_runs_stand_beside_each_other_and_the_difference_is_marked() {
    let picture = draw(&program(MARRIAGE), &[LATE, TOGETHER], "runaway(#n1)", 100, Glyphs::Unicode);
    assert_picture(
        &picture,
        "
is ultimate                                      ┃ is not ultimate
                                                 ┃
       n1                                        ┃        n1
       ● n1:1 ✗                                  ┃        ● n1:1 ✗
       │   + says(#n1, bride), says(#n1, groom)  ┃        │   + says(#n1, bride), says(#n1, groom)
    ╭┬─┤   sends i_do(#n1, bride),               ┃     ╭┬─┤   sends i_do(#n1, bride),
    ││ │       i_do(#n1, groom)                  ┃     ││ │       i_do(#n1, groom)
≠   │╰▶● n1:2 ✓ gets i_do(#n1, bride)            ┃ ≠   ╰┴▶● n1:2 ✗ gets i_do(#n1, bride),
    │  │   + runaway(#n1)                        ┃        │       i_do(#n1, groom)
    ╰─▶● n1:3 ✓ gets i_do(#n1, groom)            ┃   ╭    │ for ever:
  ╭    │ for ever:                               ┃   │    ● n1:3 ✗
  │    ● n1:4 ✓                                  ┃   ╰    │
  ╰    │                                         ┃

✓ runaway(#n1) holds in the step · ✗ it does not · ≠ here the runs part · + gained, − lost since the
node's step before",
    );
}

#[test]
fn runs_stand_below_each_other_where_there_is_no_room_and_ascii_does() {
    let texts = ["c ; s{m(a)} ; s ; s{m(b)} loop: c ; s", "c ; s{m(b)} ; s{m(a)} loop: c ; s"];
    let picture = draw(&program(ORDER), &texts, "before(#s, a, b)", 60, Glyphs::Ascii);
    assert!(picture.is_ascii());
    assert_picture(
        &picture,
        "
is ultimate

    c    s
    *    | c:1
    |    |   + go(#c, s, a), go(#c, s, b)
    +-++ |   sends m(#s, a), m(#s, b)
!   | |+>* s:1 [x] gets m(#s, a)
    | |  |   + seen(#s, a), before(#s, a, b)
    | |  * s:2 [x]
    | +->* s:3 [x] gets m(#s, b)
    |    |   + seen(#s, b)
  / |    | for ever:
  | *    | c:2
  | |    * s:4 [x]
  \\ |    |

is not ultimate

    c    s
    *    | c:1
    |    |   + go(#c, s, a), go(#c, s, b)
    +-++ |   sends m(#s, a), m(#s, b)
!   | ++>* s:1 [ ] gets m(#s, b)
    |  | |   + seen(#s, b), before(#s, b, a)
    |  +>* s:2 [ ] gets m(#s, a)
    |    |   + seen(#s, a)
  / |    | for ever:
  | *    | c:2
  | |    * s:3 [ ]
  \\ |    |

[x] before(#s, a, b) holds in the step; [ ] it does not; !
here the runs part; + gained, - lost since the node's step
before",
    );
}

#[test]
fn what_a_step_loses_is_told_unless_it_was_only_delivered() {
    let p =
        program("nodes a; output on, off; on(#a)@1; off()@next :- on(); on()@next :- off(); f(#X)@async :- on(#X);");
    let picture = draw(&p, &["a ; a{f()} loop: a ; a{f()}"], "on(#a)", 100, Glyphs::Unicode);
    assert_picture(
        &picture,
        "
is not ultimate

      a
      ● a:1 ✓
      │   + on(#a)
    ╭─┤   sends f(#a)
    ╰▶● a:2 ✗ gets f(#a)
      │   + off(#a)
      │   − on(#a)
  ╭   │ for ever:
  │   ● a:3 ✓
  │   │   + on(#a)
  │   │   − off(#a)
  │ ╭─┤   sends f(#a)
  │ ╰▶● a:4 ✗ gets f(#a)
  │   │   + off(#a)
  │   │   − on(#a)
  ╰   │

✓ on(#a) holds in the step · ✗ it does not · + gained, − lost since the node's step before",
    );
}

/// A star of `n` nodes, each sending each other node a message with a long column.
fn crowd(n: usize) -> (Program, String) {
    let nodes: Vec<String> = (0..n).map(|i| format!("node{i}")).collect();
    let text = format!(
        "nodes {}; output got; go(#node0)@1; word(\"{}\");
         m(#N, X)@async :- go(#C), node(N), word(X); got(X) :- m(X); got(X)@next :- got(X);",
        nodes.join(", "),
        "日本語 long words ".repeat(12)
    );
    let p = program(&text);
    let word = format!("\"{}\"", "日本語 long words ".repeat(12));
    let got: Vec<String> = nodes.iter().map(|node| format!("{node}{{m(#{node}, {word})}}")).collect();
    (p, format!("node0 ; {} loop: {}", got.join(" ; "), nodes.join(" ; ")))
}

#[test]
fn no_line_is_wider_than_the_page() {
    for n in [1, 3, 12, 40] {
        let (p, text) = crowd(n);
        let run = check_lasso(&p, &schedule(&p, &text), &budget()).unwrap();
        let drawn = DrawnRun { title: "everybody gets it", records: &run.records, stem: run.stem };
        for (width, glyphs) in [(0, Glyphs::Unicode), (60, Glyphs::Ascii), (100, Glyphs::Unicode), (200, Glyphs::Ascii)]
        {
            for runs in [vec![drawn], vec![drawn, drawn]] {
                let picture = Picture { program: &p, fact: None, critical: Some(1), width, glyphs }.draw(&runs);
                assert!(picture.contains("got("), "{picture}");
                for line in picture.lines() {
                    let wide = unicode_width::UnicodeWidthStr::width(line);
                    assert!(wide <= width.max(40), "{n} nodes, {wide} > {width}: {line}\n{picture}");
                    assert_eq!(line, line.trim_end());
                }
            }
        }
    }
}

#[test]
fn nothing_to_draw_is_drawn() {
    let p = program(MARRIAGE);
    let empty = DrawnRun { title: "", records: &[], stem: 0 };
    let picture = Picture { program: &p, fact: None, critical: Some(0), width: 80, glyphs: Glyphs::Unicode };
    assert!(picture.draw(&[empty]).contains("n1"));
    assert!(!picture.draw(&[empty, empty]).contains('≠'));
    assert!(picture.draw(&[]).contains("gained"));
}

#[test]
fn a_growing_buffer_needs_no_more_lanes_than_there_are() {
    let p = program("nodes s; output o; on(#s); f(#S)@async :- on(#S); o() :- f();");
    let picture = draw(
        &p,
        &["s ; s ; s ; s ; s ; s loop: s{f} ; s".replace("f", "f(#s)").as_str()],
        "o(#s)",
        80,
        Glyphs::Unicode,
    );
    // Eight copies are sent, four lanes drawn; the step that delivers the oldest has its arrow.
    assert!(picture.lines().any(|line| line.contains("▶● s:7")), "{picture}");
    assert!(picture.lines().all(|line| line.chars().filter(|&c| c == '│').count() <= 6), "{picture}");
}
