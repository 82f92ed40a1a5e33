//! Makes a program that fails a check smaller: drops whatever can go while it still fails.

use super::model::Model;

/// A smallest program, by dropping rules, facts, literals and declarations, for which `check` still complains, and its
/// complaint. `check` must accept programs that no longer resolve.
pub fn shrink(model: &Model, check: &dyn Fn(&Model) -> Result<(), String>) -> (Model, String) {
    let mut smallest = model.clone();
    let mut complaint = check(model).expect_err("only a program that fails is shrunk");
    // Another complaint is another failure, or comes of what was dropped.
    let kind = |complaint: &str| complaint.split_whitespace().take(2).map(str::to_string).collect::<Vec<String>>();
    let wanted = kind(&complaint);
    let fails = |model: Model| {
        let why = check(&model).err().filter(|why| kind(why) == wanted)?;
        Some((model, why))
    };
    while let Some((smaller, why)) = candidates(&smallest).into_iter().find_map(fails) {
        smallest = smaller;
        complaint = why;
    }
    (smallest, complaint)
}

/// The programs with one part less, large parts first.
fn candidates(model: &Model) -> Vec<Model> {
    let mut list = Vec::new();
    let mut with = |change: &dyn Fn(&mut Model)| {
        let mut smaller = model.clone();
        change(&mut smaller);
        list.push(smaller);
    };
    // Without nodes there is no run, and nothing to say of it.
    for node in (0..model.nodes.len()).filter(|_| model.nodes.len() > 1) {
        with(&|m| drop(m.nodes.remove(node)));
    }
    for rule in 0..model.rules.len() {
        with(&|m| drop(m.rules.remove(rule)));
    }
    for fact in 0..model.facts.len() {
        with(&|m| drop(m.facts.remove(fact)));
    }
    for never in 0..model.nevers.len() {
        with(&|m| drop(m.nevers.remove(never)));
    }
    for output in 0..model.outputs.len() {
        with(&|m| drop(m.outputs.remove(output)));
    }
    for (rule, whole) in model.rules.iter().enumerate() {
        for literal in 0..whole.body.len() {
            with(&|m| drop(m.rules[rule].body.remove(literal)));
        }
    }
    list
}
