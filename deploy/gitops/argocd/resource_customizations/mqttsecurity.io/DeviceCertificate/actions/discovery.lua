local isRevoked = obj.spec ~= nil and obj.spec.revoked ~= nil
return {
  ["renew"] = { ["disabled"] = isRevoked },
}
