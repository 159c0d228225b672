-- There is no way back but a new object. Git should say the same, with the reason that is known there.
if obj.spec.revoked == nil then
  obj.spec.revoked = { reason = "Unspecified", at = os.date("!%Y-%m-%dT%H:%M:%SZ") }
end
return obj
