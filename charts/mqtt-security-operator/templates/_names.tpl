{{- define "mqtt-security-operator.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "mqtt-security-operator.fullname" -}}
{{- $name := include "mqtt-security-operator.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "mqtt-security-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "mqtt-security-operator.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* Who the operator is to the API server, as policies compare it. */}}
{{- define "mqtt-security-operator.username" -}}
system:serviceaccount:{{ .Release.Namespace }}:{{ include "mqtt-security-operator.serviceAccountName" . }}
{{- end -}}

{{- define "mqtt-security-operator.certManagerUsername" -}}
system:serviceaccount:{{ .Values.certManager.namespace }}:{{ .Values.certManager.serviceAccountName }}
{{- end -}}

{{- define "mqtt-security-operator.image" -}}
{{- with .Values.image -}}
{{- if .registry }}{{ .registry }}/{{ end }}{{ .repository }}
{{- if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "mqtt-security-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "mqtt-security-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end -}}

{{/* Of all objects; what differs is the component. */}}
{{- define "mqtt-security-operator.commonLabels" -}}
app.kubernetes.io/name: {{ include "mqtt-security-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: mqtt-security-operator
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "mqtt-security-operator.labels" -}}
{{ include "mqtt-security-operator.commonLabels" . }}
app.kubernetes.io/component: operator
{{- end -}}

{{/* Of a service for enrolment: the root context and its name, as a list. */}}
{{- define "mqtt-security-operator.enrolmentSelector" -}}
app.kubernetes.io/name: {{ include "mqtt-security-operator.name" (index . 0) }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "mqtt-security-operator.enrolmentLabels" -}}
{{ include "mqtt-security-operator.commonLabels" (index . 0) }}
app.kubernetes.io/component: {{ index . 1 | trunc 63 | trimSuffix "-" }}
{{- end -}}
