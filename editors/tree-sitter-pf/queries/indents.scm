; As nvim-treesitter reads them.

[
  (block)
  (object)
  (list)
  (comprehension)
  (arguments)
  (parenthesized)
] @indent.begin

["}" "]" ")"] @indent.branch @indent.end

[(comment) (doc_comment)] @indent.ignore
(long_string) @indent.auto
