; Written from tree-sitter-pf/queries/locals.scm by `UPDATE=1 cargo test --test editors`.

[
  (source_file)
  (declaration)
  (named_section)
  (for)
  (comprehension)
] @local.scope

(for variable: (identifier) @local.definition.variable.parameter)
(each variable: (identifier) @local.definition.variable.parameter)
(comprehension variable: (identifier) @local.definition.variable.parameter)
(parameter name: (identifier) @local.definition.variable.parameter)

; Left of `=` is never a name that is looked up.
(assignment value: (identifier) @local.reference)
(argument value: (identifier) @local.reference)
(arguments (identifier) @local.reference)
(binary (identifier) @local.reference)
(unary (identifier) @local.reference)
(conditional (identifier) @local.reference)
(comprehension in: (identifier) @local.reference)
(comprehension condition: (identifier) @local.reference)
(comprehension value: (identifier) @local.reference)
(for in: (identifier) @local.reference)
(each in: (identifier) @local.reference)
(when condition: (identifier) @local.reference)
(expect condition: (identifier) @local.reference)
(interpolation (identifier) @local.reference)
(list (identifier) @local.reference)
(parenthesized (identifier) @local.reference)
(placed (identifier) @local.reference)
(member object: (identifier) @local.reference)
(index (identifier) @local.reference)
(parameter default: (identifier) @local.reference)
