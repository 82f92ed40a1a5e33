//! Streams: declared ones between named interfaces, or, where none is declared, one for each interface name.

use super::shape::{Fields, Findings};
use crate::diagnostic::codes;
use crate::flow::graph::{Component, Graph, Key, Port, Stream};
use crate::flow::yaml::{Kind, Node, clipped};
use crate::program::resolve::nearest;
use crate::source::Span;
use std::collections::BTreeMap;

const STREAM_HELP: &str = "a stream is `name: { from: A.out, to: B.in, seal: [column], rep: true }`; without `from` it comes \
                           from outside, without `to` it leaves";

/// A stream as it is written.
pub struct Draft<'n> {
    name: String,
    span: Span,
    from: Vec<&'n Node>,
    to: Vec<&'n Node>,
    seal: Option<Key>,
    replicated: bool,
}

/// The streams that a file declares.
pub fn drafts<'n>(node: &'n Node, findings: &mut Findings) -> Vec<Draft<'n>> {
    let mut drafts: Vec<Draft<'n>> = Vec::new();
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    if let Kind::Sequence(items) = &node.kind {
        for item in items {
            let Some(fields) = fields(item, findings) else { continue };
            let Some(name) = fields.get("name") else {
                findings.shape(item, "a stream with a `name`", STREAM_HELP);
                continue;
            };
            let Some(text) = findings.text(name, "the name of a stream", STREAM_HELP) else { continue };
            match first.get(text) {
                Some(&before) => findings.twice(text, name.span, before),
                None => {
                    first.insert(text.to_string(), name.span);
                    drafts.push(draft(text, name.span, &fields, findings));
                }
            }
        }
        return drafts;
    }
    for (name, span, value) in findings.entries(node, "a mapping of streams", STREAM_HELP) {
        if let Some(fields) = fields(value, findings) {
            drafts.push(draft(name, span, &fields, findings));
        }
    }
    drafts
}

fn fields<'n>(node: &'n Node, findings: &mut Findings) -> Option<Fields<'n>> {
    let known: &[&[&'static str]] = &[&["name"], &["from"], &["to"], &["seal", "Seal"], &["rep", "Rep", "replicated"]];
    findings.fields(node, "a mapping that describes a stream", known, STREAM_HELP)
}

fn draft<'n>(name: &str, span: Span, fields: &Fields<'n>, findings: &mut Findings) -> Draft<'n> {
    let ends =
        |node: Option<&&'n Node>, findings: &mut Findings| node.map_or_else(Vec::new, |node| findings.items(node));
    Draft {
        name: name.to_string(),
        span,
        from: ends(fields.get("from"), findings),
        to: ends(fields.get("to"), findings),
        seal: seal(fields.get("seal").copied(), findings),
        replicated: fields.get("rep").is_some_and(|node| findings.truth(node)),
    }
}

/// The key of a `seal`.
pub fn seal(node: Option<&Node>, findings: &mut Findings) -> Option<Key> {
    let node = node?;
    let key = findings.columns(node, "`seal: [campaign]`: the columns whose values are sealed");
    if key.is_empty() {
        findings.shape(node, "the columns by which the stream is sealed", "`seal: [campaign]`");
        return None;
    }
    Some(key)
}

/// The streams of a graph whose components are known.
pub fn wire(graph: &mut Graph, drafts: &[Draft<'_>], places: &Places, findings: &mut Findings) {
    if drafts.iter().all(|draft| draft.from.is_empty() && draft.to.is_empty()) {
        by_name(graph, drafts, places, findings);
        return;
    }
    for draft in drafts {
        if draft.from.is_empty() && draft.to.is_empty() {
            let message = format!("expected `from` or `to` of stream `{}`, found neither", clipped(&draft.name));
            findings.at(codes::WRONG_SHAPE, draft.span, message, "begins and ends nowhere", STREAM_HELP);
            continue;
        }
        let from = ports(&draft.from, &graph.components, Side::Output, findings);
        let to = ports(&draft.to, &graph.components, Side::Input, findings);
        graph.streams.push(Stream {
            name: draft.name.clone(),
            external: draft.from.is_empty(),
            from,
            to,
            seal: draft.seal.clone(),
            replicated: draft.replicated,
            span: draft.span,
        });
    }
    rest(graph, places, findings);
}

/// Where each interface is first named: inputs and outputs of each component.
pub type Places = Vec<(Vec<Span>, Vec<Span>)>;

enum Side {
    Input,
    Output,
}

impl Side {
    fn interfaces<'c>(&self, component: &'c Component) -> &'c [String] {
        match self {
            Side::Input => &component.inputs,
            Side::Output => &component.outputs,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Side::Input => "input",
            Side::Output => "output",
        }
    }
}

fn ports(nodes: &[&Node], components: &[Component], side: Side, findings: &mut Findings) -> Vec<Port> {
    let mut found: Vec<Port> = Vec::new();
    for node in nodes {
        let Some(text) = findings.text(node, "`Component.interface`", STREAM_HELP) else { continue };
        let named = components.iter().enumerate().find_map(|(component, declared)| {
            let rest = text.strip_prefix(declared.name.as_str())?.strip_prefix('.')?;
            let interface = side.interfaces(declared).iter().position(|name| name == rest)?;
            Some(Port { component, interface })
        });
        match named {
            Some(port) if found.contains(&port) => {}
            Some(port) => found.push(port),
            None => {
                let known: Vec<String> = (components.iter())
                    .flat_map(|component| {
                        side.interfaces(component).iter().map(move |name| format!("{}.{name}", component.name))
                    })
                    .collect();
                let near = nearest(text, known.iter().map(String::as_str));
                let help = match near {
                    Some(near) => format!("perhaps `{near}` is meant"),
                    None => format!("an {} of a component is where one of its paths begins or ends", side.name()),
                };
                let message = format!("expected an {} of a component, found `{}`", side.name(), clipped(text));
                findings.at(codes::UNKNOWN_INTERFACE, node.span, message, "no path does", &help);
            }
        }
    }
    found
}

/// Inputs that nothing feeds come from outside, outputs that feed nothing leave.
fn rest(graph: &mut Graph, places: &Places, findings: &mut Findings) {
    for (component, (inputs, outputs)) in places.iter().enumerate() {
        for (interface, &span) in inputs.iter().enumerate() {
            let port = Port { component, interface };
            if graph.streams.iter().any(|stream| stream.to.contains(&port)) {
                continue;
            }
            let name = graph.input_name(port);
            let message = format!("expected a stream to `{}`, found none", clipped(&name));
            findings.at(
                codes::INPUT_NOT_FED,
                span,
                message,
                "taken to come from outside, not sealed",
                "declare the stream: `name: { to: Component.input }`",
            );
            push(graph, name, Vec::new(), vec![port], span);
        }
        for (interface, &span) in outputs.iter().enumerate() {
            let port = Port { component, interface };
            if !graph.streams.iter().any(|stream| stream.from.contains(&port)) {
                let name = graph.output_name(port);
                push(graph, name, vec![port], Vec::new(), span);
            }
        }
    }
}

fn push(graph: &mut Graph, name: String, from: Vec<Port>, to: Vec<Port>, span: Span) {
    let mut unlike = name.clone();
    while graph.streams.iter().any(|stream| stream.name == unlike) {
        unlike.push('\'');
    }
    let external = from.is_empty();
    graph.streams.push(Stream { name: unlike, from, to, external, seal: None, replicated: false, span });
}

/// One stream for each interface name: all outputs of this name feed all inputs of this name. It also comes from outside
/// if some component reads it that no other component feeds.
fn by_name(graph: &mut Graph, drafts: &[Draft<'_>], places: &Places, findings: &mut Findings) {
    let mut streams: BTreeMap<String, Stream> = BTreeMap::new();
    for (component, declared) in graph.components.iter().enumerate() {
        let sides = [(&declared.inputs, &places[component].0, true), (&declared.outputs, &places[component].1, false)];
        for (interfaces, spans, input) in sides {
            for (interface, name) in interfaces.iter().enumerate() {
                let stream = streams.entry(name.clone()).or_insert_with(|| Stream {
                    name: name.clone(),
                    from: Vec::new(),
                    to: Vec::new(),
                    external: false,
                    seal: None,
                    replicated: false,
                    span: spans[interface],
                });
                let ports = if input { &mut stream.to } else { &mut stream.from };
                ports.push(Port { component, interface });
            }
        }
    }
    for stream in streams.values_mut() {
        let fed = |reader: &Port| stream.from.iter().any(|port| port.component != reader.component);
        stream.external = stream.to.iter().any(|reader| !fed(reader));
    }
    for draft in drafts {
        match streams.get_mut(&draft.name) {
            Some(stream) => {
                stream.seal = draft.seal.clone();
                stream.replicated = draft.replicated;
                stream.span = draft.span;
            }
            None => {
                let near = nearest(&draft.name, streams.keys().map(String::as_str));
                let help = near.map_or_else(
                    || "without `from` and `to`, a stream has the name of the interfaces that it joins".to_string(),
                    |near| format!("perhaps `{near}` is meant"),
                );
                let message = format!("expected the name of an interface, found `{}`", clipped(&draft.name));
                findings.at(codes::UNKNOWN_INTERFACE, draft.span, message, "no path begins or ends here", &help);
            }
        }
    }
    graph.streams = streams.into_values().collect();
}
