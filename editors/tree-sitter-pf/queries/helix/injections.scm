; Written from tree-sitter-pf/queries/injections.scm by `UPDATE=1 cargo test --test editors`.

([(comment) (doc_comment)] @injection.content
  (#set! injection.language "comment"))

; `matches(text, r"^v\d")`
((call
  function: (identifier) @_function
  arguments: (arguments (raw_string (text) @injection.content)))
  (#eq? @_function "matches")
  (#set! injection.language "regex"))

; `health "group/Kind" { lua = """...""" }`
((declaration
  kind: (identifier) @_kind
  body: (block
    (assignment
      key: (identifier) @_key
      value: (long_string (text) @injection.content))))
  (#eq? @_kind "health")
  (#eq? @_key "lua")
  (#set! injection.language "lua"))

; `patches = [{ patch = """...""" }]` of a Kustomize base
((assignment
  key: (identifier) @_patches
  value: (list
    (object
      (assignment
        key: (identifier) @_patch
        value: (long_string (text) @injection.content)))))
  (#eq? @_patches "patches")
  (#eq? @_patch "patch")
  (#set! injection.language "yaml"))
