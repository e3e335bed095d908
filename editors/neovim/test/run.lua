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
  local editor = Editor.open("tutorial", "platform.pf")
  local passed, problem = xpcall(function()
    editor:capabilities()
    feature.test(editor)
  end, debug.traceback)
  editor:close()
  return passed and "passed" or "failed", problem
end

local SAYS = { passed = "ok ", failed = "not ok " }
local count = { passed = 0, failed = 0 }
for _, feature in ipairs(features) do
  if is_wanted(feature.name) and (not feature.since or vim.fn.has("nvim-" .. feature.since) == 1) then
    local outcome, problem = run(feature)
    count[outcome] = count[outcome] + 1
    say(SAYS[outcome] .. feature.name)
    if outcome == "failed" then
      say("  " .. tostring(problem):gsub("\n", "\n  "))
    end
  end
end
say(("%d passed, %d failed"):format(count.passed, count.failed))
if count.failed > 0 or count.passed == 0 then
  vim.cmd("cquit 1")
end
vim.cmd("qall!")
