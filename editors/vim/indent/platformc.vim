if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=PlatformcIndent(v:lnum)
setlocal indentkeys=0},0],0),!^F,o,O
setlocal autoindent

let b:undo_indent = 'setlocal indentexpr< indentkeys< autoindent<'

if exists('*PlatformcIndent')
  finish
endif

" How many brackets a line opens, less what it closes; a bracket that it closes first counts for the line itself.
function! s:Brackets(lnum) abort
  let l:open = 0
  let l:first = 0
  let l:text = getline(a:lnum)
  for l:column in range(strlen(l:text))
    let l:char = l:text[l:column]
    if stridx('{[()]}', l:char) < 0 || synIDattr(synID(a:lnum, l:column + 1, 1), 'name') !=# 'pfBracket'
      continue
    endif
    let l:open += stridx('{[(', l:char) >= 0 ? 1 : -1
    let l:first = min([l:first, l:open])
  endfor
  return [l:open, l:first]
endfunction

function! s:EndsWithOperator(lnum) abort
  let l:text = substitute(getline(a:lnum), '\s*#.*$', '', '')
  return l:text =~# '\%(=\|[-+*/%<>]\|\<\%(and\|or\|not\|in\|if\|then\|else\)\)\s*$'
endfunction

function! PlatformcIndent(lnum) abort
  if synIDattr(synID(a:lnum, 1, 1), 'name') ==# 'pfLongString'
    return -1
  endif
  let l:above = prevnonblank(a:lnum - 1)
  " The line in which a multi-line string begins has the indentation.
  while l:above > 1 && synIDattr(synID(l:above, 1, 1), 'name') ==# 'pfLongString'
    let l:above = prevnonblank(l:above - 1)
  endwhile
  if l:above == 0
    return 0
  endif
  let [l:open, l:first] = s:Brackets(l:above)
  let l:levels = (l:open - l:first) > 0 ? 1 : 0
  let l:levels -= s:Brackets(a:lnum)[1] < 0 && getline(a:lnum) =~# '^\s*[]})]' ? 1 : 0
  if l:open == 0 && s:EndsWithOperator(l:above) && !s:EndsWithOperator(prevnonblank(l:above - 1))
    let l:levels += 1
  endif
  return max([0, indent(l:above) + l:levels * shiftwidth()])
endfunction
