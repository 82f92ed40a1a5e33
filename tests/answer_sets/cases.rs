//! Tiny programs, each for what its name says.

/// In the spelling with first-column locations.
pub const FIRST_COLUMN: &str = "r(n1, x)@1; s(n2, 1); r(S, X)@async :- r(L, X), to(L, S); to(n1, n2); p(L, X) :- r(L, X), notin s(L, 1); r(L, X)@next :- r(L, X);";

/// Put before each case: marks the spelling, and does nothing.
pub const HASH: &str = "unused(#L) :- absent(#L);\n";

/// Relations that hold in no run of a case, by what the case is about.
pub const NEVER_HOLD: [(&str, &str); 3] =
    [("nothing happens", "p"), ("nothing happens", "q"), ("counts and sums of distinct values", "none")];

/// Name and text, in the hash spelling.
pub const CASES: [(&str, &str); 39] = [
    ("nothing happens", "nodes a; p(1) :- q(1); q(X) :- p(X);"),
    ("two idle nodes", "nodes a, b; up(); p() :- up();"),
    ("one copy, sent once", "nodes a; go()@1; m()@async :- go();"),
    ("one copy to another node", "nodes a, b; go(#a)@1; m(#b)@async :- go(#a);"),
    ("several copies of one message", "nodes a, b; go(#a)@1; go(#a)@2; m(#b)@async :- go(#a); m()@next :- m(), go();"),
    ("two rules send one copy", "nodes a, b; go(#a)@1; m(#b)@async :- go(#a); m(#b)@async :- go(#a), up(#a); up(#a);"),
    ("a resend", "nodes a; up(); m()@async :- up();"),
    ("a resend to another node", "nodes a, b; up(#a); m(#b)@async :- up(#a); got() :- m(); got()@next :- got();"),
    ("to every node, the sender too", "nodes a, b; go(#a)@2; m(#N)@async :- go(#a);"),
    ("a built-in network", "node(a); node(b); go(#a)@1; m(#N, M)@async :- go(#a), node(N), node(M), N != M;"),
    ("a located relation named node", "nodes a, b; node(#a, b); m(#N)@async :- node(#a, N); p(#L, N) :- node(#L, N);"),
    ("an addressee outside the network", "nodes a; go()@1; to(a); to(z); m(#N)@async :- go(), to(N); p(X)@next :- to(X), m();"),
    ("a rule at one node", "nodes a, b; up(); p() :- up(#a); q(#b, X) :- up(#b), v(#b, X); v(3);"),
    ("a rule that copies its location", "nodes a, b; up(); at(#L, L) :- up(#L); m(#b, L)@async :- go(#L); go(#a)@1; go(#b)@2;"),
    ("events of idle nodes wait", "nodes a, b; e(#a, 1)@1; e(#a, 2)@3; e(#b, 3)@2; p(X) :- e(X); p(X)@next :- p(X);"),
    ("carried facts wait", "nodes a, b; on(#a)@1; off()@next :- on(); on()@next :- off(); m(#b)@async :- on(#a);"),
    ("carried only once", "nodes a; e()@1; p()@next :- e(); q()@next :- p(); r() :- q(), notin p();"),
    ("a batch is not a sequence", "nodes a; go(x)@1; go(y)@1; m(X)@async :- go(X); m(X)@next :- m(X); alone(X) :- m(X), notin more(X);
        more(X) :- m(X), m(Y), X != Y; alone(X)@next :- alone(X);"),
    ("a reply", "nodes a, b; go(#a)@1; ping(#b, a)@async :- go(#a); pong(#X)@async :- ping(#b, X);"),
    ("strata", "nodes a; e(1); e(2); e(3); f(2)@1; f(X)@next :- f(X); g(X) :- e(X), notin f(X); h(X) :- e(X), notin g(X); i(X) :- h(X), notin g(X);
        f(X)@async :- f(X), notin h(3);"),
    ("recursion", "nodes a; e(1, 2); e(2, 3); e(3, 1)@2; t(X, Y) :- e(X, Y); t(X, Z) :- t(X, Y), e(Y, Z); u(X) :- e(X, _), notin t(X, X);"),
    ("existential negation", "nodes a; e(1, 2); e(2, 2)@2; e(3, 4)@2; n(1); n(2); n(3); p(X) :- n(X), notin e(X, _); q(X) :- n(X), notin e(X, Y);
        r() :- n(1), notin e(Z, Z); s() :- n(3), notin e(3, _); e(X, X)@async :- n(X), X > 2, f(X); f(3)@1;"),
    ("negation without a positive atom", "nodes a, b; e(#a)@2; p(#a) :- notin e(#a); q(#b)@async :- p(#a);"),
    ("constants and repeated variables", "nodes a; e(1, x); e(2, 2); e(x, x); p(Y) :- e(1, Y); q(X) :- e(X, X); r() :- e(x, x), notin e(1, 1);"),
    ("integers lie below symbols, symbols are ordered by bytes", "nodes a; v(10); v(9); v(-3); v(\"\"); v(\"B\"); v(a); v(ab); v(\"a b\"); v(\"é\"); v(\"~\"); v(\"10\"); v(\"€\");
        less(X, Y) :- v(X), v(Y), X < Y; least(min<X>) :- v(X); most(max<X>) :- v(X); same(X) :- v(X), v(Y), X == Y, X >= Y, X <= Y;"),
    ("odd symbols and names", "nodes \"n 1\", \"N\"; go(#\"N\", \"q\\\"uo\\\\te\")@1; go(#\"N\", \"line\\nbreak\\ttab\")@1; Not_(#\"n 1\", X)@async :- go(#\"N\", X);
        relation(X) :- Not_(X), not?(X); not?(X) :- Not_(X); _x(T, _T, _L) :- Not_(T), relation(_T), not?(_L), relation(X0), X0 == T; a?b(_L) :- _x(_L, _T, _L);"),
    ("arithmetic", "nodes a; v(7); v(-7); w(2); w(-2); w(3); op(X, Y, A, B, C, D, E) :- v(X), w(Y), A = X / Y, B = X % Y, C = X * Y, D = X - Y, E = X + Y;
        neg(-X) :- v(X); deep((X + 1) * (X - 1) / 2 - -X) :- v(X);"),
    ("arithmetic in negated atoms and comparisons", "nodes a; v(1); v(2); v(4); gap(X) :- v(X), notin v(X + 1); near(X, Y) :- v(X), v(Y), X < Y, Y - X <= 2, X * 2 == Y;"),
    ("counters that travel", "nodes a, b; s(#a, 0)@1; s(#b, N + 1)@async :- s(#a, N); s(#a, N * 2)@async :- s(#b, N); n(N + 1)@next :- s(N);"),
    ("counts and sums of distinct values", "nodes a; d(x, 5); d(y, 5); d(z, 2)@2; c(count<V>) :- d(K, V); s(sum<V>) :- d(K, V); t(sum<V; K>) :- d(K, V); k(count<V; K>) :- d(K, V);
        d(X, 7)@async :- go(X); go(w)@1; none(count<X>) :- go(X), d(X, 1);"),
    ("groups", "nodes a; d(x, 1); d(x, 2); d(y, 3); d(y, 4)@1; g(X, count<V>, min<V>, max<V>, sum<V>) :- d(X, V); e(count<X>, V) :- d(X, V); m(X, V)@async :- d(X, V), V > 3;
        d(X, V)@next :- m(X, V);"),
    ("aggregates under temporal heads", "nodes a, b; v(#a, 1)@1; v(#a, 2)@1; v(#b, 5)@1; m(#b, sum<X>)@async :- v(#a, X); t(count<X>)@next :- m(X); w(#N, max<X>)@async :- v(#L, X), m(#L, Y);"),
    ("aggregates over negative integers and symbols", "nodes a; v(-4); v(3); v(q)@2; lo(min<X>) :- v(X); hi(max<X>) :- v(X); n(count<X>) :- v(X);"),
    ("division by zero ends a run", "nodes a; go(0)@1; go(2)@1; m(X)@async :- go(X); q(6 / X) :- m(X);"),
    ("division by zero is met for surviving bindings only", "nodes a; go(0)@1; go(2)@1; m(X)@async :- go(X); q(Y) :- m(X), X > 0, Y = 6 % X; r(6 / X) :- m(X), notin z(X); z(0);"),
    ("arithmetic on a symbol ends a run", "nodes a; go(x)@1; go(2)@1; m(X)@async :- go(X); q(X + 1) :- m(X);"),
    ("a sum over a symbol ends a run", "nodes a; go(x)@1; go(2)@1; m(X)@async :- go(X); q(sum<X>) :- m(X);"),
    ("an ordering of an integer and a symbol ends a run", "nodes a; go(x)@1; go(2)@1; n(1); m(X)@async :- go(X); q(X + 0) :- n(X); p(X) :- m(X), n(Y), Y < X;"),
    ("three nodes", "nodes a, b, c; go(#a)@1; m(#N)@async :- go(#a); seen() :- m(); seen()@next :- seen();"),
];
