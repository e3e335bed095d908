-- The health of an Application, for the wave that holds it. It counts only what Argo CD has compared with the spec as it
-- is now: otherwise an old Healthy lets later waves through while the new spec has not even been looked at.
local function empty(value)
  if value == nil or value == "" or value == false then
    return true
  end
  if type(value) == "table" then
    for _, inner in pairs(value) do
      if not empty(inner) then
        return false
      end
    end
    return true
  end
  return false
end

-- Equal, where Argo CD leaves empty fields out of what it stores.
local function same(a, b)
  if empty(a) and empty(b) then
    return true
  end
  if type(a) ~= type(b) then
    return false
  end
  if type(a) ~= "table" then
    return a == b
  end
  for key, value in pairs(a) do
    if not same(value, b[key]) then
      return false
    end
  end
  for key, value in pairs(b) do
    if a[key] == nil and not empty(value) then
      return false
    end
  end
  return true
end

hs = { status = "Progressing", message = "waiting for the first comparison" }
local status = obj.status
if status == nil or status.health == nil or status.health.status == nil or status.sync == nil or status.sync.comparedTo == nil then
  return hs
end
local compared = status.sync.comparedTo
if not same(obj.spec.destination, compared.destination) then
  hs.message = "the destination has changed and is not compared yet"
  return hs
end
if obj.spec.sourceHydrator == nil then
  if not same(obj.spec.source, compared.source) or not same(obj.spec.sources, compared.sources) then
    hs.message = "the source has changed and is not compared yet"
    return hs
  end
end
if status.operationState ~= nil then
  local phase = status.operationState.phase
  if phase == "Running" or phase == "Terminating" then
    hs.message = "a sync is running"
    return hs
  end
end
if status.sync.status ~= "Synced" then
  hs.message = "not synced: " .. tostring(status.sync.status)
  if status.health.status == "Degraded" then
    hs.status = "Degraded"
  end
  return hs
end
hs.status = status.health.status
hs.message = status.health.message or ""
return hs
