local spec = obj.spec or {}
local isRevoked = spec.revoked ~= nil
local isLocked = false
for _, condition in ipairs(obj.status and obj.status.conditions or {}) do
  if condition.type == "Ready" and condition.reason == "Locked" then
    isLocked = true
  end
end
return {
  ["suspend"] = { ["disabled"] = isRevoked or spec.suspended == true },
  ["release"] = { ["disabled"] = isRevoked or spec.suspended ~= true },
  ["revoke"] = { ["disabled"] = isRevoked },
  ["unlock"] = { ["disabled"] = not isLocked },
}
