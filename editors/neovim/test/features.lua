-- What an editor offers, each as somebody sees it who types.

local function has(text, part)
  assert(text:find(part, 1, true), ("%q is not in:\n%s"):format(part, text))
end

local function equal(found, expected)
  assert(vim.deep_equal(found, expected), "expected " .. vim.inspect(expected) .. "\nfound " .. vim.inspect(found))
end

local function any(list, part)
  for _, text in ipairs(list) do
    if text:find(part, 1, true) then
      return
    end
  end
  error(("%q is in none of %s"):format(part, vim.inspect(list)))
end

local FINDINGS = [[
  return vim.tbl_map(function(found)
    return ("%d:%d-%d %s %s"):format(found.lnum + 1, found.col + 1, found.end_col + 1, found.code, found.message)
  end, vim.diagnostic.get(0))]]

local function diagnostics(editor)
  editor:go_to("platform  # the team")
  editor:type("cwplatfrm<Esc>")
  local found = editor:wait([[
    local found = (function() ]] .. FINDINGS .. [[ end)()
    return #found > 0 and found]])
  equal(#found, 1)
  has(found[1], "100:15-22 PF0203 there is no team `platfrm`")
  editor:type("u")
  editor:wait("return #vim.diagnostic.get(0) == 0")
end

local function hover(editor)
  editor:go_to("platform  # the team")
  editor:lua("vim.lsp.buf.hover()")
  has(editor:float(), "Keeps the clusters running.")
end

local function definition(editor)
  editor:go_to("platform  # the team")
  editor:lua("vim.lsp.buf.definition()")
  editor:wait("return vim.fn.expand('%:t') == 'teams.pf'")
  editor:wait("return vim.fn.line('.') == 2")
end

local function references(editor)
  editor:go_to("shop {")
  editor:lua("vim.lsp.buf.references()")
  any(editor:list(), "needs     = [issuers, shop]")
end

local function format(editor)
  local sound = editor:text()
  editor:go_to("owner     = platform  # the team")
  editor:type("ccowner=platform # the team that answers for it<Esc>")
  editor:wait("return vim.api.nvim_get_current_line():find('owner=platform', 1, true)")
  editor:lua("if vim.lsp.buf.format then vim.lsp.buf.format() else vim.lsp.buf.formatting_sync() end")
  equal(editor:text(), sound)
end

--- What the server must announce, or no editor asks for it.
local function capabilities(editor)
  local can = editor:capabilities()
  for _, name in ipairs({
    "callHierarchy", "codeAction", "codeLens", "completion", "definition", "documentFormatting", "documentHighlight", "documentLink",
    "documentOnTypeFormatting", "documentRangeFormatting", "documentSymbol", "executeCommand", "foldingRange", "hover", "inlayHint",
    "references", "rename", "selectionRange", "semanticTokens", "signatureHelp", "workspaceSymbol",
  }) do
    assert(can[name .. "Provider"], "the server has no " .. name .. "Provider")
  end
end

local function completion(editor)
  editor:go_to("namespace = \"queues\"")
  editor:type("o  s<C-x><C-o>")
  local words = editor:wait([[
    local found = vim.fn.complete_info({ "items" }).items
    return #found > 0 and vim.tbl_map(function(item) return item.word end, found)]])
  any(words, "secret")
  any(words, "sync")
  editor:type("<Esc>")
end

local function completion_of_names(editor)
  editor:go_to("platform  # the team")
  editor:type("cwsh<C-x><C-o>")
  editor:wait("return vim.api.nvim_get_current_line():find('owner     = shop', 1, true)")
  editor:type("<Esc>")
end

local function signature_help(editor)
  editor:go_to("Welcome")
  editor:type("i")
  editor:lua("vim.lsp.buf.signature_help()")
  has(editor:float(), "title")
end

local function rename(editor)
  editor:go_to("platform  # the team")
  editor:lua("vim.lsp.buf.rename('core')")
  editor:wait("return vim.api.nvim_get_current_line():find('= core  # the team', 1, true)")
  editor:type(":edit teams.pf<CR>")
  editor:wait("return vim.fn.search('^team core {', 'nw') > 0")
  editor:wait("return vim.fn.search('^moved team platform { to = core }', 'nw') > 0")
end

local function document_symbols(editor)
  editor:lua("vim.lsp.buf.document_symbol()")
  local found = editor:list(vim.fn.has("nvim-0.11") == 1 and "location" or "quickfix")
  for _, name in ipairs({ "acorn", "cert-manager", "helm", "greeter" }) do
    any(found, name)
  end
end

local function workspace_symbols(editor)
  editor:lua("vim.lsp.buf.workspace_symbol('grter')")
  any(editor:list(), "greeter")
end

local function highlight(editor)
  editor:go_to("jetstack {")
  editor:lua("vim.lsp.buf.document_highlight()")
  local rows = editor:wait([[
    local rows = {}
    for _, space in pairs(vim.api.nvim_get_namespaces()) do
      for _, mark in ipairs(vim.api.nvim_buf_get_extmarks(0, space, 0, -1, { details = true })) do
        if (mark[4].hl_group or ""):find("^LspReference") then table.insert(rows, mark[2] + 1) end
      end
    end
    table.sort(rows)
    return #rows > 1 and rows]])
  equal(rows, { 27, 109 })
end

local function incoming_calls(editor)
  editor:go_to("shop {")
  editor:lua("vim.lsp.buf.incoming_calls()")
  any(editor:list(), "greeter")
end

local function outgoing_calls(editor)
  editor:go_to("greeter {")
  editor:lua("vim.lsp.buf.outgoing_calls()")
  any(editor:list(), "issuers")
end

--- One that is offered alone is applied at once, or chosen by its number.
local function code_action(editor)
  editor:go_to("platform  # the team")
  editor:type("cwplatfrm<Esc>")
  editor:wait("return #vim.diagnostic.get(0) > 0")
  editor:lua([[
    vim.ui.select = function(items, options, choose)
      for _, item in ipairs(items) do
        if options.format_item(item):find("`platform`", 1, true) then return choose(item) end
      end
    end
    vim.lsp.buf.code_action()]])
  editor:wait("return vim.api.nvim_get_current_line():find('= platform  # the team', 1, true)")
  editor:wait("return #vim.diagnostic.get(0) == 0")
end

local function inlay_hints(editor)
  editor:lua("vim.lsp.inlay_hint.enable(true)")
  editor:wait("return #vim.lsp.inlay_hint.get({ bufnr = 0 }) > 0")
end

local function code_lenses(editor)
  editor:lua("vim.lsp.codelens.refresh({ bufnr = 0 })")
  editor:wait([[
    for _, lens in ipairs(vim.lsp.codelens.get(0)) do
      if lens.command and lens.command.title:find("3 instances on 3 clusters", 1, true) then return true end
    end]])
end

local function semantic_tokens(editor)
  editor:go_to("platform  # the team")
  editor:wait("local found = vim.lsp.semantic_tokens.get_at_pos() return found and #found > 0")
end

local function folds(editor)
  editor:lua("vim.wo.foldmethod = 'expr'; vim.wo.foldexpr = 'v:lua.vim.lsp.foldexpr()'")
  editor:go_to("service cert-manager")
  editor:wait("return vim.fn.foldlevel('.') > 0")
  editor:type("zMzo")
  editor:wait("return vim.fn.foldclosed(vim.fn.search('  helm {', 'nW')) > 0")
end

return {
  { name = "diagnostics", test = diagnostics },
  { name = "hover", test = hover },
  { name = "definition", test = definition },
  { name = "references", test = references },
  { name = "format", test = format },
  { name = "capabilities", test = capabilities },
  { name = "completion", test = completion },
  { name = "completion-of-names", test = completion_of_names },
  { name = "signature-help", test = signature_help },
  { name = "rename", test = rename },
  { name = "document-symbols", test = document_symbols },
  { name = "workspace-symbols", test = workspace_symbols },
  { name = "highlight", test = highlight },
  { name = "incoming-calls", test = incoming_calls },
  { name = "outgoing-calls", test = outgoing_calls },
  { name = "code-action", test = code_action },
  { name = "semantic-tokens", test = semantic_tokens, since = "0.9" },
  { name = "inlay-hints", test = inlay_hints, since = "0.10" },
  { name = "code-lenses", test = code_lenses, since = "0.10" },
  { name = "folds", test = folds, since = "0.11" },
}
