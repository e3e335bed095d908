; What is declared, at the top of a file and in a `for`.

((doc_comment)* @doc
  .
  (declaration name: (_) @name) @definition.class
  (#strip! @doc "^##\\s*"))

(for body: (block (named_section name: (_) @name) @definition.class))

(call function: (identifier) @name) @reference.call
