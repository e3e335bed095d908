(doc_comment) @annotation

(declaration kind: (identifier) @context name: (_)? @name) @item
(named_section kind: (identifier) @context name: (_) @name) @item
(object_statement "object" @context kind: (_) @context name: (_) @name) @item
(when "when" @context condition: (_) @name) @item
