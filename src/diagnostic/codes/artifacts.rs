//! The codes of artifacts, published tables that `reproduce` sets beside its own: family `E15`.

use super::{Code, Entry};

table! {
    MALFORMED_ARTIFACT = "E1501", "a description of an artifact that cannot be read",
        "A `published.toml` says `paper` and `read` (\"paper\" or \"digest\"), then one `[[row]]` for each published verdict or figure, with `name`,\n\
         and perhaps `place`, `claim`, `value` (a JSON pointer, by default /verdict), `exit`, `note`, `slow`. By `kind`, a row needs\n\
         \u{20} verdict (the default): published, command        erratum: published, command, here, erratum\n\
         \u{20} beside: published, command, here                 own: command, here          not-yet: reason\n\
         and none of the others' keys. Its command prints an object and writes no file. A `[[figure]]` has file, title, command; a `[[chart]]` file, title, unit, groups, series = [{ name, rows }].\n\
         \n\
         wrong: name = \"marriage\"   kind = \"erratum\"   published = \"confluent\"   command = [\"check\", \"m.ded\"]\n\
         right: the same with   here = \"diffluent\"   erratum = \"semantics, erratum 1: why\"";
    NO_ARTIFACTS = "E1502", "no artifacts where they are looked for",
        "`reproduce` looks for folders with a `published.toml` in `./paper-artifacts`, or in the directory after `--artifacts`. They come with the\n\
         sources of watershed, not with its executable.\n\
         \n\
         wrong: cd /tmp; watershed reproduce\n\
         right: watershed reproduce --artifacts ~/watershed/paper-artifacts";
    UNKNOWN_ARTIFACT = "E1503", "an artifact of no such name",
        "No folder of this name with a `published.toml` is there. `watershed reproduce --list` lists those that are.\n\
         \n\
         wrong: watershed reproduce dedalus\n\
         right: watershed reproduce dedalus-2010";
    NO_PICTURE = "E1504", "a figure that cannot be drawn",
        "The command of a `[[figure]]` prints an SVG picture on standard output (`--format svg`), and the rows of a `[[chart]]` have numbers as\n\
         their values. The message says which figure it is and what came instead.\n\
         \n\
         wrong: command = [\"check\", \"--format\", \"json\", \"program.ded\"]\n\
         right: command = [\"check\", \"--format\", \"svg\", \"program.ded\"]";
    RESULTS_DIFFER = "W1501", "generated files that are not what was found",
        "`results.md` and the pictures of an artifact are generated from what its commands answer. They differ from what was found now, or are\n\
         missing: the tool or the artifact has changed since. `--write` writes them anew.\n\
         \n\
         unsure: watershed reproduce lineage-2015\n\
         sure:   watershed reproduce lineage-2015 --write";
}
