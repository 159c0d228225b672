-- A certificate that is older is renewed, as by `mqttsec renew`.
if obj.metadata.annotations == nil then
  obj.metadata.annotations = {}
end
obj.metadata.annotations["mqttsecurity.io/renew-at"] = os.date("!%Y-%m-%dT%H:%M:%SZ")
return obj
