" Headless: `vim -Nu NONE -i NONE -es -S run.vim`. $SNIPPETS are files with assertions, $SOURCES all files, $REPORT the report.
set nocompatible
execute 'set runtimepath=' . fnameescape(expand('<sfile>:p:h:h')) . ',$VIMRUNTIME'
filetype plugin indent on
syntax on

let s:report = []
let s:count = {'assertions': 0, 'files': 0, 'indented': 0}

function! s:Group(line, column) abort
  return synIDattr(synID(a:line, a:column, 1), 'name')
endfunction

function! s:Fail(place, text) abort
  call add(s:report, printf('%s: %s', a:place, a:text))
endfunction

" `#   ^^^ group` speaks of the line above that is no assertion.
function! s:Snippet(file) abort
  execute 'edit' fnameescape(a:file)
  if &filetype !=# 'platformc'
    call s:Fail(a:file, 'the file type is ' . &filetype)
  endif
  let l:subject = 0
  for l:line in range(1, line('$'))
    let l:found = matchlist(getline(l:line), '^# *\(\^\+\) \(\w\+\)$')
    if empty(l:found)
      let l:subject = l:line
      continue
    endif
    let l:from = stridx(getline(l:line), '^') + 1
    for l:column in range(l:from, l:from + strlen(l:found[1]) - 1)
      let s:count.assertions += 1
      let l:group = s:Group(l:subject, l:column)
      if l:group !=# l:found[2]
        call s:Fail(a:file . ':' . l:subject . ':' . l:column, 'is ' . l:group . ', not ' . l:found[2])
      endif
    endfor
  endfor
endfunction

" Nothing in a valid file is an error.
function! s:Source(file) abort
  execute 'edit' fnameescape(a:file)
  let s:count.files += 1
  for l:line in range(1, line('$'))
    for l:column in range(1, col([l:line, '$']) - 1)
      if s:Group(l:line, l:column) =~# 'Error$'
        call s:Fail(a:file . ':' . l:line . ':' . l:column, s:Group(l:line, l:column))
      endif
    endfor
  endfor
endfunction

" The examples are formatted, so indenting them changes nothing.
function! s:Indent(file) abort
  execute 'edit' fnameescape(a:file)
  let s:count.indented += 1
  let l:before = getline(1, '$')
  silent normal! gg=G
  for l:line in range(1, len(l:before))
    if getline(l:line) !=# l:before[l:line - 1]
      call s:Fail(a:file . ':' . l:line, 'is indented as `' . getline(l:line) . '`')
    endif
  endfor
  set nomodified
endfunction

try
  for s:file in split($SNIPPETS, "\n")
    call s:Snippet(s:file)
  endfor
  for s:file in readfile($SOURCES)
    call s:Source(s:file)
    if fnamemodify(s:file, ':t') =~# '^examples+'
      call s:Indent(s:file)
    endif
  endfor
catch
  call s:Fail(v:throwpoint, v:exception)
endtry

if s:count.assertions == 0 || s:count.files == 0 || s:count.indented == 0
  call s:Fail('run.vim', 'nothing was tested')
endif
call add(s:report, printf('%d assertions, %d files, %d indented: %d failures', s:count.assertions, s:count.files, s:count.indented, len(s:report)))
call writefile(s:report, $REPORT)
execute len(s:report) == 1 ? 'qall!' : 'cquit!'
