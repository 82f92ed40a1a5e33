; The values of Dedalus where rules compute: a line of integers. Those of 64 bits are themselves; symbols lie beyond them, in the order of
; their bytes, each at a place that is not known (semantics, 1). What is said of arithmetic is said of instances in which no rule errs and no
; integer leaves 64 bits.

(define-sort Value () Int)
(define-fun first-symbol () Value 9223372036854775808)
(define-fun le ((x Value) (y Value)) Bool (<= x y))
(define-fun lt ((x Value) (y Value)) Bool (< x y))

; Division truncates toward zero, and the remainder follows the dividend; the operators of SMT-LIB round so that the remainder is not negative.
(define-fun quotient ((x Value) (y Value)) Value
  (ite (>= x 0) (div x y) (- (div (- x) y))))
(define-fun remainder ((x Value) (y Value)) Value
  (- x (* y (quotient x y))))
