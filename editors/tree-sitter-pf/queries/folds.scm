[
  (block)
  (object)
  (list)
  (comprehension)
  (arguments)
  (parenthesized)
  (long_string)
] @fold
