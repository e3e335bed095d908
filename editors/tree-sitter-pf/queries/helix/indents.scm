[
  (block)
  (object)
  (list)
  (comprehension)
  (arguments)
  (parenthesized)
] @indent

["}" "]" ")"] @outdent
