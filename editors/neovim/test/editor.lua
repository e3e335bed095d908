-- A Neovim under test: another process, with the configuration of editors/README.md, in a copy of an example. It is typed into,
-- and asked what it shows.

local Editor = {}
Editor.__index = Editor

local root = vim.env.ROOT
local PATIENCE = tonumber(vim.env.PATIENCE or 20000)

--- A block of Lua of editors/README.md, by a phrase of its first line.
local function documented(phrase)
  local text = table.concat(vim.fn.readfile(root .. "/editors/README.md"), "\n")
  for block in text:gmatch("```lua\n(.-)\n```") do
    if block:match("^[^\n]*"):find(phrase, 1, true) then
      return block
    end
  end
  error("editors/README.md has no block of Lua for " .. phrase)
end

local function configuration()
  return documented(vim.lsp.config and "0.11 and newer" or "0.7 to 0.10")
end

local function copy_of(example)
  local folder = vim.fn.tempname()
  vim.fn.mkdir(folder, "p")
  vim.fn.system({ "cp", "-r", root .. "/examples/" .. example .. "/.", folder })
  return vim.loop.fs_realpath(folder)
end

--- Starts one, with a file of an example open.
function Editor.open(example, file)
  local folder = copy_of(example)
  local init = folder .. "/.init.lua"
  vim.fn.writefile(vim.split(configuration(), "\n"), init)
  local bin = vim.fn.fnamemodify(vim.env.PLATFORMC, ":h")
  local job = vim.fn.jobstart(
    { vim.env.NVIM, "--embed", "--headless", "-i", "NONE", "-n", "-u", init, file },
    { rpc = true, cwd = folder, env = { PATH = bin .. ":" .. vim.env.PATH, XDG_STATE_HOME = folder .. "/.state" } }
  )
  local editor = setmetatable({ job = job, folder = folder }, Editor)
  editor:lua("vim.o.hidden = true; vim.o.columns = 100; vim.o.lines = 40")
  return editor
end

function Editor:close()
  vim.fn.jobstop(self.job)
  vim.fn.delete(self.folder, "rf")
end

--- What some Lua gives there; `...` are the arguments.
function Editor:lua(code, ...)
  return vim.fn.rpcrequest(self.job, "nvim_exec_lua", code, { ... })
end

--- Types keys, as `:help key-notation` writes them.
function Editor:type(keys)
  vim.fn.rpcrequest(self.job, "nvim_input", keys)
end

--- Waits until some Lua gives something true, and gives that.
function Editor:wait(code, ...)
  local arguments, last = { ... }, nil
  local came = vim.wait(PATIENCE, function()
    last = self:lua(code, unpack(arguments))
    return last ~= nil and last ~= false and last ~= vim.NIL
  end, 20)
  if not came then
    error("waited in vain for " .. code .. "\nmessages: " .. self:lua("return vim.api.nvim_exec('messages', true)"), 0)
  end
  return last
end

--- Puts the cursor on the nth place of a text, the first if nothing else is said.
function Editor:go_to(text, nth)
  local found = self:lua(
    [[
    local text, nth = ...
    vim.api.nvim_win_set_cursor(0, { 1, 0 })
    local place
    for index = 1, nth do
      place = vim.fn.searchpos("\\V" .. vim.fn.escape(text, "\\"), index == 1 and "cW" or "W")
    end
    return place]],
    text,
    nth or 1
  )
  assert(found[1] > 0, "there is no " .. text)
end

function Editor:lines()
  return self:lua("return vim.api.nvim_buf_get_lines(0, 0, -1, false)")
end

function Editor:text()
  return table.concat(self:lines(), "\n")
end

--- The line of the cursor.
function Editor:line()
  return self:lua("return vim.api.nvim_get_current_line()")
end

--- Where the cursor is, as `file:line`.
function Editor:place()
  return self:lua("return vim.fn.expand('%:t') .. ':' .. vim.fn.line('.')")
end

--- What stands in windows that float, once there is one.
function Editor:float()
  return self:wait([[
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= "" then
        return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
      end
    end]])
end

--- What the server says that it can do, once it has read the platform.
function Editor:capabilities()
  return self:wait([[
    local clients = vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = 0 }) or vim.tbl_values(vim.lsp.buf_get_clients(0))
    local client = clients[1]
    return client and client.initialized and client.server_capabilities]])
end

--- Everything in the quickfix list, or the location list, once it is filled.
function Editor:list(of)
  return self:wait(
    [[
    local list = ... == "location" and vim.fn.getloclist(0) or vim.fn.getqflist()
    if #list == 0 then return nil end
    return vim.tbl_map(function(item)
      return vim.fn.fnamemodify(vim.fn.bufname(item.bufnr), ":t") .. ":" .. item.lnum .. " " .. item.text
    end, list)]],
    of
  )
end

return Editor
