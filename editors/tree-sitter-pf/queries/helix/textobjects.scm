(declaration body: (block) @class.inside) @class.around
(parameter) @parameter.around
(comment)+ @comment.around
(doc_comment)+ @comment.around
