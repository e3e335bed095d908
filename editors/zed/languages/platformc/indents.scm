(block "}" @end) @indent
(object "}" @end) @indent
(list "]" @end) @indent
(comprehension "]" @end) @indent
(arguments ")" @end) @indent
(parenthesized ")" @end) @indent
