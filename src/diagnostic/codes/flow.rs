//! The codes of component graphs: family `E10`.

use super::{Code, Entry};

table! {
    NOT_YAML = "E1001", "a description that is not YAML",
        "A component graph is described in YAML 1.2. The message says what the parser met.\n\
         \n\
         wrong: {from: a, to: b, label CR}\n\
         right: {from: a, to: b, label: CR}";
    WRONG_SHAPE = "E1002", "a description of another shape",
        "Components have paths, paths have `from`, `to` and `label`, streams have `from` and `to`; `docs/flow.md` has the\n\
         whole. The message says what belongs there.\n\
         \n\
         wrong: components: [Count]\n\
         right: components: { Count: { paths: [{ from: words, to: counts, label: OW, gate: [word] }] } }";
    UNKNOWN_FIELD = "E1003", "a key that means nothing here",
        "The key is probably misspelt, or belongs one level higher or lower.\n\
         \n\
         wrong: { from: words, to: counts, label: OW, gates: [word] }\n\
         right: { from: words, to: counts, label: OW, gate: [word] }";
    UNKNOWN_ANNOTATION = "E1004", "an annotation that no path has",
        "Paths are confluent or order-sensitive, and read or write: CR, CW, OR, OW.\n\
         \n\
         wrong: { from: words, to: counts, label: WO }\n\
         right: { from: words, to: counts, label: OW, gate: [word] }";
    UNKNOWN_INTERFACE = "E1005", "a stream that begins or ends nowhere",
        "The ends of a stream are `Component.interface`, where a path of the component begins or ends there.\n\
         \n\
         wrong: words: { from: Splitter.word, to: Count.words }\n\
         right: words: { from: Splitter.words, to: Count.words }";
    GATE_OF_CONFLUENT = "E1006", "a gate on a confluent path",
        "A gate names the partitions within which order matters; on a CR or CW path it matters nowhere.\n\
         \n\
         wrong: { from: words, to: counts, label: CW, gate: [word] }\n\
         right: { from: words, to: counts, label: OW, gate: [word] }";
    NAMED_TWICE = "E1007", "a name that is given twice",
        "Components and streams are told apart by their names, and each key of a mapping stands there once.\n\
         \n\
         wrong: Count: { … }   Count: { … }\n\
         right: Count: { … }   CountAgain: { … }";
    TOO_MUCH_YAML = "E1008", "a description beyond the limits",
        "A description has at most 1 MiB, 200000 values, 32 levels of nesting, and 2000 paths and streams. What aliases\n\
         repeat is counted each time.\n\
         \n\
         wrong: a: &a [x, x]   b: &b [*a, *a]   c: &c [*b, *b]   …\n\
         right: a: [x, x]";
    NO_COMPONENTS = "E1009", "a description without a path",
        "Without paths there is nothing to label.\n\
         \n\
         wrong: components: {}\n\
         right: components: { Count: { paths: [{ from: words, to: counts, label: CW }] } }";
    NO_PROGRAM = "E1010", "a description of a program that is not there",
        "`program` names the files of a Dedalus program, beside the description.\n\
         \n\
         wrong: program: no/such.ded\n\
         right: program: word-count.ded";
    NO_SUCH_RULES = "E1011", "a component of rules that the program does not have",
        "A component is the set of rules that head the relations it names. Relations that only have facts head no rule.\n\
         \n\
         wrong: components: { Count: { rules: [tallly] } }\n\
         right: components: { Count: { rules: [tally] } }";
    IN_TWO_COMPONENTS = "E1012", "a relation in two components",
        "Each rule belongs to one component: the one that names the relation of its head.\n\
         \n\
         wrong: components: { Count: { rules: [tally] }, Commit: { rules: [tally, db] } }\n\
         right: components: { Count: { rules: [tally] }, Commit: { rules: [db] } }";
    NO_SUCH_COLUMN = "E1013", "a column that a stream does not have",
        "Columns are named by `columns`, in order and without the location; else by the variables of the first rule that\n\
         derives the relation, in small letters.\n\
         \n\
         wrong: words: { columns: [batch, word], seal: [batches] }\n\
         right: words: { columns: [batch, word], seal: [batch] }";
    RACE_OUTSIDE = "E1014", "a source that may differ from run to run",
        "Rules that no component names are outside, and what comes from outside is taken to be the same in every run. This\n\
         rule reads what the order of deliveries decides, so a component has to name it.\n\
         \n\
         wrong: components: { Store: { rules: [kept] } }                                with   put(#s, X)@async :- first(X);\n\
         right: components: { Store: { rules: [kept] }, Client: { rules: [first, put] } }";
    INPUT_NOT_FED = "W1001", "an input that no stream feeds",
        "It is read as a stream from outside that is not sealed, under the name `Component.interface`.\n\
         \n\
         unsure: streams: { words: { from: Splitter.words, to: Count.words } }\n\
         sure: the same with   tweets: { to: Splitter.tweets }";
    SEAL_LOST = "W1002", "a seal that a confluent path loses",
        "A key survives a path only if the path keeps its columns, one to one, and says so.\n\
         \n\
         unsure: { from: tweets, to: words, label: CR }                    with tweets sealed by batch\n\
         sure: { from: tweets, to: words, label: CR, keeps: [batch] }";
    SEAL_WITHOUT_EFFECT = "W1003", "a seal on a stream whose contents depend on order, or on a cycle",
        "Punctuations tell that a partition is complete, not that it is the same in each run, and on a cycle the last one\n\
         would wait for itself.\n\
         \n\
         unsure: counts: { from: Count.counts, seal: [batch] }     behind an unsealed OW path\n\
         sure: words: { from: Splitter.words, to: Count.words, seal: [batch] }";
    LABEL_REFUTED = "W1004", "a label that two runs refute",
        "By the seals of the description the contents of the stream do not depend on the order of deliveries, and yet two\n\
         fair runs of the program differ in them: the seal is not kept, or the component does not wait for it.\n\
         \n\
         unsure: counts(#s, W, N)@async :- tally(B, W, N);                  with words sealed by batch\n\
         sure: counts(#s, W, N)@async :- tally(B, W, N), complete(B);";
}
