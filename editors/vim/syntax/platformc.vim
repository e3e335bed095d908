" The platform language of platformc (*.pf).
" Lists between `words` and `end` are written by `UPDATE=1 cargo test --test editors`.

if exists('b:current_syntax')
  finish
endif

let s:cpo = &cpoptions
set cpoptions&vim

" words kinds blocks functions types ambients statements reserved
let s:kinds = [
      \ 'platform', 'hub', 'team', 'environment', 'cluster', 'layer', 'service', 'template', 'role',
      \ 'namespace', 'moved', 'removed', 'policy', 'test', 'repository', 'store', 'health',
      \ ]
let s:blocks = [
      \ 'freeze', 'secret', 'source',
      \ ]
let s:functions = [
      \ 'abs', 'contains', 'csv', 'default', 'ends_with', 'flatten', 'get', 'has', 'int', 'join',
      \ 'json', 'keys', 'length', 'lower', 'matches', 'max', 'merge', 'min', 'range', 'replace',
      \ 'reverse', 'sort', 'split', 'starts_with', 'string', 'to_json', 'to_yaml', 'trim', 'unique',
      \ 'upper', 'values', 'yaml', 'before', 'can', 'clusters', 'value', 'crd', 'storage_class',
      \ 'secret_store', 'ingress_class',
      \ ]
let s:types = [
      \ 'string', 'int', 'float', 'bool', 'list', 'object', 'any',
      \ ]
let s:ambients = [
      \ 'cluster', 'env', 'region', 'labels', 'vars', 'service', 'owner', 'pr',
      \ ]
let s:statements = [
      \ 'import', 'for', 'when', 'param', 'each', 'expect', 'object', 'override', 'unset', 'allow',
      \ ]
let s:reserved = [
      \ 'or', 'and', 'not', 'in', 'if', 'then', 'else', 'true', 'false', 'null',
      \ ]
" end

syntax sync minlines=300

" A name may hold `-`, so words have ends of their own. A name gives nothing back (`\@>`): long ones cost too much else.
let s:start = '[A-Za-z0-9_.-]\@1<!'
let s:stop = '[A-Za-z0-9_-]\@!'
let s:name = '\%([A-Za-z_][A-Za-z0-9_-]*\)\@>'
let s:quoted = '"[^"\\]*"'
let s:assigned = '\s*+\?==\@!'

function! s:Match(group, pattern, rest = '') abort
  execute printf('syntax match %s "%s" %s', a:group, escape(a:pattern, '"'), a:rest)
endfunction

function! s:Words(words) abort
  return s:start . '\%(' . join(a:words, '\|') . '\)' . s:stop
endfunction

" ---- What an expression is made of; of two that begin at one place the later one wins. ----

syntax cluster pfExpression contains=pfName,pfMember,pfAmbient,pfCall,pfFunction,pfNumber,pfNumberError,pfConstant,pfWordOperator,pfConditional,pfOperator,pfList,pfParentheses,pfString,pfRawString,pfLongString,pfComment,pfDocComment,pfBlock
syntax cluster pfValue contains=pfName,pfRawString,pfAmbient,pfCall,pfFunction,pfConstant,pfConditional,pfWordOperator

call s:Match('pfName', s:start . s:name)
call s:Match('pfMember', '\.\@1<=' . s:name)
call s:Match('pfAmbient', s:Words(s:ambients))
call s:Match('pfCall', s:start . s:name . '(\@=')
call s:Match('pfFunction', s:Words(s:functions) . '(\@=')
call s:Match('pfNumberError', '[A-Za-z0-9_.]\@1<!\d[A-Za-z0-9_-]*\%(\.[A-Za-z0-9_-]\+\)*')
call s:Match('pfNumber', '[A-Za-z0-9_.]\@1<!\d\+\%(\.\d\+\)\?\%([eE][+-]\?\d\+\)\?' . s:stop . '\%(\.\w\)\@!')

" ---- Strings ----

syntax region pfString start=+"+ end=+"+ end=+$+ contains=pfEscapeError,pfEscape,pfLineInterpolation
syntax region pfLongString start=+"""+ end=+"""+ contains=pfEscapeError,pfEscape,pfInterpolation
execute 'syntax region pfRawString start=+' . s:start . 'r"+ end=+"+ end=+$+'
syntax match pfEscapeError contained "\\."
syntax match pfEscape contained "\\[\\"nt]\|\$\${"
syntax region pfInterpolation transparent contained matchgroup=pfInterpolation start="\${{\@!" end="}" contains=@pfExpression
syntax region pfLineInterpolation transparent contained matchgroup=pfInterpolation start="\${{\@!" end="}" end="$" contains=@pfExpression

" ---- Entries ----

call s:Match('pfKey', s:start . s:name . '\ze\%(' . s:assigned . '\|\s*{\)')
call s:Match('pfKey', s:quoted . '\ze\%(' . s:assigned . '\|\s*{\)')
let s:named = '\ze\%(\s\+"\|\%(\s\+' . s:name . '\)\{1,2}\s*{\)'
call s:Match('pfOtherKind', s:start . s:name . '\ze\s\+\%(' . s:name . '\|' . s:quoted . '\)\s*{', 'nextgroup=pfDeclared,pfHeadString skipwhite')
call s:Match('pfBlockKind', s:Words(s:blocks) . s:named, 'nextgroup=pfDeclared,pfHeadString skipwhite')
call s:Match('pfKind', s:Words(s:kinds) . s:named, 'nextgroup=pfKind,pfDeclared,pfHeadString skipwhite')
call s:Match('pfDeclared', s:name . '\ze\s*{', 'contained')

syntax match pfOperator "[<>]=\?\|[=!]=\|[*/%]"
syntax match pfOperator "[-+]"
syntax match pfOperator "+=\|==\@!" nextgroup=@pfValue skipwhite
syntax match pfPunctuation "[,:]"

" ---- Keywords ----

call s:Match('pfConstant', s:Words(['true', 'false', 'null']))
call s:Match('pfWordOperator', s:Words(['and', 'or', 'not', 'in']), 'nextgroup=@pfValue skipwhite')
call s:Match('pfConditional', s:Words(['if', 'then', 'else']), 'nextgroup=@pfValue skipwhite')
call s:Match('pfConditional', s:Words(['where']), 'contained containedin=pfList')
call s:Match('pfWordOperator', '\s\@1<=on\s\@=', 'contained containedin=pfList')
call s:Match('pfRepeat', s:Words(['for']) . '\ze\s\+' . s:name, 'contained containedin=pfList nextgroup=pfLoopName skipwhite')

let s:not_key = '\%(\s*{\|' . s:assigned . '\)\@!'
call s:Match('pfStatement', s:Words(s:statements) . s:not_key)
call s:Match('pfStatement', s:Words(['override']) . s:not_key)
call s:Match('pfStatement', s:Words(['unset']) . '\ze\s\+[A-Za-z_"]', 'nextgroup=pfPath skipwhite')
call s:Match('pfStatement', s:Words(['until', 'because']) . '\ze\s\+"')
let s:key = '\%(' . s:name . '\|' . s:quoted . '\)'
call s:Match('pfPath', s:key . '\%(\.' . s:key . '\)*', 'contained')
call s:Match('pfStatement', s:Words(['object']) . '\ze\s\+"', 'nextgroup=pfHeadString skipwhite')
syntax region pfHeadString contained start=+"+ skip=+\\.+ end=+"+ end=+$+ contains=pfEscapeError,pfEscape,pfLineInterpolation nextgroup=pfHeadString,pfDeclared skipwhite
call s:Match('pfStatement', s:Words(['import']) . '\ze\s\+"', 'nextgroup=pfImported skipwhite')
syntax region pfImported contained start=+"+ skip=+\\.+ end=+"+ end=+$+ nextgroup=pfImportFor skipwhite
call s:Match('pfImportFor', 'for\ze\s\+' . s:name . '\s*\%(#\|$\)', 'contained')
call s:Match('pfRepeat', s:Words(['each']) . '\ze\s\+' . s:name . '\s\+in\>', 'nextgroup=pfLoopName skipwhite')
call s:Match('pfStatement', s:Words(['param']) . '\ze\s\+' . s:name . '\s*:', 'nextgroup=pfLoopName skipwhite')
call s:Match('pfLoopName', s:name, 'contained nextgroup=pfColon skipwhite')
syntax match pfColon ":" contained nextgroup=pfType skipwhite
call s:Match('pfType', s:Words(s:types), 'contained')

" The head of a `when` or `for`: up to its brace nothing is a key.
execute 'syntax region pfHead transparent matchgroup=pfConditional start="' . s:Words(['when']) . s:not_key . '" end="\ze[{}]" contains=@pfExpression'
call s:Match('pfRepeat', s:Words(['for']) . '\ze\s\+' . s:name . '\s\+in\>', 'nextgroup=pfLoopHead skipwhite')
execute 'syntax region pfLoopHead transparent contained matchgroup=pfLoopName start="' . s:name . '" end="\ze[{}]" contains=@pfExpression'

" ---- Brackets ----

syntax region pfBlock transparent fold matchgroup=pfBracket start="{" end="}" contains=TOP
syntax region pfList transparent fold matchgroup=pfBracket start="\[" end="\]" contains=@pfExpression,pfPunctuation
syntax region pfParentheses transparent matchgroup=pfBracket start="(" end=")" contains=@pfExpression,pfPunctuation,pfArgument
call s:Match('pfArgument', s:start . s:name . '\ze\s*==\@!', 'contained')

" ---- Comments ----

syntax keyword pfTodo contained TODO FIXME XXX NOTE
syntax match pfComment "#.*$" contains=pfTodo,@Spell
syntax match pfDocComment "##\%([^#].*\)\?$" contains=pfTodo,@Spell

highlight default link pfComment Comment
highlight default link pfDocComment SpecialComment
highlight default link pfTodo Todo
highlight default link pfString String
highlight default link pfLongString String
highlight default link pfRawString String
highlight default link pfHeadString String
highlight default link pfImported Include
highlight default link pfEscape SpecialChar
highlight default link pfEscapeError Error
highlight default link pfInterpolation Special
highlight default link pfNumber Number
highlight default link pfNumberError Error
highlight default link pfConstant Constant
highlight default link pfKind Structure
highlight default link pfBlockKind Structure
highlight default link pfOtherKind Structure
highlight default link pfDeclared Typedef
highlight default link pfKey Identifier
highlight default link pfPath Identifier
highlight default link pfArgument Identifier
highlight default link pfFunction Function
highlight default link pfCall Function
highlight default link pfType Type
highlight default link pfAmbient Special
highlight default link pfStatement Statement
highlight default link pfImportFor Statement
highlight default link pfRepeat Repeat
highlight default link pfConditional Conditional
highlight default link pfWordOperator Operator
highlight default link pfOperator Operator
highlight default link pfBracket Delimiter
highlight default link pfPunctuation Delimiter
highlight default link pfColon Delimiter

let b:current_syntax = 'platformc'

let &cpoptions = s:cpo
unlet s:cpo
