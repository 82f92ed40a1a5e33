/*
 * The two-phase commit of `generate two-phase-commit`: N agents, and VOTES says what happens.
 *
 *   1  all vote yes
 *   2  the last votes no
 *   3  all vote yes, but the coordinator may abort before it has heard from all
 *   4  each may abort before it is asked, and votes no then
 *
 * Each kind of message to each agent has a channel of its own, so messages overtake each other as they do there; each is sent
 * once, and a channel of one is never full. What a node does in one step is atomic. One message is read in a step, and none once
 * the coordinator has decided, which is less than the generated program does. Who sends to and who reads from a channel is declared
 * (xs, xr), on which the checker's partial-order reduction depends.
 */

chan ask[N] = [1] of { bit };
chan vote[N] = [1] of { bit };
chan decision[N] = [1] of { bit };

/* Whether somebody has committed, or aborted. */
bool committed, aborted;

#define COMMIT committed = true; assert(!aborted)
#define ABORT aborted = true; assert(!committed)

proctype agent(byte me; chan asked_by, votes, decided_by)
{
    xr asked_by;
    xr decided_by;
    xs votes;
    bool refused, decided;
#if VOTES == 4
    bool asked;
#endif

end:
    do
#if VOTES == 4
    :: atomic { !asked && !refused -> refused = true; decided = true; ABORT }
    :: atomic { asked_by ? _ -> asked = true; votes ! !refused }
#elif VOTES == 2
    :: atomic {
        asked_by ? _ ->
        if
        :: me == N - 1 -> decided = true; ABORT; votes ! false
        :: else -> votes ! true
        fi
       }
#else
    :: atomic { asked_by ? _ -> votes ! true }
#endif
    :: atomic { decided_by ? true -> decided = true; COMMIT }
    :: atomic { decided_by ? false -> decided = true; ABORT }
    od
}

/* What the coordinator does for each agent: names for the channels, without which nothing can be declared of them. */
#define OPEN(n) \
    chan ask##n = ask[n]; xs ask##n; \
    chan vote##n = vote[n]; xr vote##n; \
    chan decision##n = decision[n]; xs decision##n;
#define ASK(n) ask##n ! true;
#define TELL(n) decision##n ! verdict;
#define HEAR(n) \
    :: atomic { vote##n ? true -> heard++; if :: heard == N -> COMMIT; verdict = true; goto tell :: else fi } \
    :: atomic { vote##n ? false -> ABORT; goto tell }

#if N == 3
#define EACH(do_it) do_it(0) do_it(1) do_it(2)
#elif N == 5
#define EACH(do_it) do_it(0) do_it(1) do_it(2) do_it(3) do_it(4)
#elif N == 7
#define EACH(do_it) do_it(0) do_it(1) do_it(2) do_it(3) do_it(4) do_it(5) do_it(6)
#elif N == 9
#define EACH(do_it) do_it(0) do_it(1) do_it(2) do_it(3) do_it(4) do_it(5) do_it(6) do_it(7) do_it(8)
#endif

proctype coordinator()
{
    EACH(OPEN)
    byte heard;
    bool verdict;

    atomic { EACH(ASK) }
end:
    do
    EACH(HEAR)
#if VOTES == 3
    :: atomic { true -> ABORT; goto tell }
#endif
    od;
tell:
    atomic { EACH(TELL) }
}

init {
    byte i;
    atomic {
        for (i : 0 .. N - 1) { run agent(i, ask[i], vote[i], decision[i]) }
        i = 0;
        run coordinator()
    }
}
