; The values of Dedalus where no rule computes: a total order, and nothing else is known of it (semantics, 1).
; Integers come before symbols and symbols are ordered by their bytes; which values there are differs from instance to instance.

(declare-sort Value 0)
(declare-fun le (Value Value) Bool)

; total, so reflexive
(assert (forall ((x Value) (y Value)) (or (le x y) (le y x))))
; antisymmetric
(assert (forall ((x Value) (y Value)) (=> (and (le x y) (le y x)) (= x y))))
; transitive
(assert (forall ((x Value) (y Value) (z Value)) (=> (and (le x y) (le y z)) (le x z))))

(define-fun lt ((x Value) (y Value)) Bool (not (le y x)))
