-- Lockouts that began before end, as by `mqttsec unlock`; one second ahead, for they are dated to the millisecond.
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["mqttsecurity.io/unlock-at"] = os.date("!%Y-%m-%dT%H:%M:%SZ", os.time() + 1)
return obj
