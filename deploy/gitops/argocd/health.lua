-- All kinds of mqttsecurity.io keep to kstatus: status.observedGeneration, and the conditions Ready, Reconciling, Stalled.
-- `npm run gen` copies this script to each of them in resource_customizations.
local hs = { status = "Progressing", message = "Waiting for the operator" }
if obj.metadata.deletionTimestamp ~= nil then
  hs.message = "Pending deletion"
  return hs
end
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return hs
end
local conditions = {}
for _, condition in ipairs(obj.status.conditions or {}) do
  conditions[condition.type] = condition
end
local ready = conditions.Ready
if ready == nil then
  return hs
end
hs.message = ready.message ~= "" and ready.reason .. ": " .. ready.message or ready.reason
if ready.status == "True" then
  -- Off on purpose, or locked out for a while, and proved at the broker.
  local off = { Suspended = true, Revoked = true, Expired = true, Locked = true }
  hs.status = off[ready.reason] and "Suspended" or "Healthy"
elseif ready.status == "False" and (conditions.Reconciling == nil or conditions.Reconciling.status ~= "True") then
  hs.status = "Degraded"
end
return hs
