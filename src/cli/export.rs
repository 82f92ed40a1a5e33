//! `watershed export`: the program for other solvers and tools, on standard output.

use super::Exit;
use super::options::{Format, ProgramOptions};
use super::session::{Loaded, Session, no_nodes};
use crate::analysis::dot::to_dot;
use crate::budget::Budget;
use crate::diagnostic::{Diagnostic, codes};
use crate::export::asp::{THEORY, to_asp};
use crate::export::datalog::to_datalog;
use crate::export::smt2::to_smt2;
use crate::program::Program;
use crate::prove::prover::Effort;
use crate::prove::semantic;
use clap::ValueEnum;

/// Its arguments.
#[derive(Debug, clap::Args)]
#[command(after_help = "For example: watershed export --to asp marriage.ded > marriage.lp; \
    clingo marriage.lp -c horizon=4 --project=show -n 0")]
pub struct Arguments {
    #[command(flatten)]
    program: ProgramOptions,
    /// The language to write
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    to: Language,
}

/// `--to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Language {
    /// Answer-set rules: each answer set is a run up to a horizon
    Asp,
    /// The Datalog reading of a Dedalus⁺ program, for Soufflé: its one ultimate model
    Datalog,
    /// What a proof by meaning has to show, for SMT solvers: each question is `unsat` if it holds
    Smt2,
    /// The dependency graph, for Graphviz
    Dot,
}

/// Writes.
pub fn run(arguments: &Arguments, session: &mut Session) -> Exit {
    let names = arguments.program.names();
    let Some(loaded) = session.load(&arguments.program) else {
        return session.refuse("export", names, Format::Text);
    };
    match arguments.to {
        Language::Dot => session.print(&to_dot(&loaded.program, &loaded.analysis.dependencies), Exit::Yes),
        Language::Smt2 => obligations(&names, &loaded, session),
        Language::Asp | Language::Datalog if loaded.program.nodes.is_empty() => {
            session.report_placeless(&[no_nodes()]);
            session.refuse("export", names, Format::Text)
        }
        Language::Asp => match to_asp(&loaded.program) {
            Ok(rules) => session.print(&format!("{THEORY}\n% {}\n\n{rules}", names.join(", ")), Exit::Yes),
            Err(why) => {
                session.report_placeless(&[Diagnostic::new(codes::NOT_EXPORTED, why.to_string()).help(AS_IT_IS)]);
                session.refuse("export", names, Format::Text)
            }
        },
        Language::Datalog => match to_datalog(&loaded.program) {
            Ok(rules) => session.print(&datalog_page(&names, &loaded.program, &rules), Exit::Yes),
            Err(why) => {
                let mut diagnostic = Diagnostic::new(codes::NOT_EXPORTED, why.to_string()).help(AS_IT_IS);
                if let Some(span) = why.span() {
                    diagnostic = diagnostic.about(span, "here");
                }
                session.report(&loaded.sources, &[diagnostic]);
                session.refuse("export", names, Format::Text)
            }
        },
    }
}

/// The obligations of a proof for all instances.
fn obligations(names: &[String], loaded: &Loaded, session: &mut Session) -> Exit {
    let refuse = |session: &mut Session, why: &str, help: &str| {
        session.report_placeless(&[Diagnostic::new(codes::NOT_EXPORTED, why.to_string()).help(help)]);
        session.refuse("export", names.to_vec(), Format::Text)
    };
    if let Some(theorem) = loaded.analysis.theorem {
        let why = format!("all instances are confluent by theorem {}, so nothing has to be shown", theorem.name);
        return refuse(session, &why, "`prove` says why the theorem applies");
    }
    let semantic = semantic::prove(&loaded.program, &loaded.analysis, Effort::PROVE, &Budget::default());
    let Some(questions) = to_smt2(&loaded.program, &semantic) else {
        return refuse(
            session,
            "there is no proof to try, so nothing has to be shown",
            "`prove` says what spoils the outputs",
        );
    };
    let state = match semantic.proof {
        Some(proof) => format!("proof {}: each answer is unsat", proof.name),
        None => "a proof that was tried and not found: an answer that is not unsat says where it fails".to_string(),
    };
    session.print(&format!("; {}, {state}\n{questions}", names.join(", ")), Exit::Yes)
}

const AS_IT_IS: &str = "`explore` answers for the program as it is";

/// The rules below a word on what they are.
fn datalog_page(names: &[String], program: &Program, rules: &str) -> String {
    let note =
        if program.observers.is_empty() { "" } else { "\n// Observer rules are left out: they are no part of runs." };
    format!(
        "// {}, as Datalog for Soufflé. The first column of each relation is the location.\n\
         // What the output relations hold is the ultimate model of every fair run, unless `beyond` holds something.{note}\n{rules}",
        names.join(", ")
    )
}
