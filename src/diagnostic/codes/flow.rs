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
}
