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

#[test]
fn look() {
    let p = program(MARRIAGE);
    let texts = ["n1 ; n1{i_do(bride)} ; n1{i_do(groom)} loop: n1", "n1 ; n1{i_do(bride), i_do(groom)} loop: n1"];
    for (width, glyphs) in [(100, Glyphs::Unicode), (60, Glyphs::Unicode), (100, Glyphs::Ascii)] {
        println!("{}", draw(&p, &texts, "runaway(#n1)", width, glyphs));
    }
    let p = program(ORDER);
    let texts = ["c ; s{m(a)} ; s ; s{m(b)} loop: c ; s", "c ; s{m(b)} ; s{m(a)} loop: c ; s"];
    println!("{}", draw(&p, &texts, "before(#s, a, b)", 100, Glyphs::Unicode));
    let p = program(
        "nodes a, b, c; output got; go(#a)@1; tick(#c);
        m(#N, X)@async :- go(#C), node(X), node(N); 
        t(#N)@async :- tick(#C), node(N); got(X) :- m(X); got(X)@next :- got(X);",
    );
    println!(
        "{}",
        draw(
            &p,
            &[
                "a ; c ; b{m(a), m(b), t()} ; c{m(a), t()} ; a ; c{m(b), m(c)} ; a{m(a), m(b),m(c),t()} ; b{m(c)} loop: c{t()} ; b{t()} ; a{t()}"
            ],
            "got(#b, a)",
            100,
            Glyphs::Unicode
        )
    );
}
