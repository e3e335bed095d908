-- Runs the features, each in a Neovim of its own, and says for each whether it is `ok`.

package.path = vim.env.ROOT .. "/editors/neovim/test/?.lua;" .. package.path
local Editor = require("editor")
local features = require("features")

local function say(text)
  io.stdout:write(text, "\n")
end

local function is_wanted(name)
  local wanted = vim.split(vim.env.FEATURES or "", " ", { trimempty = true })
  return #wanted == 0 or vim.tbl_contains(wanted, name)
end

local function run(feature)
  local editor = Editor.open("tutorial", feature.file or "platform.pf")
  local passed, problem = xpcall(function()
    editor:capabilities()
    feature.test(editor)
  end, debug.traceback)
  editor:close()
  return passed, problem
end

local passed, failed = 0, 0
for _, feature in ipairs(features) do
  if is_wanted(feature.name) and (not feature.since or vim.fn.has("nvim-" .. feature.since) == 1) then
    local is_ok, problem = run(feature)
    passed, failed = passed + (is_ok and 1 or 0), failed + (is_ok and 0 or 1)
    say((is_ok and "ok " or "not ok ") .. feature.name)
    if not is_ok then
      say("  " .. tostring(problem):gsub("\n", "\n  "))
    end
  end
end
say(("%d passed, %d failed"):format(passed, failed))
if failed > 0 or passed == 0 then
  vim.cmd("cquit 1")
end
vim.cmd("qall!")
