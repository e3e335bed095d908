; Written from tree-sitter-pf/queries/highlights.scm by `UPDATE=1 cargo test --test editors`.

; Captures have the names that Neovim and Zed know. Of two patterns for one node the later one wins.
; Lists between `words` and `end` come from the schema: `UPDATE=1 cargo test --test editors`.

(comment) @comment
(doc_comment) @comment.documentation

(identifier) @variable

((identifier) @variable.builtin
  (#any-of? @variable.builtin
    ; words ambients
    "cluster" "env" "region" "labels" "vars" "service" "owner" "pr"
    ; end
  ))

; ---- Strings ----

[(string) (long_string) (raw_string)] @string
(escape_sequence) @string.escape

; ---- Expressions ----

(member name: (identifier) @variable.member)
(call function: (identifier) @function.call)

((call function: (identifier) @function.builtin)
  (#any-of? @function.builtin
    ; words functions
    "abs" "contains" "csv" "default" "ends_with" "flatten" "get" "has" "int" "join" "json" "keys"
    "length" "lower" "matches" "max" "merge" "min" "range" "replace" "reverse" "sort" "split"
    "starts_with" "string" "to_json" "to_yaml" "trim" "unique" "upper" "values" "yaml" "before"
    "can" "clusters" "value" "crd" "storage_class" "secret_store" "ingress_class"
    ; end
  ))

; The call's name is captured again, because a pattern whose first capture is overruled loses the others.
((call
  function: (identifier) @function.builtin
  arguments: (arguments (raw_string (text) @string.regexp)))
  (#eq? @function.builtin "matches"))

(argument name: (identifier) @variable.parameter)
(comprehension variable: (identifier) @variable.parameter)

(number) @number
(boolean) @boolean
(null) @constant.builtin

; ---- Entries ----

(import path: (_) @string.special.path)

(assignment key: (identifier) @property)
(assignment key: (string) @property)
(section key: (identifier) @property)
(section key: (string) @property)
(path [(identifier) (string)] @property)

(for variable: (identifier) @variable.parameter)
(each variable: (identifier) @variable.parameter)
(parameter name: (identifier) @variable.parameter)
(parameter type: (type) @type)

((parameter type: (type) @type.builtin)
  (#any-of? @type.builtin
    ; words types
    "string" "int" "float" "bool" "list" "object" "any"
    ; end
  ))

(object_statement kind: (_) @type)
(object_statement name: (_) @type)

(declaration kind: (identifier) @type)
(declaration name: (_) @type)
(named_section kind: (identifier) @type)
(named_section name: (_) @type)

((declaration kind: (identifier) @keyword.type)
  (#any-of? @keyword.type
    ; words kinds
    "platform" "hub" "team" "environment" "cluster" "layer" "service" "template" "role" "namespace"
    "moved" "removed" "policy" "test" "repository" "store" "health"
    ; end
  ))

((named_section kind: (identifier) @keyword.type)
  (#any-of? @keyword.type
    ; words kinds blocks
    "platform" "hub" "team" "environment" "cluster" "layer" "service" "template" "role" "namespace"
    "moved" "removed" "policy" "test" "repository" "store" "health" "freeze" "secret" "source"
    ; end
  ))

(import team: (identifier) @variable)

; ---- Keywords and punctuation ----

"import" @keyword.import
["if" "then" "else" "when" "where"] @keyword.conditional
["for" "each"] @keyword.repeat
["and" "or" "not" "in" "on"] @keyword.operator
["param" "expect" "object" "override" "unset" "allow" "until" "because"] @keyword
(allow code: (identifier) @constant)

["=" "+=" "==" "!=" "<=" ">=" "<" ">" "+" "-" "*" "/" "%"] @operator
["{" "}" "[" "]" "(" ")"] @punctuation.bracket
["," ":" "."] @punctuation.delimiter
(interpolation ["${" "}"] @punctuation.special)
