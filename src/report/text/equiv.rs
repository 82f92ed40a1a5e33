//! Whether two programs have the same ultimate models, for people.

use super::valuations::rows_of;
use super::{Rows, advice, counted, rows_of_instances, runs};
use crate::pipeline::equiv::{Comparison, Likeness};
use crate::report::EquivCase;
use crate::report::style::{Style, Tone};

/// The answer in one line.
pub fn headline(case: &EquivCase, style: Style) -> String {
    match &case.compared.comparison {
        Comparison::Same => {
            let outputs = outputs(case);
            let same = style.paint(Tone::Good, "same");
            if let Some(searched) = case.instances {
                let which = if searched.erring > 0 { " in which no rule errs" } else { "" };
                return format!(
                    "{same}: in every small instance{which}, both programs have the same ultimate models of {outputs}\n"
                );
            }
            let of_instance = "on this instance";
            match case.compared.models {
                Some([models, _]) => {
                    let models = counted(models as u64, "ultimate model");
                    format!("{same}: both programs have the same {models} of {outputs} {of_instance}\n")
                }
                None => {
                    let values = "for all values of the unknowns";
                    format!(
                        "{same}: {values}, both programs have the same ultimate models of {outputs} {of_instance}\n"
                    )
                }
            }
        }
        Comparison::Open(bound) => {
            let open = style.paint(Tone::Open, "inconclusive");
            format!("{open}: no answer, because {}\n", advice::meaning(*bound))
        }
        Comparison::Different(difference) => {
            let different = style.paint(Tone::Bad, "different");
            let (own, other) = (case.files[difference.side].join(" "), case.files[1 - difference.side].join(" "));
            format!("{different}: a fair run of {own} ends as none of {other} does\n")
        }
    }
}

/// The answer, what it is about, and a run that only one program has. `verbose` lists all cases, and all facts of a model.
pub fn answer(case: &EquivCase, style: Style, verbose: bool) -> String {
    let mut text = headline(case, style);
    let mut rows = Rows::default();
    if let Some(searched) = case.instances {
        rows_of_instances(searched, case.instance.as_deref(), &mut rows);
    }
    if let Some(searched) = &case.valuations {
        let all = [Likeness::Same, Likeness::Different, Likeness::Inconclusive];
        let shown = if verbose { usize::MAX } else { 0 };
        rows_of(searched, &all.map(|likeness| (likeness, likeness.name())), shown, &mut rows);
    }
    rows.write(style, &mut text);
    if let Comparison::Different(difference) = &case.compared.comparison {
        let side = difference.side;
        let program = &case.sides[side].program;
        let title = format!("A run of {}", case.files[side].join(" "));
        let picture = runs::picture(program, &title, &difference.run.records, difference.run.stem, None, style);
        let schedule = runs::schedule(&case.shell_words[side], &difference.schedule.show(program), style);
        let model = runs::ultimate_model(program, &difference.model, verbose, style);
        text.push_str(&format!("\n{picture}{schedule}\n{model}\n"));
        if let Some([first, second]) = case.compared.models.map(|all| all.map(|models| models as u64)) {
            let first = counted(first, "ultimate model");
            let second = counted(second, "ultimate model");
            let outputs = outputs(case);
            text.push_str(&format!("{first} of the first program, {second} of the second, of {outputs}\n"));
        }
    }
    text
}

fn outputs(case: &EquivCase) -> String {
    let program = &case.sides[0].program;
    let names: Vec<&str> = program.outputs.iter().map(|&output| program.relation(output).name.as_str()).collect();
    names.join(", ")
}
