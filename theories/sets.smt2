; Finite sets of facts, as a node receives them: what is needed of them to count deliveries one by one.

(declare-sort Fact 0)
(declare-sort Facts 0)
(declare-const nothing Facts)
(declare-fun with (Facts Fact) Facts)
(declare-fun union (Facts Facts) Facts)

; A set is built fact by fact; how often a fact is put in, and in which order, makes no difference.
(assert (forall ((m Facts) (a Fact)) (= (with (with m a) a) (with m a))))
(assert (forall ((m Facts) (a Fact) (b Fact)) (= (with (with m a) b) (with (with m b) a))))

; The union, by recursion on its second set.
(assert (forall ((m Facts)) (= (union m nothing) m)))
(assert (forall ((m Facts) (n Facts) (a Fact)) (= (union m (with n a)) (with (union m n) a))))
