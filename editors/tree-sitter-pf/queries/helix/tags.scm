; Written from tree-sitter-pf/queries/tags.scm by `UPDATE=1 cargo test --test editors`.

; What is declared, at the top of a file and in a `for`.

((doc_comment)* @doc
  .
  (declaration name: (_) @name) @definition.class
  (#strip! @doc "^##\\s*"))

(for body: (block (named_section name: (_) @name) @definition.class))

(call function: (identifier) @name) @reference.call
