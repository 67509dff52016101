{{/* What would be unsafe, or could not work, is refused before anything is rendered. */}}
{{- define "ambit.checks" -}}
{{- $values := .Values -}}
{{- if not $values.spire.trustDomain -}}
{{- fail "spire.trustDomain: none (expected: the trust domain of your SPIRE server, as example.org)" -}}
{{- end -}}
{{- if and (eq $values.webhook.failurePolicy "Ignore") (not $values.policy.enabled) -}}
{{- fail "webhook.failurePolicy: Ignore (expected: Fail while policy.enabled is false, or pods start without a proxy whenever the webhook is away)" -}}
{{- end -}}
{{- if $values.policy.requireDigests -}}
{{- range $name, $image := dict "controlPlane.image" $values.controlPlane.image "proxy.image" $values.proxy.image "redirect.image" $values.redirect.image -}}
{{- if not $image.digest -}}
{{- fail (printf "%s.digest: none (expected: sha256:…, as policy.requireDigests is true)" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $image := dict "controlPlane.image" $values.controlPlane.image "proxy.image" $values.proxy.image "redirect.image" $values.redirect.image -}}
{{- if and (eq $image.tag "latest") (not $image.digest) -}}
{{- fail (printf "%s.tag: latest (expected: a version or a digest, as what runs must not change by itself)" $name) -}}
{{- end -}}
{{- end -}}
{{- if eq $values.webhook.certificates.mode "existingSecret" -}}
{{- if not $values.webhook.certificates.existingSecret.name -}}
{{- fail "webhook.certificates.existingSecret.name: none (expected: a Secret with tls.crt and tls.key, as the mode is existingSecret)" -}}
{{- end -}}
{{- if not $values.webhook.certificates.existingSecret.caBundle -}}
{{- fail "webhook.certificates.existingSecret.caBundle: none (expected: Base64 of a PEM certificate, as the mode is existingSecret)" -}}
{{- end -}}
{{- end -}}
{{- if not (hasKey $values.profiles "default") -}}
{{- fail "profiles.default: none (expected: the settings of pods that choose no profile)" -}}
{{- end -}}
{{- if and (eq $values.proxy.mode "explicit") (not $values.networkPolicy.enabled) -}}
{{- fail "networkPolicy.enabled: false (expected: true while proxy.mode is explicit, where only NetworkPolicies stop a client that ignores its proxy)" -}}
{{- end -}}
{{- if eq .Release.Namespace "default" -}}
{{- fail "namespace: default (expected: one of the release's own, as ambit-system: nothing is enforced in the namespace of the release)" -}}
{{- end -}}
{{- end -}}
