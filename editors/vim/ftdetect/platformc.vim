autocmd BufNewFile,BufRead *.pf set filetype=platformc
