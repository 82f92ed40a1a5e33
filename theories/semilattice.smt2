; A join-semilattice: what a node has received, whatever the order. Finite sets with their union are one; so are the built-in lattices of values.

(declare-sort Element 0)
(declare-const bottom Element)
(declare-fun join (Element Element) Element)

(assert (forall ((a Element)) (= (join a a) a)))
(assert (forall ((a Element) (b Element)) (= (join a b) (join b a))))
(assert (forall ((a Element) (b Element) (c Element)) (= (join a (join b c)) (join (join a b) c))))
(assert (forall ((a Element)) (= (join a bottom) a)))

(define-fun below ((a Element) (b Element)) Bool (= (join a b) b))
