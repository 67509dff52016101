{{/* What all names begin with. */}}
{{- define "ambit.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Labels of every object. */}}
{{- define "ambit.labels" -}}
app.kubernetes.io/name: ambit
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: ambit
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What selects the pods of one component: (list $ "webhook"). Never changes. */}}
{{- define "ambit.selector" -}}
app.kubernetes.io/name: ambit
app.kubernetes.io/instance: {{ (first .).Release.Name }}
app.kubernetes.io/component: {{ last . }}
{{- end -}}

{{/* Labels of the pods of one component: (list $ "webhook" .Values.webhook.podLabels). */}}
{{- define "ambit.podLabels" -}}
{{- $root := index . 0 -}}
{{ include "ambit.selector" (list $root (index . 1)) }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: ambit
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- with index . 2 }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* One image: (list $ .Values.proxy.image "proxy.image"). */}}
{{- define "ambit.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $registry := default $root.Values.global.imageRegistry $image.registry -}}
{{- $name := ternary (printf "%s/%s" $registry $image.repository) $image.repository (ne $registry "") -}}
{{- if $image.digest -}}
{{ $name }}@{{ $image.digest }}
{{- else -}}
{{ $name }}:{{ default $root.Chart.AppVersion $image.tag }}
{{- end -}}
{{- end -}}

{{- define "ambit.controlPlaneImage" -}}
{{ include "ambit.image" (list . .Values.controlPlane.image) }}
{{- end -}}

{{- define "ambit.proxyImage" -}}
{{ include "ambit.image" (list . .Values.proxy.image) }}
{{- end -}}

{{- define "ambit.redirectImage" -}}
{{ include "ambit.image" (list . .Values.redirect.image) }}
{{- end -}}

{{- define "ambit.pullSecrets" -}}
{{- with .Values.global.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* Where proxies attach. */}}
{{- define "ambit.controlPlaneAddress" -}}
{{ include "ambit.fullname" . }}-control-plane.{{ .Release.Namespace }}.svc:9443
{{- end -}}

{{/* Who must answer there. */}}
{{- define "ambit.controlPlaneId" -}}
spiffe://{{ .Values.spire.trustDomain }}/ns/{{ .Release.Namespace }}/sa/{{ include "ambit.fullname" . }}-control-plane
{{- end -}}

{{/* Name by which the API server calls the webhook. */}}
{{- define "ambit.webhookHost" -}}
{{ include "ambit.fullname" . }}-webhook.{{ .Release.Namespace }}.svc
{{- end -}}

{{- define "ambit.transparent" -}}
{{ eq .Values.proxy.mode "transparent" | ternary "true" "" }}
{{- end -}}

{{- define "ambit.selfManaged" -}}
{{ eq .Values.webhook.certificates.mode "selfManaged" | ternary "true" "" }}
{{- end -}}

{{/* Secret with the webhook's certificate, where it does not make its own. */}}
{{- define "ambit.webhookTlsSecret" -}}
{{- if eq .Values.webhook.certificates.mode "certManager" -}}
{{ include "ambit.fullname" . }}-webhook-tls
{{- else -}}
{{ .Values.webhook.certificates.existingSecret.name }}
{{- end -}}
{{- end -}}

{{/* Source of the volume with the Workload API's socket. */}}
{{- define "ambit.spiffeVolume" -}}
{{- if .Values.spire.csiDriver -}}
csi:
  driver: {{ .Values.spire.csiDriver }}
  readOnly: true
{{- else -}}
hostPath:
  path: {{ dir .Values.spire.socket }}
  type: Directory
{{- end -}}
{{- end -}}

{{/* Where that socket is in a container of ours. */}}
{{- define "ambit.spiffeSocket" -}}
/run/ambit/spiffe/{{ base .Values.spire.socket }}
{{- end -}}

{{/* Namespaces where Ambit does nothing, as a JSON list. */}}
{{- define "ambit.excludedNamespaces" -}}
{{- append .Values.webhook.excludedNamespaces .Release.Namespace | uniq | sortAlpha | toJson -}}
{{- end -}}

{{/* Selects the namespaces where pods are injected and validated. */}}
{{- define "ambit.enforcedNamespaces" -}}
matchLabels:
  ambit.dev/injection: enforced
matchExpressions:
  - key: kubernetes.io/metadata.name
    operator: NotIn
    values: {{ include "ambit.excludedNamespaces" . }}
{{- end -}}

{{/* Security of each container of the release: the strictest that Kubernetes knows. */}}
{{- define "ambit.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "ambit.podSecurity" -}}
runAsNonRoot: true
runAsUser: 2113
runAsGroup: 2113
fsGroup: 2113
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* Where a component's pods may run: (.Values.webhook). */}}
{{- define "ambit.scheduling" -}}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
