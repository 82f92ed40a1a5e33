; Local steps as a function of a state and of what is delivered, and the obligations under which deliveries join (src/prove/joining.rs).
; To be read behind sets.smt2.

(declare-sort State 0)
(declare-sort Messages 0)
(declare-fun step (State Facts) State)
(declare-fun sends (State Facts) Messages)
(declare-fun both (Messages Messages) Messages)
(declare-fun invariant (State) Bool)

; Messages are compared as sets.
(assert (forall ((x Messages)) (= (both x x) x)))
(assert (forall ((x Messages) (y Messages)) (= (both x y) (both y x))))
(assert (forall ((x Messages) (y Messages) (z Messages)) (= (both x (both y z)) (both (both x y) z))))

; 1. Steps keep the invariant.
(assert (forall ((s State) (m Facts)) (=> (invariant s) (invariant (step s m)))))
; 2. An idle step changes nothing, and sends nothing new.
(assert (forall ((s State) (m Facts)) (=> (invariant s) (= (step (step s m) nothing) (step s m)))))
(assert (forall ((s State) (m Facts)) (=> (invariant s) (= (both (sends s m) (sends (step s m) nothing)) (sends s m)))))
; 3. A fact that comes with others does what it does after them.
(assert (forall ((s State) (m Facts) (a Fact))
  (=> (invariant s) (= (step s (with m a)) (step (step s m) (with nothing a))))))
(assert (forall ((s State) (m Facts) (a Fact))
  (=> (invariant s) (= (sends s (with m a)) (both (sends s m) (sends (step s m) (with nothing a)))))))
