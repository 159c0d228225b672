{{/* What the operator uses, and nothing else, as a test compares; in the whole cluster, or in the one namespace that it watches. */}}
{{- define "mqtt-security-operator.rules" -}}
# What people declare. `patch` is for finalizers and for applying children; nothing ever writes a `spec` of theirs.
- apiGroups: [mqttsecurity.io]
  resources: [mqttbrokers, acltemplates]
  verbs: [list, watch]
- apiGroups: [mqttsecurity.io]
  resources: [mqttdevices]
  verbs: [list, watch, patch]
- apiGroups: [mqttsecurity.io]
  resources: [devicecertificates, brokerinstances]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [mqttsecurity.io]
  # The status of a BrokerInstance is the agent's: the operator holds this to be able to grant it.
  resources:
    - mqttbrokers/status
    - acltemplates/status
    - mqttdevices/status
    - devicecertificates/status
    - brokerinstances/status
  verbs: [patch]
# Children that block the deletion of their owner need this where OwnerReferencesPermissionEnforcement is on.
- apiGroups: [mqttsecurity.io]
  resources: [mqttbrokers/finalizers, mqttdevices/finalizers, devicecertificates/finalizers]
  verbs: [update]
# Bundles and ledgers. A part that a set does not need any more is deleted, as the CRL of a broker without certificates.
- apiGroups: ['']
  resources: [configmaps]
  verbs: [get, list, watch, create, patch, delete]
# One by one, by name: never listed, never watched.
- apiGroups: ['']
  resources: [secrets]
  verbs: [get, create, patch, delete]
- apiGroups: ['']
  resources: [{{ if not .Values.watchNamespaces }}namespaces, {{ end }}pods]
  verbs: [list, watch]
# Brokers that the operator runs, with an account and a Role for the agent of each.
- apiGroups: ['']
  resources: [services, serviceaccounts]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [roles, rolebindings]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [get, list, watch, create, patch, delete]
# So that a drain takes the replicas of a broker one at a time.
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
# A Deployment that a broker refers to is rolled by an annotation.
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, patch]
- apiGroups: [cert-manager.io]
  resources: [certificates]
  verbs: [get, list, watch, create, patch, delete]
# Asks cert-manager to issue again, as `cmctl renew` does.
- apiGroups: [cert-manager.io]
  resources: [certificates/status]
  verbs: [patch]
- apiGroups: [cert-manager.io]
  resources: [certificaterequests]
  verbs: [list, watch, create, delete]
# Which Secret the issuer of a broker signs with, by name.
- apiGroups: [cert-manager.io]
  resources: [issuers]
  verbs: [get]
# By the names that a broker lists: instances outside of the cluster live as long as they renew theirs.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [get]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}
